"""Files: kept on disk, listed in pages, checked for their purpose, one caller's only."""

from __future__ import annotations

import io

import httpx2
import openai
import pytest

from .kit import Launch, jsonl


def test_a_file_comes_back_as_it_went(client: openai.OpenAI) -> None:
    data = bytes(range(256)) * 5000
    file = client.files.create(file=("pläne.bin", data), purpose="user_data")
    assert (file.bytes, file.filename, file.purpose, file.object) == (len(data), "pläne.bin", "user_data", "file")
    assert client.files.retrieve(file.id) == file
    assert client.files.content(file.id).read() == data
    assert client.files.delete(file.id).deleted
    for gone in (client.files.retrieve, client.files.content, client.files.delete):
        with pytest.raises(openai.NotFoundError, match=file.id):
            gone(file.id)


def test_lists_in_pages(client: openai.OpenAI) -> None:
    made = [client.files.create(file=(f"{at}.txt", b"x"), purpose="evals").id for at in range(7)]
    down = [file.id for file in client.files.list(purpose="evals", limit=3)]
    assert down == made[::-1]
    assert [file.id for file in client.files.list(purpose="evals", limit=2, order="asc")] == made
    page = client.files.list(purpose="evals", limit=7)
    assert not page.has_next_page()
    with pytest.raises(openai.BadRequestError, match="after"):
        client.files.list(after="file-unknown")


@pytest.mark.parametrize("filename", ["../../etc/passwd", "C:\\temp\\a.txt", "a/b/c.txt", "x" * 400])
def test_file_names_contain_no_path(client: openai.OpenAI, filename: str) -> None:
    name = client.files.create(file=(filename, b"x"), purpose="user_data").filename
    assert "/" not in name
    assert "\\" not in name
    assert len(name) <= 255


@pytest.mark.parametrize(
    ("purpose", "data", "told"),
    [
        ("batch", b'{"a": 1}\nnot json\n', "Line 2"),
        ("batch", b"", "no lines"),
        ("batch", b"[1]\n", "Line 1"),
        ("fine-tune", jsonl([{"messages": [{"role": "user", "content": "x"}]}]), "assistant"),
        ("fine-tune", jsonl([{"prompt": "a"}]), "Line 1"),
        ("fine-tune", jsonl([{"messages": "x"}]), "messages"),
    ],
)
def test_lines_are_checked(client: openai.OpenAI, purpose: str, data: bytes, told: str) -> None:
    with pytest.raises(openai.BadRequestError, match=told) as caught:
        client.files.create(file=("a.jsonl", data), purpose=purpose)  # type: ignore[arg-type]  # any of the purposes
    assert caught.value.param == "file"


def test_names_hold_no_marks_that_change_what_is_shown(client: openai.OpenAI) -> None:
    file = client.files.create(file=("a\u202egpj\x85\u2028.exe", b"x"), purpose="user_data")
    assert file.filename == "agpj.exe"


def test_a_purpose_is_a_word(client: openai.OpenAI) -> None:
    for purpose in ("x" * 65, "user\x85data"):
        with pytest.raises(openai.BadRequestError) as caught:
            client.files.create(file=("a", b"x"), purpose=purpose)  # type: ignore[arg-type]  # the server decides
        assert caught.value.param == "purpose"


def test_a_life_can_be_given(client: openai.OpenAI) -> None:
    file = client.files.create(
        file=("a.txt", b"x"), purpose="user_data", expires_after={"anchor": "created_at", "seconds": 3600}
    )
    assert file.expires_at == file.created_at + 3600
    with pytest.raises(openai.BadRequestError):
        client.files.create(
            file=("a.txt", b"x"), purpose="user_data", expires_after={"anchor": "created_at", "seconds": 5}
        )


def test_the_same_key_makes_one_file(gateway: str) -> None:
    def send() -> httpx2.Response:
        return httpx2.post(
            gateway + "/v1/files",
            data={"purpose": "vision"},
            files={"file": ("k.txt", b"kept once")},
            headers={"Idempotency-Key": "one-file"},
        )

    first, second = send(), send()
    assert first.json() == second.json()
    assert second.headers["x-onceward-replayed"] == "true"
    assert len(httpx2.get(gateway + "/v1/files", params={"purpose": "vision"}).json()["data"]) == 1


def test_a_missing_file_is_named(gateway: str) -> None:
    answer = httpx2.post(gateway + "/v1/files", data={"purpose": "batch"}, files={"other": ("a", b"x")})
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == "file"


def test_files_outlive_the_gateway_and_belong_to_their_owner(launch: Launch) -> None:
    keys = {"ONCEWARD_GATEWAY_API_KEYS": "sk-mine-0000000000000000,sk-other-000000000000000"}
    first = launch("--auth-mode", "required", **keys)
    mine = openai.OpenAI(base_url=first.url + "/v1", api_key="sk-mine-0000000000000000", max_retries=0)
    file = mine.files.create(file=("a.bin", io.BytesIO(b"still here")), purpose="user_data")
    first.kill()
    second = launch("--auth-mode", "required", **keys)
    mine = mine.with_options(base_url=second.url + "/v1")
    assert mine.files.content(file.id).read() == b"still here"
    other = mine.with_options(api_key="sk-other-000000000000000")
    assert other.files.list().data == []
    for forbidden in (other.files.retrieve, other.files.content, other.files.delete):
        with pytest.raises(openai.NotFoundError):
            forbidden(file.id)
    with pytest.raises(openai.NotFoundError):
        other.batches.create(input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h")
    assert mine.files.retrieve(file.id).id == file.id
