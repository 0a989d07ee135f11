"""What a run wrote: the hashes of its inputs, of the model and of each file.

The lock lies beside the generated files. It tells which files are the generator's own, so that a file which is no
longer produced can be removed and a stranger's file never is.
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
    """The lock file cannot be trusted; the text says why."""


@dataclass(frozen=True, slots=True)
class Lock:
    """Hashes are SHA-256 in hexadecimal; paths are relative to the folder of the lock."""

    model: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)

    def to_text(self) -> str:
        content = {
            "format": _FORMAT,
            "model": self.model,
            "inputs": dict(sorted(self.inputs.items())),
            "files": dict(sorted(self.files.items())),
        }
        return json.dumps(content, indent=1) + "\n"


def hash_of(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def read_lock(folder: Path) -> Lock:
    """The lock of a folder; an empty one where there is none. Raises `LockError`."""
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
        raise LockError(f"`{path}` is no lock file ({error}); delete it to start anew") from error
    for name in lock.files:
        inside = PurePosixPath(name)
        if inside.is_absolute() or ".." in inside.parts or "\\" in name:
            raise LockError(f"`{path}` claims {name!r}, which is outside of its folder; delete the lock to start anew")
    return lock
