"""The release command, in a temporary clone of this repository."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]
VERSION = "9.8.7"


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=A", "-c", "user.email=a@example.com", *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture(scope="module")
def release() -> ModuleType:
    spec = importlib.util.spec_from_file_location("release", ROOT / "scripts" / "release.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone with the files as they are now, whose version is ready to be released."""
    folder = tmp_path_factory.mktemp("release") / "clone"
    git(ROOT, "clone", "--quiet", "--no-tags", "--no-hardlinks", str(ROOT), str(folder))
    for name in git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard", "-z").split("\0"):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    for package, source in (
        ("onceward", "sdks/python"),
        ("onceward_gateway", "gateway"),
        ("onceward_generator", "generator"),
    ):
        set_version(folder / source / "src" / package / "_version.py", VERSION)
    changelog = folder / "CHANGELOG.md"
    changelog.write_text(
        f"# Changes\n\n## {VERSION} (2026-12-01)\n\n- Everything.\n\n## 0.0.1 (2026-01-01)\n\n- Little.\n"
    )
    git(folder, "config", "user.name", "A")
    git(folder, "config", "user.email", "a@example.com")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Release")
    return folder


@pytest.fixture
def clone(repository: Path) -> Path:
    """The clone at the commit of the release, without tags and packages."""
    git(repository, "reset", "--quiet", "--hard")
    git(repository, "clean", "--quiet", "--force", "-d", "-x")
    for tag in git(repository, "tag").split():
        git(repository, "tag", "--delete", tag)
    return repository


def set_version(path: Path, version: str) -> None:
    lines = [
        line if not line.startswith("__version__") else f'__version__ = "{version}"'
        for line in path.read_text().splitlines()
    ]
    path.write_text("\n".join(lines) + "\n")


def test_a_release_is_built_verified_and_tagged(clone: Path) -> None:
    environment = os.environ | {"ONCEWARD_API_KEY": "a key of the developer that must not matter"}
    command = [sys.executable, "scripts/release.py", VERSION, "--tested"]
    done = subprocess.run(command, cwd=clone, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert {path.name for path in (clone / "dist").iterdir()} == {
        f"{name}-{VERSION}{end}"
        for name in ("onceward", "onceward_gateway", "onceward_generator")
        for end in ("-py3-none-any.whl", ".tar.gz")
    }
    assert git(clone, "cat-file", "-t", f"v{VERSION}") == "tag"
    assert git(clone, "rev-parse", f"v{VERSION}^{{commit}}") == git(clone, "rev-parse", "HEAD")
    assert git(clone, "status", "--porcelain") == ""
    assert done.stdout.endswith(f"To publish it:\n  git push origin v{VERSION}\n  twine upload dist/*\n")


class Steps:
    """Replaces the long steps of a release, and records them."""

    def __init__(self, release: ModuleType, monkeypatch: pytest.MonkeyPatch, failing: str = "") -> None:
        self.done: list[str] = []
        self._failing = failing
        self._error: type[Exception] = release.ReleaseError
        self._run = release.run
        monkeypatch.setattr(release, "run", self._record)
        monkeypatch.setattr(release, "build", self._build)
        monkeypatch.setattr(release, "verify", lambda built, folder: self._step("verify"))

    def _step(self, name: str) -> None:
        self.done.append(name)
        if name == self._failing:
            raise self._error(f"{name} failed")

    def _build(self, root: Path, folder: Path, version: str) -> list[Path]:
        folder.mkdir()
        (folder / "package.whl").write_text("built")
        self._step("build")
        return []

    def _record(self, command: Sequence[str], folder: Path) -> None:
        if command[0] == "git":
            self.done.append("tag")
            self._run(command, folder)
        else:
            self._step(" ".join(command))


def test_the_tests_run_before_the_build(clone: Path, release: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = Steps(release, monkeypatch)
    (clone / "dist").mkdir()
    (clone / "dist" / "older.whl").write_text("of the last release")
    assert release.main([VERSION], clone) == 0
    assert steps.done == ["make test-all", "build", "verify", "tag"]
    assert [path.name for path in (clone / "dist").iterdir()] == ["package.whl"]


def test_a_dry_run_leaves_nothing(clone: Path, release: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = Steps(release, monkeypatch)
    assert release.main([VERSION, "--dry-run"], clone) == 0
    assert steps.done == ["build", "verify"]
    assert not (clone / "dist").exists()
    assert git(clone, "tag") == ""
    assert git(clone, "status", "--porcelain", "--ignored") == ""


@pytest.mark.parametrize("step", ["make test-all", "build", "verify"])
def test_a_step_that_fails_prevents_the_tag(
    clone: Path, release: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], step: str
) -> None:
    steps = Steps(release, monkeypatch, failing=step)
    assert release.main([VERSION], clone) == 1
    assert steps.done[-1] == step
    assert capsys.readouterr().err == f"release: {step} failed\n"
    assert not (clone / "dist").exists()
    assert git(clone, "tag") == ""


def test_every_problem_is_named_at_once(
    clone: Path, release: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    steps = Steps(release, monkeypatch)
    set_version(clone / "gateway" / "src" / "onceward_gateway" / "_version.py", "1.0.0")
    (clone / "CHANGELOG.md").write_text(f"## {VERSION} (unreleased)\n\n## 1.0.0 (2026-01-01)\n\n- Old.\n")
    git(clone, "tag", f"v{VERSION}")
    assert release.main([VERSION], clone) == 1
    assert steps.done == []
    assert capsys.readouterr().err == (
        f"release: {VERSION} is not ready:\n"
        "  - `gateway/src/onceward_gateway/_version.py` has version 1.0.0: change it, and commit\n"
        "  - the working tree has uncommitted changes: CHANGELOG.md, gateway/src/onceward_gateway/_version.py\n"
        f"  - `CHANGELOG.md`: the heading `## {VERSION} (unreleased)` needs the date: `## {VERSION} (YYYY-MM-DD)`\n"
        f"  - `CHANGELOG.md`: the section of {VERSION} is empty\n"
        f"  - the tag v{VERSION} exists: choose a new version\n"
    )


@pytest.mark.parametrize("version", ["1.2", "v1.2.0", "1.2.0-rc1", "1.2.0 ", ""])
def test_odd_versions_are_refused(
    clone: Path, release: ModuleType, capsys: pytest.CaptureFixture[str], version: str
) -> None:
    assert release.main([version, "--dry-run"], clone) == 1
    reason = f"{version!r} is not a version such as 1.2.0 or 1.2.0rc1"
    assert capsys.readouterr().err == f"release: {version} is not ready:\n  - {reason}\n"


def test_a_version_without_notes_is_refused(
    clone: Path, release: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert release.main(["9.8.8", "--dry-run"], clone) == 1
    assert "  - `CHANGELOG.md` has no section `## 9.8.8 (YYYY-MM-DD)`\n" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("package", "folder"),
    [("onceward", "sdks/python"), ("onceward_gateway", "gateway"), ("onceward_generator", "generator")],
)
def test_the_version_has_one_source(package: str, folder: str) -> None:
    """The project file, the code, the documentation and the lock file hold no copy of the version."""
    version = importlib.import_module(package).__version__
    assert f'version = "{version}"' not in (ROOT / folder / "pyproject.toml").read_text()
    found = git(ROOT, "grep", "--files-with-matches", "--fixed-strings", f'__version__ = "{version}"', "--", folder)
    assert found == f"{folder}/src/{package}/_version.py"
    entry = (ROOT / "uv.lock").read_text().split(f'name = "{package.replace("_", "-")}"\n')[1]
    assert not entry.startswith("version")
