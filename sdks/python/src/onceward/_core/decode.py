"""Decode responses: validation directly from bytes, in Pydantic's core.

A response with a field that deviates is kept (`lenient`). One that is something else raises `ResponseShapeError` with
all that is needed to find out why. One that is an error with a status of success raises that error.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import Any, Final

from .call import Call
from .content import Content
from .dialect import dialect
from .envelope import error_from
from .errors import APIError, ResponseShapeError
from .meta import Meta
from .operation import Result
from .shapes import Shape, shape_of

__all__ = ["decode", "decode_event", "decode_response", "embedded_error", "select"]

_CHARSET: Final = re.compile(r"""(?i);\s*charset\s*=\s*["']?([^"';\s]+)""")
_ERROR_KEY: Final = b'"error"'
# An error with a status of success is a small object, or at the end of a larger one; searching further would be
# expensive.
_ERROR_WINDOW: Final = 2048
_ACCEPTED: Final = 202
"""The status of a request whose result is still to come, so that its response may have no body whatever the contract
says."""


# --- whole answers ---------------------------------------------------------------------------------------------------


def decode_response(call: Call, meta: Meta, body: bytes) -> Any:
    """Return the value of a call's response, or raise the error in it."""
    value = decode(
        select(call.answers, meta, body) if call.answers else call.result,
        meta,
        body,
        call.where,
        call.shared.clock.time(),
        as_text=call.as_text,
        type_=call.type_,
        embedded=call.shared.brand.embedded_errors,
    )
    extras = call.config.extras
    if extras:
        dialect().check_answer(call.where, meta, value, extras)
    return value


def decode(
    result: Result, meta: Meta, body: bytes, where: str, now: float, *, as_text: bool = False, type_: Any = None,
    embedded: bool = True,
) -> Any:  # fmt: skip
    """Return the value of a 2xx response. ``type_`` replaces the type that the operation names.

    ``embedded``: an ``error`` that the type does not declare is raised.
    """
    if as_text or result.kind == "text":
        return _text(meta, body)
    if not body and meta.status_code == _ACCEPTED:
        return Content() if result.kind == "binary" else None
    if result.kind == "json":
        return _json(shape_of(result.type if type_ is None else type_), meta, body, where, now, embedded=embedded)
    if result.kind == "binary":
        content = Content(body)
        content._meta = meta  # pyright: ignore[reportPrivateUsage]
        return content
    if result.kind == "json_lines":
        shape = shape_of(result.type if type_ is None else type_)
        lines = body.replace(b"\x1e", b"\n").splitlines()
        return [_json(shape, meta, line, where, now, embedded=embedded) for line in lines if line.strip()]
    return None


def select(answers: tuple[Result, ...], meta: Meta, body: bytes) -> Result:
    """Return the answer that the status selects and, among several, the one of the response's media type.

    A status that the contract does not mention selects among all answers: one without a body if there is one.
    """
    status = meta.status_code
    fitting = [answer for answer in answers if answer.statuses[0] <= status <= answer.statuses[1]]
    if fitting:
        width = fitting[0].statuses[1] - fitting[0].statuses[0]
        fitting = [answer for answer in fitting if answer.statuses[1] - answer.statuses[0] == width]
    pool = fitting or [answer for answer in answers if (answer.kind == "empty") is not bool(body)] or list(answers)
    if len(pool) == 1:
        return pool[0]
    media_type = meta.headers.get("content-type", "").partition(";")[0].strip().lower()
    exact = next((answer for answer in pool if fnmatchcase(media_type, answer.media_type or "")), None)
    if exact is None and media_type:
        kind = "json" if media_type.endswith(("/json", "+json")) else "text" if _is_text(media_type) else "binary"
        exact = next((answer for answer in pool if answer.kind == kind), None)
    return exact or pool[0]


def _is_text(media_type: str) -> bool:
    return media_type.startswith("text/") or media_type.endswith(("/xml", "+xml"))


def _text(meta: Meta, body: bytes) -> str:
    found = _CHARSET.search(meta.headers.get("content-type", ""))
    charset = found[1] if found else "utf-8"
    try:
        return body.decode(charset, "replace")
    except LookupError:
        return body.decode("utf-8", "replace")


def _json(shape: Shape, meta: Meta, body: bytes, where: str, now: float, *, embedded: bool) -> Any:
    try:
        value = shape.validate(body)
    except ValueError:  # pydantic's ValidationError
        value = _second_try(shape, meta, body, where, now)
    else:
        if (
            embedded
            and not shape.declares_error
            and (_ERROR_KEY in body[:_ERROR_WINDOW] or _ERROR_KEY in body[-_ERROR_WINDOW:])
        ):
            error = embedded_error(body, meta, where, now)
            if error is not None:
                raise error
    return _attached(value, meta)


def _attached(value: Any, meta: Meta) -> Any:
    from .models import Model, attach

    if isinstance(value, Model):
        attach(value, meta)
    return value


def embedded_error(body: bytes, meta: Meta, where: str, now: float) -> APIError | None:
    """Return the error that a body contains, whatever its status."""
    import json

    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if dialect().error_in(value) is None:
        return None
    return error_from(
        status=meta.status_code,
        headers=meta.headers,
        body=body,
        where=where,
        now=now,
        sent_request_id=meta.request_id,
    )


def _second_try(shape: Shape, meta: Meta, body: bytes, where: str, now: float, *, event: bool = False) -> Any:
    import json

    from .lenient import construct, unrecognizable
    from .models import Deviation, Model, deviate

    try:
        raw = json.loads(body)
    except RecursionError:
        raise _too_deep(shape, meta, body, where) from None
    except ValueError as error:
        raise _not_json(shape, meta, body, where) from error
    if not shape.declares_error:
        inner = embedded_error(body, meta, where, now)
        if inner is not None:
            raise inner
    deviations: list[Deviation] = []
    try:
        value = construct(shape.annotation, raw, "", deviations)
        if shape.restore is not None:
            value = shape.restore(value, body)
    except RecursionError:
        raise _too_deep(shape, meta, body, where) from None
    if unrecognizable(shape.annotation, raw, deviations, event=event):
        faults = tuple(f"`{path or 'the whole response'}`: {problem}" for path, problem in deviations[:20])
        text = f"{where}: the response is JSON, but not a `{shape.name}`: {'; '.join(faults[:3])}."
        raise _shape_error(text, meta, raw).with_faults(faults)
    if isinstance(value, Model) and deviations:
        deviate(value, tuple(deviations))
    return value


def _too_deep(shape: Shape, meta: Meta, body: bytes, where: str) -> ResponseShapeError:
    text = f"{where}: the response is nested too deeply; expected a `{shape.name}`."
    return _shape_error(text, meta, body.decode("utf-8", "replace"))


def _not_json(shape: Shape, meta: Meta, body: bytes, where: str) -> ResponseShapeError:
    if not body.strip():
        text = f"{where}: the response is empty; expected a `{shape.name}`."
    elif body.lstrip()[:1] == b"<":
        text = (
            f"{where}: the response is an HTML page; expected a `{shape.name}`. Is `base_url` right, "
            "or does a proxy require a login?"
        )
    else:
        text = f"{where}: the response is not JSON; expected a `{shape.name}`. It starts with {body[:60]!r}."
    return _shape_error(text, meta, body.decode("utf-8", "replace"))


def _shape_error(text: str, meta: Meta, body: Any) -> ResponseShapeError:
    return ResponseShapeError(
        text,
        status_code=meta.status_code,
        headers=meta.headers,
        body=body,
        request_id=meta.request_id,
        attempts=meta.attempts,
        idempotency_key=meta.idempotency_key,
    )


# --- events of a stream ----------------------------------------------------------------------------------------------


def decode_event(shape: Shape, meta: Meta, data: bytes, where: str, now: float) -> Any:
    """Decode an event that the fast decoder refused.

    A deviation is kept; an error in it, or another shape, is raised.
    """
    return _second_try(shape, meta, data, where, now, event=True)
