"""Answers: what is kept, what is refused, and what comes with them."""

from __future__ import annotations

import copy
import gzip
import json
import pickle
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import Field

from onceward._core.encoding import Inflater, decompress
from onceward._core.errors import APIConnectionError, AuthenticationError, ResponseShapeError
from onceward._core.lenient import construct
from onceward._core.models import Model, UnknownVariant
from onceward._gateway.errors import OverloadedError

from .rig import COMPLETION, MESSAGES, Reply, Rig

Make = Callable[..., Rig]


def altered(**changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(COMPLETION), **changes}


def test_results_carry_ids_headers_and_attempts(rig: Make) -> None:
    r = rig([Reply(500), Reply(body=COMPLETION, headers={"X-Request-Id": "req_1", "Content-Type": "application/json"})])
    result = r.create()
    assert (result._request_id, result._attempts, result._headers["content-TYPE"]) == ("req_1", 2, "application/json")
    assert result._idempotency_key == r.header("idempotency-key")
    assert result.choices[0]._request_id is None
    again = pickle.loads(pickle.dumps(result))
    assert again == result
    assert again._request_id == "req_1"


def test_unknown_fields_stay_and_go_out_again(rig: Make) -> None:
    r = rig([Reply(body=altered(shield_of_tomorrow={"score": 1}))])
    result = r.create()
    assert result.shield_of_tomorrow == {"score": 1}
    assert result.to_dict() == altered(shield_of_tomorrow={"score": 1})


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"created": "yesterday"}, "created"),
        ({"usage": {"prompt_tokens": "many", "completion_tokens": 1, "total_tokens": 2}}, "usage.prompt_tokens"),
        (
            {"choices": [{"index": 0, "message": {"role": "assistant", "content": ["no"]}, "finish_reason": "stop"}]},
            "choices.0.message.content",
        ),
    ],
)
def test_a_deviating_field_does_not_lose_the_answer(rig: Make, changes: dict[str, Any], path: str) -> None:
    r = rig([Reply(body=altered(**changes))])
    result = r.create()
    assert [place for place, _ in result._deviations] == [path]
    assert result.id == "chatcmpl-1"
    assert result.choices[0].finish_reason == "stop"
    assert result.to_dict() == altered(**changes)
    assert pickle.loads(pickle.dumps(result))._deviations == result._deviations
    assert repr(result)


def test_a_missing_field_is_none_and_told(rig: Make) -> None:
    body = altered()
    del body["id"]
    result = rig([Reply(body=body)]).create()
    assert result.id is None
    assert result._deviations == (("id", "missing"),)
    assert "id" not in result.to_dict()


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"<html><body>Sign in</body></html>", "HTML page"),
        (b"", "empty"),
        (b"   ", "empty"),
        (b"oops", "not JSON"),
        (b'{"id": "chat', "not JSON"),
        (b"[1, 2]", "not a `ChatCompletion`"),
        (b'"text"', "not a `ChatCompletion`"),
        (b"null", "not a `ChatCompletion`"),
        (b'{"foo": 1}', "not a `ChatCompletion`"),
    ],
)
def test_another_shape_is_an_error_with_all_that_is_known(rig: Make, body: bytes, text: str) -> None:
    r = rig([Reply(body=body, headers={"x-request-id": "req_2"})])
    with pytest.raises(ResponseShapeError, match=text) as caught:
        r.create()
    assert caught.value.request_id == "req_2"
    assert caught.value.status_code == 200
    assert caught.value.attempts == 1
    assert len(r.requests) == 1  # it was answered, and perhaps paid for


def test_an_error_under_a_status_of_success(rig: Make) -> None:
    r = rig(lambda _: Reply(body={"error": {"type": "overloaded_error", "message": "busy"}}))
    with pytest.raises(OverloadedError, match="busy"):
        r.create()
    assert len(r.requests) == 3


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_compressed_answers(rig: Make, encoding: str) -> None:
    data = json.dumps(COMPLETION).encode()
    packed = gzip.compress(data) if encoding == "gzip" else zlib.compress(data)
    assert rig([Reply(body=packed, headers={"content-encoding": encoding})]).create().id == "chatcmpl-1"
    broken = rig(lambda _: Reply(body=packed[:-9], headers={"content-encoding": encoding}), max_retries=0)
    with pytest.raises(APIConnectionError, match="ended early"):
        broken.create()


