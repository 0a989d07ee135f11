"""Generated packages as users see them: imports, start time, type checks, and unknown values."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

IMPORT_ALL = """
import importlib, json, pkgutil, sample_api_sdk
names = [m.name for m in pkgutil.walk_packages(sample_api_sdk.__path__, "sample_api_sdk.")]
for name in names:
    if ".transports" not in name and "._drivers" not in name and "._core" not in name:
        importlib.import_module(name)
print(json.dumps(len(names)))
"""


def test_every_module_imports(project: Any) -> None:
    assert project.run(IMPORT_ALL) > 10


def test_importing_the_package_loads_nothing_heavy(project: Any) -> None:
    code = """
import sys
before = set(sys.modules)
import sample_api_sdk
heavy = {"pydantic", "httpx2", "httpx", "ssl", "asyncio", "json"} & (set(sys.modules) - before)
new = len(set(sys.modules) - before)
import json
print(json.dumps([sorted(heavy), new]))
"""
    heavy, new = project.run(code)
    assert heavy == []
    assert new <= 60


def test_resources_load_no_models(project: Any) -> None:
    code = """
import sys
import sample_api_sdk.resources.chat, sample_api_sdk.resources.files
import json
print(json.dumps([name for name in sys.modules if name == "pydantic" or name.startswith("sample_api_sdk.types")]))
"""
    assert project.run(code) == []


@pytest.mark.parametrize("name", ["ChatCompletion", "MessageParam", "ChatCompletionsCreateParams", "Purpose", "Tree"])
def test_types_are_found_by_name_on_first_use(project: Any, name: str) -> None:
    code = f"""
import json, sample_api_sdk
print(json.dumps({name!r} in dir(sample_api_sdk.types) and sample_api_sdk.types.{name} is not None))
"""
    assert project.run(code) is True


def test_an_unknown_name_is_an_attribute_error(project: Any) -> None:
    code = """
import json, sample_api_sdk
try:
    sample_api_sdk.Nothing
except AttributeError as error:
    print(json.dumps(str(error)))
"""
    assert "Nothing" in project.run(code)


ANSWER = {
    "id": "c1", "object": "chat.completion", "created": 5, "at": "2024-01-02T03:04:05Z", "schema": {"a": 1},
    "list": ["x"],
    "fooBar": "s", "foo_bar": 3, "_hidden": "h", "new_field": [1], "tree": ["a", ["b"]], "pick": {"name": "Rex",
    "tricks": ["sit"]},
    "choices": [
        {"index": 0, "finish": "brand_new", "message": {"role": "robot", "from": "me", "x-trace": "t", "content": [
            {"type": "text", "text": "hi"}, {"type": "image", "url": None}, {"type": "sound", "hz": 440}]}},
        {"index": 1, "finish": None, "message": {"role": "user", "content": "plain"}},
    ],
}  # fmt: skip


def test_an_answer_is_typed_and_goes_out_as_it_came(project: Any) -> None:
    code = f"""
import json
from sample_api_sdk.types import ChatCompletion
data = json.loads({json.dumps(ANSWER)!r})
value = ChatCompletion.model_validate_json(json.dumps(data))
parts = value.choices[0].message.content
again = value.model_dump(mode="json", by_alias=True, exclude_unset=True)
print(json.dumps([
    type(value.at).__name__, value.schema_, value.list, value.fooBar, value.foo_bar, value.hidden,
    type(value.pick).__name__,
    [type(part).__name__ for part in parts], value.choices[0].message.from_, value.choices[0].finish, again == data,
    "usage" in value.model_fields_set, "finish" in value.choices[1].model_fields_set, value.tree,
]))
"""
    assert project.run(code) == [
        "datetime", {"a": 1}, ["x"], "s", 3, "h", "Dog", ["TextPart", "ImagePart", "UnknownVariant"], "me",
        "brand_new", True,
        False, True, ["a", ["b"]],
    ]  # fmt: skip


def test_a_moment_that_is_none_stays_a_string(project: Any) -> None:
    code = """
import json
from sample_api_sdk.types import ChatCompletion
fields = {"id": "c", "object": "chat.completion", "created": 1, "at": "soon", "choices": []}
value = ChatCompletion.model_validate_json(json.dumps(fields))
print(json.dumps(value.at))
"""
    assert project.run(code) == "soon"


def test_operations_are_data(project: Any) -> None:
    code = """
