"""Request bodies: reading, decoding and validation of JSON and forms, within limits of size and depth."""

from __future__ import annotations

import asyncio
import re
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from ..config.load import RequestLimits
from ..core import error_codes
from ..core.decisive_names import Named
from ..core.effective_body import (
    EffectiveBody,
    effective_body,
    effective_form,
    named_as_sent,
)
from ..core.errors import ApiError, invalid
from ..core.principal import ANONYMOUS
from ..core.threads import LARGE_BODY, offload
from .json_body import parse_json
from .relayed import ContractFault
from .request import (
    BodyKind,
    Receive,
    Request,
    Upload,
)
from .unknown_fields import refuse_repeated
from .validation import Specification

__all__ = ["ClientGone", "close_files", "read_body", "read_query", "refuse_ambiguous", "take_json"]

# The most bytes of one form field other than a file, and of a whole urlencoded form.
_FIELD_BYTES = 1 << 20
_FORM_PIECE = 32_768
# The query parameter that the contract declares for the paths of deployments, and its valid values.
_VERSION = "api-version"
_VERSIONS = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(-preview)?|preview|latest|v1", re.ASCII)


class ClientGone(Exception):
    """The client disconnected before its request was complete."""


async def read_body(
    request: Request, kind: BodyKind, limits: RequestLimits, spec: Specification | None, *, merge: bool = False
) -> None:
    """Read and validate the body of a request; `merge` its extra parameters first."""
    content_type = request.headers.get("content-type", "")
    if kind in (BodyKind.FORM, BodyKind.FORM_OR_JSON) and _is_form(content_type):
        await _take_form(request, limits, spec, content_type, merge=merge)
        return
    if kind is BodyKind.FORM:
        raise ApiError(
            415,
            f"`Content-Type` is {content_type!r}; this operation takes a form. Send `multipart/form-data`.",
            code=error_codes.UNSUPPORTED_MEDIA_TYPE,
            param="Content-Type",
        )
    request.raw = await _read(request.headers, request.receive, limits.max_body_bytes)
    if request.raw and request.caller.id == ANONYMOUS.id:
        _refuse_simple(content_type)
    if kind is not BodyKind.NONE and not (kind is BodyKind.JSON_OR_NONE and not request.raw.strip()):
        await take_json(request, limits, spec, merge=merge)


