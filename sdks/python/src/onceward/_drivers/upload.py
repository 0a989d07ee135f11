"""Bodies streamed from files: read in chunks while they are sent, and read again from the start for a retry."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, Final, cast

from .._core import files
from .._core.errors import ParameterError
from .._core.multipart import Layout
from .._core.options import Progress

__all__ = ["AsyncUpload", "Upload"]

_PIECE: Final = 256 * 1024


class Upload:
    """A body for a synchronous transport."""

    def __init__(self, layout: Layout, progress: Progress | None) -> None:
        self._layout = layout
        self._progress = progress
        self.length = layout.length

    def chunks(self) -> Iterator[bytes]:
        sent = 0
        for piece in self._layout.pieces:
            for chunk in _split(piece) if isinstance(piece, bytes) else _file(piece):
                yield chunk
                sent += len(chunk)
                if self._progress is not None:
                    self._progress(sent, self.length)


def _split(data: bytes) -> Iterator[bytes]:
    for start in range(0, len(data), _PIECE):
        yield data[start : start + _PIECE]


def _file(upload: files.Upload) -> Iterator[bytes]:
    content = upload.content
    if isinstance(content, bytes):
        yield from _split(content)
    elif isinstance(content, str):
        with open(content, "rb") as file:
            yield from _bounded(file.read, upload.length)
    else:
        if upload.start is not None:
            cast("Any", content).seek(upload.start)
        yield from _bounded(content.read, upload.length)


def _bounded(read: Callable[[int], Any], length: int | None) -> Iterator[bytes]:
    """Yield as much as Content-Length promised, even if the file grows while it is read."""
    left = length
    while left is None or left > 0:
        chunk = read(_PIECE if left is None else min(_PIECE, left))
        if chunk is None or isinstance(chunk, str):
            raise ParameterError(
                [f"the file's `read` returned {type(chunk).__name__}, not bytes; open it with mode 'rb'"]
            )
        if not chunk:
            if left:
                raise OSError(f"the file ended {left} bytes before the length it had when the upload began")
            return
        if left is not None:
            left -= len(chunk)
        yield chunk


class AsyncUpload:
    """A body for an asynchronous transport. Worker threads read files, so that a slow disk does not block the loop."""

    def __init__(self, layout: Layout, progress: Progress | None) -> None:
        self._upload = Upload(layout, progress)
        self._in_memory = all(isinstance(piece, bytes) or isinstance(piece.content, bytes) for piece in layout.pieces)
        self.length = layout.length

    async def achunks(self) -> AsyncIterator[bytes]:
        chunks = self._upload.chunks()
        if self._in_memory:
            for chunk in chunks:
                yield chunk
            return
        import anyio.to_thread

        while chunk := await anyio.to_thread.run_sync(next, chunks, b""):
            yield chunk
