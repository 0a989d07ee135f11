"""File helpers: wait until an uploaded file can be used."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from ._drive import clock_of, run, run_async
from ._waiting import waiting

if TYPE_CHECKING:
    from ..types.files import FileObject

__all__ = ["AsyncFilesHelpers", "FilesHelpers"]

_OVER = frozenset({"processed", "error", "deleted"})


class FilesHelpers:
    """Mixed into the synchronous resource ``client.files``."""

    def wait_for_processing(
        self,
        file_id: str,
        *,
        poll: float | None = None,
        timeout: float | None = 1800.0,
        on_progress: Callable[[FileObject], None] | None = None,
    ) -> FileObject:
        """Wait until the file is processed, or failed (`status` is then ``error``). Raises `WaitTimeout`."""
        files = cast("Any", self)
        wait = waiting(
            f"File {file_id!r}",
            _OVER,
            poll=poll,
            timeout=timeout,
            on_progress=on_progress,
            now=clock_of(self).monotonic(),
        )
        return cast("FileObject", run(self, wait, lambda: files.retrieve(file_id)))


class AsyncFilesHelpers:
    """Mixed into the asynchronous resource ``client.files``."""

    async def wait_for_processing(
        self,
        file_id: str,
        *,
        poll: float | None = None,
        timeout: float | None = 1800.0,  # noqa: ASYNC109 - the name of the sync twin
        on_progress: Callable[[FileObject], None] | None = None,
    ) -> FileObject:
        """Wait until the file is processed, or failed (`status` is then ``error``). Raises `WaitTimeout`."""
        files = cast("Any", self)
        wait = waiting(
            f"File {file_id!r}",
            _OVER,
            poll=poll,
            timeout=timeout,
            on_progress=on_progress,
            now=clock_of(self).monotonic(),
        )
        return cast("FileObject", await run_async(self, wait, lambda: files.retrieve(file_id)))