def _refuse_simple(content_type: str) -> None:
    """Raise 415 for a content type that web pages can send to any site without a preflight request (CSRF)."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "text/plain" or _is_form(kind):
        raise ApiError(
            415,
            f"`Content-Type` is {kind!r}; without a key this operation takes JSON only as such. Send "
            "`Content-Type: application/json`.",
            code=error_codes.UNSUPPORTED_MEDIA_TYPE,
            param="Content-Type",
        )


async def take_json(
    request: Request, limits: RequestLimits, spec: Specification | None, *, merge: bool = False
) -> None:
    """Decode `request.raw` and validate it against the contract; `merge` its extra parameters first."""
    named = request.params.get("model") if merge else None
    if len(request.raw) > LARGE_BODY:
        effective, request.raw, request.fault = await offload(_checked, request.raw, limits, spec, merge, named)
    else:
        effective, request.raw, request.fault = _checked(request.raw, limits, spec, merge, named)
    request.data, request.merged, request.others = effective


def _checked(
    raw: bytes, limits: RequestLimits, spec: Specification | None, merge: bool, named: str | None
) -> tuple[EffectiveBody, bytes, ContractFault | None]:
    """Return the value of a body, its bytes with the merged members in it, and a fault that only some targets have.

    `path_model` is the model that the path names; it is used where the body has none.
    """
    is_large = len(raw) > LARGE_BODY
    merged: dict[str, str] = {}
    others: list[Named] = []
    fault: ContractFault | None = None
    value = parse_json(raw, limits)
    if merge and isinstance(value, dict):
        value, merged, others = effective_body(value)
        if merged:
            raw = msgspec.json.encode(value)
    if named is not None and isinstance(value, dict) and value.get("model") is None:
        value["model"] = named
    if spec is not None:
        try:
            fault = spec.check_json(value, is_large=is_large)
        except ApiError as error:
            raise named_as_sent(error, merged) from None
    if not isinstance(value, dict):
        raise invalid(
            f"The body is {_kind(value)}, not an object. Send a JSON object.", code=error_codes.WRONG_TYPE, param=None
        )
    if fault is not None:
        fault.sent_in(merged)
    return EffectiveBody(value, merged, others), raw, fault


async def refuse_ambiguous(request: Request, kind: BodyKind, spec: Specification) -> None:
    """Raise 400 for a management request with a repeated member, or with a body where the operation takes none."""
    if len(request.raw) > LARGE_BODY:
        await offload(_refuse_ambiguous, request.raw, kind, spec)
    else:
        _refuse_ambiguous(request.raw, kind, spec)


def _refuse_ambiguous(raw: bytes, kind: BodyKind, spec: Specification) -> None:
    if kind is BodyKind.NONE and raw.strip():
        try:
            spec.refuse_unknown(msgspec.json.decode(raw))
        except (msgspec.DecodeError, RecursionError):
            raise invalid("This operation takes no body. Send none.", code=error_codes.UNEXPECTED_BODY) from None
    refuse_repeated(raw)


def _kind(value: Any) -> str:
    return {list: "an array", str: "a string", bool: "a boolean", type(None): "null"}.get(type(value), "a number")


async def _read(headers: dict[str, str], receive: Receive | None, limit: int) -> bytes:
    if receive is None:
        return b""
    declared = headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and int(declared) > limit:
        raise _too_large(limit)
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientGone
    body: bytes = message.get("body", b"")
    if not message.get("more_body") and len(body) <= limit:
        return body
    pieces, size = [body], len(body)
    while message.get("more_body"):
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        pieces.append(message.get("body", b""))
        size += len(pieces[-1])
        if size > limit:
            raise _too_large(limit)
    if size > limit:
        raise _too_large(limit)
    return b"".join(pieces)


def _too_large(limit: int) -> ApiError:
    return ApiError(
        413,
        f"The body is larger than {limit} bytes, the most this operation takes. Send less.",
        code=error_codes.PAYLOAD_TOO_LARGE,
    )


def _is_form(content_type: str) -> bool:
    return content_type.lower().startswith(("multipart/form-data", "application/x-www-form-urlencoded"))


async def _take_form(
    request: Request, limits: RequestLimits, spec: Specification | None, content_type: str, *, merge: bool
) -> None:
    if content_type.lower().startswith("application/x-www-form-urlencoded"):
        body = await _read(request.headers, request.receive, min(limits.max_body_bytes, _FIELD_BYTES))
        fields = _pairs(body.decode("utf-8", "replace"))
    else:
        fields = await _take_multipart(request, limits)
    names = [upload.name for upload in request.files]
    try:
        if merge:
            fields, request.merged, request.others = effective_form(fields, names)
            if "model" in request.params and all(name != "model" for name, _ in fields):
                fields.append(("model", request.params["model"]))
        request.fields = fields
        request.data, request.fault = (dict(fields), None) if spec is None else spec.read_form(fields, names)
        if request.fault is not None:
            request.fault.sent_in(request.merged)
    except ApiError as error:
        close_files(request)
        raise named_as_sent(error, request.merged) from None


def close_files(request: Request) -> None:
    """Close the files of a form; large ones in a thread, because deleting them takes a while."""
    for upload in request.files:
        if upload.size > _FORM_PIECE:
            asyncio.get_running_loop().run_in_executor(None, upload.file.close)
        else:
            upload.file.close()


async def _take_multipart(request: Request, limits: RequestLimits) -> list[tuple[str, str]]:
    from starlette.datastructures import Headers, UploadFile
    from starlette.formparsers import MultiPartException

    from .multipart import StrictParser

    declared = request.headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and int(declared) > limits.max_upload_bytes:
        raise _too_large(limits.max_upload_bytes)
    headers = Headers({"content-type": request.headers["content-type"]})
    stream = _stream(request.receive, limits.max_upload_bytes)
    try:
        field_bytes = min(limits.max_body_bytes, _FIELD_BYTES)
        parser = StrictParser(headers, stream, max_files=64, max_fields=256, max_part_size=field_bytes)
        form = await parser.parse()
    except (MultiPartException, KeyError, ValueError) as error:
        reason = (getattr(error, "message", None) or str(error)).rstrip(".")
        raise invalid(f"The form cannot be read: {reason}.", code=error_codes.INVALID_FORM) from error
    fields: list[tuple[str, str]] = []
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            kind = value.content_type or "application/octet-stream"
            request.files.append(Upload(name, value.filename or "", kind, value.file, value.size or 0))
        else:
            fields.append((name, value))
    return fields


async def _stream(receive: Receive | None, limit: int) -> Any:
    size, more = 0, receive is not None
    while more and receive is not None:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        piece = message.get("body", b"")
        size += len(piece)
        if size > limit:
            raise _too_large(limit)
        more = message.get("more_body", False)
        for at in range(0, len(piece), _FORM_PIECE):
            # Parsing a piece can take a few milliseconds; let other tasks run before the next one.
            yield piece[at : at + _FORM_PIECE]
            await asyncio.sleep(0)
    yield b""


def read_query(raw: bytes, spec: Specification | None, *, azure: bool = False) -> dict[str, Any]:
    """Return the typed and validated query; `azure` permits the API version that Azure clients always send."""
    pairs = _pairs(raw.decode("ascii", "replace")) if raw else []
    if azure and not (spec is not None and spec.has_query(_VERSION)):
        for value in [value for name, value in pairs if name == _VERSION and not _VERSIONS.fullmatch(value)]:
            raise invalid(
                f"`{_VERSION}` is {value[:60]!r}, which is not a version of the API. Send a date such as 2024-10-21.",
                param=_VERSION,
                code=error_codes.INVALID_VALUE,
            )
        pairs = [(name, value) for name, value in pairs if name != _VERSION]
    if spec is not None:
        return spec.read_query(pairs)
    return dict(pairs)


def _pairs(text: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=256)
    except ValueError as error:
        raise invalid(
            f"The query or form cannot be read: {error}. Send fewer fields.", code=error_codes.INVALID_QUERY
        ) from error
