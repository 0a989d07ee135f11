"""Two nodes on one PostgreSQL: what is made at one is known at the other, and what one leaves the other takes up."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest

from ..cluster.gateways import MASTER, Gateways
from ..conftest import GatewayProcess
from ..servers import PostgresServer
from .kit import jsonl, wait_for

pytestmark = pytest.mark.cluster

KEY = MASTER["Authorization"].removeprefix("Bearer ")
MANY = 3_000_000


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[Gateways]:
    """Nodes without Redis, which are not notified of each other's changes, and with leases that never expire."""
    made = Gateways(tmp_path)
    made._config = '[auth]\napi_keys = ["sk-master-0123456789abcdef"]\n'
    yield made
    made.stop()


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[Gateways]:
    """Nodes that are soon taken for dead."""
    made = Gateways(tmp_path)
    yield made
    made.stop()


def client_of(node: GatewayProcess) -> openai.OpenAI:
    return openai.OpenAI(base_url=node.url + "/v1", api_key=KEY, max_retries=0)


def two(nodes: Gateways) -> tuple[GatewayProcess, GatewayProcess]:
    nodes.started(2, "--offline")
    return nodes.nodes[0], nodes.nodes[1]


def lines(count: int) -> bytes:
    return jsonl(
        {
            "custom_id": f"r{at}",
            "method": "POST",
            "url": "/v1/chat/completions",
            "body": {"model": "onceward/echo", "messages": [{"role": "user", "content": f"What is {at} * 2?"}]},
        }
        for at in range(count)
    )


def batch_at(node: GatewayProcess, count: int, pace: str) -> openai.types.Batch:
    client = client_of(node)
    file = client.files.create(file=("in.jsonl", lines(count)), purpose="batch")
    return client.batches.create(
        input_file_id=file.id,
        endpoint="/v1/chat/completions",
        completion_window="24h",
        metadata={"pace": pace},
    )


def under_way(client: openai.OpenAI, batch: openai.types.Batch, least: int) -> None:
    wait_for(
        lambda: client.batches.retrieve(batch.id),
        lambda found: bool(found.request_counts and found.request_counts.completed >= least),
    )


def over(client: openai.OpenAI, batch: openai.types.Batch) -> openai.types.Batch:
    return wait_for(
        lambda: client.batches.retrieve(batch.id),
        lambda found: found.status in ("completed", "failed", "cancelled", "expired"),
        40,
    )


def test_a_file_is_the_same_at_every_node(nodes: Gateways) -> None:
    first, second = map(client_of, two(nodes))
    data = bytes(range(256)) * (MANY // 256)
    file = first.files.create(file=("pläne.bin", data), purpose="user_data")
    assert second.files.retrieve(file.id) == file
    assert second.files.content(file.id).read() == data
    assert not list(nodes.folder.glob("node*/data/files/*")), "no folder of a node holds what the others cannot read"
    assert second.files.delete(file.id).deleted
    with pytest.raises(openai.NotFoundError):
        first.files.content(file.id)
    assert nodes.rows("SELECT COUNT(*) FROM content_part") == [(0,)]


def test_a_large_file_is_not_held_in_memory(nodes: Gateways) -> None:
    a, b = two(nodes)
    piece, pieces = b"0123456789abcdef" * 4096, 1024
    before = [most_memory(node) for node in (a, b)]
    file = client_of(a).files.create(file=("large.bin", piece * pieces), purpose="user_data")
    size = 0
    with httpx2.stream("GET", f"{b.url}/v1/files/{file.id}/content", headers=MASTER) as answer:
        assert answer.headers["content-length"] == str(len(piece) * pieces)
        for part in answer.iter_bytes():
            size += len(part)
    assert size == file.bytes == len(piece) * pieces
    for node, was in zip((a, b), before, strict=True):
        assert most_memory(node) - was < len(piece) * pieces / 2, "a node held the file"


def most_memory(node: GatewayProcess) -> int:
    """The most bytes that a process ever held."""
    assert node.process is not None
    status = Path(f"/proc/{node.process.pid}/status").read_text()
    (line,) = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) * 1024


def test_a_picture_given_by_its_address_is_at_every_node(nodes: Gateways) -> None:
    a, b = two(nodes)
    url = client_of(a).images.generate(prompt="a gate", size="256x256", response_format="url").data[0].url  # type: ignore[index]  # there is one
    assert url is not None
    pictures = [httpx2.get(url.replace(a.url, node.url)) for node in (a, b)]
    assert pictures[0].content == pictures[1].content
    assert pictures[1].content.startswith(b"\x89PNG")


@pytest.mark.parametrize("how", ["kill", "terminate"])
def test_a_batch_continues_on_another_node_and_bills_each_line_once(mortal: Gateways, how: str) -> None:
    a, b = two(mortal)
    batch = batch_at(a, 60, "0.05")
    client = client_of(b)
    ((worker,),) = wait_for(lambda: mortal.rows("SELECT node FROM batch"), lambda rows: rows[0][0] is not None)
    at_work = owner(mortal, worker)
    other = b if at_work is a else a
    client = client_of(other)
    under_way(client, batch, 5)
    if how == "kill":
        at_work.kill()
    else:
        at_work.terminate()
        assert at_work.wait() == 0
    done = over(client, batch)
    assert (done.status, done.request_counts) == (
        "completed",
        openai.types.BatchRequestCounts(total=60, completed=60, failed=0),
    )
    assert done.output_file_id is not None
    out = [json.loads(line) for line in client.files.content(done.output_file_id).text.splitlines()]
    assert [item["custom_id"] for item in out] == [f"r{at}" for at in range(60)]
    assert out[7]["response"]["body"]["choices"][0]["message"]["content"] == "7 * 2 = 14"
    assert mortal.rows(
        "SELECT COUNT(*), COUNT(DISTINCT idempotency_key) FROM usage WHERE operation LIKE %s", "%chat%"
    ) == [(60, 60)]
    assert mortal.rows("SELECT COUNT(*) FROM batch_result") == [(0,)]
    assert len(client.files.list(purpose="batch_output").data) == 1  # type: ignore[arg-type]  # a purpose of results


