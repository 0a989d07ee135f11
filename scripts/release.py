#!/usr/bin/env python3
"""Release every package of the repository under one version.

Check the tree, the versions and the changelog, run the tests, build all wheels and source distributions, verify them
in a new environment, and tag the commit. Nothing is uploaded or pushed: the last lines printed are the commands for
that.

Usage: release.py VERSION [--dry-run] [--tested]
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
PACKAGES = {"onceward": "sdks/python", "onceward_gateway": "gateway", "onceward_generator": "generator"}
TESTS = ("make", "test-all")

CONTRACT = """\
openapi: 3.1.0
info: {title: Smoke, version: "1"}
servers: [{url: "https://smoke.example"}]
paths: {/things: {get: {operationId: listThings, responses: {"200": {description: Done.}}}}}
"""


class ReleaseError(Exception):
    """A release that cannot go on; the message lists every reason."""


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Run the command line. Return 0 after a release, 1 when something prevents it."""
    parser = argparse.ArgumentParser("release", description="Check, build, verify and tag a release of all packages.")
    parser.add_argument("version", help="the version to release, as in every `_version.py`: 1.2.0 or 1.2.0rc1")
    parser.add_argument("--dry-run", action="store_true", help="check, build and verify, but do not test, keep or tag")
    parser.add_argument("--tested", action="store_true", help=f"`{' '.join(TESTS)}` has passed on this commit: skip it")
    options = parser.parse_args(arguments)
    try:
        release(root, options.version, dry_run=options.dry_run, tested=options.tested)
    except ReleaseError as error:
        print(f"release: {error}", file=sys.stderr)
        return 1
    return 0


def release(root: Path, version: str, *, dry_run: bool, tested: bool) -> None:
    """Release a version, or with `dry_run` do everything that leaves no trace. Raises `ReleaseError`."""
    problems = list(find_problems(root, version))
    if problems:
        raise ReleaseError("\n  - ".join([f"{version} is not ready:", *problems]))
    if not (tested or dry_run):
        run(TESTS, root)
    with tempfile.TemporaryDirectory() as folder:
        built = build(root, Path(folder) / "dist", version)
        verify(built, Path(folder))
        if dry_run:
            print(f"{version} can be released. Before the tag, `{' '.join(TESTS)}` has to pass. Nothing was kept.")
            return
        dist = root / "dist"
        shutil.rmtree(dist, ignore_errors=True)
        shutil.copytree(Path(folder) / "dist", dist)
    run(("git", "tag", "--annotate", f"v{version}", "--message", f"Release {version}"), root)
    print(f"v{version} is tagged, and its packages are in dist/. To publish it:")
    print(f"  git push origin v{version}\n  twine upload dist/*")


def find_problems(root: Path, version: str) -> Iterator[str]:
    """Yield every reason why a version cannot be released from the present state of the repository."""
    if not re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+((a|b|rc)[0-9]+)?", version):
        yield f"{version!r} is not a version such as 1.2.0 or 1.2.0rc1"
        return
    for package, folder in PACKAGES.items():
        path = f"{folder}/src/{package}/_version.py"
        found = re.search(r'^__version__ = "(.*)"$', (root / path).read_text(), re.MULTILINE)
        if found is None or found[1] != version:
            yield f"`{path}` has version {found[1] if found else None}: change it, and commit"
    if changed := output(("git", "status", "--porcelain"), root):
        yield f"the working tree has uncommitted changes: {', '.join(line[3:] for line in changed.splitlines()[:5])}"
    yield from _changelog_problems((root / "CHANGELOG.md").read_text(), version)
    if output(("git", "tag", "--list", f"v{version}"), root):
        yield f"the tag v{version} exists: choose a new version"


def _changelog_problems(text: str, version: str) -> Iterator[str]:
    section = re.search(rf"^## {re.escape(version)}\b(.*)\n((?:(?!## ).*\n?)*)", text, re.MULTILINE)
    if section is None:
        yield f"`CHANGELOG.md` has no section `## {version} (YYYY-MM-DD)`"
        return
    if not re.fullmatch(r" \([0-9]{4}-[0-9]{2}-[0-9]{2}\)", section[1]):
        yield f"`CHANGELOG.md`: the heading `## {version}{section[1]}` needs the date: `## {version} (YYYY-MM-DD)`"
    if not section[2].strip():
        yield f"`CHANGELOG.md`: the section of {version} is empty"


def build(root: Path, folder: Path, version: str) -> list[Path]:
    """Build the source distribution of each package, and from it the wheel. Return both files of each package."""
    for source in PACKAGES.values():
        run((sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(root / source)), root)
    wanted = [folder / f"{name}-{version}{end}" for name in PACKAGES for end in ("-py3-none-any.whl", ".tar.gz")]
    missing = [path.name for path in wanted if not path.is_file()]
    if missing:
        raise ReleaseError(f"the build did not write {', '.join(missing)}")
    return wanted


def verify(built: Sequence[Path], folder: Path) -> None:
    """Check the metadata, install the wheels in a new environment, and use each package there."""
    run((sys.executable, "-m", "twine", "check", "--strict", *map(str, built)), folder)
    environment = folder / "environment"
    python = environment / "bin" / "python"
    wheels = [str(path) for path in built if path.suffix == ".whl"]
    run((str(BIN / "uv"), "venv", "--quiet", "--python", sys.executable, str(environment)), folder)
    run((str(BIN / "uv"), "pip", "install", "--quiet", "--python", str(python), *wheels), folder)
    (folder / "contract.yaml").write_text(CONTRACT)
    generated = folder / "generated"
    # The demonstration starts the gateway and calls it with the SDK.
    run((str(environment / "bin" / "onceward"), "demo"), folder)
    run((str(environment / "bin" / "onceward-generate"), "contract.yaml", "--out", str(generated), "--quiet"), folder)
    run((str(python), "-c", "import smoke; smoke.Smoke(api_key='k').things.list"), generated / "src")


def run(command: Sequence[str], folder: Path) -> None:
    """Run a command with its output shown. Raises `ReleaseError` when it fails."""
    print(f"+ {' '.join(command)}", flush=True)
    done = subprocess.run(command, cwd=folder, env=_environment(), check=False)
    if done.returncode != 0:
        raise ReleaseError(f"`{' '.join(command)}` failed with exit status {done.returncode}; nothing is tagged")


def output(command: Sequence[str], folder: Path) -> str:
    """Return what a command prints, without the trailing line break."""
    done = subprocess.run(command, cwd=folder, env=_environment(), check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise ReleaseError(f"`{' '.join(command)}` failed: {done.stderr.strip()}")
    return done.stdout.rstrip("\n")


def _environment() -> dict[str, str]:
    """Return the environment without settings of the developer that a user of the packages does not have."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("ONCEWARD_", "PYTHONPATH"))}


if __name__ == "__main__":
    sys.exit(main())
