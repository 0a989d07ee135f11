"""Write the entry of a changelog from a verdict."""

from __future__ import annotations

import re
from pathlib import Path

from .verdict import Level, Verdict

__all__ = ["changelog_entry", "next_version", "with_entry"]

_SECTIONS = ((Level.MAJOR, "Breaking changes"), (Level.MINOR, "Added and changed"), (Level.PATCH, "Fixed"))
_VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)")
_ENTRY = re.compile(r"^## ", re.MULTILINE)


def next_version(current: str, level: Level) -> str:
    """Return the version after a change. Before 1.0.0, a breaking change raises the second number."""
    match = _VERSION.fullmatch(current.strip())
    if match is None:
        raise ValueError(f"the version is {current!r}; give three numbers, such as 1.4.2")
    major, minor, patch = (int(group) for group in match.groups())
    if level is Level.MAJOR and major > 0:
        return f"{major + 1}.0.0"
    if level is Level.MAJOR or (level is Level.MINOR and major > 0):
        return f"{major}.{minor + 1}.0"
    return current.strip() if level is Level.NONE else f"{major}.{minor}.{patch + 1}"


def changelog_entry(verdict: Verdict, version: str | None = None) -> str:
    """Return the entry of a version, or of the next one without a number."""
    parts = [f"## {version or 'Unreleased'}\n"]
    for level, title in _SECTIONS:
        lines = [f"- {_sentence(reason.what)}" for reason in verdict.reasons if reason.level is level]
        if lines:
            parts.append(f"### {title}\n\n" + "\n".join(lines) + "\n")
    if len(parts) == 1:
        parts.append("No changes for users.\n")
    return "\n".join(parts)


def with_entry(path: Path, entry: str) -> str:
    """Return the text of a changelog with an entry above all others; an `Unreleased` entry at the top is replaced."""
    text = path.read_text(encoding="utf-8") if path.exists() else "# Changelog\n"
    starts = [match.start() for match in _ENTRY.finditer(text)]
    if not starts:
        return f"{text.rstrip()}\n\n{entry}"
    head, rest = text[: starts[0]], text[starts[0] :]
    if rest.startswith("## Unreleased"):
        rest = text[starts[1] :] if len(starts) > 1 else ""
    return f"{head}{entry}" + (f"\n{rest}" if rest else "")


def _sentence(what: str) -> str:
    text = what[:1].upper() + what[1:]
    return text if text.endswith(".") else f"{text}."
