#!/usr/bin/env python3
"""Generate a package from every contract of a folder, and report what fails.

For each contract: the processor seconds of the generation, the operations of the document and of the package, the
import of all modules with all types, and the errors of a strict type check. The exit status is 1 if anything fails.

    .venv/bin/python scripts/try_contracts.py FOLDER [--no-types] [--keep FOLDER]
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from onceward_generator.diagnostics import ContractError, Report
from onceward_generator.load import Map, bundle, operations_of

IMPORT = """
import importlib, json, pkgutil, sys
package = importlib.import_module(sys.argv[1])
names = [m.name for m in pkgutil.walk_packages(package.__path__, sys.argv[1] + ".")]
from pydantic import TypeAdapter
types = 0
for name in names:
    module = importlib.import_module(name)
    if name.startswith(sys.argv[1] + ".types.") and ".params" not in name:
        for public in module.__all__:
            TypeAdapter(getattr(module, public))
            types += 1
print(types)
"""


@dataclass(slots=True)
class Trial:
    """The outcome for one contract."""

    name: str
    kilobytes: int = 0
    seconds: float = 0.0
    declared: int = 0
    generated: int = 0
    types: int = 0
    lines: int = 0
    type_errors: int | None = None
    problem: str = ""
    refused: str = ""

    @property
    def failed(self) -> bool:
        """The generator is at fault. A contract that is refused with its place is not a fault."""
        return bool(self.problem) or self.declared != self.generated or bool(self.type_errors)

    def row(self) -> str:
        """Return the outcome as a line of the table."""
        verdict = self.problem or (f"refused: {self.refused}" if self.refused else "ok")
        operations = f"{self.generated}/{self.declared}"
        errors = "-" if self.type_errors is None else str(self.type_errors)
        return (
            f"{self.name:32.32} {self.kilobytes:7} {self.seconds:7.1f} {operations:>11} {self.types:7} "
            f"{self.lines:8} {errors:>6}  {verdict}"
        )


def contracts(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder that are the root of a contract."""
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".yaml", ".yml", ".json"} and path.is_file():
            head = path.read_text(encoding="utf-8", errors="replace")[:20000]
            if any(word in head for word in ('"openapi"', "openapi:", '"swagger"', "swagger:")):
                yield path


def operations(path: Path) -> int:
    """Return the number of operations that a contract declares. Raises `ContractError`."""
    document, _ = bundle(path, Report())
    items = [item for path, item in (document.map("paths") or {}).items() if isinstance(item, Map) and path[:2] != "x-"]
    return sum(len(operations_of(item)) for item in items)


def attempt(path: Path, out: Path, check_types: bool) -> Trial:
    """Generate, import and check the package of one contract."""
    trial = Trial(path.stem, path.stat().st_size // 1024)
    try:
        trial.declared = operations(path)
    except ContractError as error:
        trial.refused = str(error)[:150]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "onceward_generator", str(path), "--language", "python", "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    trial.seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if done.returncode != 0:
        if not trial.refused or "Traceback" in done.stderr:
            trial.problem = f"generation: {_last(done.stderr)}"
        return trial
    trial.generated = _generated(out, done.stderr + done.stdout)
    package = next(found for found in (out / "src").iterdir() if found.is_dir())
    trial.lines = sum(len(file.read_text(encoding="utf-8").splitlines()) for file in package.rglob("*.py"))
    loaded = _python(["-c", IMPORT, package.name], out / "src")
    if loaded.returncode != 0:
        trial.problem = f"import: {_last(loaded.stderr)}"
        return trial
    trial.types = int(loaded.stdout)
    if check_types:
        checked = _python(["-m", "mypy", "--strict", package.name], out / "src")
        trial.type_errors = checked.stdout.count(": error:")
        if trial.type_errors:
            trial.problem = f"types: {checked.stdout.splitlines()[0]}"
    return trial


def _generated(out: Path, log: str) -> int:
    """Return the operations in the reference of a package, and those that were merged into another one."""
    page = (out / "api.md").read_text(encoding="utf-8")
    return page.count("\n- [`client.") + log.count(" N903 `")


def _python(arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], cwd=folder, capture_output=True, text=True, check=False)


def _last(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1][:200] if lines else "no output"


def main() -> int:
    """Try every contract of a folder. Return 1 if one of them fails."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--no-types", action="store_true", help="skip the strict type check, which takes longest")
    parser.add_argument("--keep", type=Path, help="keep the packages in this folder")
    parser.add_argument("--json", type=Path, help="write the outcomes to this file")
    arguments = parser.parse_args()
    trials: list[Trial] = []
    print(f"{'contract':32} {'kB':>7} {'seconds':>7} {'operations':>11} {'types':>7} {'lines':>8} {'mypy':>6}  outcome")
    with tempfile.TemporaryDirectory() as temporary:
        for path in [arguments.folder] if arguments.folder.is_file() else contracts(arguments.folder):
            out = (arguments.keep or Path(temporary)) / f"{len(trials)}-{path.stem}"
            trials.append(attempt(path, out, not arguments.no_types))
            print(trials[-1].row(), flush=True)
    failed = [trial.name for trial in trials if trial.failed]
    if arguments.json:
        rows = [{key: getattr(trial, key) for key in Trial.__slots__} for trial in trials]
        arguments.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    print(f"{len(trials)} contracts, {len(failed)} failed" + (f": {', '.join(failed)}" if failed else ""))
    return 1 if failed or not trials else 0


if __name__ == "__main__":
    raise SystemExit(main())
