"""Fault models as the gateway sees them: what they emit, and how a parameter is said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from onceward_gateway.core.answer import (
    Answer,
    CloseConnection,
    Delay,
    DeliveryFault,
    Fail,
    Garbage,
    ModelContext,
    Stall,
)
from onceward_gateway.core.errors import ApiError
from onceward_gateway.offline.catalog import (
    default_for,
    find,
    kind_of,
)
from onceward_gateway.offline.faults import (
    KINDS,
    fault_in,
    named_fault,
    whole_with_fault,
)
from onceward_gateway.offline.models import BuiltIn

CONTEXT = ModelContext("call_1", 1, "m", 1, "k", "req", "me")
REQUEST: dict[str, Any] = {"messages": [{"role": "user", "content": "Count to 9"}], "stream": True}


def emitted(name: str, attempt: int = 1, **more: Any) -> list[Any]:
    return list(BuiltIn("onceward/fault-" + name).chat({**REQUEST, **more}, replace(CONTEXT, attempt=attempt)))


@pytest.mark.parametrize(
    ("name", "status", "wait"),
    [
        ("rate-limit", 429, 1),
        ("rate-limit:30", 429, 30),
        ("overloaded", 529, None),
        ("error", 500, None),
        ("error:status=503", 503, None),
    ],
)
def test_refusals(name: str, status: int, wait: float | None) -> None:
    (fail,) = emitted(name)
    assert isinstance(fail, Fail)
    assert (fail.error.status, fail.error.retry_after) == (status, wait)


def test_delivery_faults_leave_the_call_whole() -> None:
    healthy = emitted("cut")
    for name, kind in (("cut:5", CloseConnection), ("stall:5", Stall), ("malformed:5", Garbage)):
        emissions = emitted(name)
        assert isinstance(emissions[5], kind)
        assert [e for e in emissions if isinstance(e, dict)] == [e for e in healthy if isinstance(e, dict)]


def test_the_others() -> None:
    assert isinstance(emitted("slow")[0], Delay)
    assert emitted("drip:0.5").count(Delay(0.5)) > 5
    assert isinstance(emitted("break")[-1], Fail)
    assert emitted("filter")[-2]["choices"][0]["finish_reason"] == "content_filter"
    assert emitted("filter")[-1]["usage"]["completion_tokens"] > 5
    assert all(not chunk["choices"] for chunk in emitted("empty"))
    assert isinstance(emitted("html")[0], Garbage)
    assert isinstance(emitted("wrong-type", stream=False)[0], Garbage)


def test_flaky_answers_in_the_end() -> None:
    assert isinstance(emitted("flaky")[0], Fail)
    assert isinstance(emitted("flaky", 2)[0], Fail)
    assert isinstance(emitted("flaky", 3)[0], dict)
    assert isinstance(emitted("flaky:times=1", 2)[0], dict)


def test_any_model_fails_on_request() -> None:
    request = {**REQUEST, "provider_specific_params": {"fault": {"kind": "cut", "after": 0}}}
    assert isinstance(next(BuiltIn("onceward/echo").chat(request, CONTEXT)), CloseConnection)


@pytest.mark.parametrize(
    "fault",
    ["nonsense", {"kind": "cut", "before": 1}, {"kind": "cut", "after": "soon"}, {"kind": "error", "status": 200}],
)
def test_a_wrong_fault_is_named(fault: Any) -> None:
    with pytest.raises(ApiError) as caught:
        fault_in({"provider_specific_params": {"fault": fault}})
    assert caught.value.code == "unknown_fault"


def test_whole_answers_fail_too() -> None:
    answer = Answer.json({"a": 1})
    for kind in ("cut", "stall", "malformed", "empty", "html", "wrong-type"):
        fault = named_fault("onceward/fault-" + kind)
        assert fault is not None
        with pytest.raises(DeliveryFault):
            whole_with_fault(fault, answer, 1)
    for kind in ("rate-limit", "overloaded", "error", "break", "flaky"):
        fault = named_fault("onceward/fault-" + kind)
        assert fault is not None
        with pytest.raises(ApiError):
            whole_with_fault(fault, answer, 1)


def test_every_kind_is_listed() -> None:
    assert all(find("onceward/fault-" + kind) is not None for kind in KINDS)
    assert find("onceward/fault-nonsense") is None


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("gpt-4", "chat"),
        ("whisper-1", "transcription"),
        ("text-embedding-3-small", "embeddings"),
        ("dall-e-3", "images"),
        ("gpt-image-1", "images"),
        ("tts-1", "speech"),
        ("gpt-4o-mini-tts", "speech"),
        ("omni-moderation-latest", "moderation"),
        ("gpt-3.5-turbo-instruct", "completions"),
    ],
)
def test_names_determine_their_kind(name: str, kind: str) -> None:
    assert kind_of(name) == kind
    assert default_for(kind).startswith("onceward/")
