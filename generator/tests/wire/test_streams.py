"""Streams: where they end, how their events are distinguished, and the framings."""

from __future__ import annotations

import json
from typing import Any

import pytest
from wire_server import Answer

HEAD = """
openapi: 3.1.0
info: {title: Runs, version: "1"}
servers: [{url: "SERVER"}]
"""
EVENTS = """
components:
  schemas:
    Event:
      oneOf:
        - $ref: "#/components/schemas/Delta"
        - $ref: "#/components/schemas/PartStop"
        - $ref: "#/components/schemas/RunStop"
      discriminator: {propertyName: type}
    Delta:
      type: object
      required: [type, text]
      properties: {type: {type: string, const: delta}, text: {type: string}}
    PartStop: {type: object, required: [type], properties: {type: {type: string, const: part_stop}}}
    RunStop:
      type: object
      required: [type]
      properties: {type: {type: string, const: run_stop}, cost: {type: integer}}
    Item: {type: object, properties: {a: {type: string}}}
"""


def watch(content: str, extension: str = "") -> str:
    return f"""{HEAD}paths:
  /runs:
    get:
      operationId: watchRuns
      {extension}
      responses: {{"200": {{description: ok, content: {content}}}}}
{EVENTS}"""


UNION = watch('{text/event-stream: {schema: {$ref: "#/components/schemas/Event"}}}')
ITEMS = watch('{text/event-stream: {schema: {$ref: "#/components/schemas/Item"}}}')
TYPED = [
    {"type": "delta", "text": "a"},
    {"type": "part_stop"},
    {"type": "delta", "text": "b"},
    {"type": "run_stop", "cost": 3},
]


def sse(*events: Any) -> bytes:
    return b"".join(b"data: " + (e if isinstance(e, bytes) else json.dumps(e).encode()) + b"\n\n" for e in events)


def read(sdk: Any) -> list[Any]:
    return list(sdk.call("GET /runs"))


def test_no_event_is_taken_for_the_last_because_of_its_name(wire: Any) -> None:
    sdk = wire.sdk(UNION)
    wire.answer(sse(*TYPED), "text/event-stream", framing="chunked")
    assert [event.type for event in read(sdk)] == ["delta", "part_stop", "delta", "run_stop"]


@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
def test_without_a_declared_end_the_end_of_the_body_is_the_end(wire: Any, framing: str) -> None:
    sdk = wire.sdk(UNION)
    wire.answer(sse(*TYPED[:2]), "text/event-stream", framing=framing)
    assert len(read(sdk)) == 2


@pytest.mark.parametrize("framing", ["length", "chunked"])
def test_a_cut_is_an_error_without_a_declared_end_too(wire: Any, framing: str) -> None:
    sdk = wire.sdk(UNION)
    body = sse(*TYPED)
    wire.server.answer(
        Answer(
            body,
            200,
            [("Content-Type", "text/event-stream"), *_length(body, framing)],
            "close" if framing == "length" else framing,
            cut=len(body) // 2,
        )
    )
    with pytest.raises(sdk.module.StreamInterrupted):
        read(sdk)


def _length(body: bytes, framing: str) -> list[tuple[str, str]]:
    return [("Content-Length", str(len(body)))] if framing == "length" else []


def test_half_an_event_at_the_end_of_a_body_is_an_interruption(wire: Any) -> None:
    sdk = wire.sdk(UNION)
    wire.answer(sse(TYPED[0]) + b'data: {"type": "del', "text/event-stream", framing="close")
    with pytest.raises(sdk.module.StreamInterrupted, match="middle of an event"):
        read(sdk)


TERMINAL = watch(
    '{text/event-stream: {schema: {$ref: "#/components/schemas/Event"}}}', "x-stream: {terminal_events: [run_stop]}"
)


def test_a_declared_terminal_event_is_found_by_the_discriminator_in_the_data(wire: Any) -> None:
    sdk = wire.sdk(TERMINAL)
    wire.answer(sse(*TYPED, TYPED[0]), "text/event-stream", framing="chunked")
    assert [event.type for event in read(sdk)][-1] == "run_stop"


def test_a_declared_terminal_event_is_found_by_the_name_of_the_event(wire: Any) -> None:
    contract = watch(
        '{text/event-stream: {schema: {$ref: "#/components/schemas/Item"}}}', "x-stream: {terminal_events: [end]}"
    )
    sdk = wire.sdk(contract)
    wire.answer(b'data: {"a": "1"}\n\nevent: end\ndata: {"a": "2"}\n\ndata: {"a": "3"}\n\n', "text/event-stream")
    assert [event.a for event in read(sdk)] == ["1", "2"]


def test_a_stream_without_its_declared_terminal_event_was_interrupted(wire: Any) -> None:
    sdk = wire.sdk(TERMINAL)
    wire.answer(sse(*TYPED[:3]), "text/event-stream", framing="chunked")
    with pytest.raises(sdk.module.StreamInterrupted, match="without its closing event"):
        read(sdk)


DONE = watch('{text/event-stream: {schema: {$ref: "#/components/schemas/Item"}}}', 'x-speakeasy-sse-sentinel: "[END]"')


def test_a_declared_sentinel_ends_the_stream_and_is_required(wire: Any) -> None:
    sdk = wire.sdk(DONE)
    wire.answer(sse({"a": "1"}, b"[END]", {"a": "2"}), "text/event-stream", framing="chunked")
    assert [event.a for event in read(sdk)] == ["1"]
    wire.answer(sse({"a": "1"}), "text/event-stream", framing="chunked")
    with pytest.raises(sdk.module.StreamInterrupted):
        read(sdk)


