"""Brings a folder to the state that a run asks for, touching as little as possible."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .lock import Lock, hash_of

__all__ = ["Changes", "apply", "compare"]

_MARK = "generated"


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs between a folder and what it should hold. All paths are relative to the folder, sorted."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    """No longer produced, but changed by hand since: left where they are."""
    foreign: tuple[str, ...] = ()
    """In the way, and not the generator's: never overwritten unasked."""

    @property
    def any(self) -> bool:
        return bool(self.added or self.changed or self.removed or self.foreign)

    def lines(self) -> list[str]:
        marks = (("A", self.added), ("M", self.changed), ("D", self.removed), ("E", self.edited), ("!", self.foreign))
        return [f"{mark} {path}" for mark, paths in marks for path in paths]


def compare(folder: Path, wanted: Mapping[str, str], lock: Lock) -> Changes:
    """What would have to change. Reads, never writes."""
    added: list[str] = []
    changed: list[str] = []
    foreign: list[str] = []
    for path in sorted(wanted):
        current = _read(folder / path)
        if current is None:
            added.append(path)
        elif current != wanted[path]:
            own = path in lock.files or _MARK in "\n".join(current.splitlines()[:5]).lower() or not current
            (changed if own else foreign).append(path)
    stale = [path for path in sorted(lock.files) if path not in wanted and (folder / path).is_file()]
    removed = [path for path in stale if hash_of(_read(folder / path) or "") == lock.files[path]]
    return Changes(
        tuple(added), tuple(changed), tuple(removed), tuple(p for p in stale if p not in removed), tuple(foreign)
    )


def apply(folder: Path, wanted: Mapping[str, str], changes: Changes) -> None:
    """Write what is new or different and remove what is stale, with the folders that become empty.

    Whoever passes foreign files has asked for their replacement.
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
    """The text of a file, line ends as they are; None if there is no such file."""
    if not path.is_file():
        return None
    return path.read_bytes().decode("utf-8", errors="replace")
