"""Runs of the command: written files, kept files, and messages."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from contracts import HERE, methods_of

from onceward_generator import build_api
from onceward_generator.cli import main
from onceward_generator.config import ConfigError, read_config
from onceward_generator.files import apply, compare
from onceward_generator.lock import Lock, LockError, hash_of, read_lock
from onceward_generator.verdict import Level, verdict

UNIONS = HERE / "contracts" / "unions.yaml"


def test_only_what_differs_is_written_and_only_the_generators_own_is_removed(tmp_path: Path) -> None:
    apply(tmp_path, {"a.py": "1", "sub/b.py": "2"}, compare(tmp_path, {"a.py": "1", "sub/b.py": "2"}, Lock()))
    lock = Lock(files={"a.py": hash_of("1"), "sub/b.py": hash_of("2")})
    (tmp_path / "mine.py").write_text("by hand")
    stamp = (tmp_path / "a.py").stat().st_mtime_ns
    changes = compare(tmp_path, {"a.py": "1", "c.py": "3"}, lock)
    assert (changes.added, changes.changed, changes.removed) == (("c.py",), (), ("sub/b.py",))
    apply(tmp_path, {"a.py": "1", "c.py": "3"}, changes)
    assert (tmp_path / "a.py").stat().st_mtime_ns == stamp
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.py", "c.py", "mine.py"]


def test_a_strangers_file_in_the_way_is_named_and_kept(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("by hand")
    assert compare(tmp_path, {"a.py": "1"}, Lock()).foreign == ("a.py",)


def test_a_stale_file_that_was_changed_by_hand_is_left(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("changed since")
    changes = compare(tmp_path, {}, Lock(files={"a.py": hash_of("1")}))
    assert (changes.removed, changes.edited) == ((), ("a.py",))


@pytest.mark.parametrize("path", ["../x", "/etc/x", "a/../../x"])
def test_a_lock_claims_nothing_outside_of_its_folder(tmp_path: Path, path: str) -> None:
    (tmp_path / "onceward-generate.lock").write_text(Lock(files={path: "0"}).to_text())
    with pytest.raises(LockError, match="outside"):
        read_lock(tmp_path)


@pytest.mark.process
def test_the_command_writes_checks_and_notices_a_change(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [str(UNIONS), "--out", str(tmp_path), "--quiet"]
    assert main(arguments) == 0
    assert main([*arguments, "--check"]) == 0
    package = next(path for path in (tmp_path / "src").rglob("_client.py"))
    package.write_text(package.read_text() + "\n")
    assert main([*arguments, "--check"]) == 1
    assert "_client.py" in capsys.readouterr().out
    assert main(arguments) == 0
    assert main([*arguments, "--check"]) == 0


def test_the_version_of_a_package_has_one_source(tmp_path: Path) -> None:
    assert main([str(UNIONS), "--out", str(tmp_path), "--option", "version=1.2.3rc4", "--quiet"]) == 0
    holders = [path.name for path in tmp_path.rglob("*") if path.is_file() and "1.2.3rc4" in path.read_text()]
    assert holders == ["_version.py"]
    [package] = [path.name for path in (tmp_path / "src").iterdir()]
    for command, folder in (
        (["-m", "hatchling", "metadata", "version"], tmp_path),
        (["-c", f"import {package}; print({package}.__version__)"], tmp_path / "src"),
        (["-c", f"from {package}._brand import BRAND; print(BRAND.version)"], tmp_path / "src"),
    ):
        done = subprocess.run([sys.executable, *command], cwd=folder, capture_output=True, text=True, check=True)
        assert done.stdout == "1.2.3rc4\n"


@pytest.mark.process
def test_the_configuration_is_found_from_below(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = f'contract = "{UNIONS}"\n[python]\nout = "sdk"\n'
    (tmp_path / "onceward-generate.toml").write_text(config)
    (tmp_path / "deep" / "er").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "deep" / "er")
    assert main(["--quiet"]) == 0
    assert (tmp_path / "sdk" / "onceward-generate.lock").exists()
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["onceward-generate.toml"]
    assert main(["--quiet", "--check"]) == 0


@pytest.mark.parametrize(
    "text", ["", "contract = 1", "contract = 'x'", "contract = 'x'\nnonsense = 1", "contract = 'x'\n[python]"]
)
def test_a_faulty_configuration_says_what_is_missing(tmp_path: Path, text: str) -> None:
    (tmp_path / "c.toml").write_text(text)
    with pytest.raises(ConfigError, match=r"c\.toml"):
        read_config(tmp_path / "c.toml")


def test_no_contract_at_all_is_wrong_usage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([]) == 2


def test_a_missing_file_is_an_error_with_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["no-such-file.yaml", "--out", "x"]) == 1
    assert "E001" in capsys.readouterr().err


def test_bundle_writes_one_file_and_checks_it(tmp_path: Path) -> None:
    out = str(tmp_path / "one.yaml")
    assert main(["bundle", str(UNIONS), "--out", out]) == 0
    assert main(["bundle", str(UNIONS), "--out", out, "--check"]) == 0
    Path(out).write_text("")
    assert main(["bundle", str(UNIONS), "--out", out, "--check"]) == 1


def test_verdicts(tmp_path: Path) -> None:
    text = UNIONS.read_text()

    def level(old: str, new: str) -> Level:
        (tmp_path / "new.yaml").write_text(text.replace(old, new))
        assert old == new or text != text.replace(old, new)
        return verdict(build_api(UNIONS)[0], replace(build_api(tmp_path / "new.yaml")[0])).level

    assert level("note: {type: string}", "note: {type: integer}") is Level.MAJOR
    assert level("enum: [a, b]", "enum: [a, b, c]") is Level.MINOR
    assert level("enum: [a, b]", "enum: [a, z]") is Level.MAJOR
    assert level("Switched on.", "On.") is Level.PATCH
    assert level("/unions:", "/others/unions:") is Level.MAJOR
    assert level("maxItems: 4", "maxItems: 5") is Level.MINOR
    assert level("maxItems: 3", "maxItems: 2") is Level.MINOR
    same = build_api(UNIONS)[0]
    assert verdict(same, same).level is Level.NONE
    assert len(list(methods_of(same))) == 1


def test_the_sdk_file_decides_and_warns(tmp_path: Path) -> None:
    sdk = tmp_path / "sdk.yaml"
    sdk.write_text(
        "brand: {name: My Brand, odd: 1}\n"
        "streams: {s: {flag: null, event: Text, done: '[END]'}}\n"
        "methods:\n"
        "  POST /unions: {name: talk.say, stream: s, retry: never, positional: [shaped], text_when: {open: [a]}}\n"
        "  GET /nowhere: nothing.here\n"
        "types: {Cat: {name: Feline}, AllOpen: {open: false}, Ghost: {name: x}}\n"
        "params: {POST /unions: {mixed: {name: blended}, anything: {skip: true}}}\n"
        "resources: {talk: {description: D, helpers: h}}\n"
        "behaviour: {retries: {max: 5}, errors: {teapot: {statuses: [418]}}}\n"
    )
    api, diagnostics = build_api(UNIONS, sdk)
    [say] = methods_of(api)
    assert (say.id, say.retry.value, say.positional) == ("talk.say", "never", ("shaped",))
    assert say.streams is not None
    assert (say.streams.flag, say.streams.done) == (None, "[END]")
    assert api.brand.name == ("my", "brand")
    assert api.types["Cat"].name == ("feline",)
    assert (api.resources[0].description, api.resources[0].helpers) == ("D", "h")
    assert {"_".join(param.name) for param in say.params} >= {"blended"}
    assert not [param for param in say.params if param.wire == "anything"]
    assert api.behaviour.max_retries == 5
    assert [one.statuses for one in api.behaviour.errors] == [(418,)]
    assert sorted({(d.code, d.origin.line) for d in diagnostics if d.origin.file == "sdk.yaml"}) == [
        ("W301", 1), ("W302", 5), ("W302", 6),
    ]  # fmt: skip
