"""Every parameter that the contract declares has an effect: the sweep, and what each does where that can be seen."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator, Mapping
from email import message_from_bytes
from pathlib import Path
from typing import Any

import httpx2
import pytest

from onceward_gateway.config.load import load
from onceward_gateway.entry import app as edge
from onceward_gateway.entry.app import App, create_app
from onceward_gateway.http.contract import load_contract

from .conftest import Launch, Upstream
from .databases import settings_for

CONTRACT = load_contract()
METHODS = ("get", "post", "put", "patch", "delete")
CHAT = "/v1/chat/completions"


def resolved(value: Any, document: Any = CONTRACT) -> Any:
    """Return a part of a document without a reference at its head."""
    while isinstance(value, Mapping) and "$ref" in value:
        found: Any = document
        for part in value["$ref"][2:].split("/"):
            found = found[part.replace("~1", "/")]
        value = found
    return value


def operations() -> Iterator[tuple[str, str, Mapping[str, Any], Mapping[str, Any]]]:
    for path, item in CONTRACT["paths"].items():
        for method in METHODS:
            if method in item:
                yield method.upper(), path, item, item[method]


def declared_queries() -> list[tuple[str, str, str]]:
    found = []
    for method, path, item, operation in operations():
        for parameter in (*item.get("parameters", ()), *operation.get("parameters", ())):
            known = resolved(parameter)
            if known["in"] == "query":
                found.append((method, path, known["name"]))
    return found


# -- the query: whoever declares a parameter reads it

# The form of this one is checked, which is its effect.
CHECKED = {"api-version"}
VALUES = {
    "limit": "5",
    "page": "1",
    "size": "5",
    "page_size": "5",
    "order": "asc",
    "start_date": "2026-01-01",
    "end_date": "2026-01-02",
    "group_by": "model",
    "status": "completed",
    "include_team_keys": "true",
    "supports_vision": "true",
    "supports_tools": "true",
    "supports_reasoning": "true",
    "role": "internal_user",
    "interval": "day",
    "period": "day",
    "band": "standard",
}


class Watched(dict[str, Any]):
    """A query that remembers what was read of it."""

    def __init__(self, values: Mapping[str, Any], read: set[str]) -> None:
        super().__init__(values)
        self.read = read

    def get(self, name: str, default: Any = None) -> Any:
        self.read.add(name)
        return super().get(name, default)

    def __getitem__(self, name: str) -> Any:
        self.read.add(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self.read.add(str(name))
        return super().__contains__(name)


@pytest.fixture
async def inside(tmp_path: Path) -> Any:
    (tmp_path / "onceward.toml").write_text(
        '[credits]\ndefault_tier = "free"\n[credits.tiers.free]\ncredits = 1000\ncredits_duration = "1mo"\n'
    )
    credits = load(tmp_path / "onceward.toml", {}).ledger
    made = create_app(settings_for(tmp_path, offline=True, ledger=credits))
    await made.start()
    yield made
    await made.gateway.stop()


@pytest.mark.filterwarnings("ignore:Unclosed file")
async def test_every_query_parameter_is_read(inside: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """A parameter that no code reads cannot have an effect. The tests below and others check the effect of each."""
    read: set[str] = set()
    real = edge.read_query
    monkeypatch.setattr(edge, "read_query", lambda raw, spec, **more: Watched(real(raw, spec, **more), read))
    transport = httpx2.ASGITransport(app=inside)  # type: ignore[arg-type]
    unread = []
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
        values = VALUES | {"organization_id": await _organization(client)}
        job = await _job(client)
        for method, path, name in declared_queries():
            if name in CHECKED:
                continue
            target = path.replace("{fine_tuning_job_id}", job)
            # Alone first; where another is demanded or decides, together with it.
            others = sorted(_siblings(method, path) - {name})
            values["group_by"] = "day" if path == "/v1/credits/stats" else "model"
            values["metadata"] = '{"a": "b"}' if "fine_tuning" in path else "a=b"
            for more in ({}, *({other: values.get(other, "x")} for other in others)):
                read.clear()
                await client.request(method, target, params={name: values.get(name, "x"), **more})
                if name in read or method != "GET":
                    break
            if name not in read:
                unread.append((path, name))
    assert not unread, "\n".join(map(str, unread))


async def _organization(client: httpx2.AsyncClient) -> str:
    made = await client.post("/organization/new", json={"organization_alias": "swept"})
    await client.post(
        "/model/new", json={"model_name": "swept", "litellm_params": {"model": "onceward/echo"}, "model_info": {}}
    )
    return str(made.json()["organization_id"])


async def _job(client: httpx2.AsyncClient) -> str:
    lesson = {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}
    lines = "\n".join([json.dumps(lesson)] * 10).encode()
    file = await client.post("/v1/files", data={"purpose": "fine-tune"}, files={"file": ("a.jsonl", lines)})
    body = {"model": "onceward/echo", "training_file": file.json()["id"]}
    return str((await client.post("/v1/fine_tuning/jobs", json=body)).json()["id"])


def _siblings(method: str, path: str) -> set[str]:
    return {name for m, p, name in declared_queries() if (m, p) == (method, path)}


@pytest.mark.parametrize(("version", "status"), [("2024-10-21", 200), ("2025-04-01-preview", 200), ("tomorrow", 400)])
@pytest.mark.parametrize("tail", ["chat/completions", "completions", "embeddings"])
def test_azure_paths(gateway: str, tail: str, version: str, status: int) -> None:
    body = {"messages": [{"role": "user", "content": "ping"}], "prompt": "ping", "input": "ping"}
    needed = {"chat/completions": "messages", "completions": "prompt", "embeddings": "input"}[tail]
    url = f"{gateway}/openai/deployments/gpt-4o/{tail}"
    answer = httpx2.post(url, params={"api-version": version}, json={needed: body[needed]}, headers={"api-key": "x"})
    assert answer.status_code == status, answer.text
    if status == 200:
        assert answer.json()["model"] == "gpt-4o"
    else:
        assert answer.json()["error"]["param"] == "api-version"


@pytest.mark.parametrize(("version", "status"), [("2024-10-21", 200), ("tomorrow", 400)])
@pytest.mark.parametrize("tail", ["models", "files"])
def test_the_version_of_azure_paths_without_a_deployment(gateway: str, tail: str, version: str, status: int) -> None:
    answer = httpx2.get(f"{gateway}/openai/{tail}", params={"api-version": version})
    assert answer.status_code == status, answer.text
    assert status == 200 or answer.json()["error"]["param"] == "api-version"


@pytest.mark.parametrize("body", [{}, {"model": None}, {"model": "dall-e-3"}])
def test_azure_paths_of_images_and_speech(gateway: str, body: dict[str, Any]) -> None:
    url = f"{gateway}/openai/deployments/my-deployment"
    picture = httpx2.post(f"{url}/images/generations", json={**body, "prompt": "a cat", "size": "64x64"})
    assert picture.status_code == 200, picture.text
    spoken = {**body, "input": "hello", "voice": "alloy", "response_format": "wav"}
    sound = httpx2.post(f"{url}/audio/speech", json=spoken)
    assert sound.content[:4] == b"RIFF"
    assert [answer.headers["x-model"] for answer in (picture, sound)] == ["my-deployment"] * 2


@pytest.mark.parametrize("tail", ["transcriptions", "translations"])
@pytest.mark.parametrize("fields", [{}, {"model": "whisper-1"}])
def test_azure_paths_of_sound(gateway: str, tail: str, fields: dict[str, str]) -> None:
    spoken = {"model": "tts-1", "input": "hello", "voice": "alloy", "response_format": "wav"}
    sound = httpx2.post(f"{gateway}/v1/audio/speech", json=spoken).content
    url = f"{gateway}/openai/deployments/whisper/audio/{tail}"
    answer = httpx2.post(url, data=fields, files={"file": ("a.wav", sound)}, params={"api-version": "2024-10-21"})
    assert (answer.status_code, answer.headers.get("x-model")) == (200, "whisper"), answer.text
    assert answer.json()["text"] == "hello"


def test_azure_path_of_edits(gateway: str) -> None:
    asked = {"model": "x", "prompt": "a cat", "size": "64x64", "response_format": "b64_json"}
    picture = base64.b64decode(
        httpx2.post(f"{gateway}/v1/images/generations", json=asked).json()["data"][0]["b64_json"]
    )
    url = f"{gateway}/openai/deployments/my-deployment/images/edits"
    answer = httpx2.post(url, data={"prompt": "blue"}, files={"image": ("a.png", picture, "image/png")})
    assert (answer.status_code, answer.headers.get("x-model")) == (200, "my-deployment"), answer.text


def test_pages_of_models(gateway: str) -> None:
    whole = httpx2.get(gateway + "/v1/models").json()
    ids = [card["id"] for card in whole["data"]]
    assert (whole["object"], whole["has_more"], whole["next_cursor"]) == ("list", False, None)
    for limit in (1, 4, len(ids), 1000):
        seen: list[str] = []
        query: dict[str, Any] = {"limit": limit}
        while True:
            page = httpx2.get(gateway + "/v1/models", params=query).json()
            assert len(page["data"]) <= limit
            seen += [card["id"] for card in page["data"]]
            if not page["has_more"]:
                break
            query["cursor"] = page["next_cursor"]
        assert seen == ids
    assert httpx2.get(gateway + "/v1/models", params={"provider": "onceward"}).json()["data"] == whole["data"]
    assert httpx2.get(gateway + "/v1/models", params={"provider": "openai"}).json()["data"] == []
    wrong = httpx2.get(gateway + "/v1/models", params={"cursor": "no-such-model"})
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (400, "invalid_cursor")
    assert httpx2.get(gateway + "/v1/models", params={"limit": 0}).status_code == 400


@pytest.mark.parametrize("name", ["supports_vision", "supports_tools", "supports_reasoning"])
def test_capabilities_are_filtered(gateway: str, name: str) -> None:
    url = gateway + "/v1/capabilities"
    parts = [httpx2.get(url, params={name: value}).json()["data"] for value in ("true", "false")]
    assert [{one[name] for one in part} for part in parts] == [{True}, {False}]
    assert len(parts[0]) + len(parts[1]) == len(httpx2.get(url).json()["data"])
    assert httpx2.get(url, params={"provider": "openai"}).json()["data"] == []


# -- the body: what is the provider's reaches the provider

# Parameters that only the gateway reads; each has separate tests.
OWN = {"tags", "mock_response", "virtual_model_id", "cache", "guardrails", "provider_specific_params", "extra_body"}
MODEL_PATHS = (
    CHAT,
    "/v1/completions",
    "/v1/embeddings",
    "/v1/images/generations",
    "/v1/images/edits",
    "/v1/images/variations",
    "/v1/audio/transcriptions",
    "/v1/audio/translations",
    "/v1/audio/speech",
    "/v1/moderations",
)
# Values where the schema's first choice would not do.
SAMPLES: dict[str, Any] = {
    "messages": [{"role": "user", "content": "ping"}],
    "stream_options": {"include_usage": True},
    "modalities": ["text"],
    "logit_bias": {"50256": -100},
    "audio": {"format": "wav", "voice": "alloy"},
    "functions": [{"name": "f", "parameters": {"type": "object"}}],
    "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}],
    "metadata": {"a": "b"},
    "model": "up/m",
    "stream": True,
}


def sample(name: str, schema: Any) -> Any:
    """A value that the schema permits."""
    if name in SAMPLES:
        return SAMPLES[name]
    schema = resolved(schema)
    for word in ("anyOf", "oneOf"):
        if word in schema:
            return sample("", next(s for s in schema[word] if resolved(s).get("type") != "null"))
    if "allOf" in schema:
        return {key: value for part in schema["allOf"] for key, value in sample("", part).items()}
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return next(value for value in schema["enum"] if value is not None)
    kinds = schema.get("type")
    kind = next(one for one in ([kinds] if isinstance(kinds, str) else kinds or ["object"]) if one != "null")
    if kind == "object":
        needed = schema.get("required", ())
        return {key: sample(key, value) for key, value in schema.get("properties", {}).items() if key in needed}
    if kind == "array":
        return [sample("", schema.get("items", {"type": "string"}))] * max(1, int(schema.get("minItems", 1)))
    number = max(1, int(schema.get("minimum", 1)))
    return {"integer": number, "number": min(0.5, schema.get("maximum", 1)), "boolean": True}.get(kind, "a text")


def members(path: str) -> tuple[str, dict[str, Any], list[str]]:
    """The content type of an operation's body, its members, and those that are demanded."""
    content = resolved(CONTRACT["paths"][path]["post"]["requestBody"])["content"]
    kind, media = next(iter(content.items()))
    found: dict[str, Any] = {}
    needed: list[str] = []

    def collect(schema: Any) -> None:
        schema = resolved(schema)
        found.update(schema.get("properties", {}))
        needed.extend(schema.get("required", ()))
        for part in schema.get("allOf", ()):
            collect(part)

    collect(media["schema"])
    return kind, found, needed


