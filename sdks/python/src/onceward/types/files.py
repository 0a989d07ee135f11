# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Response types: files."""

from __future__ import annotations

from typing import Literal, TypeAlias

from .._core.models import Model

__all__ = [
    "FileDeleted",
    "FileList",
    "FileObject",
    "FileObjectPurpose",
    "FileObjectStatus",
]


class FileDeleted(Model):
    """Confirmation that a file was deleted."""

    id: str
    """The id of the file."""

    object: Literal["file"]

    deleted: bool
    """Whether the file was deleted."""


class FileList(Model):
    """A page of files."""

    object: Literal["list"]

    data: list[FileObject]
    """The files."""

    first_id: str | None = None
    """The id of the first item."""

    last_id: str | None = None
    """The id of the last item; the next page starts after it."""

    has_more: bool | None = None
    """Whether there are more items."""


class FileObject(Model):
    """A file."""

    id: str
    """The id of the file."""

    object: Literal["file"]

    bytes: int
    """The size of the file in bytes."""

    created_at: int
    """When the file was created, as a Unix timestamp in seconds."""

    expires_at: int | None = None
    """When the file expires, as a Unix timestamp in seconds."""

    filename: str
    """The name of the file."""

    purpose: FileObjectPurpose
    """The purpose of the file."""

    status: FileObjectStatus | None = None
    """The status of the file."""

    status_details: str | None = None
    """Details of a validation failure."""


FileObjectPurpose: TypeAlias = (
    Literal[
        "assistants",
        "assistants_output",
        "batch",
        "batch_output",
        "fine-tune",
        "fine-tune-results",
        "vision",
        "user_data",
        "evals",
    ]
    | str
)
"""The purpose of the file."""


FileObjectStatus: TypeAlias = Literal["uploaded", "processed", "error"] | str
"""The status of the file."""
