"""Calls to models as a program makes them: by the official `openai` client and by plain HTTP."""

from __future__ import annotations

import httpx2
import openai
import pytest

HELLO = [{"role": "user", "content": "Hello!"}]


@pytest.fixture
def client(gateway: str) -> openai.OpenAI:
    return openai.OpenAI(base_url=gateway + "/v1", api_key="anything", max_retries=0)


def test_an_answer(client: openai.OpenAI) -> None:
    answer = client.chat.completions.with_raw_response.create(model="onceward/echo", messages=HELLO)
    completion = answer.parse()
    assert completion.choices[0].message.content
    assert completion.usage is not None
    assert answer.headers["x-onceward-call-id"].startswith("call_")
    assert int(answer.headers["x-total-tokens"]) == completion.usage.total_tokens
    assert float(answer.headers["x-cost-usd"]) > 0
    assert answer.headers["x-model"] == "onceward/echo"


def test_a_stream_is_the_answer_in_pieces(client: openai.OpenAI) -> None:
    whole = client.chat.completions.create(model="gpt-4", messages=HELLO)
    chunks = list(client.chat.completions.create(model="gpt-4", messages=HELLO, stream=True))
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert text == whole.choices[0].message.content
    assert {chunk.model for chunk in chunks} == {"gpt-4"}
    assert all(chunk.usage is None for chunk in chunks)


def test_usage_comes_last_when_asked_for(client: openai.OpenAI) -> None:
    options = {"include_usage": True}
    chunks = list(client.chat.completions.create(model="m", messages=HELLO, stream=True, stream_options=options))
    assert chunks[-1].usage is not None
    assert chunks[-1].choices == []


def test_events_are_numbered(gateway: str) -> None:
    body = {"model": "onceward/echo", "messages": HELLO, "stream": True}
    answer = httpx2.post(gateway + "/v1/chat/completions", json=body)
    ids = [line.removeprefix("id: ") for line in answer.text.splitlines() if line.startswith("id: ")]
    call = answer.headers["x-onceward-call-id"]
    assert ids == [f"{call}:{n}" for n in range(1, len(ids) + 1)]
    assert answer.text.endswith(f"id: {ids[-1]}\ndata: [DONE]\n\n")
    assert answer.headers["cache-control"] == "no-cache"


def test_completions_and_embeddings(client: openai.OpenAI) -> None:
    assert client.completions.create(model="gpt-3.5-turbo-instruct", prompt="Once upon a time").choices[0].text
    assert len(client.embeddings.create(model="text-embedding-3-small", input=["a", "b"]).data) == 2


@pytest.mark.parametrize(
    "path",
    [
        "/v1/chat/completions",
        "/chat/completions",
        "/openai/deployments/onceward%2Fecho/chat/completions?api-version=2024-10-21",
        "/engines/onceward%2Fecho/chat/completions",
    ],
)
def test_every_path_of_chat(gateway: str, path: str) -> None:
    body = {"messages": HELLO} if "%2F" in path else {"model": "onceward/echo", "messages": HELLO}
    answer = httpx2.post(gateway + path, json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["model"] == "onceward/echo"


def test_a_mock_response_is_the_answer(client: openai.OpenAI) -> None:
    extra = {"mock_response": "Just this."}
    whole = client.chat.completions.create(model="openai/gpt-5", messages=HELLO, extra_body=extra)
    assert whole.choices[0].message.content == "Just this."
    assert whole.model == "openai/gpt-5"


def test_models(client: openai.OpenAI, gateway: str) -> None:
    names = {model.id for model in client.models.list()}
    assert {"onceward/echo", "onceward/embed"} <= names
    assert client.models.retrieve("onceward/echo").id == "onceward/echo"
    assert httpx2.get(gateway + "/v1/models/onceward%2Fecho").json()["id"] == "onceward/echo"
    with pytest.raises(openai.PermissionDeniedError):
        client.models.delete("onceward/echo")
    shown = httpx2.get(gateway + "/v1/capabilities").json()
    assert next(c for c in shown["data"] if c["model_id"] == "onceward/echo")["supports_tools"] is True


def test_a_call_is_recorded_and_found(gateway: str) -> None:
    answer = httpx2.post(
        gateway + "/v1/chat/completions",
        json={"model": "onceward/echo", "messages": HELLO},
        headers={"Idempotency-Key": "recorded-once", "X-Request-Id": "my-request"},
    )
    assert answer.headers["x-request-id"] == "my-request"
    record = httpx2.get(f"{gateway}/v1/calls/{answer.headers['x-onceward-call-id']}").json()
    assert record["status"] == "completed"
    assert record["request_id"] == "my-request"
    assert record["usage"]["total_tokens"] == answer.json()["usage"]["total_tokens"]
    assert record["cost_usd"] == float(answer.headers["x-cost-usd"])
    listed = httpx2.get(gateway + "/v1/calls", params={"idempotency_key": "recorded-once"}).json()
    assert [item["id"] for item in listed["data"]] == [record["id"]]


def test_calls_are_paged(gateway: str) -> None:
    for _ in range(3):
        httpx2.post(gateway + "/v1/embeddings", json={"model": "onceward/embed", "input": "x"})
    first = httpx2.get(gateway + "/v1/calls", params={"limit": 2}).json()
    assert first["has_more"] is True
    second = httpx2.get(gateway + "/v1/calls", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert not {c["id"] for c in first["data"]} & {c["id"] for c in second["data"]}


def test_health(gateway: str) -> None:
    assert httpx2.get(gateway + "/healthz").json()["status"] == "ok"
    assert httpx2.get(gateway + "/readyz").status_code == 200


def test_the_client_of_azure(gateway: str) -> None:
    with openai.AzureOpenAI(azure_endpoint=gateway, api_key="unused", api_version="2024-10-21") as azure:
        assert azure.chat.completions.create(model="gpt-4o", messages=HELLO).choices[0].message.content
        assert azure.models.list().data
        file = azure.files.create(
            file=(
                "lines.jsonl",
                b'{"custom_id": "1", "method": "POST", "url": "/v1/embeddings", "body": {"model": "m", "input": "a"}}',
            ),
            purpose="batch",
        )
        assert azure.files.content(file.id).read().startswith(b"{")
        batch = azure.batches.create(input_file_id=file.id, endpoint="/v1/embeddings", completion_window="24h")
        assert azure.batches.retrieve(batch.id).id == batch.id
        assert next(one.id for one in azure.batches.list(limit=1)) == batch.id
        assert azure.fine_tuning.jobs.list(limit=1).object == "list"
    with openai.OpenAI(base_url=f"{gateway}/openai/v1", api_key="unused") as current:
        assert current.chat.completions.create(model="gpt-4o", messages=HELLO).usage