FILES = ("file", "image", "mask")
SWEPT = [(path, name) for path in MODEL_PATHS for name in members(path)[1] if name not in (*OWN, "model")]


def test_every_operation_that_calls_a_model_is_swept(inside: App) -> None:
    called = {route.path for route in inside.table.routes if route.kind is not None}
    assert called == set(MODEL_PATHS)


@pytest.fixture
def passing(launch: Launch, upstream: Upstream) -> str:
    upstream.json({"id": "x", "object": "x", "created": 1, "model": "m", "choices": [], "data": [], "text": ""})
    return str(launch(config=f'[providers.up]\nbase_url = "{upstream.url}/v1"\n').url)


async def test_every_member_of_a_body_reaches_the_provider(passing: str, upstream: Upstream) -> None:
    missing = []
    async with httpx2.AsyncClient(base_url=passing, timeout=60) as client:
        for path, name in SWEPT:
            kind, known, needed = members(path)
            values = {key: sample(key, known[key]) for key in dict.fromkeys((*needed, "model", name))}
            upstream.requests.clear()
            if kind == "application/json":
                answer = await client.post(path, json=values)
            else:
                fields = {key: value for key, value in values.items() if key not in FILES}
                parts = {key: (f"{key}.png", io.BytesIO(b"bytes"), "image/png") for key in values if key in FILES}
                answer = await client.post(path, data=form_of(fields), files=parts)
            if not upstream.requests:
                missing.append((path, name, answer.text[:300]))
                continue
            sent = _sent(upstream.requests[-1], kind)
            told = sent.get(
                name, sent.get(name + "[]", next((sent[k] for k in sent if k.startswith(name + "[")), None))
            )
            wanted = values[name]
            if told is None or (kind == "application/json" and told != wanted):
                missing.append((path, name, told))
    assert not missing, "\n".join(map(str, missing))


def form_of(fields: dict[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in fields.items():
        if isinstance(value, list):
            flat[name + "[]"] = value
        elif isinstance(value, dict):
            flat |= {f"{name}[{key}]": str(item) for key, item in value.items()}
        else:
            flat[name] = str(value).lower() if isinstance(value, bool) else str(value)
    return flat


def _sent(request: dict[str, Any], kind: str) -> dict[str, Any]:
    if kind == "application/json":
        found: dict[str, Any] = json.loads(request["body"])
        return found
    head = f"Content-Type: {request['headers']['Content-Type']}\r\n\r\n".encode()
    form = message_from_bytes(head + request["body"])
    return {
        str(part.get_param("name", header="content-disposition")): part.get_payload() for part in form.get_payload()
    }
