"""Batches: they run, are billed once, and continue after a restart."""

from __future__ import annotations

import json
from typing import Any

import openai
import pytest
from openai.types import Batch

from .kit import Launch, jsonl, wait_for

OVER = ("completed", "failed", "cancelled", "expired")


def line(at: int, content: str = "", model: str = "gpt-4", **more: Any) -> dict[str, Any]:
    body = {"model": model, "messages": [{"role": "user", "content": content or f"What is {at} * 2?"}], **more}
    return {"custom_id": f"r{at}", "method": "POST", "url": "/v1/chat/completions", "body": body}


def start(client: openai.OpenAI, lines: list[Any], endpoint: Any = "/v1/chat/completions", **more: Any) -> Batch:
    file = client.files.create(file=("in.jsonl", jsonl(lines)), purpose="batch")
    return client.batches.create(input_file_id=file.id, endpoint=endpoint, completion_window="24h", **more)


def finish(client: openai.OpenAI, batch: Batch) -> Batch:
    return wait_for(lambda: client.batches.retrieve(batch.id), lambda found: found.status in OVER)


def lines_of(client: openai.OpenAI, file_id: str | None) -> list[dict[str, Any]]:
    assert file_id is not None
    return [json.loads(text) for text in client.files.content(file_id).text.splitlines()]


def test_every_line_is_answered_in_order(client: openai.OpenAI) -> None:
    batch = start(client, [line(at) for at in range(30)], metadata={"who": "me"})
    assert batch.status == "validating"
    done = finish(client, batch)
    assert done.status == "completed"
    assert done.metadata == {"who": "me"}
    assert done.request_counts is not None
    assert (done.request_counts.total, done.request_counts.completed, done.request_counts.failed) == (30, 30, 0)
    assert done.error_file_id is None
    out = lines_of(client, done.output_file_id)
    assert [item["custom_id"] for item in out] == [f"r{at}" for at in range(30)]
    assert out[7]["response"]["body"]["choices"][0]["message"]["content"] == "7 * 2 = 14"
    assert out[7]["response"]["status_code"] == 200
    assert done.usage is not None
    assert done.usage.total_tokens == sum(item["response"]["body"]["usage"]["total_tokens"] for item in out)
    assert done.model == "gpt-4"
    stamps = [done.created_at, done.in_progress_at, done.finalizing_at, done.completed_at]
    assert stamps == sorted(stamp for stamp in stamps if stamp is not None)


def test_lines_fail_alone(client: openai.OpenAI) -> None:
    bad = [
        line(1),
        line(2, temperature=9),
        line(3, model="onceward/fault-error:status=501"),
        line(4, stream=True),
        line(5),
    ]
    done = finish(client, start(client, bad))
    assert done.status == "completed"
    assert done.request_counts is not None
    assert (done.request_counts.completed, done.request_counts.failed) == (2, 3)
    assert [item["custom_id"] for item in lines_of(client, done.output_file_id)] == ["r1", "r5"]
    failed = {item["custom_id"]: item for item in lines_of(client, done.error_file_id)}
    assert failed["r2"]["response"]["status_code"] == 400
    assert failed["r2"]["response"]["body"]["error"]["param"] == "temperature"
    assert failed["r3"]["response"]["status_code"] == 501
    assert failed["r4"]["error"]["code"] == "stream_not_allowed"


def test_a_line_that_fails_for_a_while_is_tried_again(client: openai.OpenAI) -> None:
    done = finish(client, start(client, [line(1, model="onceward/fault-flaky:times=1")]))
    assert done.request_counts is not None
    assert done.request_counts.completed == 1


@pytest.mark.parametrize(
    ("lines", "code", "number"),
    [
        ([line(1), line(1)], "duplicate_custom_id", 2),
        ([{"a": 1}], "missing_required_parameter", 1),
        ([{**line(1), "url": "/v1/embeddings"}], "mismatched_url", 1),
        ([{**line(1), "method": "GET"}], "invalid_method", 1),
        ([{**line(1), "body": None}], "invalid_body", 1),
    ],
)
def test_a_bad_file_fails_the_batch(client: openai.OpenAI, lines: list[Any], code: str, number: int) -> None:
    done = finish(client, start(client, lines))
    assert done.status == "failed"
    assert done.errors is not None
    assert done.errors.data is not None
    assert (done.errors.data[0].code, done.errors.data[0].line) == (code, number)


