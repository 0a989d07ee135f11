"""Ambiguous requests: form fields that are not text, and prices of two different counts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import httpx2
import pytest

from onceward_gateway.entry.app import create_app

from .databases import settings_for


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    made = create_app(settings_for(tmp_path, offline=True))
    await made.start()
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(cast(Any, made)), base_url="http://localhost"
    ) as opened:
        yield opened
    await made.gateway.stop()


def form(value: bytes, kind: str = "multipart/form-data; boundary=b") -> dict[str, Any]:
    part = b'--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\n%b\r\n' % value
    file = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n\xff\r\n--b--\r\n'
    return {"content": part + file, "headers": {"content-type": kind}}


@pytest.mark.parametrize("value", [b"\xff", b"user_dat\xc3", b"\xed\xa0\x80"])
async def test_a_field_that_is_no_text_is_refused(client: httpx2.AsyncClient, value: bytes) -> None:
    reply = await client.post("/v1/files", **form(value))
    error = reply.json()["error"]
    assert (reply.status_code, error["code"]) == (400, "invalid_form")
    assert error["message"] == "The form cannot be read: the field 'purpose' is not a text in utf-8."


@pytest.mark.parametrize(
    "kind", ["multipart/form-data; boundary=b", "multipart/form-data; boundary=b; charset=latin-1"]
)
async def test_files_are_bytes_and_fields_have_the_encoding_that_they_say(
    client: httpx2.AsyncClient, kind: str
) -> None:
    reply = await client.post("/v1/files", **form(b"user_data", kind))
    assert (reply.status_code, reply.json()["purpose"]) == (200, "user_data")


@pytest.mark.parametrize("beside", [{"prompt": "Hi."}, {"messages": [{"role": "user", "content": "Hi."}]}])
async def test_a_price_is_not_asked_for_by_two_counts(client: httpx2.AsyncClient, beside: dict[str, Any]) -> None:
    asked = {"model": "onceward/echo", "prompt_tokens": 9, **beside}
    error = (await client.post("/spend/calculate", json=asked)).json()["error"]
    assert (error["status"], error["param"]) == (400, *beside)
    alone = await client.post("/spend/calculate", json={**asked, "prompt_tokens": None})
    assert alone.json()["prompt_tokens"] > 0
