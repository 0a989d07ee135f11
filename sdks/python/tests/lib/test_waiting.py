"""Waiting for files, batches and jobs, with a clock that needs no waiting; and batches made and joined."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest

from onceward import AsyncOnceward, NotFoundError, Onceward, ParameterError
from onceward.lib._waiting import WaitTimeout
from onceward.lib.batches import BatchRequest, answers_from, lines_from
from onceward.testing import FakeGateway, ManualClock

from .chat.samples import MESSAGES, answer


def batch(status: str, done: int = 0, **more: Any) -> dict[str, Any]:
    return {
        "id": "batch_1",
        "object": "batch",
        "endpoint": "/v1/chat/completions",
        "input_file_id": "file-in",
        "completion_window": "24h",
        "status": status,
        "created_at": 1,
        "request_counts": {"total": 2, "completed": done, "failed": 0},
        **more,
    }


def job(status: str) -> dict[str, Any]:
    return {
        "id": "ftjob-1",
        "object": "fine_tuning.job",
        "created_at": 1,
        "model": "m",
        "status": status,
        "training_file": "file-1",
        "hyperparameters": {},
        "result_files": [],
        "organization_id": "o",
        "seed": 1,
    }


def file(status: str) -> dict[str, Any]:
    return {
        "id": "file-1",
        "object": "file",
        "bytes": 1,
        "created_at": 1,
        "filename": "f",
        "purpose": "batch",
        "status": status,
    }


def in_turn(gateway: FakeGateway, *values: dict[str, Any]) -> None:
    for value in values[:-1]:
        gateway.respond_json(value, times=1)
    gateway.respond_json(values[-1])


def test_a_batch_is_waited_for_with_growing_pauses(gateway: FakeGateway, client: Onceward, clock: ManualClock) -> None:
    in_turn(gateway, batch("validating"), batch("in_progress", 1), batch("finalizing", 2), batch("completed", 2))
    seen: list[int] = []
    over = client.batches.wait("batch_1", on_progress=lambda one: seen.append(one.request_counts.completed))  # type: ignore[union-attr]
    assert over.status == "completed"
    assert seen == [0, 1, 2, 2]
    assert clock.slept == pytest.approx([0.5, 0.75, 1.125])


def test_a_wait_ends_in_time_and_says_how_it_stood(gateway: FakeGateway, client: Onceward) -> None:
    gateway.respond_json(batch("in_progress"))
    with pytest.raises(WaitTimeout, match="still 'in_progress' after 5 s") as caught:
        client.batches.wait("batch_1", poll=2, timeout=5)
    assert caught.value.last.status == "in_progress"
    assert len(gateway.requests) == 3
    assert isinstance(caught.value, TimeoutError)
    assert pickle.loads(pickle.dumps(caught.value)).last.id == "batch_1"
    with pytest.raises(ParameterError, match="poll"):
        client.batches.wait("batch_1", poll=0)


def test_jobs_and_files(gateway: FakeGateway, client: Onceward) -> None:
    in_turn(gateway, job("running"), job("failed"))
    assert client.fine_tuning.jobs.wait("ftjob-1").status == "failed"
    gateway.reset()
    in_turn(gateway, file("uploaded"), file("processed"))
    assert client.files.wait_for_processing("file-1").status == "processed"


async def test_async_twins(gateway: FakeGateway, aclient: AsyncOnceward) -> None:
    in_turn(gateway, batch("in_progress"), batch("cancelled"))
    assert (await aclient.batches.wait("batch_1")).status == "cancelled"
    gateway.reset()
    in_turn(gateway, job("running"), job("succeeded"))
    assert (await aclient.fine_tuning.jobs.wait("ftjob-1", poll=1)).status == "succeeded"
    gateway.reset()
    in_turn(gateway, file("uploaded"), file("error"))
    assert (await aclient.files.wait_for_processing("file-1")).status == "error"


def weather(city: str) -> str:
    """The weather."""
    return city


def test_a_batch_with_wrong_requests_names_every_fault() -> None:
    with pytest.raises(ParameterError) as caught:
        lines_from([{"model": "m", "messages": "hi"}, {"messages": [{"role": "user"}]}], "/v1/chat/completions")
    assert caught.value.faults == (
        "request 0: `messages` is 'hi'; give a list",
        "request 1: `model` is missing",
        "request 1: `messages[0].content` is missing",
    )


def test_a_file_of_requests() -> None:
    content = lines_from(
        [
            {"model": "m", "messages": MESSAGES},
            BatchRequest({"model": "n", "messages": MESSAGES, "x_new": 1}, "mine"),
            {"custom_id": "c", "body": {"model": "m", "messages": MESSAGES, "tools": [weather]}},
        ],
        "/v1/chat/completions",
    )
    lines = [json.loads(line) for line in content.decode().splitlines()]
    assert [line["custom_id"] for line in lines] == ["request-0", "mine", "c"]
    assert {line["url"] for line in lines} == {"/v1/chat/completions"}
    assert lines[0]["body"] == {"model": "m", "messages": MESSAGES}
    assert lines[1]["body"]["x_new"] == 1
    assert lines[2]["body"]["tools"][0]["function"]["name"] == "weather"
    with pytest.raises(ParameterError, match="at least one request"):
        lines_from([], "/v1/embeddings")
    with pytest.raises(ParameterError, match="'a' of an earlier one"):
        lines_from([BatchRequest({}, "a"), BatchRequest({}, "a")], "/v1/embeddings")


def result(custom_id: str, status: int, body: Any) -> str:
    return json.dumps({"custom_id": custom_id, "response": {"status_code": status, "request_id": "r", "body": body}})


LINES = "\n".join(
    [
        result("b", 200, answer("two")),
        "",
        result("a", 404, {"error": {"message": "no such model", "type": "not_found_error"}}),
        json.dumps({"custom_id": "c", "response": None, "error": {"code": "batch_expired", "message": "too late"}}),
        result("d", 200, {"odd": True}),
    ]
)


def test_answers_are_found_by_their_id_and_failures_are_errors() -> None:
    found = {one.custom_id: one for one in answers_from(LINES, "/v1/chat/completions")}
    assert found["b"].unwrap().choices[0].message.content == "two"
    with pytest.raises(NotFoundError, match="no such model"):
        found["a"].unwrap()
    assert found["c"].error is not None
    assert "too late" in found["c"].error.message
    assert found["c"].value is None
    assert found["d"].line["response"]["body"] == {"odd": True}
    other = next(iter(answers_from(result("a", 200, {"x": 1}), "/v1/else")))
    assert other.value == {"x": 1}


def test_a_whole_batch(gateway: FakeGateway, client: Onceward) -> None:
    gateway.respond_json(file("processed"), method="POST", path="/v1/files")
    gateway.respond_json(batch("completed", 2, output_file_id="out", error_file_id="err"), path="/v1/batches*")
    gateway.respond_bytes(result("request-0", 200, answer("one")).encode(), path="/v1/files/out/content")
    gateway.respond_bytes(result("request-1", 500, {"error": {"message": "m"}}).encode(), path="/v1/files/err/content")
    made = client.batches.create_from([{"model": "m", "messages": MESSAGES}] * 2, metadata={"night": "1"})
    assert gateway.requests[1].json()["input_file_id"] == "file-1"
    assert gateway.requests[1].json()["metadata"] == {"night": "1"}
    for given in (made, made.id):
        results = client.batches.results(given)
        assert results["request-0"].unwrap().choices[0].message.content == "one"
        assert results["request-1"].status_code == 500


async def test_a_whole_batch_async(gateway: FakeGateway, aclient: AsyncOnceward) -> None:
    gateway.respond_json(file("processed"), method="POST", path="/v1/files")
    gateway.respond_json(batch("completed", 2, output_file_id="out"), path="/v1/batches*")
    gateway.respond_bytes(result("request-0", 200, answer("one")).encode(), path="/v1/files/out/content")
    made = await aclient.batches.create_from([{"model": "m", "messages": MESSAGES}])
    results = await aclient.batches.results(made.id)
    assert results["request-0"].unwrap().choices[0].message.content == "one"
