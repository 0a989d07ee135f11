"""Format generated files with ruff: sort imports, lay out the code, and check that every name is defined."""

from __future__ import annotations

import shutil
import subprocess
import sysconfig
import tempfile
from collections.abc import Mapping
from pathlib import Path

__all__ = ["EmitError", "tidy"]

STYLE = ("--isolated", "--no-cache", "--quiet", "--line-length=120", "--target-version=py311")


class EmitError(Exception):
    """Generated text that is not valid Python or uses undefined names: a fault of the generator."""


def tidy(files: Mapping[str, str]) -> dict[str, str]:
    """Return the files with the Python files among them formatted."""
    sources = {path: text for path, text in files.items() if path.endswith((".py", ".pyi"))}
    if not sources:
        return dict(files)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for path, text in sources.items():
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8", newline="\n")
        packages = sorted({path.split("/")[1] for path in sources if path.startswith("src/")})
        own = f"--config=lint.isort.known-first-party={packages!r}"  # the runtime of the package is not in this folder
        rules = ("--select=I,F401,F811,F821,F822", "--fixable=I", "--fix", "--output-format=concise")
        _run(root, "check", *rules, own, *STYLE)
        _run(root, "format", *STYLE)
        return {**files, **{path: (root / path).read_text(encoding="utf-8") for path in sources}}


def _run(root: Path, command: str, *arguments: str) -> None:
    done = subprocess.run(
        [_ruff(), command, *arguments, "."], cwd=root, capture_output=True, text=True, encoding="utf-8", check=False
    )
    if done.returncode != 0:
        raise EmitError(f"`ruff {command}` rejects generated code:\n{done.stdout[:4000]}{done.stderr[:4000]}")


def _ruff() -> str:
    """Return the path of the ruff executable beside this interpreter."""
    beside = shutil.which("ruff", path=sysconfig.get_path("scripts"))
    found = beside or shutil.which("ruff")
    if found is None:
        raise EmitError("`ruff` is not installed beside this Python: install it with `pip install ruff`")
    return found