def test_an_undeclared_sentinel_that_is_not_json_is_not_an_event(wire: Any) -> None:
    sdk = wire.sdk(ITEMS)
    wire.answer(sse({"a": "1"}, b"[DONE]"), "text/event-stream", framing="chunked")
    assert [event.a for event in read(sdk)] == ["1"]


def test_events_of_text_are_not_decoded(wire: Any) -> None:
    sdk = wire.sdk(watch("{text/event-stream: {schema: {type: string}}}"))
    wire.answer(sse(b"hello", b"[DONE]", b'{"a": 1}') + b"data: one\ndata: two\n\n", "text/event-stream")
    assert read(sdk) == ["hello", "[DONE]", '{"a": 1}', "one\ntwo"]


def test_events_without_a_schema_are_json_or_text(wire: Any) -> None:
    sdk = wire.sdk(watch("{text/event-stream: {}}"))
    wire.answer(sse(b"hello", {"a": 1}), "text/event-stream")
    assert read(sdk) == ["hello", {"a": 1}]


def test_an_array_of_events_is_a_sequence_of_its_items(wire: Any) -> None:
    item = '{type: array, items: {$ref: "#/components/schemas/Item"}}'
    sdk = wire.sdk(watch("{text/event-stream: {schema: " + item + "}}"))
    wire.answer(sse({"a": "1"}, {"a": "2"}), "text/event-stream")
    assert [event.a for event in read(sdk)] == ["1", "2"]


FRAME = (
    "{type: object, properties: {event: {const: NAME}, "
    "data: {type: string, contentMediaType: application/json, contentSchema: SCHEMA}}}"
)


def test_the_schema_of_a_frame_describes_its_data(wire: Any) -> None:
    frame = FRAME.replace("{const: NAME}", "{type: string}").replace("SCHEMA", '{$ref: "#/components/schemas/Item"}')
    sdk = wire.sdk(watch("{text/event-stream: {itemSchema: " + frame + "}}").replace("3.1.0", "3.2.0"))
    wire.answer(b'event: x\ndata: {"a": "1"}\n\n', "text/event-stream")
    assert [event.a for event in read(sdk)] == ["1"]


def test_the_name_of_an_event_selects_the_type_of_its_data(wire: Any) -> None:
    kinds = {
        "made": "{type: object, required: [id], properties: {id: {type: string}}}",
        "gone": "{type: object, required: [id], properties: {id: {type: integer}}}",
    }
    frames = [FRAME.replace("NAME", name).replace("SCHEMA", schema) for name, schema in kinds.items()]
    frames.append("{type: object, properties: {event: {const: note}, data: {type: string}}}")
    contract = watch("{text/event-stream: {itemSchema: {oneOf: [" + ", ".join(frames) + "]}}}").replace(
        "3.1.0", "3.2.0"
    )
    sdk = wire.sdk(contract)
    wire.answer(
        b'event: gone\ndata: {"id": 1}\n\nevent: made\ndata: {"id": "1"}\n\nevent: note\ndata: {bye\n\n',
        "text/event-stream",
    )
    gone, made, note = read(sdk)
    assert (gone.id, made.id, note) == (1, "1", "{bye")
    assert type(gone) is not type(made)


def test_an_event_named_error_is_an_error_unless_the_contract_declares_it(wire: Any) -> None:
    sdk = wire.sdk(ITEMS)
    wire.answer(b'data: {"a": "1"}\n\nevent: error\ndata: {"message": "too many"}\n\n', "text/event-stream")
    with pytest.raises(sdk.module.APIStatusError, match="too many"):
        read(sdk)
    declared = UNION.replace("part_stop", "error")
    wire.answer(b'event: error\ndata: {"type": "error"}\n\n', "text/event-stream")
    assert [event.type for event in read(wire.sdk(declared))] == ["error"]


LINES = ["application/x-ndjson", "application/ndjson", "application/jsonl", "application/json-lines"]


@pytest.mark.parametrize("media_type", LINES)
def test_lines_of_json_end_with_their_body(wire: Any, media_type: str) -> None:
    sdk = wire.sdk(watch("{" + media_type + ': {schema: {$ref: "#/components/schemas/Item"}}}'))
    wire.answer(b'{"a": "1"}\n\n{"a": "2"}', media_type, framing="chunked")
    assert [event.a for event in read(sdk)] == ["1", "2"]
    assert wire.last.header("accept") == media_type


def test_lines_of_json_that_were_cut_are_an_interruption(wire: Any) -> None:
    sdk = wire.sdk(watch('{application/x-ndjson: {schema: {$ref: "#/components/schemas/Item"}}}'))
    for framing in ("chunked", "close"):
        wire.answer(b'{"a": "1"}\n{"a": "2"}\n', "application/x-ndjson", framing=framing, cut=16)
        with pytest.raises(sdk.module.StreamInterrupted):
            read(sdk)


def test_lines_of_json_may_have_a_sentinel(wire: Any) -> None:
    contract = watch(
        '{application/x-ndjson: {schema: {$ref: "#/components/schemas/Item"}}}', "x-stream: {terminator: END}"
    )
    sdk = wire.sdk(contract)
    wire.answer(b'{"a": "1"}\nEND\n', "application/x-ndjson", framing="chunked")
    assert [event.a for event in read(sdk)] == ["1"]
    wire.answer(b'{"a": "1"}\n', "application/x-ndjson", framing="chunked")
    with pytest.raises(sdk.module.StreamInterrupted):
        read(sdk)


def test_a_sequence_of_json_texts_is_split_at_its_separators(wire: Any) -> None:
    sdk = wire.sdk(watch('{application/json-seq: {schema: {$ref: "#/components/schemas/Item"}}}'))
    wire.answer([b'\x1e{"a":\n"1"}\n\x1e{"a"', b': "2"}\n'], "application/json-seq", framing="chunked")
    assert [event.a for event in read(sdk)] == ["1", "2"]
