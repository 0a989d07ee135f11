"""Webhooks: verify who sent a request, and parse its body."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from .errors import SDKError

if TYPE_CHECKING:
    from .shapes import Shape

__all__ = ["WebhookError", "WebhookSignatureError", "parse", "verify"]

_SECRET_PREFIX: Final = "whsec_"

Scheme = tuple[str, str, str, str, str]
"""The kind of a signature (``standard`` or ``hmac``), its header, what is before it in the header, the algorithm, and
the encoding (``hex`` or ``base64``)."""


class WebhookError(SDKError, ValueError):
    """A webhook that cannot be used: its body is not an event, or its signature is not valid."""


class WebhookSignatureError(WebhookError):
    """A webhook whose signature is missing, too old, or not made with a known secret."""


def parse(reference: str, body: bytes | str) -> Any:
    """Return the event of a webhook, of the type ``"family:Name"``."""
    from .shapes import shape_of

    shape, content = shape_of(reference), _bytes(body)
    try:
        return shape.validate(content)
    except ValueError as error:
        return _deviating(shape, content, error)


def _deviating(shape: Shape, content: bytes, refusal: ValueError) -> Any:
    """Return an event with a field that deviates, which keeps its value as it was sent."""
    from .lenient import construct, unrecognizable
    from .models import Deviation, Model, deviate

    deviations: list[Deviation] = []
    try:
        raw = json.loads(content)
        value = construct(shape.annotation, raw, "", deviations)
        if shape.restore is not None:
            value = shape.restore(value, content)
    except (ValueError, RecursionError):
        raise WebhookError(f"the body of the webhook is not an event: {refusal}") from refusal
    if unrecognizable(shape.annotation, raw, deviations):
        raise WebhookError(f"the body of the webhook is not an event: {refusal}") from refusal
    if isinstance(value, Model) and deviations:
        deviate(value, tuple(deviations))
    return value


def verify(
    scheme: Scheme,
    body: bytes | str,
    headers: Mapping[str, str],
    secret: str | Sequence[str] | None,
    *,
    variable: str,
    tolerance: float,
) -> None:
    """Raise `WebhookSignatureError` unless a request is signed with one of the secrets."""
    found = os.environ.get(variable) if secret is None else secret
    secrets = [found] if isinstance(found, str) else list(found or ())
    if not secrets or not all(secrets):
        raise WebhookSignatureError(f"the secret of the webhook is missing: pass `secret`, or set {variable}")
    sent = {name.lower(): value for name, value in headers.items()}
    if scheme[0] == "standard":
        _standard(sent, _bytes(body), secrets, tolerance)
    else:
        _plain(scheme, sent, _bytes(body), secrets)


def _standard(headers: Mapping[str, str], body: bytes, secrets: Sequence[str], tolerance: float) -> None:
    """Verify a signature of Standard Webhooks: HMAC-SHA256 of ``id.timestamp.body``."""
    identity, stamp, signatures = (_header(headers, f"webhook-{name}") for name in ("id", "timestamp", "signature"))
    try:
        age = time.time() - int(stamp)
    except ValueError as error:
        raise WebhookSignatureError(f"`webhook-timestamp` is {stamp!r}; seconds are needed") from error
    if abs(age) > tolerance:
        distance = f"{age:.0f} s ago" if age > 0 else f"{-age:.0f} s ahead of this clock"
        raise WebhookSignatureError(f"the webhook was signed {distance}; at most {tolerance:.0f} s are allowed")
    content = f"{identity}.{stamp}.".encode() + body
    given = [part.partition(",")[2] for part in signatures.split(" ") if part.startswith("v1,")]
    digests = [hmac.new(_key(secret), content, hashlib.sha256).digest() for secret in secrets]
    _match([base64.b64encode(digest).decode() for digest in digests], given)


def _plain(scheme: Scheme, headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> None:
    """Verify an HMAC of the body in a single header."""
    _, header, prefix, algorithm, encoding = scheme
    value = _header(headers, header.lower())
    digests = [hmac.new(secret.encode(), body, algorithm).digest() for secret in secrets]
    expected = [base64.b64encode(d).decode() if encoding == "base64" else d.hex() for d in digests]
    given = value.removeprefix(prefix).strip()
    _match(expected, [given if encoding == "base64" else given.lower()] if value.startswith(prefix) else [])


def _match(expected: Sequence[str], given: Sequence[str]) -> None:
    # Every pair is compared, so that the time does not depend on which one matches.
    matches = [hmac.compare_digest(one.encode(), other.encode()) for one in expected for other in given]
    if not any(matches):
        raise WebhookSignatureError("the signature of the webhook does not match its body and the secret")


def _header(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(name)
    if value is None:
        raise WebhookSignatureError(f"the webhook has no header `{name}`")
    return value


def _key(secret: str) -> bytes:
    """Return the key of a secret, which is base64 after ``whsec_``."""
    if not secret.startswith(_SECRET_PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(_SECRET_PREFIX), validate=True)
    except binascii.Error as error:
        raise WebhookSignatureError(f"the secret is not base64 after `{_SECRET_PREFIX}`") from error


def _bytes(body: bytes | str) -> bytes:
    return body.encode() if isinstance(body, str) else body
