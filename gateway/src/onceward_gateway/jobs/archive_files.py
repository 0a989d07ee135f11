"""Files of the archive: compressed JSON lines, complete or not there at all."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

__all__ = ["ids_in", "write_archive"]

_PART = ".part"


def write_archive(folder: Path, name: str, records: Iterable[dict[str, Any]]) -> None:
    """Write a file whose content is on the disk when this returns; one of the same name is replaced."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = folder / (name + _PART)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        with gzip.GzipFile(filename="", fileobj=file, mode="wb", mtime=0) as packed:
            for record in records:
                packed.write(msgspec.json.encode(record) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, folder / name)
    directory = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def ids_in(folder: Path, name: str) -> list[str] | None:
    """Return the ids of the records in a file; None if it is not there."""
    try:
        with gzip.open(folder / name, "rb") as file:
            return [str(msgspec.json.decode(line)["id"]) for line in file]
    except FileNotFoundError:
        return None
