"""A terminal, a pipe, a disk or an input with a fault: one clear line, the right status, no traceback."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from onceward.cli._layout import fitted, width_of
from onceward.cli._screen import clean
from onceward.testing import FakeGateway

from .conftest import Run
from .test_terminal import Terminal

posix = pytest.mark.skipif(sys.platform == "win32", reason="the shell of POSIX")


def shell(command: str, gateway: str = "", stdin: bytes = b"", **variables: str) -> subprocess.CompletedProcess[bytes]:
    """A command line in a shell, where `onceward` is this very command."""
    environment = {**os.environ, "ONCEWARD_BASE_URL": gateway or "http://127.0.0.1:9", **variables}
    environment.pop("PYTHONUNBUFFERED", None)
    return subprocess.run(
        ["bash", "-c", command.replace("onceward ", f"{sys.executable} -m onceward ", 1)],
        input=stdin,
        env=environment,
        capture_output=True,
        timeout=60,
        check=False,
    )


@posix
@pytest.mark.parametrize(
    ("command", "status", "told"),
    [
        ("onceward --help >/dev/full", 1, "standard output: No space left on device"),
        ("onceward models >/dev/full", 1, "standard output: No space left on device"),
        ("onceward models --json >/dev/full", 1, "standard output: No space left on device"),
        ("onceward models >&-", 1, "standard output is closed"),
        ("onceward --help | head -n 1; exit ${PIPESTATUS[0]}", 0, ""),
        ("onceward nonsense 2>/dev/full", 2, ""),
        ("onceward nonsense 2>&-", 2, ""),
        (r"printf 'caf\xe9' | onceward chat", 1, "byte 0xe9 at position 3"),
        (r"printf 'caf\xe9' | onceward embed", 1, "byte 0xe9 at position 3"),
        (r"onceward chat $'caf\xe9'", 2, r"'caf\xe9'"),
        ("onceward chat </dev/null", 2, "there is no question"),
        ("onceward chat <&-", 2, "there is no question"),
        ("ONCEWARD_TIMEOUT=soon onceward models", 1, "ONCEWARD_TIMEOUT"),
        ("onceward models --api-key wrong-key-0123456789 --base-url http://127.0.0.1:9", 1, "no connection"),
    ],
)
def test_one_clear_line(gateway: str, command: str, status: int, told: str) -> None:
    done = shell(command, gateway)
    err = done.stderr.decode()
    assert done.returncode == status, err
    assert told in err
    assert "Traceback" not in err
    assert "Exception ignored" not in err
    assert len(err.splitlines()) <= 2


@posix
def test_an_ascii_terminal_shows_what_it_can(gateway: str) -> None:
    variables = {"PYTHONIOENCODING": "ascii", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    plain = shell("onceward chat", gateway, "Say exactly: café — “né” → 日本".encode(), **variables)
    assert (plain.returncode, plain.stderr) == (0, b"")
    assert plain.stdout.decode("ascii").strip() == 'cafe -- "ne" -> ??'
    whole = shell("onceward chat --json", gateway, "Say exactly: café 日本 😀".encode(), **variables)
    assert json.loads(whole.stdout.decode("ascii"))["choices"][0]["message"]["content"] == "café 日本 😀"


@posix
def test_text_of_windows_is_read_by_its_mark(gateway: str) -> None:
    for encoding in ("utf-8-sig", "utf-16"):
        done = shell("onceward chat", gateway, "Say exactly: grüß dich".encode(encoding))
        assert done.stdout.decode().strip() == "grüß dich"


def test_a_wait_for_a_rate_limit_is_shown(run: Run, gateway: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONCEWARD_BASE_URL", gateway)
    done = run("chat", "-m", "onceward/fault-rate-limit:1", "--json", "Hello")
    assert done.status == 1
    assert done.err.count("onceward: rate limited; retrying in 1 s\n") == 2
    assert done.out == ""


def test_an_unexpected_error_is_a_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> int:
        raise RuntimeError("something\nnobody thought of")

    monkeypatch.setattr("onceward.cli.doctor.command", broken)
    done = run("doctor")
    assert done.status == 1
    assert "unexpected RuntimeError: something nobody thought of" in done.err
    monkeypatch.setattr("onceward.cli.doctor.command", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    assert run("doctor").status == 130


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("chta", "hi"), "`onceward chat`"),
        (("model",), "`onceward models`"),
        (("run",), "`onceward serve`"),
        (("keys", "nwe"), "`onceward keys new`"),
        (("keys", "create"), "`onceward keys new`"),
        (("spend", "chrat"), "`onceward spend chart`"),
        (("chat", "--modle", "x", "hi"), "`--model`"),
        (("keys", "new", "--mx-budget", "3"), "`--max-budget`"),
        (("keys", "new", "--max_budget", "3"), "`--max-budget`"),
        (("embed", "--dimension=", "3"), "is not"),
        (("serve", "--ofline"), "`--offline`"),
        (("demo", "--onyl", "chat"), "`--only`"),
        (("tell me a joke",), 'onceward chat "tell me a joke"'),
        (("--base-url", "x", "chat"), "before the command"),
        (("doctor", "now"), "one argument too many"),
    ],
)
def test_wrong_words_suggest_the_right_ones(run: Run, words: tuple[str, ...], told: str) -> None:
    done = run(*words)
    assert done.status == 2
    if told != "is not":
        assert told in done.err
    assert len(done.err.splitlines()) == 2
    assert done.out == ""


def test_help_and_version_are_commands(run: Run) -> None:
    assert run("version").out == run("--version").out
    assert re.fullmatch(r"onceward \d+\.\d+\.\d+\n", run("version").out)
    assert run("help").out == run("--help").out
    assert run("help", "chat").out == run("chat", "--help").out
    assert run("keys", "help").out == run("keys", "--help").out
    assert run("help", "keys", "new").out == run("keys", "new", "--help").out
    assert run("help", "nonsense").status == 2
    for command in ("help", "version"):
        assert command in run("--help").out


@pytest.mark.parametrize("module", ["onceward", "onceward.cli", "onceward_gateway"])
def test_modules_are_programs(module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", module, "--help"], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("usage: ")


@posix
@pytest.mark.parametrize("columns", [20, 40, 80, 200])
@pytest.mark.parametrize("variables", [{}, {"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=str)
def test_models_fit_the_terminal(gateway: str, columns: int, variables: dict[str, str]) -> None:
    terminal = Terminal(gateway, "models", COLUMNS=str(columns), **variables)
    text = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", terminal.rest())
    assert terminal.code == 0
    lines = text.splitlines()
    assert max(map(width_of, map(str.rstrip, lines))) <= columns, text
    assert "onceward/echo" in "".join(lines)
    if variables:
        assert "\x1b" not in terminal.seen


def test_wide_letters_take_two_columns() -> None:
    assert fitted(("a", "b"), [("日本", "x"), ("y", "z")], (), None) == ["a     b", "日本  x", "y     z"]


@pytest.mark.parametrize("room", [20, 40])
@pytest.mark.parametrize("cell", ["日本" * 40, "日本 " * 40, "w" * 200, "e\u0301" * 60, "a bc " * 30])
def test_tables_fit_whatever_the_letters_are(cell: str, room: int) -> None:
    for rows in ([(cell, "1")], [(cell, "123456789012345678")]):
        lines = fitted(("name", "spent"), rows, (1,), room)
        assert max(map(width_of, lines)) <= room
        assert "".join("".join(lines).split()).count(cell[0]) >= cell.count(cell[0])


def test_marks_of_direction_do_not_reach_the_terminal() -> None:
    assert clean("a\u202eb\u2066c\u2069\x1b[31m\u200fd\n") == "abc[31m\u200fd\n"


def test_a_wrong_key_is_a_line(run: Run) -> None:
    with FakeGateway() as fake:
        fake.respond_error(401, "Incorrect API key", path="/v1/models")
        done = run("models", "--base-url", fake.url, "--api-key", "sk-wrong-key-0123456")
    assert done.status == 1
    assert "Incorrect API key" in done.err
    assert len(done.err.splitlines()) == 2  # what failed, and the next step


def test_a_conversation_that_cannot_be_saved_goes_on(gateway: str, tmp_path: Path) -> None:
    terminal = Terminal(gateway, "chat")
    terminal.until("> ")
    terminal.type(f"/save {tmp_path}/none/talk.json\n")
    terminal.until("cannot be written")
    terminal.until("> ")
    terminal.type("/exit\n")
    assert terminal.status() == 0
