"""The layout of a multipart body: its bytes and files in order, and its length. Drivers read the files."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .encode import encode_json, query_pairs, unquoted
from .errors import ParameterError
from .files import Upload, as_upload, is_file_input
from .forms import is_json, items_of, text_of
from .narrow import is_bytes, is_iterable, is_list, is_mapping
from .operation import Body, Param

__all__ = ["Layout", "lay_out", "lay_out_list", "single"]


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
    """Return a body that is one file. A range of media types becomes that of the file."""
    upload = as_upload(value, argument)
    if "*" in content_type:
        content_type = upload.mime
    return Layout((upload,), content_type, upload.length)


def lay_out(
    body: Mapping[str, Any], forms: Mapping[str, Param], operation: str, media_type: str = "multipart/form-data"
) -> Layout:
    """Return a body with one part for each value, or for each item of a list."""
    writer = _Writer(media_type)
    for wire, value in body.items():
        if value is None:
            continue
        param = forms.get(wire)
        if param is None or not param.file or (param.content == "application/json" and not is_file_input(value)):
            _add_fields(writer, wire, value, param)
        elif param.beside is None:
            _add_files(writer, wire, value, param, operation)
        else:
            for item in value if is_list(value) else [value]:
                if _is_file(item, param):
                    _add_files(writer, wire, item, param, operation)
                else:
                    _add_fields(writer, wire, item, param)
    return writer.layout()


def _is_file(value: Any, param: Param) -> bool:
    """Return whether a value is the file of a parameter that has other values, too."""
    return is_file_input(value) and not (param.beside == "texts" and isinstance(value, str))


def _add_fields(writer: _Writer, wire: str, value: Any, param: Param | None) -> None:
    for name, text, mime in _fields(wire, value, param):
        writer.add(name, text.encode(), mime, (param.headers if param is not None else None) or {})


def lay_out_list(values: Any, body: Body, operation: str) -> Layout:
    """Return a body of parts without names, one for each item."""
    writer = _Writer(body.media_type)
    items: Iterable[Any] = values if is_iterable(values) else [values]
    for place, item in enumerate(items):
        mime = body.prefix[place] if place < len(body.prefix) else body.item
        if is_file_input(item) and not isinstance(item, str) and not (is_bytes(item) and mime is not None):
            (upload,) = _uploads(item, "body", operation)
            writer.add_file(None, upload, _mime_of(upload, mime), upload.headers or {})
        elif is_bytes(item):
            writer.add(None, bytes(item), mime, {})
        elif isinstance(item, str) and not is_json(mime or ""):
            writer.add(None, item.encode(), mime or "text/plain", {})
        else:
            writer.add(None, encode_json(item, operation), mime or "application/json", {})
    return writer.layout()


class _Writer:
    """The pieces of a multipart body. Parts of a form have names; others say so too where a name is known."""

    def __init__(self, media_type: str) -> None:
        self._boundary = os.urandom(16).hex()
        self._media_type = media_type
        self._is_form = media_type.startswith("multipart/form-data")
        self._pieces: list[bytes | Upload] = []

    def add(self, name: str | None, content: bytes, mime: str | None, headers: Mapping[str, str | None]) -> None:
        if mime is None and not self._is_form:
            mime = "text/plain"
        disposition = "" if name is None else f'Content-Disposition: form-data; name="{_quoted(name)}"\r\n'
        self._pieces += [self._head(disposition, mime, headers), content, b"\r\n"]

    def add_file(self, name: str | None, upload: Upload, mime: str, headers: Mapping[str, str | None]) -> None:
        named = "attachment" if name is None else f'form-data; name="{_quoted(name)}"'
        disposition = f'Content-Disposition: {named}; filename="{_quoted(upload.name)}"\r\n'
        self._pieces += [self._head(disposition, mime, headers), upload, b"\r\n"]

    def _head(self, disposition: str, mime: str | None, headers: Mapping[str, str | None]) -> bytes:
        kind = "" if mime is None else f"Content-Type: {_one_line(mime)}\r\n"
        more = "".join(f"{_one_line(k)}: {_one_line(v)}\r\n" for k, v in headers.items() if v is not None)
        return f"--{self._boundary}\r\n{disposition}{kind}{more}\r\n".encode()

    def layout(self) -> Layout:
        merged = _merge([*self._pieces, f"--{self._boundary}--\r\n".encode()])
        content_type = f"{self._media_type}; boundary={self._boundary}"
        length = 0
        for piece in merged:
            part = len(piece) if isinstance(piece, bytes) else piece.length
            if part is None:
                return Layout(merged, content_type, None)
            length += part
        return Layout(merged, content_type, length)


def _add_files(writer: _Writer, wire: str, value: Any, param: Param, operation: str) -> None:
    name = f"{wire}[]" if param.style == "brackets" and isinstance(value, list) and not wire.endswith("[]") else wire
    for upload in _uploads(value, wire, operation):
        headers = {**(param.headers or {}), **(upload.headers or {})}
        writer.add_file(name, upload, _mime_of(upload, param.content), headers)


def _mime_of(upload: Upload, declared: str | None) -> str:
    """Return the type of a file: the caller's own, or the guessed one where the contract allows it."""
    allowed = [one.strip() for one in (declared or "").split(",") if one.strip()]
    if upload.explicit or not allowed or any(_fits(upload.mime, one) for one in allowed):
        return upload.mime
    return next((one for one in allowed if "*" not in one), upload.mime)


def _fits(mime: str, pattern: str) -> bool:
    start, _, end = pattern.partition("/")
    return pattern in ("*/*", mime) or (end == "*" and mime.startswith(start + "/"))


def _uploads(value: Any, wire: str, operation: str) -> list[Upload]:
    try:
        if is_list(value):
            if not value:
                raise ParameterError([f"`{wire}` is an empty list; give at least one file"])
            return [as_upload(item, wire) for item in value]
        return [as_upload(value, wire)]
    except ParameterError as error:
        raise ParameterError(error.faults, operation) from error


def _fields(wire: str, value: Any, param: Param | None) -> list[tuple[str, str, str | None]]:
    """Return the name, the text and the content type of each part that a value becomes."""
    content = param.content if param is not None else None
    if param is not None and (param.style == "deepObject" or (param.style == "styled" and content is None)):
        style = "form" if param.style == "styled" else param.style
        return [(name, unquoted(text), None) for name, text in query_pairs(wire, value, style, param.explode)]
    name = wire
    if param is not None and param.style == "brackets":
        if is_mapping(value):
            return [(name, text, None) for name, text in query_pairs(wire, value, "deepObject")]
        name = f"{wire}[]" if is_iterable(value) and not wire.endswith("[]") else wire
    return [(name, *text_of(item, content)) for item in items_of(value)]


def _one_line(text: str) -> str:
    return text.replace("\r", "").replace("\n", "")


def _quoted(text: str) -> str:
    """Return a name as browsers write it in a form: quotes and line breaks percent-encoded, the rest as UTF-8."""
    return text.replace("\\", "\\\\").replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


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