def _bare(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        pytest.param("gzip", lambda data: gzip.compress(data[:9]) + gzip.compress(data[9:]), id="members"),
        pytest.param("gzip", lambda data: gzip.compress(data) + b"\0\0rest", id="what follows the end"),
        pytest.param("gzip, gzip", lambda data: gzip.compress(gzip.compress(data)), id="twice"),
        pytest.param("deflate", _bare, id="deflate without a header"),
        pytest.param("gzip", lambda data: data, id="not compressed"),
    ],
)
def test_odd_compressed_answers_are_read_however_they_are_cut(
    rig: Make, encoding: str, pack: Callable[[bytes], bytes]
) -> None:
    data = json.dumps(COMPLETION).encode()
    packed = pack(data)
    assert rig([Reply(body=packed, headers={"content-encoding": encoding})]).create().id == "chatcmpl-1"
    for size in (1, 2, 3):
        inflater = Inflater(encoding)
        parts = [inflater.feed(packed[at : at + size]) for at in range(0, len(packed), size)]
        assert b"".join(parts) + inflater.finish() == data


def test_an_answer_that_expands_without_bound_is_refused() -> None:
    bomb = gzip.compress(bytes(280_000_000), 1)
    with pytest.raises(ResponseShapeError, match="expands to more than"):
        decompress(gzip.compress(bomb), "gzip, gzip")
    assert len(decompress(gzip.compress(bytes(10_000_000)), "gzip")) == 10_000_000


def test_a_key_that_the_server_quotes_is_masked(rig: Make) -> None:
    key = "sk-quoted-0123456789"
    r = rig([Reply(status=401, body={"error": {"message": f"bad key {key}", "param": key}})], api_key=key)
    with pytest.raises(AuthenticationError, match=r"bad key sk-quo\.\.\.REDACTED") as caught:
        r.create()
    assert key not in f"{caught.value!r} {caught.value.body} {caught.value.param}"


def test_raw_answers(rig: Make) -> None:
    r = rig([Reply(body=COMPLETION, headers={"x-request-id": "req_3"})])
    raw = r.run(
        lambda client: client.chat.completions.with_raw_response.create(
            model="m", messages=[{"role": "user", "content": "x"}]
        )
    )
    assert (raw.status_code, raw.request_id, raw.attempts, raw.json()["id"]) == (200, "req_3", 1, "chatcmpl-1")
    assert raw.parse().choices[0].message.content == "hello"
    r = rig([Reply(body=COMPLETION)])
    raw = r.run(lambda client: client.with_raw_response.chat.completions.create(model="m", messages=MESSAGES))
    assert raw.parse().id == "chatcmpl-1"


def test_the_low_way(rig: Make) -> None:
    r = rig([Reply(body={"answer": 42}), Reply(body=b"raw"), Reply(body={"a": 1})])
    assert r.run(lambda client: client.request("get", "/v2/new", query={"a": [1, 2]})) == {"answer": 42}
    assert (r.requests[0].method, r.requests[0].url) == ("GET", "http://gateway.test/v2/new?a=1&a=2")
    assert r.run(lambda client: client.request("POST", "/v2/new", body={"x": 1}, result=bytes)) == b"raw"
    assert r.header("idempotency-key")
    typed = r.run(lambda client: client.request("POST", "/v2/new", body={}, result=Inner))
    assert typed.a == 1


class Inner(Model):
    a: int
    b: str | None = None


class Tagged(Model):
    type: str
    inner: Inner | list[Inner] | None = None
    table: dict[str, Inner] = Field(default_factory=dict)


def test_what_deviates_deep_inside_is_kept() -> None:
    deviations: list[tuple[str, str]] = []
    value = construct(Tagged, {"type": 1, "inner": [{"a": "x"}, {"a": 2}], "table": {"k": {"a": []}}}, "", deviations)
    assert [path for path, _ in deviations] == ["type", "inner.0.a", "table.k.a"]
    assert value.inner[0].a == "x"
    assert isinstance(value.inner[1], Inner)
    assert value.table["k"].a == []


def test_unknown_variants_go_out_as_they_came() -> None:
    assert UnknownVariant.model_validate({"type": "new", "x": [1]}).to_dict() == {"type": "new", "x": [1]}


def test_values_show_short_and_readable() -> None:
    value = Tagged(type="t", inner=Inner(a=1))
    assert repr(value) == "Tagged(type='t', inner=Inner(a=1))"
    long = Tagged(type="x" * 500)
    assert len(repr(long)) < 200
    assert "500 characters" in repr(long)
    assert "<table>" in value._repr_html_()
    assert "<script>" not in Tagged(type="<script>")._repr_html_()
