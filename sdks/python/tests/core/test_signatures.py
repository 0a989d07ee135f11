"""Signatures of generated methods at runtime: real arguments, no types imported before somebody asks."""

from __future__ import annotations

import inspect
import json
import pydoc
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from onceward import UNSET, AsyncOnceward, Onceward, ParameterError

from .rig import COMPLETION, Reply, Rig

OPTIONS = [
    "extra_headers", "extra_query", "extra_body", "timeout", "max_retries", "idempotency_key", "request_id",
    "on_progress",
]  # fmt: skip


@pytest.fixture
def client() -> Onceward:
    return Onceward(api_key="sk-0123456789abcdef", base_url="http://127.0.0.1:9")


@pytest.fixture
def async_client() -> AsyncOnceward:
    return AsyncOnceward(api_key="sk-0123456789abcdef", base_url="http://127.0.0.1:9")


def shown(method: Any) -> list[str]:
    return [str(p) for p in inspect.signature(method).parameters.values() if p.name not in OPTIONS]


def test_a_method_shows_its_arguments_required_ones_first(client: Onceward) -> None:
    assert shown(client.files.create) == [
        "file: FileInput", "purpose: FileCreateRequestPurpose", "expires_after: ExpiresAfterParam = UNSET",
    ]  # fmt: skip
    signature = inspect.signature(client.files.create)
    assert list(signature.parameters)[-len(OPTIONS) :] == OPTIONS
    assert str(signature.return_annotation) == "FileObject"
    assert signature.parameters["file"].kind is inspect.Parameter.KEYWORD_ONLY
    assert signature.parameters["file"].default is inspect.Parameter.empty
    assert signature.parameters["timeout"].default is UNSET


def test_positional_arguments_come_first(client: Onceward) -> None:
    assert shown(client.files.retrieve) == ["file_id: str"]
    assert shown(type(client.files).retrieve) == ["self", "file_id: str"]


def test_an_argument_that_decides_the_result_is_shown_with_all_its_values(client: Onceward) -> None:
    assert shown(client.chat.completions.create)[:3] == [
        "model: str", "messages: Sequence[ChatCompletionMessageParam]", "stream: bool | None = UNSET",
    ]  # fmt: skip


def test_asynchronous_and_raw_methods_show_the_same(client: Onceward, async_client: AsyncOnceward) -> None:
    expected = shown(client.files.list)
    assert expected[0] == "purpose: str = UNSET"
    assert shown(async_client.files.list) == expected
    assert shown(client.files.with_raw_response.list) == expected
    assert shown(async_client.files.with_raw_response.list) == expected
    assert inspect.iscoroutinefunction(async_client.files.create)


def test_help_and_source_are_readable(client: Onceward) -> None:
    text = " ".join(pydoc.plain(pydoc.render_doc(client.files.list)).split())
    # Python 3.13 writes each argument of a long signature on a line of its own.
    assert "list(*, purpose: str = UNSET, order: FilesListOrder = UNSET" in text.replace("( ", "(")
    assert inspect.getsource(client.files.list).lstrip().startswith("def list(self, **params: Unpack[FilesListParams])")


def test_arguments_can_be_bound(client: Onceward) -> None:
    bound = inspect.signature(client.files.retrieve).bind("file-1", timeout=3)
    assert bound.arguments == {"file_id": "file-1", "timeout": 3}
    with pytest.raises(TypeError, match="purpose"):
        inspect.signature(client.files.create).bind(file=b"")


def test_an_unset_argument_is_left_out(rig: Callable[..., Rig]) -> None:
    r = rig([Reply(body={"object": "list", "data": [], "has_more": False}), Reply(body=COMPLETION)])
    r.run(lambda client: client.files.list(limit=UNSET, purpose="batch", extra_query=UNSET))
    assert r.requests[0].url.endswith("/v1/files?purpose=batch")
    r.create(metadata=UNSET)
    body = r.requests[1].body
    assert isinstance(body, bytes)
    assert "metadata" not in json.loads(body)
    with pytest.raises(ParameterError, match="`purpose` is missing"):
        r.run(lambda client: client.files.create(file=b"x", purpose=UNSET))


def test_a_resource_imports_neither_types_nor_inspect_for_its_signatures() -> None:
    code = """
import sys
import onceward.resources.files
names = [name for name in sys.modules if name.startswith("onceward.types") or name == "onceward._core.signatures"]
assert not names, names
"""
    subprocess.run([sys.executable, "-c", code], check=True)