import dataclasses, json
from sample_api_sdk.resources import chat, files, audio
create = chat._COMPLETIONS_CREATE
print(json.dumps([
    create.params["class_"].wire, create.params["timeout_"].wire, "idempotency_key" in create.params,
    create.stream.event,
    create.params["temperature"].check, create.params["temperature"].nullable,
    files._CREATE.params["file"].file,
    files._LIST.page.style, files._CONTENT.result.kind, files._PRINT.result.type,
    sorted(audio._CREATE.result.text_when["format"]),
    audio._CREATE.stream.event,
]))
"""
    assert project.run(code) == [
        "class", "timeout", False, "chat:Chunk",
        ["null", ["within", "number", {"minimum": 0, "maximum": 2}]],
        True, True, "after", "binary", "files:FilesPrintResponse",
        ["srt", "text"],
        "audio:AudioCreateEvent",
    ]  # fmt: skip


USER = """
from sample_api_sdk import AsyncSampleApi, SampleApi, SyncPage, Stream
from sample_api_sdk.types import ChatCompletion, Chunk, File, Message, MessageParam, Model, Transcript


def use(client: SampleApi, answer: ChatCompletion) -> None:
    first: ChatCompletion = client.chat.completions.create(model="m", messages=[{"role": "user", "content": "hi"}])
    events: Stream[Chunk] = client.chat.completions.create(model="m", messages=[], stream=True, temperature=None)
    again: ChatCompletion = client.chat.completions.create(
        model="m", messages=[answer.choices[0].message, {"role": "user", "content": [{"type": "text", "text": "a"}]}]
    )
    page: SyncPage[File] = client.files.list(limit=3, timeout=4.0)
    one: File = client.files.retrieve("f", extra_headers={"a": "b"})
    client.files.delete("f")
    model: Model = client.models.retrieve("a/b")
    text: str = client.audio.create(file=b"", format="srt")
    spoken: Transcript = client.audio.create(file=("a.wav", b"", "audio/wav"))
    raw = client.files.with_raw_response.retrieve("f")
    print(first, events, again, page, one, model, text, spoken, raw.parse().id)


async def use_async(client: AsyncSampleApi) -> None:
    answer: ChatCompletion = await client.chat.completions.create(model="m", messages=[])
    one: File = await client.files.retrieve("f")
    print(answer, one)
"""

WRONG = """
from sample_api_sdk import SampleApi


def use(client: SampleApi) -> None:
    client.chat.completions.create(model="m", messages=[], temprature=1)
    client.chat.completions.create(messages=[])
    client.files.create(file=b"", purpose="nothing of the kind")
    client.files.nothing()
"""


def test_the_package_and_its_user_pass_a_strict_type_check(project: Any) -> None:
    (project.folder / "user.py").write_text(USER)
    generated = ["types", "resources", "_client.py", "_brand.py", "__init__.py"]
    assert project.mypy("user.py", *(f"src/sample_api_sdk/{name}" for name in generated)) == ""


def test_wrong_calls_are_type_errors(project: Any) -> None:
    (project.folder / "wrong.py").write_text(WRONG)
    found = project.mypy("wrong.py")
    lines = {
        int(line.split(":")[1]) for line in found.splitlines() if line.startswith("wrong.py") and ": error:" in line
    }
    assert lines == {6, 7, 8, 9}, found


def test_formatters_find_nothing_to_change(project: Any) -> None:
    generated = [
        path for path in project.files if path.endswith(".py") and ("/types/" in path or "/resources/" in path)
    ]
    base = ["ruff", "--isolated", "--no-cache", "--line-length=120", "--target-version=py311"]
    for command in (["format", "--check"], ["check", "--select=E,F,I,UP,PIE"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", command[0], *base[1:], *command[1:], *generated],
            cwd=project.folder, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr


def test_no_names_by_counters_and_no_trace_of_the_generator(project: Any) -> None:
    surface = project.files["surface.txt"].splitlines()
    assert surface == sorted(surface)
    assert "client.chat.completions.create(**ChatCompletionsCreateParams)" in surface
    assert "types.params.chat.MessageParam['role']!" in surface


def test_the_reference_lists_every_method(project: Any) -> None:
    page = project.files["api.md"]
    for called in (
        "client.files.retrieve(file_id, **params)",
        "client.models.import_(**params)",
        "GET /v1/files/{file_id}/content",
    ):
        assert called in page
    for line in page.split("](")[1:]:
        target = line.split(")", 1)[0]
        assert (project.folder / target).exists(), target


def test_every_method_of_the_reference_is_there_sync_and_async(project: Any) -> None:
    code = f"""
