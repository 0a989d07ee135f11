"""The body of a request: JSON, a form, one file, or several parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeAlias

from .doubled import doubled_names
from .encode import encode_form, encode_json, plain, scalar
from .errors import ParameterError
from .forms import form_pairs
from .narrow import is_bytes, is_iterable, is_mapping, is_tuple
from .operation import Body, Operation
from .options import Progress
from .params import Parts

__all__ = ["Encoded", "Uploader", "encode_any", "encode_body"]

Encoded: TypeAlias = "tuple[Any, str | None, bool]"
"""Bytes or an upload, their content type, and whether they can be sent again."""
Uploader: TypeAlias = Callable[[Any, "Progress | None"], Any]
"""Makes the streamed body of a layout, for a driver's kind of transport."""

_EMPTY: Encoded = (None, None, True)


def encode_body(operation: Operation, parts: Parts, uploader: Uploader) -> Encoded:
    """Encode the body arguments of a call to a method."""
    body = operation.body
    if body is None:
        return _EMPTY
    extra = parts.options.get("extra_body")
    if body.kind == "json":
        value: Any = parts.whole if parts.has_whole else parts.body
        if extra and is_mapping(value):
            value = {**value, **extra}
        if not value and not parts.has_whole and not body.required:
            return _EMPTY
        return encode_json(value, operation.id), body.media_type, True
    if body.kind in ("form", "multipart"):
        return _encode_form(body, parts, extra, operation, uploader)
    return _encode_single(body, parts, uploader, operation)


def _encode_form(
    body: Body, parts: Parts, extra: Mapping[str, Any] | None, operation: Operation, uploader: Uploader
) -> Encoded:
    values: Any = plain(parts.whole) if hasattr(parts.whole, "to_dict") else parts.whole
    if not parts.has_whole:
        values = parts.body
    elif not is_mapping(values):
        if body.kind == "multipart" and values is not None:
            return _laid_out(_multipart().lay_out_list(values, body, operation.id), parts, uploader)
        if values is None:
            return _EMPTY
        if isinstance(values, str) or is_bytes(values):  # a form that is encoded already
            return values.encode() if isinstance(values, str) else bytes(values), body.media_type, True
        raise ParameterError([f"`body` is {values!r}; give an object, or a form as text"], operation.id)
    if extra:
        values = {**values, **extra}
    if not values and not body.required:
        return _EMPTY
    if body.kind == "multipart":
        return _laid_out(_multipart().lay_out(values, parts.forms, operation.id, body.media_type), parts, uploader)
    pairs = [pair for wire, value in values.items() for pair in form_pairs(wire, value, parts.forms.get(wire))]
    return encode_form(pairs).encode(), body.media_type, True


def _encode_single(body: Body, parts: Parts, uploader: Uploader, operation: Operation) -> Encoded:
    value: Any = parts.whole if parts.has_whole else next(iter(parts.body.values()), None)
    if value is None:
        return _EMPTY
    if body.kind == "text":
        if is_bytes(value):
            return bytes(value), body.media_type, True
        if not hasattr(value, "read") and not hasattr(value, "__fspath__") and not is_tuple(value):
            return _encoded(scalar(value), body.media_type, operation), body.media_type, True
    if body.kind == "json_lines" and is_iterable(value) and not is_tuple(value) and not hasattr(value, "read"):
        start = b"\x1e" if "json-seq" in body.media_type else b""  # RFC 7464
        return b"".join(start + encode_json(item, operation.id) + b"\n" for item in value), body.media_type, True
    try:
        layout = _multipart().single(value, body.media_type, "body")
    except ParameterError as error:
        raise ParameterError(error.faults, operation.id) from error
    return _laid_out(layout, parts, uploader)


def _encoded(text: str, media_type: str, operation: Operation) -> bytes:
    """Return a text in the charset of its media type."""
    charset = media_type.lower().partition("charset=")[2].partition(";")[0].strip(" \"'")
    try:
        return text.encode(charset or "utf-8")
    except LookupError:
        return text.encode()
    except UnicodeEncodeError as error:
        if not charset or charset.startswith("utf"):
            raise
        fault = f"`body` contains {text[error.start]!r}, which the charset {charset} cannot express"
        raise ParameterError([fault], operation.id) from None


def _laid_out(layout: Any, parts: Parts, uploader: Uploader) -> Encoded:
    progress = parts.options.get("on_progress")
    whole = None if progress is not None else layout.as_bytes()
    if whole is not None:
        return whole, layout.content_type, True
    return uploader(layout, progress), layout.content_type, layout.replayable


@cache
def _multipart() -> Any:
    """Return the layout of bodies that consist of files or parts."""
    from . import multipart as part

    return part


def encode_any(body: Any, extra: Mapping[str, Any] | None) -> Encoded:
    """Encode the body of a call to any path: bytes as they are, everything else as JSON."""
    if body is None:
        return _EMPTY
    if isinstance(body, (bytes, bytearray)):
        return bytes(body), "application/octet-stream", True
    faults = doubled_names(body, "body")
    if faults:
        raise ParameterError(faults, "request")
    return encode_json({**body, **extra} if extra else body, "request"), "application/json", True
