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
    """A file that was deleted."""

    id: str
    """The file's id."""

    object: Literal["file"]

    deleted: bool
    """Whether it is gone."""


class FileList(Model):
    """A page of records of files."""

    object: Literal["list"]

    data: list[FileObject]
    """The records."""

    first_id: str | None = None
    """The id of the first."""

    last_id: str | None = None
    """The id of the last; the next page starts behind it."""

    has_more: bool | None = None
    """Whether there is a next page."""


class FileObject(Model):
    """The record of a file."""

    id: str
    """The file's id."""

    object: Literal["file"]

    bytes: int
    """How large it is."""

    created_at: int
    """When it was made, in seconds since 1970."""

    expires_at: int | None = None
    """When it will be deleted, in seconds since 1970."""

    filename: str
    """Its name."""

    purpose: FileObjectPurpose
    """What it is for."""

    status: FileObjectStatus | None = None
    """Whether it can be used."""

    status_details: str | None = None
    """What is wrong with it."""


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
"""What it is for."""


FileObjectStatus: TypeAlias = Literal["uploaded", "processed", "error"] | str
"""Whether it can be used."""