import json, re
from sample_api_sdk import AsyncSampleApi, SampleApi
page = {project.files["api.md"]!r}
listed = re.findall(r"- \\[`client\\.([\\w.]+)\\(", page)
for kind in (SampleApi, AsyncSampleApi):
    client = kind(api_key="sk-0123456789abcdef")
    for path in listed:
        target = client
        for name in path.split("."):
            owner, target = target, getattr(target, name)
        assert callable(target) and target.__doc__, path
        assert callable(getattr(owner.with_raw_response, name)), path
print(json.dumps(len(listed)))
"""
    assert project.run(code) == 11


ROUND_TRIP = """
import json, threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from sample_api_sdk import ParameterError, SampleApi

seen = []
answers = {
    "/v1/chat/completions": {"id": "c", "object": "chat.completion", "created": 1, "choices": []},
    "/v1/files": {"id": "f"}, "/v1/models/a%2Fb": {"id": "a/b"},
}

class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        seen.append([self.path, body.decode("latin-1"), self.headers["content-type"], self.headers["x-tenant"]])
        self.reply()

    def do_GET(self):
        seen.append([self.path, "", "", None])
        self.reply()

    def reply(self):
        answer = json.dumps(answers[self.path]).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass

server = HTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
with SampleApi(api_key="sk-0123456789abcdef", base_url=f"http://127.0.0.1:{server.server_port}") as client:
    client.chat.completions.create(
        model="m", messages=[{"role": "user", "content": None, "from": "x", "x-trace": "t"}], class_="c", timeout_=3,
        x_tenant="acme", tree=["a", ["b"]], temperature=None,
    )
    client.files.create(file=("a.txt", b"hello", "text/plain"), purpose="batch", tags=["x"])
    client.models.retrieve("a/b")
    try:
        client.chat.completions.create(model="m", messages=[], temperature=9, n=0, wrong=1)
    except ParameterError as error:
        faults = list(error.faults)
server.shutdown()
server.server_close()
print(json.dumps([seen, faults]))
"""


def test_what_goes_over_the_wire(project: Any) -> None:
    (chat, upload, model), faults = project.run(ROUND_TRIP)
    message = {"role": "user", "content": None, "from": "x", "x-trace": "t"}
    assert json.loads(chat[1]) == {
        "model": "m", "messages": [message], "class": "c", "timeout": 3, "tree": ["a", ["b"]], "temperature": None,
    }  # fmt: skip
    assert chat[3] == "acme"
    assert upload[2].startswith("multipart/form-data; boundary=")
    assert all(part in upload[1] for part in ('name="file"; filename="a.txt"', "text/plain", "hello", 'name="purpose"'))
    assert model[0] == "/v1/models/a%2Fb"
    assert len(faults) == 4


@pytest.mark.parametrize("seed", ["0", "1", "4242"])
def test_the_bytes_do_not_depend_on_the_hash_seed_or_the_folder(project: Any, seed: str, tmp_path: Path) -> None:
    code = """
import hashlib, sys
sys.path.insert(0, sys.argv[1])
from sample_api import sample_api
from onceward_generator.emit.python import emit_python
files = {p: t for p, t in emit_python(sample_api()).items() if t.startswith("# Generated")}
print(hashlib.sha256(repr(files).encode()).hexdigest())
"""
    env = {**os.environ, "PYTHONHASHSEED": seed, "LC_ALL": "C"}
    done = subprocess.run(
        [sys.executable, "-c", code, str(Path(__file__).parent)],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    generated = {path: text for path, text in project.files.items() if text.startswith("# Generated")}
    assert done.stdout.strip() == hashlib.sha256(repr(generated).encode()).hexdigest()
