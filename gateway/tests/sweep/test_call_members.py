"""Members of model calls: what a provider receives of each, and what offline models make of those of pictures."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx2
import pytest

from ..conftest import Launch, Upstream
from ..test_parameters import FILES, MODEL_PATHS, members, sample

__all__: list[str] = []

# Normal forms that a careless reader might produce: other digits, no null, no empty or unknown values.
EXTRA = (
    '{"zyx": 1.0, "big": 12345678901234567890123, "exp": 1e2, "none": null, "empty": [], "object": {}, '
    '"deep": {"a": [1.50, true, "\\u00e9\\ud83d\\ude00"]}, "temperature": 0.10, "user": "\\u0061"}'
)
FORM: dict[str, Any] = {
    **{"zyx": "1.0", "none": "null", "list[]": ["a", "b"], "twice": ["x", "y"], "o[a]": "1", "o[b][c]": "2"},
    **{"spaces": " x ", "letters": "é😀", "empty": "", "temperature": "0.10"},
}
# Azure has no deployments for these.
PLAIN = ("/v1/images/variations", "/v1/moderations")
PLACES = [
    *MODEL_PATHS,
    *(path.replace("/v1", "/openai/deployments/m", 1) for path in MODEL_PATHS if path not in PLAIN),
]


def _parts(body: bytes, name: str) -> list[bytes]:
    """The contents of the parts of a form that have a name."""
    head = f'name="{name}"'.encode()
    found = [part.split(b"\r\n\r\n", 1) for part in body.split(b"\r\n--") if head in part.split(b"\r\n\r\n")[0]]
    return [content for _, content in found]


async def test_a_provider_receives_what_was_written(launch: Launch, upstream: Upstream) -> None:
    upstream.json({"id": "x", "object": "x", "created": 1, "model": "m", "choices": [], "data": [], "text": ""})
    config = f'[providers.up]\nbase_url = "{upstream.url}/v1"\n[models]\n"m" = "up/m"\n'
    lost: list[Any] = []
    async with httpx2.AsyncClient(base_url=str(launch(config=config).url), timeout=60) as client:
        for place in PLACES:
            kind, known, needed = members(place.replace("/openai/deployments/m", "/v1"))
            values = {name: sample(name, known[name]) for name in dict.fromkeys((*needed, "model"))} | {"model": "m"}
            upstream.requests.clear()
            if kind == "application/json":
                raw = f"{json.dumps(values)[:-1]}, {EXTRA[1:]}"
                await client.post(place, content=raw, headers={"Content-Type": kind})
                wrote, sent = (
                    json.loads(text, parse_float=str, parse_int=str) for text in (raw, upstream.requests[-1]["body"])
                )
                lost += [(place, name, sent.get(name)) for name in wrote if sent.get(name, ...) != wrote[name]]
            else:
                fields = {name: value for name, value in values.items() if name not in FILES} | FORM
                files = {name: (f"{name}.png", b"by\x00tes", "image/png") for name in values if name in FILES}
                await client.post(place, data=fields, files=files)
                body = upstream.requests[-1]["body"]
                for name, value in (FORM | dict.fromkeys(files, "by\x00tes")).items():
                    wanted = [one.encode() for one in (value if isinstance(value, list) else [value])]
                    if _parts(body, name) != wanted:
                        lost.append((place, name, _parts(body, name)))
    assert not [one for one in lost if one[1] != "model"], "\n".join(map(str, lost))


def _size(picture: str) -> tuple[int, int]:
    data = base64.b64decode(picture)
    return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")


@pytest.mark.parametrize(("size", "wanted"), [("96x32", (96, 32)), ("64x64", (64, 64)), ("auto", (64, 64))])
def test_an_edit_has_the_size_that_was_asked_for(gateway: str, size: str, wanted: tuple[int, int]) -> None:
    asked = {"model": "onceward/image", "prompt": "a cat", "size": "64x64", "response_format": "b64_json"}
    made = httpx2.post(f"{gateway}/v1/images/generations", json=asked).json()
    picture = {"image": ("a.png", base64.b64decode(made["data"][0]["b64_json"]))}
    form = asked | {"size": size}
    answer = httpx2.post(f"{gateway}/v1/images/edits", data=form, files=picture)
    assert _size(answer.json()["data"][0]["b64_json"]) == wanted
    for name, value in (("size", "large"), ("input_fidelity", "highest"), ("moderation", "none")):
        answer = httpx2.post(f"{gateway}/v1/images/edits", data=form | {name: value}, files=picture)
        assert (answer.status_code, answer.json()["error"]["param"]) == (400, name)
    refused = httpx2.post(f"{gateway}/v1/images/generations", json=asked | {"moderation": "none"})
    assert refused.json()["error"]["param"] == "moderation"