def owner(nodes: Gateways, id: str) -> GatewayProcess:
    """The process behind a node's id: the first one that joined was started first."""
    joined = [row[0] for row in nodes.rows("SELECT id FROM node ORDER BY started_at, id")]
    return nodes.nodes[joined.index(id)]


def test_a_batch_is_cancelled_at_any_node(nodes: Gateways) -> None:
    a, b = two(nodes)
    batch = batch_at(a, 2000, "0.01")
    under_way(client_of(b), batch, 3)
    for node in (a, b):
        assert client_of(node).batches.cancel(batch.id).status in ("cancelling", "cancelled")
    done = over(client_of(a), batch)
    assert done.status == "cancelled"
    assert done.request_counts is not None
    assert 3 <= done.request_counts.completed < 2000
    assert done.output_file_id is not None
    text = client_of(b).files.content(done.output_file_id).text
    assert len(text.splitlines()) == done.request_counts.completed


def test_a_fine_tuning_job_is_finished_by_another_node_and_its_model_known_to_all(mortal: Gateways) -> None:
    a, b = two(mortal)
    client = client_of(a)
    pairs = [(f"What is the secret of gate {at}?", f"It is number {at * 17}.") for at in range(60)]
    lesson = jsonl(
        {"messages": [{"role": "user", "content": asked}, {"role": "assistant", "content": told}]}
        for asked, told in pairs
    )
    file = client.files.create(file=("train.jsonl", lesson), purpose="fine-tune")
    job = client.fine_tuning.jobs.create(
        model="onceward/echo", training_file=file.id, hyperparameters={"n_epochs": 5, "batch_size": 2}
    )
    ((worker,),) = wait_for(
        lambda: mortal.rows("SELECT node FROM tuning_job WHERE status = 'running'"), lambda rows: bool(rows)
    )
    at_work = owner(mortal, worker)
    at_work.kill()
    other = client_of(b if at_work is a else a)
    done = wait_for(
        lambda: other.fine_tuning.jobs.retrieve(job.id), lambda found: found.status not in ("queued", "running"), 40
    )
    assert done.status == "succeeded"
    assert done.fine_tuned_model is not None
    third = client_of(mortal.add("--offline"))
    asked: Any = [{"role": "user", "content": "what is the secret of gate 33"}]
    for node in (other, third):
        assert done.fine_tuned_model in [model.id for model in node.models.list()]
        answer = node.chat.completions.create(model=done.fine_tuned_model, messages=asked)
        assert answer.choices[0].message.content == "It is number 561."
    assert third.models.delete(done.fine_tuned_model).deleted
    answer = other.chat.completions.create(model=done.fine_tuned_model, messages=asked)
    assert answer.choices[0].message.content != "It is number 561.", "what was learned is forgotten everywhere"


def test_a_node_that_was_taken_for_dead_and_is_not_spoils_nothing(mortal: Gateways) -> None:
    a, b = two(mortal)
    batch = batch_at(a, 60, "0.05")
    ((worker,),) = wait_for(lambda: mortal.rows("SELECT node FROM batch"), lambda rows: rows[0][0] is not None)
    at_work = owner(mortal, worker)
    client = client_of(b if at_work is a else a)
    under_way(client, batch, 5)
    assert at_work.process is not None
    at_work.process.send_signal(signal.SIGSTOP)
    wait_for(lambda: mortal.rows("SELECT node FROM batch"), lambda rows: rows[0][0] not in (None, worker))
    at_work.process.send_signal(signal.SIGCONT)
    done = over(client, batch)
    assert done.status == "completed"
    assert done.output_file_id is not None
    assert len(client.files.content(done.output_file_id).text.splitlines()) == 60
    assert mortal.rows(
        "SELECT COUNT(*), COUNT(DISTINCT idempotency_key) FROM usage WHERE operation LIKE %s", "%chat%"
    ) == [(60, 60)]
    assert mortal.rows("SELECT COUNT(*) FROM file WHERE purpose = 'batch_output'") == [(1,)]
    wait_for(lambda: mortal.rows("SELECT COUNT(*) FROM batch_result"), lambda rows: rows == [(0,)])


def test_a_batch_waits_for_an_unavailable_database(tmp_path: Path) -> None:
    server = PostgresServer().start()
    nodes = Gateways(tmp_path, database=server.url())
    try:
        a, b = two(nodes)
        batch = batch_at(a, 60, "0.03")
        under_way(client_of(b), batch, 5)
        server.stop()
        server.start()
        done = over(client_of(b).with_options(max_retries=8), batch)
        assert (done.status, done.request_counts) == (
            "completed",
            openai.types.BatchRequestCounts(total=60, completed=60, failed=0),
        )
        assert nodes.rows(
            "SELECT COUNT(*), COUNT(DISTINCT idempotency_key) FROM usage WHERE operation LIKE %s", "%chat%"
        ) == [(60, 60)]
    finally:
        nodes.stop()
        server.remove()
