"""A write and the answer kept for its idempotency key are there together or not at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest

from ..conftest import GatewayProcess
from ..databases import url_for
from .kit import jsonl, wait_for

_SQLITE = "CREATE TRIGGER refuses BEFORE INSERT ON answer BEGIN SELECT RAISE(ABORT, 'no answer is kept'); END"
_POSTGRES = """
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no answer is kept'; END $$;
    CREATE TRIGGER refuses BEFORE INSERT ON answer FOR EACH ROW EXECUTE FUNCTION refuse()
"""
_LINE = {"method": "POST", "url": "/v1/embeddings", "body": {"model": "onceward/embed", "input": "hello"}}
_LINES = jsonl({"custom_id": f"r{at}", **_LINE} for at in range(3))
_EXAMPLES = jsonl(
    {"messages": [{"role": "user", "content": f"What is {at}?"}, {"role": "assistant", "content": "A number."}]}
    for at in range(10)
)


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    server = GatewayProcess(
        tmp_path_factory.mktemp("whole"), "--offline", environ={"ONCEWARD_GATEWAY_SECRET_KEY": "s" * 40}
    ).start()
    yield server
    server.stop()


@pytest.fixture
def client(started: GatewayProcess) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=started.url, timeout=30) as made:
        yield made


@contextmanager
def no_answer_is_kept(folder: Path) -> Iterator[None]:
    """Have the database refuse every answer: as if the gateway died between a write and the answer kept for it."""
    url = url_for(folder)
    if url.is_sqlite:
        with closing(sqlite3.connect(url.path, timeout=20)) as connection:
            connection.execute(_SQLITE)
        try:
            yield
        finally:
            with closing(sqlite3.connect(url.path, timeout=20)) as connection:
                connection.execute("DROP TRIGGER refuses")
        return
    with psycopg.connect(url.reveal(), autocommit=True) as connection:
        connection.execute(_POSTGRES)
        try:
            yield
        finally:
            connection.execute("DROP FUNCTION refuse CASCADE")


def upload(client: httpx2.Client, lines: bytes, purpose: str, **headers: str) -> httpx2.Response:
    file = {"file": ("in.jsonl", lines)}
    return client.post("/v1/files", headers=headers, data={"purpose": purpose}, files=file)


def count(client: httpx2.Client, path: str, member: str = "data") -> int:
    return len(client.get(path).raise_for_status().json()[member])


Write = Callable[[dict[str, str]], httpx2.Response]
Case = Callable[[httpx2.Client], tuple[Write, Callable[[], Any]]]


def makes_a_file(client: httpx2.Client) -> tuple[Write, Callable[[], Any]]:
    return lambda headers: upload(client, _LINES, "batch", **headers), lambda: count(client, "/v1/files")


def makes_a_batch(client: httpx2.Client) -> tuple[Write, Callable[[], Any]]:
    file = upload(client, _LINES, "batch").json()["id"]
    body = {"input_file_id": file, "endpoint": "/v1/embeddings", "completion_window": "24h"}
    return (
        lambda headers: client.post("/v1/batches", json=body, headers=headers),
        lambda: count(client, "/v1/batches"),
    )


def deletes_a_file(client: httpx2.Client) -> tuple[Write, Callable[[], Any]]:
    file = upload(client, _LINES, "batch").json()["id"]
    return lambda headers: client.delete(f"/v1/files/{file}", headers=headers), lambda: count(client, "/v1/files")


def makes_a_job(client: httpx2.Client) -> tuple[Write, Callable[[], Any]]:
    file = upload(client, _EXAMPLES, "fine-tune").json()["id"]
    body = {"training_file": file, "model": "onceward/echo"}
    return (
        lambda headers: client.post("/v1/fine_tuning/jobs", json=body, headers=headers),
        lambda: count(client, "/v1/fine_tuning/jobs"),
    )


def deletes_a_model(client: httpx2.Client) -> tuple[Write, Callable[[], Any]]:
    write, _ = makes_a_job(client)
    job = f"/v1/fine_tuning/jobs/{write({}).json()['id']}"
    model = wait_for(lambda: client.get(job).json()["fine_tuned_model"], bool)

    def is_there() -> bool:
        # Not the number of models: a job of another test may end meanwhile.
        return any(one["id"] == model for one in client.get("/v1/models").raise_for_status().json()["data"])

    return lambda headers: client.delete(f"/v1/models/{model}", headers=headers), is_there


def makes_a_deployment(client: httpx2.Client) -> tuple[Write, Callable[[], Any]]:
    body = {"model_name": "house", "litellm_params": {"model": "onceward/echo"}}
    return (
        lambda headers: client.post("/model/new", json=body, headers=headers),
        lambda: count(client, "/model/info"),
    )


def makes_a_credential(client: httpx2.Client) -> tuple[Write, Callable[[], Any]]:
    body = {"credential_name": "eu", "credential_info": {}, "credential_values": {"api_key": "sk-upstream-1234"}}
    return (
        lambda headers: client.post("/credentials", json=body, headers=headers),
        lambda: count(client, "/credentials", "credentials"),
    )


@pytest.mark.parametrize(
    "case",
    [
        makes_a_file,
        deletes_a_file,
        makes_a_batch,
        makes_a_job,
        deletes_a_model,
        makes_a_deployment,
        makes_a_credential,
    ],
)
def test_a_write_without_its_answer_is_undone(started: GatewayProcess, client: httpx2.Client, case: Case) -> None:
    write, look = case(client)
    before, headers = look(), {"Idempotency-Key": case.__name__}
    with no_answer_is_kept(started.folder / "data"):
        refused = write(headers)
        assert refused.status_code >= 500, refused.text
        assert look() == before, "it was made without an answer for its key"
    done = write(headers)
    assert done.status_code == 200, done.text
    after = look()
    assert abs(after - before) == 1
    again = write(headers)
    assert (again.json(), again.headers["x-onceward-replayed"]) == (done.json(), "true")
    assert look() == after
