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
    "FilesCreateParams",
    "FilesListOrder",
    "FilesListParams",
]


class FilesCreateParams(CallOptions, total=False):
    """Arguments of `files.create`."""

    file: Required[FileInput]
    """The content; the part's filename is kept."""

    purpose: Required[FileCreateRequestPurpose]
    """What the file is for."""

    expires_after: ExpiresAfterParam
    """How long a file is kept."""


class FilesListParams(CallOptions, total=False):
    """Arguments of `files.list`."""

    purpose: str
    """Only files for this."""

    order: FilesListOrder
    """By `created_at`, rising or falling."""

    limit: int
    """How many items a page holds at most."""

    after: str
    """The id of the last item of the page before; the answer starts behind it."""


FileCreateRequestPurpose: TypeAlias = Literal["assistants", "batch", "fine-tune", "vision", "user_data", "evals"] | str
"""What the file is for."""


FilesListOrder: TypeAlias = Literal["asc", "desc"]
