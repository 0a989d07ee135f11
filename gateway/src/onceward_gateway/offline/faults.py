"""The fault models: `onceward/fault-<kind>` fails as it is named, to try an application against a bad day.

| kind       | what happens                                                             | parameter (default)     |
|------------|--------------------------------------------------------------------------|-------------------------|
| rate-limit | 429 with `Retry-After`                                                   | seconds (1)             |
| overloaded | 529                                                                      | seconds, Retry-After    |
| error      | 500, or the status asked for                                             | status (500)            |
| slow       | the first byte is late                                                   | seconds (2)             |
| drip       | every piece is late                                                      | seconds (0.1)           |
| stall      | the stream stops after some pieces and nothing but pings comes           | after (3)               |
| cut        | the connection is closed after some pieces                               | after (3)               |
| malformed  | the stream contains, or the answer is, bytes that are not JSON           | after (3)               |
| empty      | a stream without choices; unary: an empty body                           |                         |
| wrong-type | an answer whose fields have the wrong types                              |                         |
| html       | a page of HTML with status 200                                           |                         |
| break      | an error event in mid-stream                                             | after (3)               |
| filter     | the answer ends with `content_filter`                                    | after (3)               |
| flaky      | 503 for the first calls of each key, then an answer                      | times (2)               |

A parameter follows the name, `onceward/fault-rate-limit:30` or `onceward/fault-error:status=503`, or in the
request as `"provider_specific_params": {"fault": {"kind": "cut", "after": 10}}`, which also makes any offline model
fail.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..core import error_codes
from ..core.answer import (
    Answer,
    CloseConnection,
    Delay,
    DeliveryFault,
    Emission,
    Fail,
    Garbage,
    Stall,
)
from ..core.errors import ApiError, invalid

__all__ = ["FAULT_PREFIX", "Fault", "KINDS", "fault_in", "named_fault", "whole_with_fault", "with_fault"]

FAULT_PREFIX = "onceward/fault-"
_DEFAULTS: Mapping[str, tuple[str, float]] = {
    "rate-limit": ("seconds", 1),
    "overloaded": ("seconds", 0),
    "error": ("status", 500),
    "slow": ("seconds", 2),
    "drip": ("seconds", 0.1),
    "stall": ("after", 3),
    "cut": ("after", 3),
    "malformed": ("after", 3),
    "empty": ("", 0),
    "wrong-type": ("", 0),
    "html": ("", 0),
    "break": ("after", 3),
    "filter": ("after", 3),
    "flaky": ("times", 2),
}
KINDS = tuple(_DEFAULTS)
_GARBAGE = b'data: {"id": "chatcmpl-", "choices": [{"delta": {"content": \n\n'
_TORN = b'{"id": "chatcmpl-", "object": "chat.completion", "choices": [{"mess'
_WRONG = (
    b'{"id": 7, "object": ["chat"], "created": "yesterday", "model": {}, "data": "none", "choices": {"not": "a list"}}'
)
_HTML = b"<!doctype html><html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>"
_LONGEST_DELAY = 600.0


@dataclass(frozen=True, slots=True)
class Fault:
    """A kind of failure and its one parameter."""

    kind: str
    value: float


def named_fault(model: str) -> Fault | None:
    """Return the fault that a model's name asks for.

    None when the name is not a fault model's. Raises ApiError 400 for a bad parameter.
    """
    if not model.startswith(FAULT_PREFIX):
        return None
    kind, _, text = model.removeprefix(FAULT_PREFIX).partition(":")
    if kind not in _DEFAULTS:
        return None
    key, _, said = text.partition("=")
    return _fault(kind, {key: said} if said else {_DEFAULTS[kind][0]: text} if text else {}, "model")


def fault_in(request: Mapping[str, Any]) -> Fault | None:
    """Return the fault that the request itself asks for."""
    for field in ("", "provider_specific_params", "extra_body"):
        # A gateway merged them; who asks a model directly did not.
        extra = request.get(field) if field else request
        raw = extra.get("fault") if isinstance(extra, Mapping) else None
        field = field or "provider_specific_params"
        if isinstance(raw, str):
            return _fault(raw, {}, f"{field}.fault")
        if isinstance(raw, Mapping):
            return _fault(
                str(raw.get("kind", "")), {key: value for key, value in raw.items() if key != "kind"}, f"{field}.fault"
            )
    return None


def _fault(kind: str, said: Mapping[str, Any], param: str) -> Fault:
    if kind not in _DEFAULTS:
        raise invalid(
            f"`{param}` names no fault: {kind!r}. Known are {', '.join(KINDS)}.",
            param=param,
            code=error_codes.UNKNOWN_FAULT,
        )
    name, value = _DEFAULTS[kind]
    for key, text in said.items():
        if key != name:
            raise invalid(
                f"`{param}`: the fault {kind!r} has no parameter {key!r}. Its parameter is {name!r}.",
                param=param,
                code=error_codes.UNKNOWN_FAULT,
            )
        try:
            value = float(text)
        except (TypeError, ValueError):
            raise invalid(
                f"`{param}`: {key!r} must be a number, not {text!r}.", param=param, code=error_codes.UNKNOWN_FAULT
            ) from None
    if not 0 <= value < 1e6 or (name == "status" and not 400 <= value <= 599):
        raise invalid(f"`{param}`: {name!r} is out of range: {value!r}.", param=param, code=error_codes.UNKNOWN_FAULT)
    return Fault(kind, value)


def _refusal(fault: Fault, attempt: int) -> ApiError | None:
    """Return the HTTP error with which a call fails before anything is sent; None when it does not."""
    wait = fault.value or None
    if fault.kind == "rate-limit":
        return ApiError(
            429,
            f"This model always answers 429. Wait {fault.value:g} s and it will do so again.",
            code=error_codes.RATE_LIMIT_EXCEEDED,
            retry_after=fault.value,
        )
    if fault.kind == "overloaded":
        return ApiError(529, "This model is always overloaded.", code=error_codes.OVERLOADED, retry_after=wait)
    if fault.kind == "error":
        return ApiError(
            int(fault.value), f"This model always answers {int(fault.value)}.", code=error_codes.FAULT_INJECTED
        )
    if fault.kind == "flaky" and attempt <= fault.value:
        return ApiError(
            503,
            f"This model fails the first {int(fault.value)} times for each key; this was time {attempt}.",
            code=error_codes.FAULT_INJECTED,
        )
    return None


def with_fault(fault: Fault, source: Iterator[Emission], attempt: int, streamed: bool) -> Iterator[Emission]:
    """Yield a stream of emissions that fails as `fault` says; `streamed` when the client reads it as it comes."""
    error = _refusal(fault, attempt)
    if error is not None:
        yield Fail(error)
        return
    if fault.kind == "slow":
        yield Delay(min(fault.value, _LONGEST_DELAY))
    if fault.kind in ("empty", "wrong-type", "html"):
        yield from _instead(fault.kind, source, streamed)
        return
    for pieces, emission in enumerate(source):
        if fault.kind == "drip" and pieces:
            yield Delay(min(fault.value, _LONGEST_DELAY))
        if pieces == int(fault.value) and fault.kind in _BREAKS:
            if fault.kind == "filter":
                yield from _filtered(emission, source)
                return
            broken = _BREAKS[fault.kind]
            if isinstance(broken, Garbage) and not streamed:
                broken = Garbage(_TORN)
            if broken is not None:
                yield broken
            if fault.kind == "break":
                return
        yield emission


_BREAKS: Mapping[str, Emission | None] = {
    "cut": CloseConnection(),
    "stall": Stall(),
    "malformed": Garbage(_GARBAGE),
    "break": Fail(ApiError(500, "This model breaks in mid-stream.", code=error_codes.FAULT_INJECTED)),
    "filter": None,
}


def _filtered(emission: Emission, source: Iterator[Emission]) -> Iterator[Emission]:
    """Yield the end of an answer that a content filter stopped: the hidden part is billed, as by providers."""
    frame = {key: value for key, value in emission.items() if key != "usage"} if isinstance(emission, dict) else {}
    yield {**frame, "choices": [{"index": 0, "delta": {}, "logprobs": None, "finish_reason": "content_filter"}]}
    for last in source:
        if isinstance(last, dict) and last.get("usage"):
            yield last


def _instead(kind: str, source: Iterator[Emission], streamed: bool) -> Iterator[Emission]:
    """Another answer in the place of the right one; the right one is what a replay gives."""
    if kind == "html":
        yield Garbage(_HTML, content_type="text/html")
        if streamed:
            yield CloseConnection()
    elif kind == "wrong-type":
        yield Garbage(b"data: " + _WRONG + b"\n\n" if streamed else _WRONG)
    elif not streamed:
        yield Garbage(b"")
    else:
        source = ({**emission, "choices": []} for emission in source if isinstance(emission, dict))
    yield from source


def whole_with_fault(fault: Fault, answer: Answer, attempt: int) -> Answer:
    """A whole answer (embeddings, images and the like) that fails as `fault` says. Slowness is left to the caller."""
    error = _refusal(fault, attempt)
    if error is not None:
        raise error
    if fault.kind in ("cut", "stall"):
        raise DeliveryFault(CloseConnection() if fault.kind == "cut" else Stall(), answer)
    bodies = {
        "malformed": Garbage(answer.body[: len(answer.body) // 2]),
        "empty": Garbage(b""),
        "html": Garbage(_HTML, "text/html"),
        "wrong-type": Garbage(_WRONG),
    }
    if fault.kind in bodies:
        raise DeliveryFault(bodies[fault.kind], answer)
    if fault.kind in ("break", "filter"):
        raise ApiError(500, "This model breaks before its answer is whole.", code=error_codes.FAULT_INJECTED)
    return answer
