"""Guardrails see every text of a request that a provider is sent."""

from __future__ import annotations

import base64
import json
import unicodedata
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onceward_gateway.core.errors import ApiError
from onceward_gateway.guardrails import reveal
from onceward_gateway.guardrails.blocklist import Words
from onceward_gateway.guardrails.chat import map_texts
from onceward_gateway.guardrails.interface import Context
from onceward_gateway.guardrails.pii import Pii

PII, WORDS = Pii({}), Words({"words": ["Voldemort"], "action": "block"})
MAIL = "joe@x.com"
CONTEXT = Context("chat_completions_create", "m", "req_1", None, None, None)


def ask(**members: Any) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": "ok"}], **members}


def tool(**function: Any) -> dict[str, Any]:
    return ask(tools=[{"type": "function", "function": {"name": "w", **function}}])


def message(**members: Any) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": "ok", **members}]}


def part(**members: Any) -> dict[str, Any]:
    return message(content=[members])


def called(**function: Any) -> dict[str, Any]:
    call = {"id": "c1", "type": "function", "function": {"name": "w", "arguments": "{}", **function}}
    return message(role="assistant", tool_calls=[call])


def carriers(text: str) -> list[dict[str, Any]]:
    """The places of a request that hold `text`."""
    return [
        message(content=text),
        message(name=text),
        message(role="assistant", reasoning=text),
        message(role="assistant", reasoning_details=[{"type": "reasoning.text", "text": text}]),
        message(unknown={"deep": [text]}),
        message(**{text: 1}),
        part(type="text", text=text),
        part(type="of_the_future", says=text),
        part(type=text),
        part(type="image_url", image_url=f"https://x/?q={text}"),
        part(type="file", file={"filename": text}),
        part(type="input_audio", input_audio={"data": f"{'A' * 60} {text}", "format": "wav"}),
        part(type="image_url", image_url={"url": f"data:text/plain,{text}"}),
        part(type="image_url", image_url={"url": f"data:image/png;base64,AAAA {text}"}),
        called(name=text),
        called(arguments=json.dumps({"to": text})),
        called(arguments=json.dumps({text: 1})),
        called(arguments='{"to": "' + "".join(f"\\u{ord(char):04x}" for char in text) + '"}'),
        called(arguments={"to": text}),
        called(arguments=f"no JSON: {text}"),
        message(role="tool", tool_call_id=f"see {text}"),
        tool(description=text),
        tool(name=text),
        tool(parameters={"type": "object", "properties": {"a": {"type": "string", "enum": [text]}}}),
        tool(parameters={"type": "object", "properties": {text: {}}, "required": [text]}),
        tool(parameters={"type": "object", "properties": {"type": {"const": text}}}),
        ask(response_format={"type": "json_schema", "json_schema": {"schema": {"description": text}}}),
        ask(response_format={"type": "grammar", "grammar": text}),
        ask(metadata={"a": text}),
        ask(metadata={"id": text}),
        ask(metadata={text: "a"}),
        ask(user=text),
        ask(safety_identifier=text),
        ask(stop=[text]),
        ask(prediction={"type": "content", "content": text}),
        ask(of_the_future={"x": [[text]]}),
        ask(**{text: True}),
        ask(web_search_options={"user_location": {"type": "approximate", "approximate": {"city": text}}}),
        {"model": "m", "prompt": ["ok", text], "suffix": text},
        {"model": "m", "input": [text], "instructions": text},
    ]


@pytest.mark.parametrize("at", range(len(carriers(""))))
async def test_texts_in_every_member_are_searched(at: int) -> None:
    context = CONTEXT
    with pytest.raises(ApiError, match="words"):
        await WORDS.before(carriers("about Voldemort")[at], context)
    changed = await PII.before(carriers(MAIL)[at], context)
    assert MAIL not in json.dumps(changed)
    assert "[EMAIL]" in json.dumps(changed)
    harmless = carriers("fine")[at]
    assert await WORDS.before(harmless, context) == await PII.before(harmless, context) == harmless


def test_arguments_stay_json() -> None:
    body = called(arguments='{"card": 4111111111111111, "to": ["joe@x.com"], "n": 7, "ok": true}')
    changed = map_texts(body, PII._whole)
    arguments = changed["messages"][0]["tool_calls"][0]["function"]["arguments"]
    assert json.loads(arguments) == {"card": "[CARD]", "to": ["[EMAIL]"], "n": 7, "ok": True}
    untouched = called(arguments='{ "a" : 1.0 }')
    assert map_texts(untouched, PII._whole) == untouched


