"""Every command against a real gateway, as a person or a script calls it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from onceward.cli._screen import clean, make_screen
from onceward.testing import FakeGateway

from .conftest import Run


@pytest.fixture(autouse=True)
def address(gateway: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONCEWARD_BASE_URL", gateway)


def test_one_answer_is_the_answer_and_nothing_else(run: Run) -> None:
    done = run("chat", "Say", "exactly", "this")
    assert done.status == 0
    assert done.err == ""
    assert done.out.endswith("\n")
    assert "tokens" not in done.out


def test_what_is_piped_in_goes_with_the_question(run: Run) -> None:
    done = run("chat", "--json", "Review", stdin="the diff\n")
    assert done.status == 0
    answer = json.loads(done.out)
    assert answer["object"] == "chat.completion"
    assert "the diff" in answer["choices"][0]["message"]["content"]


def test_streamed_or_not_is_the_same_text(run: Run) -> None:
    assert run("chat", "Hello").out == run("chat", "--no-stream", "Hello").out


def test_options_of_the_request_are_checked(run: Run) -> None:
    done = run("chat", "--temperature", "9", "Hello")
    assert done.status == 1
    assert "`temperature` is 9" in done.err
    assert done.out == ""


def test_a_schema_gives_json(run: Run, tmp_path: Path) -> None:
    schema = tmp_path / "schema.json"
    schema.write_text(json.dumps({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}))
    assert "city" in json.loads(run("chat", "--schema", str(schema), "The city is Oslo").out)
    done = run("chat", "--schema", str(tmp_path / "none.json"), "Hello")
    assert (done.status, "none.json" in done.err) == (1, True)


def test_tools_run_when_allowed_and_not_behind_a_persons_back(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "my_cli_tools.py").write_text('def weather(city: str) -> str:\n    return "sun in " + city\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    allowed = run("chat", "--tool", "my_cli_tools:weather", "--yes", "What is the weather in Oslo?")
    assert 'weather({"city": "Oslo"}) -> sun in Oslo' in allowed.out
    unasked = run("chat", "--tool", "my_cli_tools:weather", "What is the weather in Oslo?")
    assert "sun in Oslo" not in unasked.out
    assert "--yes" in unasked.out
    assert run("chat", "--tool", "my_cli_tools:rain", "hi").status == 1
    assert run("chat", "--tool", "nonsense", "hi").status == 1


def test_models(run: Run) -> None:
    done = run("models")
    assert done.out.splitlines()[0].split() == ["model", "kind", "context", "in", "$/1M", "out", "$/1M", "can"]
    assert "onceward/echo" in done.out
    lines = run("models", "--json", "embed").out.splitlines()
    assert all("embed" in json.loads(line)["id"] for line in lines)
    none = run("models", "no-such-model")
    assert (none.status, none.out) == (1, "")


def test_embed(run: Run) -> None:
    table = run("embed", "a cat", "a kitten", "a car").out
    assert "1.00" in table
    lines = [json.loads(line) for line in run("embed", "--json", stdin="one\n\ntwo\n").out.splitlines()]
    assert [line["text"] for line in lines] == ["one", "two"]
    assert len({len(line["embedding"]) for line in lines}) == 1
    piped = run("embed", "--json", "-", stdin="one\ntwo\n").out.splitlines()
    assert [json.loads(line)["text"] for line in piped] == ["one", "two"]
    assert "dimensions" in run("embed", "--dimensions", "16", "one").out
    assert run("embed").status == 2


def test_doctor_finds_nothing_wrong(run: Run, gateway: str) -> None:
    done = run("doctor", "--json", "--api-key", "sk-onc-0123456789abcdef")
    told = json.loads(done.out)
    statuses = {check["check"]: check["status"] for check in told["checks"]}
    assert done.status == 0, done.out
    assert {"address", "name", "connection", "health", "key", "models", "stream"} <= set(statuses)
    assert "fail" not in statuses.values()
    assert told["options"]["base_url"] == {"value": gateway, "source": "ONCEWARD_BASE_URL"}
    assert told["options"]["api_key"]["source"] == "--api-key"
    assert "0123456789" not in done.out


def test_doctor_says_why_not(run: Run) -> None:
    nobody = run("doctor", "--base-url", "http://127.0.0.1:9")
    assert nobody.status == 1
    assert "FAIL  connection" in nobody.out
    assert "onceward serve" in nobody.out
    unknown = run("doctor", "--base-url", "http://no-such-host.invalid")
    assert "FAIL  name" in unknown.out
    wrong = run("doctor", "--base-url", "ftp://x")
    assert (wrong.status, "FAIL  options" in wrong.out) == (1, True)
    plain = run("doctor", "--base-url", "https://127.0.0.1:9")
    assert plain.status == 1


def test_doctor_knows_a_login_page_and_a_wrong_key(run: Run) -> None:
    with FakeGateway() as fake:
        fake.respond_bytes(b"<html>log in</html>", content_type="text/html")
        page = run("doctor", "--base-url", fake.url)
        assert "FAIL  health" in page.out
        fake.reset()
        fake.respond_json({"status": "ok"}, path="/healthz")
        fake.respond_json({"ok": True}, path="/readyz")
        fake.respond_error(401, "Incorrect API key", path="/v1/models")
        key = run("doctor", "--base-url", fake.url, "--api-key", "sk-wrong-key-0123")
        assert "FAIL  key" in key.out
        assert "ONCEWARD_API_KEY" in key.out


def test_errors_are_a_line_and_a_next_step(run: Run) -> None:
    done = run("chat", "--base-url", "http://127.0.0.1:9", "Hello")
    assert (done.status, done.out) == (1, "")
    assert "onceward serve" in done.err
    assert "Traceback" not in done.err
    failing = run("chat", "-m", "onceward/fault-error:status=400", "Hello")
    assert failing.status == 1
    assert "400" in failing.err


def test_usage(run: Run) -> None:
    assert run().status == 2
    assert run("nonsense").status == 2
    assert run("chat", "--json").status == 2
    assert run("--version").out.startswith("onceward ")
    for command in ("chat", "models", "embed", "serve", "demo", "doctor"):
        assert run(command, "--help").status == 0
    assert run("demo", "--only", "nothing").status == 2


def test_the_demo_on_a_gateway_that_runs(run: Run, gateway: str) -> None:
    done = run("demo", "--base-url", gateway)
    assert done.status == 0, done.err
    assert "7 scenes" in done.out
    assert "cut, and resumed" in done.out


def test_serve_without_the_gateway_says_what_to_install(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("onceward.cli._app.gateway_cli", lambda: None)
    done = run("serve", "--port", "1")
    assert done.status == 1
    assert "pip install" in done.err


def test_a_models_words_cannot_steer_the_terminal() -> None:
    assert clean("a\x1b]0;title\x07b\x9b31m\tc\nd\r") == "a]0;titleb31m\tc\nd"


def test_rich_where_there_is_a_terminal_and_plain_text_without(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert type(make_screen()).__name__ == "PlainScreen"
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    screen = make_screen()
    assert type(screen).__name__ == "RichScreen"
    screen.heading("[bold]not markup[/]")
    screen.write("half ", "good")
    screen.end_line()
    screen.table(("a", "b"), [("[x]", "1")], (1,))
    screen.fault("wrong", "do this")
    with screen.progress("work", 2) as update:
        update(2)
    out = capsys.readouterr()
    assert "\x1b[" in out.out
    assert "not markup" in out.out
    assert "[x]" in out.out
    assert "do this" in out.err
    monkeypatch.setitem(sys.modules, "rich.console", None)
    assert type(make_screen()).__name__ == "PlainScreen"
