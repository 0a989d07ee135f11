"""The lock file: hashes of the inputs, of the model and of each generated file.

It is written beside the generated files and lists them, so that files which are no longer generated can be removed, and
files of other origin never are.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path, PurePosixPath

__all__ = ["LOCK_NAME", "Lock", "LockError", "hash_of", "parse_lock", "read_lock"]

LOCK_NAME = "onceward-generate.lock"
_FORMAT = 1


class LockError(Exception):
    """A lock file that cannot be used; the message contains the reason."""


@dataclass(frozen=True, slots=True)
class Lock:
    """The content of a lock file. Hashes are SHA-256 in hexadecimal; paths are relative to its folder."""

    model: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)

    def to_text(self) -> str:
        """Return the text of the lock file."""
        content = {
            "format": _FORMAT,
            "model": self.model,
            "inputs": dict(sorted(self.inputs.items())),
            "files": dict(sorted(self.files.items())),
        }
        return json.dumps(content, indent=1) + "\n"


def hash_of(text: str) -> str:
    """Return the hash of a text."""
    return sha256(text.encode()).hexdigest()


def read_lock(folder: Path) -> Lock:
    """Return the lock of a folder; an empty one if there is no lock file. Raises `LockError`."""
    path = folder / LOCK_NAME
    if not path.exists():
        return Lock()
    return parse_lock(path.read_bytes().decode("utf-8", errors="replace"), str(path))


def parse_lock(text: str, path: str) -> Lock:
    """Parse the text of a lock file. Raises `LockError` with the path in its message."""
    try:
        content = json.loads(text)
        lock = Lock(str(content["model"]), dict(content["inputs"]), dict(content["files"]))
    except (ValueError, KeyError, TypeError) as error:
        raise LockError(f"`{path}` is not a lock file ({error}); delete it to start over") from error
    for name in lock.files:
        inside = PurePosixPath(name)
        if inside.is_absolute() or ".." in inside.parts or "\\" in name:
            raise LockError(
                f"`{path}` claims {name!r}, which is outside of its folder; delete the lock file to start over"
            )
    return lock