@pytest.mark.parametrize(
    ("endpoint", "body", "found"),
    [
        ("/v1/embeddings", {"model": "text-embedding-3-small", "input": "x"}, "data"),
        ("/v1/completions", {"model": "gpt-3.5-turbo-instruct", "prompt": "x"}, "choices"),
        ("/v1/moderations", {"input": "kill"}, "results"),
        ("/v1/images/generations", {"prompt": "sea", "size": "32x32"}, "data"),
    ],
)
def test_the_other_endpoints(client: openai.OpenAI, endpoint: str, body: dict[str, Any], found: str) -> None:
    lines = [{"custom_id": "a", "method": "POST", "url": endpoint, "body": body}]
    done = finish(client, start(client, lines, endpoint))
    assert lines_of(client, done.output_file_id)[0]["response"]["body"][found]


def test_a_batch_can_be_watched_and_cancelled(client: openai.OpenAI) -> None:
    batch = start(client, [line(at) for at in range(500)], metadata={"pace": "0.02"})
    running = wait_for(
        lambda: client.batches.retrieve(batch.id),
        lambda found: found.request_counts is not None and found.request_counts.completed >= 3,
    )
    assert running.status == "in_progress"
    assert client.batches.cancel(batch.id).status in ("cancelling", "cancelled")
    done = finish(client, batch)
    assert done.status == "cancelled"
    assert done.request_counts is not None
    assert 3 <= done.request_counts.completed < 500
    assert len(lines_of(client, done.output_file_id)) == done.request_counts.completed
    assert client.batches.cancel(batch.id).status == "cancelled"


def test_a_completed_batch_cannot_be_cancelled(client: openai.OpenAI) -> None:
    done = finish(client, start(client, [line(1)]))
    with pytest.raises(openai.ConflictError):
        client.batches.cancel(done.id)


def test_invalid_batches_are_refused(client: openai.OpenAI) -> None:
    file = client.files.create(file=("in.jsonl", jsonl([line(1)])), purpose="batch")
    other = client.files.create(file=("in.jsonl", jsonl([line(1)])), purpose="user_data")
    with pytest.raises(openai.BadRequestError, match="endpoint"):
        client.batches.create(input_file_id=file.id, endpoint="/v1/files", completion_window="24h")  # type: ignore[arg-type]  # on purpose
    with pytest.raises(openai.BadRequestError, match="purpose"):
        client.batches.create(input_file_id=other.id, endpoint="/v1/chat/completions", completion_window="24h")
    with pytest.raises(openai.NotFoundError):
        client.batches.create(input_file_id="file-none", endpoint="/v1/chat/completions", completion_window="24h")
    with pytest.raises(openai.NotFoundError):
        client.batches.retrieve("batch_none")


def test_lists(client: openai.OpenAI) -> None:
    made = [finish(client, start(client, [line(1)])).id for _ in range(3)]
    listed = [batch.id for batch in client.batches.list(limit=2)]
    assert listed[:3] == made[::-1]
    assert len(listed) == len(set(listed))


@pytest.mark.parametrize("how", ["kill", "terminate"])
def test_a_batch_outlives_the_gateway(launch: Launch, how: str) -> None:
    first = launch("--offline")
    client = openai.OpenAI(base_url=first.url + "/v1", api_key="k", max_retries=0)
    batch = start(client, [line(at) for at in range(40)], metadata={"pace": "0.03"})
    wait_for(
        lambda: client.batches.retrieve(batch.id),
        lambda found: bool(found.request_counts and found.request_counts.completed > 5),
    )
    if how == "kill":
        first.kill()
    else:
        first.terminate()
        assert first.wait() == 0
    second = launch("--offline")
    client = client.with_options(base_url=second.url + "/v1")
    done = finish(client, batch)
    assert done.status == "completed"
    out = lines_of(client, done.output_file_id)
    assert [item["custom_id"] for item in out] == [f"r{at}" for at in range(40)]
    assert len({item["response"]["body"]["id"] for item in out}) == 40