async def test_a_large_request_is_seen_beside_the_loop() -> None:
    large = replace(CONTEXT, is_large=True)
    with pytest.raises(ApiError, match="words"):
        await WORDS.before(message(content="x " * 50_000 + "Voldemort"), large)


def test_arguments_too_deep_to_see_are_refused() -> None:
    for levels in (5_000, 100_000):
        with pytest.raises(ApiError, match="nested"):
            map_texts(called(arguments="[" * levels + "]" * levels), str)


def test_members_without_text_are_not_searched() -> None:
    picture = "data:image/png;base64," + "A" * 60
    body = ask(
        tags=["T"],
        cache={"namespace": "N"},
        tool_choice="auto",
        response_format={"type": "json_object"},
        messages=[
            {"role": "user", "content": [{"type": "image_url", "image_url": {"url": picture, "detail": "low"}}]},
            {"role": "assistant", "tool_calls": [{"id": "call_1", "type": "function", "function": {}}]},
            {"role": "tool", "tool_call_id": "call_1", "content": ""},
            {"role": "user", "content": [{"type": "input_audio", "input_audio": {"data": "B" * 60, "format": "wav"}}]},
        ],
    )
    assert map_texts(body, lambda text: text and "***") == body


@pytest.mark.parametrize(
    "text",
    [
        *(f"Volde{unseen}mort" for unseen in "\u00ad\u034f\u200b\u200d\u2060\ufe0f\ufeff\U000e0041"),
        *(f"Volde{unseen}mort" for unseen in "\0\a\x7f\u0338\u20dd\ufff9\U0001bca0\U0001d173"),
        *("%56oldemort", "https://x/?q=%2556olde%6Dort", "&#86;oldemort", "&#x56;oldemort", "&amp;#86;oldemort"),
        *(r"\x56oldemort", r"\u{56}oldemort", r"\\u0056oldemort", "*_Voldemort_*"),
        "Ｖｏｌｄｅｍｏｒｔ",  # noqa: RUF001
        "\U0001d415oldemort",
        "data:text/plain;base64," + base64.b64encode(b"Lord Voldemort").decode(),
        "data:application/json;charset=utf-8;base64," + base64.b64encode(b'["Voldemort"]').decode(),
    ],
)
def test_matches_hidden_by_invisible_characters_are_found(text: str) -> None:
    def change(one: str) -> str:
        rewriter = WORDS.rewriter()
        return rewriter.feed(one) + rewriter.close()

    with pytest.raises(ApiError, match="stopped this call"):
        map_texts(message(content=text), change)


def test_many_marks_on_one_letter_are_read_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    lengths: list[int] = []
    normal = unicodedata.normalize

    def normalize(form: Any, text: str) -> str:
        lengths.append(len(text))
        return normal(form, text)

    monkeypatch.setattr(unicodedata, "normalize", normalize)
    assert reveal.plain("V" + "\u0338\u0301" * 2_000 + "oldemort Ｖ") == "Voldemort V"  # noqa: RUF001
    assert max(lengths) <= 512


def test_only_what_hides_something_is_rewritten() -> None:
    def change(text: str) -> str:
        return text.replace("secret", "***")

    kept = "a family \U0001f468\u200d\U0001f469, ½ and ﬁsh"
    for text, sent in ((kept, kept), (f"{kept} secret", f"{kept} ***"), ("se\u200bcret ﬁsh", "*** ﬁsh")):
        assert map_texts(message(content=text), change) == message(content=sent)
    url = "data:text/plain;base64,"
    inner = base64.b64encode(b"my secret").decode(), base64.b64encode(b"my ***").decode()
    assert map_texts(message(content=url + inner[0]), change) == message(content=url + inner[1])


@pytest.mark.parametrize("name", ["prompt", "input", "prompt_token_ids", "input-ids", "context"])
@pytest.mark.parametrize("tokens", [[1, 2], [[1, 2]], ["text", [3]], [1.0, 2.0]])
def test_tokens_are_refused(name: str, tokens: list[Any]) -> None:
    with pytest.raises(ApiError, match=f"`{name}` holds tokens"):
        map_texts({"model": "m", name: tokens}, str)


