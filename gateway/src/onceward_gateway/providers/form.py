"""Multipart forms for upstreams."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from ..core import error_codes
from ..core.errors import invalid
from ..http.request import Upload

__all__ = ["encode_form"]

_ESCAPES = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})


def encode_form(fields: Iterable[tuple[str, str]], files: Iterable[Upload]) -> tuple[list[bytes], str]:
    """Return the parts of a multipart form and its content type; names are escaped as browsers escape them."""
    boundary = secrets.token_hex(16)
    parts: list[bytes] = []
    for name, value in fields:
        parts += [_head(boundary, name), b"\r\n", _utf8(value), b"\r\n"]
    for upload in files:
        head = _head(boundary, upload.name, upload.filename)
        if upload.content_type:
            if not upload.content_type.isprintable():
                raise _not_passed_on("a content type has a line break")
            head += b"Content-Type: %b\r\n" % _utf8(upload.content_type)
        upload.file.seek(0)
        parts += [head, b"\r\n", upload.file.read(), b"\r\n"]
    parts.append(f"--{boundary}--\r\n".encode())
    return parts, f"multipart/form-data; boundary={boundary}"


def _head(boundary: str, name: str, filename: str = "") -> bytes:
    line = f'--{boundary}\r\nContent-Disposition: form-data; name="{name.translate(_ESCAPES)}"'
    if filename:
        line += f'; filename="{filename.translate(_ESCAPES)}"'
    return _utf8(line + "\r\n")


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise _not_passed_on("a name or a value has half of a surrogate pair") from None


def _not_passed_on(why: str) -> Exception:
    return invalid(f"The form cannot be passed on: {why}.", code=error_codes.INVALID_FORM)
