"""The name of this command in the user's shell: the next steps that it prints must work when they are pasted."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path

__all__ = ["program"]

_NAME = "onceward"


def program() -> str:
    """Return `onceward` if the shell finds this command, otherwise its path, or `python -m onceward`."""
    script = Path(sys.executable).parent / (f"{_NAME}.exe" if sys.platform == "win32" else _NAME)
    found = shutil.which(_NAME)
    if found is not None and any(_same(found, own) for own in (script, Path(sys.argv[0]))):
        return _NAME
    if script.is_file():
        return shlex.quote(_short(script))
    return f"{shlex.quote(_short(Path(sys.executable)))} -m {_NAME}"


def _same(one: str, other: Path) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:
        return False


def _short(path: Path) -> str:
    """Return a path relative to the working folder if it is inside it."""
    try:
        return str(path.relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)