def test_vectors_are_refused() -> None:
    with pytest.raises(ApiError, match="`prompt_embeds` holds vectors"):
        map_texts({"model": "m", "prompt_embeds": "QUJD"}, str)
    kept = {"model": "m", "stop_token_ids": [1, 2], "context": ["a text"]}
    assert map_texts(kept, str) == kept


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda one: st.lists(one) | st.dictionaries(st.text(), one)
)


@given(st.dictionaries(st.text(), JSON))
def test_any_body_can_be_walked(body: dict[str, Any]) -> None:
    body = {name: value for name, value in body.items() if name not in ("prompt", "input")}
    assert map_texts({"unknown": body}, lambda text: text) == {"unknown": body}


def _b64(text: str, charset: str = "utf-8") -> str:
    return base64.b64encode(text.encode(charset)).decode()


@pytest.mark.parametrize(
    "url",
    [
        "Data:text/plain;base64," + _b64("Lord Voldemort"),
        "data:text/plain;charset=utf-16;base64," + _b64("Lord Voldemort", "utf-16"),
        "data:text/plain;base64," + _b64("Lord Voldemort", "utf-16-le"),
        "data:text/plain;charset=utf-8;base64," + _b64("Lord Voldemort", "utf-16-be"),
        "data:image/svg+xml;base64," + _b64("<svg><text>Voldemort</text></svg>"),
        "DATA:image/svg+xml,%3Csvg%3E%56oldemort%3C/svg%3E",
        "data:,%56oldemort",
        "data:;base64," + _b64("Lord Voldemort").rstrip("="),
        "data:text/plain;base64," + base64.urlsafe_b64encode(b"~~~??? Voldemort").decode(),
        "data:text/plain;base64," + _b64("Lord Voldemort").replace("=", "%3D"),
        "data:text/html;x=y;BASE64," + _b64("Voldemort"),
        "data:application/octet-stream;base64," + _b64("Lord Voldemort"),
        " data:text/csv;base64," + _b64("a;Voldemort"),
    ],
)
def test_no_spelling_of_a_data_url_hides_its_text(url: str) -> None:
    with pytest.raises(ApiError, match="words"):
        map_texts(part(type="image_url", image_url={"url": url}), WORDS._whole)


def test_base64_of_text_is_read_and_of_bytes_is_not() -> None:
    hidden = _b64(f"please write to {MAIL} as soon as you can, it is urgent")
    source = {"type": "base64", "media_type": "text/plain", "data": hidden}
    (changed,) = map_texts(part(type="document", source=source), PII._whole)["messages"]
    said = changed["content"][0]["source"]["data"]
    assert base64.b64decode(said) == b"please write to [EMAIL] as soon as you can, it is urgent"
    sound = base64.b64encode(b"RIFF\0\0\0\0WAVE" + b" joe@x.com " * 20).decode()
    body = part(type="input_audio", input_audio={"data": sound, "format": "wav"})
    assert map_texts(body, PII._whole) == body


@pytest.mark.parametrize(
    "arguments", [r'{"to": "joe\u0040x.com"}', r'{"to": "{\"a\": \"joe\\u0040x.com\"}"}', r"{broken joe\u0040x.com"]
)
def test_escapes_hide_nothing(arguments: str) -> None:
    for body in (
        called(arguments=arguments),
        message(role="assistant", function_call={"name": "f", "arguments": arguments}),
        message(role="tool", tool_call_id="c1", content=arguments),
    ):
        said = json.dumps(map_texts(body, PII._whole))
        assert "[EMAIL]" in said, said
        assert "joe" not in said


def test_escapes_that_hide_nothing_stay() -> None:
    body = message(content=r"a \u0022quoted\u0022 path C:\users \u00e9")
    assert map_texts(body, PII._whole) == body


@pytest.mark.parametrize("cut", range(1, len(MAIL)))
def test_text_that_is_split_over_parts_is_one(cut: int) -> None:
    pieces = [{"type": "text", "text": MAIL[:cut]}, {"type": "text", "text": MAIL[cut:]}]
    whole = [{"type": "text", "text": "[EMAIL]"}]
    # `joe@x.co` is an address by itself: letters behind it are another text.
    rest = [{"type": "text", "text": "m"}] if cut == len(MAIL) - 1 else []
    assert map_texts(message(content=pieces), PII._whole) == message(content=whole + rest)
    plain = message(content=[{"type": "text", "text": "a"}, {"type": "text", "text": "b"}])
    assert map_texts(plain, PII._whole) == plain


