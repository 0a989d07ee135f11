# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Request types: files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Required, TypeAlias

from ..._core.options import CallOptions

if TYPE_CHECKING:
    from ..._core.files import FileInput
    from .shared import ExpiresAfterParam

__all__ = [
    "FileCreateRequestPurpose",
    "FilesContentParams",
    "FilesCreateParams",
    "FilesListOrder",
    "FilesListParams",
]


class FilesContentParams(CallOptions, total=False):
    """Arguments of `files.content`."""

    range: str
    """The bytes to send, such as `bytes=0-1023`, `bytes=1024-` or `bytes=-512` (the last 512), for downloads in
    parts and for continuing an interrupted download. A malformed value is ignored.
    """

    if_range: str
    """The `ETag` or the `Last-Modified` of an earlier response. If the content has changed since, `Range` is
    ignored and the whole content is sent.
    """


class FilesCreateParams(CallOptions, total=False):
    """Arguments of `files.create`."""

    file: Required[FileInput]
    """The content of the file. The filename of the form part is kept."""

    purpose: Required[FileCreateRequestPurpose]
    """The purpose of the file."""

    expires_after: ExpiresAfterParam
    """When the file expires."""


class FilesListParams(CallOptions, total=False):
    """Arguments of `files.list`."""

    purpose: str
    """Only files with this purpose."""

    order: FilesListOrder
    """The sort order by `created_at`."""

    limit: int
    """The maximum number of items per page."""

    after: str
    """The id of the last item of the previous page. The next page starts after it."""


FileCreateRequestPurpose: TypeAlias = Literal["assistants", "batch", "fine-tune", "vision", "user_data", "evals"] | str
"""The purpose of the file."""


FilesListOrder: TypeAlias = Literal["asc", "desc"]
