"""The command `diff`: semantic versions for each language, and the entry of the changelog."""

from __future__ import annotations

from pathlib import Path

import pytest
from contracts import SMALL

from onceward_generator import build_api
from onceward_generator.changelog import changelog_entry, next_version, with_entry
from onceward_generator.cli import main
from onceward_generator.verdict import Level, Reason, Verdict, verdict

PARCELS = next(path for path in SMALL if path.stem == "parcels")
MAJOR, MINOR, PATCH, NONE = Level.MAJOR, Level.MINOR, Level.PATCH, Level.NONE


def changed(folder: Path, old: str, new: str) -> Path:
    text = PARCELS.read_text()
    assert old in text
    path = folder / "new.yaml"
    path.write_text(text.replace(old, new))
    return path


def test_a_change_has_a_level_in_each_language(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = changed(tmp_path, "weight: {type: number, exclusiveMinimum: 0}", "weight: {type: integer}")
    assert main(["diff", str(PARCELS), str(new), "--current", "1.4.2"]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[:4] == [
        "python: major -> 2.0.0", "typescript: minor -> 1.5.0", "go: major -> 2.0.0", "rust: major -> 2.0.0",
    ]  # fmt: skip
    assert "## 2.0.0" in out
    assert "### Breaking changes" in out


@pytest.mark.parametrize(
    ("old", "new", "levels"),
    [
        (
            "has_more: {type: boolean}",
            "has_more: {type: boolean}\n                  total: {type: integer}",
            (MINOR,) * 4,
        ),
        ("enum: [sent, arrived]", "enum: [sent, arrived, lost]", (MINOR,) * 4),
        ("operationId: deleteParcel", "operationId: dropParcel", (PATCH,) * 4),
        ("operationId: downloadLabel", "operationId: getLabel", (MAJOR,) * 4),
        ("List parcels", "List all parcels", (PATCH,) * 4),
    ],
)
def test_levels(tmp_path: Path, old: str, new: str, levels: tuple[Level, ...]) -> None:
    found = verdict(build_api(PARCELS)[0], build_api(changed(tmp_path, old, new))[0])
    assert tuple(found.in_language(name).level for name in ("python", "typescript", "go", "rust")) == levels


@pytest.mark.parametrize(
    ("before", "after", "level", "what"),
    [
        ("clocks: {connect: 10}", "clocks: {connect: 3}", "minor", "`clocks.connect` changed from 10.0 to 3.0"),
        ("retries: {max: 2}", "retries: {max: 0}", "minor", "`max_retries` changed from 2 to 0"),
        ("retries: {cap: 8}", "retries: {cap: 9}", "minor", "`backoff.cap` changed from 8.0 to 9.0"),
        ("headers: {logged: [a]}", "headers: {logged: [a, b]}", "minor", "`logged_headers` changed"),
        (
            "errors: {api_status: {}, gone: {statuses: [410]}}",
            "errors: {api_status: {}}",
            "major",
            "error `gone` was rem",
        ),
        (
            "errors: {api_status: {}}",
            "errors: {api_status: {}, gone: {statuses: [410]}}",
            "minor",
            "error `gone` was add",
        ),
        ("clocks: {connect: 10}", "clocks: {connect: 10}", "none", "No changes for users."),
    ],
)
def test_a_change_of_behaviour_alone_is_seen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], before: str, after: str, level: str, what: str
) -> None:
    for name, text in (("old.yaml", before), ("new.yaml", after)):
        (tmp_path / name).write_text(f"behaviour: {{{text}}}\n")
    both = [str(PARCELS), str(PARCELS)]
    assert main(["diff", *both, "--old-sdk", str(tmp_path / "old.yaml"), "--sdk", str(tmp_path / "new.yaml")]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"python: {level}\n")
    assert what in out


@pytest.mark.parametrize(
    ("current", "level", "expected"),
    [
        ("1.4.2", MAJOR, "2.0.0"), ("1.4.2", MINOR, "1.5.0"), ("1.4.2", PATCH, "1.4.3"), ("1.4.2", NONE, "1.4.2"),
        ("0.4.2", MAJOR, "0.5.0"), ("0.4.2", MINOR, "0.4.3"), ("0.4.2", PATCH, "0.4.3"),
    ],
)  # fmt: skip
def test_the_next_version(current: str, level: Level, expected: str) -> None:
    assert next_version(current, level) == expected


def test_a_version_that_is_none_is_named() -> None:
    with pytest.raises(ValueError, match=r"'1\.4'"):
        next_version("1.4", MINOR)


def test_the_entry_goes_above_all_others(tmp_path: Path) -> None:
    entry = changelog_entry(Verdict(MAJOR, (Reason(MAJOR, "`a` was removed"), Reason(PATCH, "texts."))), "2.0.0")
    assert entry == "## 2.0.0\n\n### Breaking changes\n\n- `a` was removed.\n\n### Fixed\n\n- Texts.\n"
    path = tmp_path / "CHANGELOG.md"
    assert with_entry(path, entry) == f"# Changelog\n\n{entry}"
    path.write_text("# Changes\n\nText.\n\n## 1.0.0\n\n- First.\n")
    assert with_entry(path, entry) == f"# Changes\n\nText.\n\n{entry}\n## 1.0.0\n\n- First.\n"
    path.write_text("# Changes\n\n## Unreleased\n\n- x\n\n## 1.0.0\n\n- First.\n")
    assert with_entry(path, entry) == f"# Changes\n\n{entry}\n## 1.0.0\n\n- First.\n"


def test_the_command_writes_the_changelog_and_can_fail(tmp_path: Path) -> None:
    new = changed(tmp_path, "enum: [sent, arrived]", "enum: [sent, arrived, lost]")
    changelog = tmp_path / "CHANGELOG.md"
    arguments = ["diff", str(PARCELS), str(new), "--changelog", str(changelog), "--current", "1.0.0"]
    assert main([*arguments, "--fail-on", "major"]) == 0
    assert "## 1.1.0" in changelog.read_text()
    assert "has a new value 'lost'" in changelog.read_text()
    assert main([*arguments, "--fail-on", "minor"]) == 1


def test_check_and_generate_are_the_plain_form(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [str(PARCELS), "--out", str(tmp_path), "--quiet"]
    assert main(["check", *arguments]) == 1
    assert not (tmp_path / "README.md").exists()
    assert main(["generate", *arguments]) == 0
    assert main(["check", *arguments]) == 0
    (tmp_path / "README.md").write_text("drift")
    capsys.readouterr()
    assert main(["check", *arguments]) == 1
    assert "M README.md" in capsys.readouterr().out
