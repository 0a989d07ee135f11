"""Paths of OpenAI, Anthropic and Azure: each is served, or refused by its own name."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import anthropic
import httpx2
import openai
import pytest

from onceward_gateway.api import _MODEL_ROUTES
from onceward_gateway.http.not_served import FAMILIES, not_served

from .test_errors import failed

_PATH = re.compile(r'"((?:/v1)?/[a-z_]+[^"?\s]*)[^"]*"')


def known_paths(*packages: ModuleType) -> list[str]:
    """Return the paths that installed packages call."""
    found: set[str] = set()
    for package in packages:
        for file in (Path(str(package.__file__)).parent / "resources").rglob("*.py"):
            for path in _PATH.findall(file.read_text()):
                found.add("/v1" + re.sub(r"\{[^}]*\}", "x", path).removeprefix("/v1"))
    return sorted(found)


def test_the_packages_call_many_paths() -> None:
    paths = known_paths(openai, anthropic)
    assert len(paths) > 150
    assert {"/v1/responses", "/v1/messages/batches/x/results", "/v1/threads/x/runs/x/cancel"} <= set(paths)


@pytest.mark.parametrize(
    ("prefix", "packages"), [("/v1", (openai, anthropic)), ("", (openai, anthropic)), ("/openai/v1", (openai,))]
)
def test_no_path_of_the_packages_is_unknown(gateway: str, prefix: str, packages: tuple[ModuleType, ...]) -> None:
    """A path without a known name would be taken for a wrong base URL."""
    with httpx2.Client(base_url=gateway, timeout=30) as client:
        for path in known_paths(*packages):
            answer = client.post(prefix + path.removeprefix("/v1"), json={})
            assert answer.json()["error"]["code"] != "path_not_found", path


@pytest.mark.parametrize(
    ("path", "name", "instead"),
    [
        ("/v1/responses", "the Responses API", "/v1/chat/completions"),
        ("/v1/responses/resp_1/input_items", "the Responses API", "/v1/chat/completions"),
        ("/v1/conversations/c/items", "the Conversations API", "/v1/chat/completions"),
        ("/v1/messages", "the Messages API", "/v1/chat/completions"),
        ("/v1/messages/count_tokens", "the token count of the Messages API", "/utils/token_counter"),
        ("/v1/messages/batches/b/results", "the Message Batches API", "/v1/batches"),
        ("/v1/complete", "the Messages API", "/v1/chat/completions"),
        ("/v1/assistants", "the Assistants API", "`tools`"),
        ("/v1/threads/t/runs/r/submit_tool_outputs", "the Assistants API", "`tools`"),
        ("/v1/vector_stores/v/search", "the Vector Stores API", "/v1/embeddings"),
        ("/v1/realtime/client_secrets", "the Realtime API", "`stream`"),
        ("/v1/containers/c/files/f/content", "the Containers API", "`tools`"),
        ("/v1/evals/e/runs", "the Evals API", "/v1/batches"),
        ("/v1/uploads/u/parts", "the Uploads API", "/v1/files"),
        ("/v1/videos/v/content", "the Videos API", "the provider itself"),
        ("/v1/organization/usage/completions", "the administration of an OpenAI organization", "/global/spend/report"),
        ("/v1/organizations/me", "the administration of an Anthropic organization", "/key/generate"),
        ("/v1/chat/completions/c1/messages", "stored chat completions", "/v1/calls"),
        ("/v1/fine_tuning/jobs/j/pause", "pauses of fine-tuning", "/cancel"),
        ("/v1/fine_tuning/alpha/graders/run", "graders and checkpoints of fine-tuning", "/v1/fine_tuning/jobs"),
        ("/v1/fine-tunes/f", "the retired API of fine-tunes", "/v1/fine_tuning/jobs"),
        ("/v1/engines", "the retired list of engines", "/v1/models"),
        ("/v1/edits", "a retired API", "/v1/chat/completions"),
        ("/v2/rerank", "the Rerank API", "/v1/embeddings"),
        ("/v1/deployments/d/run", "an API of hosted agents", "`tools`"),
        ("/openai/responses", "the Responses API", "/v1/chat/completions"),
        ("/openai/assistants", "the Assistants API", "`tools`"),
        ("/openai/realtime", "the Realtime API", "`stream`"),
        ("/openai/vector_stores", "the Vector Stores API", "/v1/embeddings"),
        ("/openai/deployments", "the list of Azure's deployments", "/openai/models"),
        ("/openai/deployments/m", "the list of Azure's deployments", "/openai/models"),
        ("/openai/deployments/m/responses", "the Responses API", "/v1/chat/completions"),
        ("/openai/deployments/m/extensions/chat/completions", "chat completions on your own data", "/chat/completions"),
        ("/openai/images/generations:submit", "asynchronous images of Azure", "/images/generations"),
        ("/openai/operations/images/o", "asynchronous images of Azure", "/images/generations"),
        ("/openai/video/generations/jobs", "the Videos API", "the provider itself"),
        ("/openai/ingestion/jobs/j", "the ingestion jobs of Azure", "/v1/embeddings"),
        ("/models/chat/completions", "Azure's inference of models", "/v1/chat/completions"),
        ("/models/embeddings", "Azure's inference of embeddings", "/v1/embeddings"),
        ("/v1beta/models/gemini-x:generateContent", "the Gemini API", "/v1/chat/completions"),
        ("/v1/models/gemini-x%3AstreamGenerateContent", "the Gemini API", "/v1/chat/completions"),
    ],
)
def test_a_path_is_refused_by_its_name(gateway: str, path: str, name: str, instead: str) -> None:
    error = failed(httpx2.post(gateway + path, json={}), 404)
    assert error["code"] == "endpoint_not_served"
    assert f"'{path}' belongs to {name}, which this gateway does not serve." in error["message"]
    assert instead in error["message"].partition("not serve.")[2]
    assert "base URL" not in error["message"]


def test_the_documentation_lists_every_family() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs/openai.md").read_text()
    for name, (_, paths) in FAMILIES.items():
        listed = ", ".join(f"`{path}`" for path in paths)
        assert f"| {name} | {listed} |" in text, f"| {name} | {listed} | ... |"


@pytest.mark.parametrize(
    "path",
    [
        *("/", "", "/v1", "/v1/nothing", "/v1/chat/completions/", "/v1/chat/completion", "/organization/lst"),
        *("/v1/organization/list", "/openai/deployments/m/chat/completion", "/engines/m/chat/completion"),
        *("/v1/messagesx", "/api/v1/models", "/v1/fine_tuning/jobs/j/stop", "/deployment/x"),
    ],
)
def test_any_other_path_is_not_named(path: str) -> None:
    assert not_served(path) is None


@pytest.mark.parametrize("path", [route.path for route in _MODEL_ROUTES] + ["/v1/embeddings", "/v1/moderations"])
@pytest.mark.parametrize("model", [{}, {"model": None}, {"model": "other"}])
def test_azure_deployments_answer_what_the_plain_paths_do(gateway: str, path: str, model: dict[str, str]) -> None:
    body = {"messages": [{"role": "user", "content": "ping"}], "prompt": "ping", "input": "ping"}
    url = gateway + path.replace("/v1", "/openai/deployments/my-deployment", 1)
    answer = httpx2.post(url, json=body | model, params={"api-version": "2024-10-21"})
    assert (answer.status_code, answer.headers.get("x-model")) == (200, "my-deployment"), answer.text


@pytest.mark.parametrize("prefix", ["/v1", "/openai/v1", "/openai/deployments/m"])
def test_every_operation_of_a_model_has_the_azure_forms(gateway: str, prefix: str) -> None:
    tails = [
        *("chat/completions", "completions", "embeddings", "moderations", "images/generations", "images/edits"),
        *("images/variations", "audio/speech", "audio/transcriptions", "audio/translations"),
    ]
    for tail in tails:
        answer = httpx2.get(f"{gateway}{prefix}/{tail}")
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST"), tail
