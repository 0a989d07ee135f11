"""Guardrails on calls: the text that the model and the client receive, with and without streaming."""

from __future__ import annotations

import json
from typing import Any

import pytest

from onceward_gateway.config.table import ConfigError

from .kit import DONE, ROLE, Bench, answer, chunk, events_of, text_of

MAIL = "ann@example.com"
PII = "[guardrails.pii]\ndefault_on = true"


def config(bench: Bench, *lines: str) -> str:
    a = bench.providers["a"]
    return "\n".join([*lines, "[providers.a]", f'base_url = "{a.url}/v1"', "[models]", '"m" = "a/model"'])


def says(bench: Bench, *deltas: dict[str, Any]) -> None:
    bench.providers["a"].says(ROLE, *[chunk(delta) for delta in deltas], chunk(finish="stop"), DONE)


async def test_matches_in_requests_are_masked(bench: Bench) -> None:
    await bench.start(config(bench, PII))
    await bench.chat(
        messages=[
            {"role": "system", "content": f"Serve {MAIL}"},
            {"role": "user", "content": [{"type": "text", "text": f"I am {MAIL}"}]},
            {"role": "assistant", "content": None, "tool_calls": [_call(json.dumps({"to": MAIL}))]},
            {"role": "tool", "tool_call_id": "call_1", "content": MAIL},
        ],
        temperature=0.5,
    )
    (seen,) = bench.providers["a"].seen
    assert MAIL not in json.dumps(seen)
    assert seen["messages"][1]["content"][0]["text"] == "I am [EMAIL]"
    assert json.loads(seen["messages"][2]["tool_calls"][0]["function"]["arguments"]) == {"to": "[EMAIL]"}
    assert seen["temperature"] == 0.5


def _call(arguments: str) -> dict[str, Any]:
    return {"id": "call_1", "type": "function", "function": {"name": "send", "arguments": arguments}}


async def test_matches_in_answers_are_masked(bench: Bench) -> None:
    await bench.start(config(bench, PII))
    whole = answer(f"Write to {MAIL}")
    whole["choices"][0]["message"]["tool_calls"] = [_call(json.dumps({"to": MAIL}))]
    whole["choices"][0]["logprobs"] = {"content": [{"token": MAIL}]}
    bench.providers["a"].act = _json(whole)
    reply = await bench.chat()
    assert MAIL not in reply.text
    message = reply.json()["choices"][0]["message"]
    assert message["content"] == "Write to [EMAIL]"
    assert message["tool_calls"] == [_call('{"to": "[EMAIL]"}')]
    assert reply.headers["x-onceward-guardrails"] == "pii"


def _json(value: Any) -> Any:
    from aiohttp import web

    async def act(request: web.Request, body: Any) -> web.StreamResponse:
        return web.json_response(value)

    return act


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
async def test_streams_are_masked_across_pieces(bench: Bench, size: int) -> None:
    await bench.start(config(bench, PII))
    text = f"Write to {MAIL}, call +49 30 901820, pay 4111 1111 1111 1111"
    says(bench, *[{"content": text[at : at + size]} for at in range(0, len(text), size)])
    reply = await bench.chat(stream=True)
    assert text_of(reply) == "Write to [EMAIL], call [PHONE], pay [CARD]"
    assert events_of(reply)[-1]["choices"][0]["finish_reason"] == "stop"
    assert reply.text.rstrip().endswith("data: [DONE]")


async def test_events_without_a_match_are_sent_unchanged(bench: Bench) -> None:
    await bench.start(config(bench, PII))
    raw = b'data: {"choices": [{"index":0, "delta": {"content": "So, "}, "x": 1e2}], "odd":  true}\n\n'
    bench.providers["a"].says(ROLE, raw, chunk(finish="stop"), DONE)
    assert raw.decode() in (await bench.chat(stream=True)).text


async def test_arguments_of_tools_are_masked_in_pieces(bench: Bench) -> None:
    await bench.start(config(bench, PII))
    arguments = json.dumps({"to": MAIL, "cc": "bob@example.com"})
    first = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "send", "arguments": ""}}
    pieces = [{"tool_calls": [{"index": 0, "function": {"arguments": char}}]} for char in arguments]
    says(bench, {"tool_calls": [first]}, *pieces)
    events = events_of(await bench.chat(stream=True))
    calls = [call for e in events for c in e["choices"] for call in c["delta"].get("tool_calls", ())]
    assert "".join(call["function"].get("arguments", "") for call in calls) == '{"to": "[EMAIL]", "cc": "[EMAIL]"}'
    assert calls[0]["id"] == "call_1"


async def test_choices_and_channels_are_apart(bench: Bench) -> None:
    await bench.start(config(bench, PII))

    def at(index: int, delta: dict[str, Any], finish: str | None = None) -> bytes:
        return chunk(choices=[{"index": index, "delta": delta, "finish_reason": finish}])

    bench.providers["a"].says(
        at(0, {"content": "ann@exam"}),
        at(1, {"content": "ple.com "}),
        at(0, {"reasoning_content": "bob@exa"}),
        at(0, {"content": "ple.com"}),
        at(0, {"reasoning_content": "mple.com"}),
        at(0, {}, "stop"),
        at(1, {}, "stop"),
        DONE,
    )
    texts: dict[tuple[int, str], str] = {}
    for event in events_of(await bench.chat(stream=True, n=2)):
        for choice in event["choices"]:
            for name, value in choice["delta"].items():
                texts[choice["index"], name] = texts.get((choice["index"], name), "") + value
    assert texts == {(0, "content"): "[EMAIL]", (1, "content"): "ple.com ", (0, "reasoning_content"): "[EMAIL]"}


