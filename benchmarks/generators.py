"""Compare generators of Python clients on the same contracts, in one run.

    python benchmarks/generators.py                      # the contracts of the repository, and those in ONCEWARD_SPECS
    python benchmarks/generators.py my-contract.yaml

For each generator and contract: whether it finishes, its CPU time, the operations that the client has, the size of the
package, the modules that cannot be imported, and the errors of ``mypy --strict``. The table is Markdown, as in the
documentation of the generator.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from environments import ROOT, python_of

HTTP = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
OWN = [ROOT / "generator/tests/contracts/parcels.yaml", ROOT / "contract/openapi.yaml"]
IMPORT_ALL = """
import importlib, pkgutil, sys
sys.path.insert(0, sys.argv[1])
package = importlib.import_module(sys.argv[2])
failed = 0
for module in pkgutil.walk_packages(package.__path__, package.__name__ + ".", onerror=lambda name: None):
    try:
        importlib.import_module(module.name)
    except Exception:
        failed += 1
print(failed)
"""


@dataclass(frozen=True)
class Generator:
    """A generator: its command for a contract and an output folder, and how its operations are counted."""

    name: str
    python: Callable[[], Path]
    command: Callable[[Path, Path, Path], Sequence[str | Path]]
    operations: Callable[[Path], int]


@dataclass(frozen=True)
class Row:
    """The result of one generator for one contract."""

    problem: str = ""
    seconds: float = 0.0
    operations: int = 0
    lines: int = 0
    import_errors: int = 0
    type_errors: int = 0


def ours(python: Path, contract: Path, out: Path) -> Sequence[str | Path]:
    return [python, "-m", "onceward_generator", contract, "--out", out, "--quiet"]


def openapi_python_client(python: Path, contract: Path, out: Path) -> Sequence[str | Path]:
    command = python.parent / "openapi-python-client"
    return [command, "generate", "--path", contract, "--output-path", out, "--overwrite"]


def openapi_generator(python: Path, contract: Path, out: Path) -> Sequence[str | Path]:
    command = python.parent / "openapi-generator-cli"
    return [command, "generate", "-i", contract, "-g", "python", "-o", out, "--skip-validate-spec"]


GENERATORS = (
    Generator(
        "onceward-generate",
        lambda: Path(sys.executable),
        ours,
        lambda out: (out / "api.md").read_text().count("\n- [`client."),
    ),
    Generator(
        "openapi-python-client",
        lambda: python_of("openapi-python-client"),
        openapi_python_client,
        lambda out: sum(path.name != "__init__.py" for path in out.glob("*/api/*/*.py")),
    ),
    Generator(
        "openapi-generator",
        lambda: python_of("openapi-generator"),
        openapi_generator,
        lambda out: sum(
            len(re.findall(r"^    def \w+_with_http_info\(", path.read_text(), re.MULTILINE))
            for path in out.glob("*/api/*.py")
        ),
    ),
)


def measure(generator: Generator, contract: Path, folder: Path) -> Row:
    """Generate a client, import all of it, and check its types."""
    python, out = generator.python(), folder / "out"
    path = f"{python.parent}{os.pathsep}{os.environ['PATH']}"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [str(part) for part in generator.command(python, contract, out)],
        cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False, timeout=900,
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    package = _package(out)
    if done.returncode != 0 or package is None:
        lines = [line for line in (done.stderr or done.stdout).strip().splitlines() if line.strip()]
        return Row(problem=lines[-1][:80] if lines else "no output")
    sources = [path for path in package.rglob("*.py") if "test" not in path.parts]
    return Row(
        seconds=after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        operations=generator.operations(out),
        lines=sum(path.read_text(encoding="utf-8").count("\n") for path in sources),
        import_errors=_import_errors(python, package),
        type_errors=_type_errors(python, package),
    )


def _package(out: Path) -> Path | None:
    """Return the folder of the package that was written."""
    found = [path.parent for path in [*out.glob("*/__init__.py"), *out.glob("src/*/__init__.py")]]
    return next((path for path in found if path.name not in {"test", "tests"}), None)


def _import_errors(python: Path, package: Path) -> int:
    command = [str(python), "-c", IMPORT_ALL, str(package.parent), package.name]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
    return int(done.stdout.split()[-1]) if done.returncode == 0 else -1


def _type_errors(python: Path, package: Path) -> int:
    command = [str(python), "-m", "mypy", "--strict", "--no-incremental", "--no-error-summary", package.name]
    env = {**os.environ, "MYPYPATH": str(package.parent)}
    done = subprocess.run(
        command, cwd=package.parent, env=env, capture_output=True, text=True, check=False, timeout=1800
    )
    return sum(": error:" in line for line in done.stdout.splitlines())


def operations_of(contract: Path) -> int:
    """Return the number of operations in a contract."""
    document = yaml.load(contract.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    paths = document.get("paths") or {}
    return sum(key in HTTP for item in paths.values() if isinstance(item, dict) for key in item)


def table(contracts: Sequence[Path], generators: Sequence[Generator]) -> str:
    """Return the rows of all contracts as Markdown."""
    lines = [
        "| contract (operations) | generator | CPU | operations | lines | modules that fail | mypy --strict errors |",
        "|---|---|---|---|---|---|---|",
    ]
    for contract in contracts:
        for generator in generators:
            with tempfile.TemporaryDirectory() as folder:
                row = measure(generator, contract, Path(folder))
            head = f"| {contract.stem} ({operations_of(contract)}) | {generator.name} |"
            figures = (
                f" {row.seconds:.1f} s | {row.operations} | {row.lines} | {row.import_errors} | {row.type_errors} |"
            )
            lines.append(head + (f" fails: {row.problem} | | | | |" if row.problem else figures))
            print(lines[-1], file=sys.stderr, flush=True)
    return "\n".join(lines)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("contracts", nargs="*", type=Path)
    parser.add_argument("--generator", action="append", choices=[generator.name for generator in GENERATORS])
    options = parser.parse_args()
    specs = os.environ.get("ONCEWARD_SPECS")
    contracts = options.contracts or [*OWN, *(sorted(Path(specs).glob("*.yaml")) if specs else ())]
    chosen = [generator for generator in GENERATORS if not options.generator or generator.name in options.generator]
    if shutil.which("java") is None:
        print("openapi-generator uses the Java that is installed with it", file=sys.stderr)
    print(table([contract.resolve() for contract in contracts], chosen))


if __name__ == "__main__":
    main()
