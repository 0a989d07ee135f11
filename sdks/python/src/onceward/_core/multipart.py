"""The layout of a multipart body: its bytes and files in order, and its length. Drivers read the files."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .encode import encode_json, scalar
from .errors import ParameterError
from .files import Upload, as_upload
from .narrow import is_iterable, is_list, is_mapping
from .operation import Param

__all__ = ["Layout", "single", "lay_out"]


@dataclass(frozen=True, slots=True)
class Layout:
    """Literal bytes and files, in order. ``length`` is None if the length of a file is not known."""

    pieces: tuple[bytes | Upload, ...]
    content_type: str
    length: int | None

    @property
    def replayable(self) -> bool:
        return all(isinstance(piece, bytes) or piece.replayable for piece in self.pieces)

    def as_bytes(self) -> bytes | None:
        """Return the body itself if it is in memory and small, otherwise None."""
        if self.length is None or self.length > 1 << 20:
            return None
        pieces = [piece if isinstance(piece, bytes) else piece.content for piece in self.pieces]
        return b"".join(pieces) if all(isinstance(piece, bytes) for piece in pieces) else None  # type: ignore[arg-type]


def single(value: Any, content_type: str, argument: str) -> Layout:
    """Return a body that is one file."""
    upload = as_upload(value, argument)
    return Layout((upload,), content_type, upload.length)


def lay_out(body: Mapping[str, Any], forms: Mapping[str, Param], operation: str) -> Layout:
    boundary = os.urandom(16).hex()
    pieces: list[bytes | Upload] = []
    for wire, value in body.items():
        if value is None:
            continue
        param = forms.get(wire)
        if param is not None and param.file:
            for upload in _uploads(value, wire, operation):
                name = (
                    f"{wire}[]"
                    if param.style == "brackets" and isinstance(value, list) and not wire.endswith("[]")
                    else wire
                )
                pieces += [_file_head(boundary, name, upload), upload, b"\r\n"]
        else:
            pieces += [_field(boundary, name, text) for name, text in _fields(wire, value, param)]
    pieces.append(f"--{boundary}--\r\n".encode())
    merged = _merge(pieces)
    length = 0
    for piece in merged:
        part = len(piece) if isinstance(piece, bytes) else piece.length
        if part is None:
            return Layout(merged, f"multipart/form-data; boundary={boundary}", None)
        length += part
    return Layout(merged, f"multipart/form-data; boundary={boundary}", length)


def _uploads(value: Any, wire: str, operation: str) -> list[Upload]:
    try:
        if is_list(value):
            if not value:
                raise ParameterError([f"`{wire}` is an empty list; give at least one file"])
            return [as_upload(item, wire) for item in value]
        return [as_upload(value, wire)]
    except ParameterError as error:
        raise ParameterError(error.faults, operation) from error


def _fields(wire: str, value: Any, param: Param | None) -> Iterable[tuple[str, str]]:
    style = param.style if param is not None else "form"
    if hasattr(value, "to_dict"):
        value = value.to_dict()
    if is_mapping(value):
        table = value
        if style in ("deepObject", "brackets"):
            return [pair for key, item in table.items() for pair in _fields(f"{wire}[{key}]", item, param)]
        return [(wire, encode_json(table).decode())]
    if is_iterable(value):
        name = f"{wire}[]" if style == "brackets" and not wire.endswith("[]") else wire
        return [pair for item in value for pair in _fields(name, item, None)]
    return [(wire, scalar(value))]


def _quoted(text: str) -> str:
    """Return a name as browsers write it in a form: quotes and line breaks percent-encoded, the rest as UTF-8."""
    return text.replace("\\", "\\\\").replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _field(boundary: str, name: str, text: str) -> bytes:
    return f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(name)}"\r\n\r\n{text}\r\n'.encode()


def _file_head(boundary: str, name: str, upload: Upload) -> bytes:
    mime = upload.mime.replace("\r", "").replace("\n", "")
    return (
        f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(name)}"; filename="{_quoted(upload.name)}"\r\n'
        f"Content-Type: {mime}\r\n\r\n"
    ).encode()


def _merge(pieces: list[bytes | Upload]) -> tuple[bytes | Upload, ...]:
    """Join neighbouring literals, so that small forms are sent in few writes."""
    merged: list[bytes | Upload] = []
    for piece in pieces:
        last = merged[-1] if merged else None
        if isinstance(piece, bytes) and isinstance(last, bytes):
            merged[-1] = last + piece
        else:
            merged.append(piece)
    return tuple(merged)
