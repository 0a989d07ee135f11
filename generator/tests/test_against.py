"""Verdicts against an earlier contract: git revisions, files, and missing bases."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from onceward_generator.cli import main

GIT = ["git", "-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main"]
CONTRACT = """\
openapi: 3.1.0
info: {title: Parcels, version: "1"}
servers: [{url: "https://api.parcels.example"}]
paths:
  /parcels:
    post:
      operationId: createParcel
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: "schemas/new.yaml#/NewParcel"}}}
      responses: {"200": {description: Done., content: {application/json: {schema: {type: object}}}}}
"""
SCHEMA = "NewParcel: {type: object, required: [to], properties: {to: {type: string}, note: {type: string}}}\n"
STRICTER = SCHEMA.replace("[to]", "[to, note]")
SDK = "version: 1\nmethods: {POST /parcels: parcels.send}\n"
CONFIG = 'contract = "api/root.yaml"\n[python]\nout = "sdk"\n'


def git(folder: Path, *arguments: str) -> None:
    subprocess.run([*GIT, "-C", str(folder), *arguments], check=True, capture_output=True)


def write_project(folder: Path) -> Path:
    (folder / "api" / "schemas").mkdir(parents=True)
    (folder / "api" / "root.yaml").write_text(CONTRACT)
    (folder / "api" / "schemas" / "new.yaml").write_text(SCHEMA)
    (folder / "onceward-generate.toml").write_text(CONFIG)
    return folder


def commit(folder: Path, message: str) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", message)


def tighten(project: Path) -> None:
    """Make an optional member of a request required, in a file that the root refers to."""
    (project / "api" / "schemas" / "new.yaml").write_text(STRICTER)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository whose first commit is tagged `v1`, and the working folder in it."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    folder = write_project(tmp_path / "project")
    git(folder, "init", "--quiet")
    monkeypatch.chdir(folder)
    assert main(["--quiet"]) == 0
    commit(folder, "first")
    git(folder, "tag", "v1")
    return folder


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    capsys.readouterr()
    status = main(list(arguments))
    printed = capsys.readouterr()
    return status, printed.out, printed.err


def test_an_unchanged_contract_has_no_verdict(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "--check", "--quiet") == (0, "verdict: none (compared with v1)\n", "")


def test_files_that_the_contract_refers_to_are_read_at_the_revision(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tighten(project)
    status, out, _ = run(capsys, "--quiet")
    assert status == 0
    assert "verdict: major (compared with v1)\n  major: `parcels.create`: `note` is required\n" in out


def test_the_last_tag_is_the_default_and_another_revision_can_be_named(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tighten(project)
    assert main(["--quiet"]) == 0
    commit(project, "second")
    assert "verdict: major (compared with v1)" in run(capsys, "--quiet")[1]
    assert "verdict: none (compared with HEAD)" in run(capsys, "--quiet", "--against", "HEAD")[1]
    assert "verdict: major (compared with HEAD~1)" in run(capsys, "--quiet", "--against", "HEAD~1")[1]
    git(project, "tag", "v2")
    assert "verdict: none (compared with v2)" in run(capsys, "--quiet")[1]


def test_head_is_the_default_without_tags(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(project, "tag", "--delete", "v1")
    tighten(project)
    assert "verdict: major (compared with HEAD)" in run(capsys, "--quiet")[1]


def test_the_configuration_names_a_revision(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commands = ["commit", "--quiet", "--allow-empty", "--message", "second"]
    git(project, *commands)
    git(project, "tag", "v2")
    (project / "onceward-generate.toml").write_text('against = "v1"\n' + CONFIG)
    assert "(compared with v1)" in run(capsys, "--quiet")[1]
    assert "(compared with v2)" in run(capsys, "--quiet", "--against", "v2")[1]


def test_a_lock_file_that_matches_spares_the_second_build(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the earlier contract is built again")

    monkeypatch.setattr("onceward_generator.comparison.build_api", refuse)
    assert "verdict: none" in run(capsys, "--check", "--quiet")[1]
    tighten(project)
    with pytest.raises(AssertionError, match="built again"):
        main(["--check", "--quiet"])


def test_a_damaged_lock_file_at_the_revision_is_ignored(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lock = project / "sdk" / "onceward-generate.lock"
    good = lock.read_text()
    lock.write_text("<<<<<<< HEAD\n")
    commit(project, "a conflict that was committed")
    lock.write_text(good)
    assert "verdict: none (compared with HEAD)" in run(capsys, "--quiet", "--against", "HEAD")[1]


def test_an_sdk_outside_of_the_repository_is_never_taken_for_the_revision(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tighten(project)
    arguments = ["api/root.yaml", "--out", str(project.parent / "elsewhere"), "--quiet"]
    assert "verdict: major" in run(capsys, *arguments)[1]
    assert "verdict: major" in run(capsys, *arguments)[1]


def test_an_sdk_file_that_the_revision_lacks_is_named(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "sdk.yaml").write_text(SDK)
    (project / "onceward-generate.toml").write_text('sdk = "sdk.yaml"\n' + CONFIG)
    _, out, _ = run(capsys, "--quiet")
    assert "verdict: major (compared with v1, which has no `sdk.yaml`)\n" in out
    assert "the method `parcels.create` was removed" in out


def test_an_sdk_file_is_read_at_the_revision(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "sdk.yaml").write_text(SDK)
    (project / "onceward-generate.toml").write_text('sdk = "sdk.yaml"\n' + CONFIG)
    commit(project, "second")
    (project / "sdk.yaml").write_text(SDK.replace("send", "post"))
    _, out, _ = run(capsys, "--quiet", "--against", "HEAD")
    assert "verdict: major (compared with HEAD)\n" in out
    assert "the method `parcels.send` was removed" in out


def test_links_are_followed(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "api" / "schemas" / "new.yaml").rename(project / "api" / "new.yaml")
    (project / "api" / "schemas" / "new.yaml").symlink_to("../new.yaml")
    commit(project, "second")
    (project / "api" / "new.yaml").write_text(STRICTER)
    _, out, _ = run(capsys, "--quiet", "--against", "HEAD")
    assert "verdict: major (compared with HEAD)\n  major: `parcels.create`: `note` is required\n" in out


@pytest.mark.process
def test_outside_of_a_repository_there_is_no_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_project(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.chdir(folder)
    reason = f"`{folder / 'api'}` is not in a git repository"
    status, out, err = run(capsys)
    assert (status, "verdict" in out) == (0, False)
    assert f"no verdict: {reason}\n" in err
    assert run(capsys, "--quiet") == (0, f"{folder / 'sdk'}: {_count(folder)} files, 0 written, 0 removed\n", "")
    assert run(capsys, "--against", "HEAD") == (2, "", f"onceward-generate: {reason}\n")


def _count(folder: Path) -> int:
    return sum(path.is_file() for path in (folder / "sdk").rglob("*"))


def test_a_repository_without_a_commit_has_no_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_project(tmp_path)
    git(folder, "init", "--quiet")
    monkeypatch.chdir(folder)
    status, _, err = run(capsys)
    assert status == 0
    assert f"no verdict: the git repository `{folder}` has no commit yet" in err


def test_a_contract_that_the_revision_lacks_has_no_verdict(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tighten(project)
    (project / "api").rename(project / "contract")
    (project / "onceward-generate.toml").write_text(CONFIG.replace("api/", "contract/"))
    reason = "the contract at revision 'v1' cannot be read: root.yaml:1:1: E001 `root.yaml` cannot be read"
    status, out, err = run(capsys)
    assert (status, "verdict" in out) == (0, False)
    assert f"no verdict: {reason}: not a file of revision 'v1'" in err
    status, out, err = run(capsys, "--against", "v1")
    assert (status, out) == (2, "")
    assert f"onceward-generate: {reason}" in err


@pytest.mark.parametrize("name", ["v9", "--output=x", "HEAD:api", "", "a\nb"])
def test_an_unknown_revision_is_wrong_usage(project: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    status, out, err = run(capsys, f"--against={name}")
    assert (status, out) == (2, "")
    assert f"has no revision {name!r}; `git fetch --tags` fetches new revisions" in err
    assert not (project / "x").exists()


def test_a_shallow_clone_says_how_to_fetch_the_rest(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tighten(project)
    commit(project, "second")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--depth", "1", project.as_uri(), str(clone))
    monkeypatch.chdir(clone)
    _, out, _ = run(capsys, "--quiet")
    assert "(compared with HEAD)" in out
    status, out, err = run(capsys, "--against", "v1")
    assert (status, out) == (2, "")
    assert "has no revision 'v1'; this clone is shallow: `git fetch --unshallow --tags` fetches" in err


def test_variables_of_a_hook_do_not_lead_to_another_repository(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other"
    git(tmp_path, "init", "--quiet", str(other))
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git" / "index"))
    assert "verdict: none (compared with v1)" in run(capsys, "--quiet")[1]


def test_without_git_there_is_no_verdict(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    status, _, err = run(capsys, "--check")
    assert status == 0
    assert "no verdict: git is not installed" in err


@pytest.mark.process
def test_an_earlier_file_needs_no_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    earlier, new = write_project(tmp_path / "old"), write_project(tmp_path / "new")
    tighten(new)
    monkeypatch.chdir(tmp_path)
    arguments = ["new/api/root.yaml", "--out", "sdk", "--quiet", "--against-file"]
    assert "verdict: major (compared with old/api/root.yaml)\n" in run(capsys, *arguments, "old/api/root.yaml")[1]
    (earlier / "api" / "root.yaml").unlink()
    status, out, err = run(capsys, *arguments, "old/api/root.yaml")
    assert (status, out) == (2, "")
    assert "the earlier contract cannot be read: root.yaml:1:1: E001" in err
    with pytest.raises(SystemExit):
        main([*arguments, "old/api/root.yaml", "--against", "HEAD"])


def test_the_check_proves_that_the_lock_file_is_fresh(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "api" / "root.yaml").write_text("# a comment\n" + CONTRACT)
    status, out, _ = run(capsys, "--check", "--quiet")
    assert status == 1
    assert "onceward-generate.lock" in out