PICTURE = {"type": "image_url", "image_url": {"url": "https://x/y.png"}}


def said(role: str, content: Any) -> dict[str, Any]:
    return {"role": role, "content": content}


@pytest.mark.parametrize(
    "messages",
    [
        [said("user", "Lord Volde"), said("user", "mort")],
        [said("system", "Volde"), said("system", [{"type": "text", "text": "mort"}]), said("user", "ok")],
        [said("user", [{"type": "text", "text": "Volde"}, PICTURE, {"type": "text", "text": "mort"}])],
        [said("assistant", [{"type": "refusal", "refusal": "Volde"}, {"type": "refusal", "refusal": "mort"}])],
        [said("assistant", [{"type": "text", "text": "Volde"}, {"type": "refusal", "refusal": "mort"}])],
        [said("assistant", [{"type": "thinking", "thinking": "Volde"}, {"type": "thinking", "thinking": "mort"}])],
    ],
)
def test_words_split_over_parts_are_found(messages: list[dict[str, Any]]) -> None:
    body = {"model": "m", "messages": messages}
    with pytest.raises(ApiError, match="stopped this call"):
        map_texts(body, WORDS._whole)
    masked = json.dumps(map_texts(body, Words({"words": ["Voldemort"]})._whole))
    assert "***" in masked
    assert "mort" not in masked


def test_messages_that_hide_nothing_together_stay() -> None:
    for messages in (
        [said("user", f"from {MAIL}"), said("user", "Answer it.")],
        [said("user", "Volde"), said("assistant", "mort")],
        [{"role": "tool", "tool_call_id": "a", "content": "Volde"}, {"role": "tool", "content": "mort"}],
    ):
        changed = map_texts({"model": "m", "messages": messages}, PII._whole)["messages"]
        assert [one["content"] for one in changed] == [one["content"].replace(MAIL, "[EMAIL]") for one in messages]
        map_texts({"model": "m", "messages": messages}, WORDS._whole)


@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "utf-16-le", "utf-32"])
def test_files_in_short_and_wide_base64_are_read(charset: str) -> None:
    for text in ("Voldemort", "Lord Voldemort " * 9):
        body = part(type="file", file={"file_data": base64.b64encode(text.encode(charset)).decode()})
        with pytest.raises(ApiError, match="stopped this call"):
            map_texts(body, WORDS._whole)


def test_words_are_found_in_either_form_of_their_accents() -> None:
    words = Words({"words": ["cafe\u0301", "№5"], "action": "block"})
    for text in ("café", "cafe\u0301", "№5"):
        with pytest.raises(ApiError, match="stopped this call"):
            map_texts(message(content=text), words._whole)


def test_only_the_messages_that_hide_something_are_rewritten() -> None:
    texts = ["a", "one", "joe@", "x", ".com", "two", "Call +1 415", " 555 0132", "end"]
    changed = map_texts({"model": "m", "messages": [said("user", text) for text in texts]}, PII._whole)["messages"]
    # Every message is kept. Numbers in different messages are not a phone number.
    assert [one["content"] for one in changed] == [*texts[:2], *["[EMAIL]"] * 3, *texts[5:]]
    parts = [PICTURE, *({"type": "text", "text": text} for text in ("joe@", "x.com")), PICTURE, PICTURE]
    body = map_texts(message(content=[*parts, {"type": "text", "text": "one"}]), PII._whole)
    assert [part.get("text") for part in body["messages"][0]["content"]] == [None, "[EMAIL]", None, None, "one"]


@pytest.mark.parametrize(
    ("content", "masked"),
    [
        (["I am Volde", "mort, hi"], ["I am [X]", ", hi"]),
        (["Volde", "mort"], ["[X]"]),
        (["Volde", {"type": "text", "text": "mort"}], ["[X]"]),
        ([{"type": "text", "text": "Volde"}, "mort", 5, "x"], [{"type": "text", "text": "[X]"}, 5, "x"]),
    ],
)
def test_parts_that_are_texts_are_read_as_one(content: list[Any], masked: list[Any]) -> None:
    changed = map_texts(message(content=content) | {"stop": ["Volde", "mort"]}, lambda t: t.replace("Voldemort", "[X]"))
    assert changed["messages"][0]["content"] == masked
    assert changed["stop"] == ["Volde", "mort"]