async def test_withheld_text_is_sent_before_an_error(bench: Bench) -> None:
    await bench.start(config(bench, PII))
    bench.providers["a"].says(ROLE, chunk({"content": "Hello "}), chunk({"content": "world"}))
    reply = await bench.chat(stream=True)
    assert text_of(reply) == "Hello world"
    assert events_of(reply)[-1]["error"]["code"] == "provider_stream_cut"


async def test_a_blocked_word_ends_the_call(bench: Bench) -> None:
    words = '[guardrails.house]\nguardrail = "words"\noptions = { words = ["secret plan"], action = "block" }'
    await bench.start(config(bench, words))
    reply = await bench.chat(messages=[{"role": "user", "content": "The Secret Plan?"}])
    assert (reply.status_code, reply.json()["error"]["code"]) == (400, "content_blocked")
    assert not bench.providers["a"].seen
    says(bench, {"content": "It is a secret"}, {"content": " plan, "}, {"content": "so there"})
    reply = await bench.chat(stream=True)
    assert text_of(reply) == "It is a "
    assert events_of(reply)[-1]["error"]["code"] == "content_blocked"
    bench.providers["a"].act = _json(answer("secret plan"))
    assert (await bench.chat()).json()["error"]["code"] == "content_blocked"


async def test_modes_and_choice_by_the_call(bench: Bench) -> None:
    before = '[guardrails.pii]\ndefault_on = false\nmode = ["pre_call"]'
    words = '[guardrails.words]\ndefault_on = false\noptions = { words = ["a"] }'
    await bench.start(config(bench, before, words))
    bench.providers["a"].act = _json(answer(f"a {MAIL}"))
    assert text_of(await bench.chat()) == f"a {MAIL}"
    assert text_of(await bench.chat(guardrails=["pii"])) == f"a {MAIL}"
    assert text_of(await bench.chat(guardrails=["words", "pii"])) == f"*** {MAIL}"
    assert "guardrails" not in bench.providers["a"].seen[-1]
    assert (await bench.chat(guardrails=["none"])).json()["error"]["code"] == "guardrail_not_found"


async def test_an_entry_point_of_another_package(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    class Shouting:
        async def before(self, request: dict[str, Any], context: Any) -> dict[str, Any]:
            assert context.model == "m"
            return {**request, "messages": [{"role": "user", "content": "HEY"}]}

        def output(self, context: Any) -> None:
            return None

    class Entry:
        name = "shouting"

        def load(self) -> Any:
            return lambda options: Shouting()

    monkeypatch.setattr("onceward_gateway.guardrails.registry.entry_points", lambda group: [Entry()])
    await bench.start(config(bench, "[guardrails.loud]", 'guardrail = "shouting"'))
    await bench.chat()
    assert bench.providers["a"].seen[0]["messages"] == [{"role": "user", "content": "HEY"}]


async def test_a_guardrail_that_is_not_installed_stops_the_start(bench: Bench) -> None:
    with pytest.raises(ConfigError, match=r"guardrails\.loud.*not installed.*pii, words"):
        await bench.start(config(bench, "[guardrails.loud]", 'guardrail = "shouting"'))


async def test_the_cache_keeps_what_the_client_got(bench: Bench) -> None:
    await bench.start(
        config(
            bench,
            PII,
            "[cache]",
            'kind = "memory"',
            "[guardrails.words]",
            "default_on = false",
            'options = { words = ["x"] }',
        )
    )
    says(bench, {"content": "ann@exam"}, {"content": "ple.com x"})
    first, second = await bench.chat(stream=True), await bench.chat(stream=True)
    assert text_of(first) == text_of(second) == "[EMAIL] x"
    assert second.headers["x-onceward-cache"] == "hit"
    third = await bench.chat(stream=True, guardrails=["words"])
    assert (third.headers["x-onceward-cache"], text_of(third)) == ("miss", "[EMAIL] ***")


WORDS = '[guardrails.words]\ndefault_on = true\nmode = ["post_call"]\n[guardrails.words.options]\nwords = ["zebra"]\n'


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("action", ["mask", "block"])
@pytest.mark.parametrize("status", [0, 400, 401, 500])
async def test_provider_errors_are_guarded(bench: Bench, status: int, action: str, stream: bool) -> None:
    await bench.start(config(bench, f'{WORDS}action = "{action}"'))
    said = {"message": "a zebra came", "code": "zebra", "param": "zebra"}
    if status:
        bench.providers["a"].fails(status, **said)
    else:
        event = b"data: " + json.dumps({"error": said}).encode() + b"\n\n"
        bench.providers["a"].says(ROLE, chunk({"content": "Hi"}), event)
    reply = await bench.chat(stream=stream, headers={"idempotency-key": "k"})
    assert "zebra" not in reply.text
    assert ("***" in reply.text) == (action == "mask")
    assert ("withholds" in reply.text) == (action == "block")
    if status == 400:
        assert reply.status_code == 400
    (record,) = (await bench.http.get("/v1/calls")).json()["data"]
    assert record["status"] == "failed"
    assert "zebra" not in json.dumps(record)
