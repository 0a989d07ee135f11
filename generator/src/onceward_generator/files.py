"""Compare a folder with the wanted files, and write only what differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .lock import Lock, hash_of

__all__ = ["Changes", "Once", "apply", "compare"]

_MARK = "generated"


class Once(str):
    """The text of a file that is only written where none exists, and belongs to its owner afterwards."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """The differences between a folder and the wanted files. Paths are relative to the folder, and sorted."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    """Files that are no longer generated but were edited by hand; they are kept."""
    foreign: tuple[str, ...] = ()
    """Files in the way that the generator did not write; they are only overwritten on request."""

    @property
    def any(self) -> bool:
        """Report whether anything has to be written or removed."""
        return bool(self.added or self.changed or self.removed or self.foreign)

    def lines(self) -> list[str]:
        """Return one line per path, with a letter for the kind of change."""
        marks = (("A", self.added), ("M", self.changed), ("D", self.removed), ("E", self.edited), ("!", self.foreign))
        return [f"{mark} {path}" for mark, paths in marks for path in paths]


def compare(folder: Path, wanted: Mapping[str, str], lock: Lock) -> Changes:
    """Return the changes that would bring a folder to the wanted state. Nothing is written."""
    added: list[str] = []
    changed: list[str] = []
    foreign: list[str] = []
    for path in sorted(wanted):
        current = _read(folder / path)
        if current is None:
            added.append(path)
        elif current != wanted[path] and not isinstance(wanted[path], Once):
            own = path in lock.files or _MARK in "\n".join(current.splitlines()[:5]).lower() or not current
            (changed if own else foreign).append(path)
    stale = [path for path in sorted(lock.files) if path not in wanted and (folder / path).is_file()]
    removed = [path for path in stale if hash_of(_read(folder / path) or "") == lock.files[path]]
    return Changes(
        tuple(added), tuple(changed), tuple(removed), tuple(p for p in stale if p not in removed), tuple(foreign)
    )


def apply(folder: Path, wanted: Mapping[str, str], changes: Changes) -> None:
    """Write new and changed files, and remove stale ones with the folders that become empty.

    Foreign files in `changes` are overwritten, too; the caller decides about them beforehand.
    """
    for path in (*changes.added, *changes.changed, *changes.foreign):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(wanted[path], encoding="utf-8", newline="\n")
    for path in changes.removed:
        target = folder / path
        target.unlink()
        _prune(target.parent, folder)


def _prune(folder: Path, root: Path) -> None:
    while folder != root and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent


def _read(path: Path) -> str | None:
    """Return the text of a file with its own line ends, or None for a missing file."""
    if not path.is_file():
        return None
    return path.read_bytes().decode("utf-8", errors="replace")
