"""Multipart forms that go to upstreams."""

from __future__ import annotations

import io

import pytest
from python_multipart import FormParser

from onceward_gateway.core.errors import ApiError
from onceward_gateway.http.request import Upload
from onceward_gateway.providers.form import encode_form


def _read(body: bytes, content_type: str) -> tuple[list[tuple[bytes, bytes]], list[tuple[bytes, bytes, bytes]]]:
    """Return the fields and the files of a form, as another library reads them."""
    fields: list[tuple[bytes, bytes]] = []
    files: list[tuple[bytes, bytes, bytes]] = []

    def on_file(file: object) -> None:
        file.file_object.seek(0)  # type: ignore[attr-defined]
        files.append((file.field_name, file.file_name, file.file_object.read()))  # type: ignore[attr-defined]

    parser = FormParser(
        "multipart/form-data",
        lambda field: fields.append((field.field_name, field.value)),
        on_file,
        boundary=content_type.partition("boundary=")[2].encode(),
    )
    parser.write(body)
    parser.finalize()
    return fields, files


def test_fields_and_files_arrive() -> None:
    upload = Upload("file", "caf\u00e9.wav", "audio/wav", io.BytesIO(b"\r\n--RIFF\0"), 9)
    upload.file.seek(3)
    parts, content_type = encode_form([("model", "whisper"), ("prompt", "Gr\u00f6\u00dfe\r\n")], [upload])
    body = b"".join(parts)
    fields, files = _read(body, content_type)
    assert fields == [(b"model", b"whisper"), (b"prompt", "Gr\u00f6\u00dfe\r\n".encode())]
    assert files == [(b"file", "caf\u00e9.wav".encode(), b"\r\n--RIFF\0")]
    assert b"\r\nContent-Type: audio/wav\r\n" in body


def test_names_cannot_add_a_part_or_a_header() -> None:
    upload = Upload('f"\r\nx: 1', 'a"; name="model', "", io.BytesIO(b""), 0)
    parts, _ = encode_form([('a"\r\n\r\nb', "1")], [upload])
    body = b"".join(parts)
    assert b'name="a%22%0D%0A%0D%0Ab"' in body
    assert b'name="f%22%0D%0Ax: 1"; filename="a%22; name=%22model"' in body


@pytest.mark.parametrize(
    ("name", "value", "content_type"),
    [("a", "\ud83d", "audio/wav"), ("\ud83d", "b", "audio/wav"), ("a", "b", "audio/wav\r\nx: 1")],
)
def test_forms_that_are_refused(name: str, value: str, content_type: str) -> None:
    with pytest.raises(ApiError) as raised:
        encode_form([(name, value)], [Upload("file", "a.wav", content_type, io.BytesIO(b""), 0)])
    assert (raised.value.status, raised.value.code) == (400, "invalid_form")
