"""An SDK of any API has nothing of a gateway to language models; that of a gateway has all of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from onceward_generator import build_api
from onceward_generator.emit.python import emit_python

CONTRACT = """
openapi: 3.1.0
info: {title: Pet Shop, version: "1"}
servers: [{url: "https://pets.example"}]
paths:
  /pets/{id}:
    get:
      operationId: getPet
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses:
        "200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Pet"}}}}
  /calls/{call_id}/cancel:
    post:
      operationId: cancelCall
      parameters: [{name: call_id, in: path, required: true, schema: {type: string}}]
      responses: {"204": {description: gone}}
components: {schemas: {Pet: {type: object, properties: {name: {type: string}}}}}
"""
WORDS = (
    "BandAccessDenied", "BudgetExceeded", "ContentFilterError", "InsufficientCredits", "ProviderError",
    "OverloadedError", "FakeGateway", "FakeCall", "Quirk", "_gateway", "sk-", "content_filter", "content filter",
    "organization", "provider_key", "gpt", "billed", "credits",
)  # fmt: skip


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    path = tmp_path_factory.mktemp("foreign") / "pets.yaml"
    path.write_text(CONTRACT)
    return emit_python(build_api(path)[0])


@pytest.mark.parametrize("word", WORDS)
def test_nothing_of_a_gateway_is_in_the_sdk_of_another_api(files: Mapping[str, str], word: str) -> None:
    assert [path for path, text in files.items() if word in text or word in path] == []


def test_a_path_that_cancels_calls_is_not_taken_for_that_of_streams(files: Mapping[str, str]) -> None:
    assert "cancel_path" not in files["src/pet_shop/_brand.py"]


def test_statuses_select_the_classes_and_words_do_not(
    files: Mapping[str, str], make_project: Callable[..., Any], tmp_path: Path
) -> None:
    code = """
import json
import pet_shop
from pet_shop.testing import FakeServer
found = {}
bodies = {400: {"type": "overloaded_error"}, 402: {"code": "insufficient_credits"}, 409: {}, 502: {}, 529: {}, 418: {}}
with FakeServer() as server, pet_shop.PetShop(base_url=server.url, max_retries=0) as client:
    for status, body in bodies.items():
        server.respond_json({"error": body}, status=status, times=1)
        try:
            client.pets.retrieve("1")
        except pet_shop.APIStatusError as error:
            found[status] = type(error).__name__
print(json.dumps(found))
"""
    project = make_project(tmp_path, files)
    code = code.replace("client.pets.retrieve", "client." + _method(files))
    assert project.run(code) == {
        "400": "BadRequestError",
        "402": "APIStatusError",
        "409": "ConflictError",
        "418": "APIStatusError",
        "502": "InternalServerError",
        "529": "InternalServerError",
    }


def _method(files: Mapping[str, str]) -> str:
    lines = files["surface.txt"].splitlines()
    return next(line for line in lines if line.startswith("client.pets.")).partition("(")[0].removeprefix("client.")


def test_the_sdk_of_a_gateway_has_its_errors_and_its_test_kit(tmp_path: Path) -> None:
    (tmp_path / "pets.yaml").write_text(CONTRACT)
    api = build_api(tmp_path / "pets.yaml")[0]
    files = emit_python(replace(api, brand=replace(api.brand, gateway=True)))
    assert "BudgetExceededError" in files["src/pet_shop/__init__.py"]
    assert "FakeGateway" in files["src/pet_shop/testing/__init__.py"]
    assert "from ._gateway.brand import GatewayBrand" in files["src/pet_shop/_brand.py"]
    assert "class PetShop(GatewayClient, SyncClient)" in files["src/pet_shop/_client.py"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('{"title": "Out of stock", "status": 409}', "Out of stock"),
        ('{"error": "invalid_grant", "error_description": "expired"}', "expired"),
        ('{"errors": [{"message": "name is taken"}]}', "name is taken"),
        ('{"errors": ["name is taken"]}', "name is taken"),
        ('{"msg": "no"}', "no"),
    ],
)
def test_messages_of_errors_are_found(body: str, message: str) -> None:
    from onceward._core.envelope import error_from
    from onceward._core.meta import Headers

    error = error_from(status=409, headers=Headers(), body=body.encode(), where="here", now=0.0)
    assert error.message == message
