"""Several media types of one request: JSON by default, others by an argument or by their own arguments."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

CONTRACT = """
openapi: 3.1.0
info: {title: Media, version: "1"}
servers: [{url: "SERVER"}]
paths:
  /things/{id}:
    put:
      operationId: updateThing
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      requestBody:
        required: true
        content:
          application/xml: {schema: {type: string}}
          application/x-www-form-urlencoded:
            schema: {type: object, required: [name], properties: {name: {type: string}, size: {type: integer}}}
          application/json:
            schema: {type: object, required: [name], properties: {name: {type: string}, size: {type: integer}}}
          multipart/form-data:
            schema:
              type: object
              required: [name, photo]
              properties: {name: {type: string}, photo: {type: string, format: binary}}
      responses: {"204": {description: ok}}
  /clash:
    post:
      operationId: createClash
      requestBody:
        content:
          application/json: {schema: {type: object, properties: {content_type: {type: string}}}}
          application/merge-patch+json: {schema: {type: object, properties: {content_type: {type: string}}}}
          application/*+json: {schema: {type: object, properties: {content_type: {type: string}}}}
      responses: {"204": {description: ok}}
"""
THING = "PUT /things/{id}"


def put(wire: Any, **arguments: Any) -> tuple[str, Any]:
    wire.call(CONTRACT, THING, "a", **arguments)
    return (wire.last.header("content-type") or "").partition(";")[0], wire.last


def test_nothing_is_left_out(wire: Any) -> None:
    assert wire.sdk(CONTRACT).codes == []


def test_json_is_preferred(wire: Any) -> None:
    media_type, got = put(wire, name="x", size=1)
    assert (media_type, got.json()) == ("application/json", {"name": "x", "size": 1})


def test_another_media_type_is_chosen_by_an_argument(wire: Any) -> None:
    form = "application/x-www-form-urlencoded"
    media_type, got = put(wire, name="x y", size=1, content_type=form)
    assert (media_type, got.body) == (form, b"name=x+y&size=1")
    media_type, got = put(wire, name="x", content_type="application/json")
    assert media_type == "application/json"


def test_arguments_that_only_one_media_type_has_choose_it(wire: Any) -> None:
    media_type, got = put(wire, name="x", photo=b"P")
    assert media_type == "multipart/form-data"
    assert [part.body for part in got.parts()] == [b"x", b"P"]
    media_type, got = put(wire, body="<a/>")
    assert (media_type, got.body) == ("application/xml", b"<a/>")


def test_each_media_type_has_its_own_checks(wire: Any) -> None:
    error = wire.sdk(CONTRACT).module.ParameterError
    with pytest.raises(error, match="`photo` is missing"):
        put(wire, name="x", content_type="multipart/form-data")
    with pytest.raises(error, match="`name` is missing"):
        put(wire, size=1)
    with pytest.raises(error, match="`content_type` is 'text/csv'; give one of 'application/json'"):
        put(wire, name="x", content_type="text/csv")


def test_the_argument_has_another_name_where_the_contract_has_that_name(wire: Any) -> None:
    wire.call(CONTRACT, "POST /clash", content_type="mine", media_type="application/merge-patch+json")
    assert wire.last.header("content-type") == "application/merge-patch+json"
    assert wire.last.json() == {"content_type": "mine"}


def test_the_arguments_are_typed(wire: Any, tmp_path: Any) -> None:
    sdk = wire.sdk(CONTRACT)
    name = sdk.module.__name__
    program = tmp_path / "program.py"
    program.write_text(
        f"import {name}\nclient = {name}.Wired()\nclient.things.update('a', name='x', photo=b'')\n"
        "client.things.update('a', body='<a/>', content_type='application/xml')\n"
        "client.things.update('a', content_type='text/csv')\n"
    )
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--cache-dir", str(tmp_path), program]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={"MYPYPATH": str(sdk.folder / "src")}
    )
    lines = done.stdout.splitlines()
    assert len(lines) == 1, done.stdout + done.stderr
    assert "program.py:5" in lines[0]


def test_a_form_with_a_file_is_sent_as_parts(wire: Any) -> None:
    entry = "{schema: {type: object, properties: {file: {type: string, format: binary}}}}"
    contract = f"""
openapi: 3.1.0
info: {{title: T, version: "1"}}
servers: [{{url: "SERVER"}}]
paths:
  /things:
    post:
      requestBody: {{content: {{application/x-www-form-urlencoded: {entry}, multipart/form-data: {entry}}}}}
      responses: {{"204": {{description: ok}}}}
"""
    wire.call(contract, "POST /things", file=b"\xff")
    assert (wire.last.header("content-type") or "").startswith("multipart/form-data")


UPLOAD = """
openapi: 3.1.0
info: {title: Uploads, version: "1"}
servers: [{url: "SERVER"}]
paths:
  /skills:
    post:
      operationId: createSkill
      requestBody:
        content:
          application/json: {schema: {$ref: "#/components/schemas/NewSkill"}}
          multipart/form-data: {schema: {$ref: "#/components/schemas/NewSkill"}}
      responses: {"204": {description: ok}}
components:
  schemas:
    NewSkill:
      type: object
      required: [files]
      properties:
        files: {oneOf: [{type: array, items: {type: string, format: binary}}, {type: string, format: binary}]}
"""


@pytest.mark.parametrize("files", [b"content", [b"one", b"two"]])
def test_a_required_file_is_not_sent_as_json(wire: Any, files: Any) -> None:
    wire.call(UPLOAD, "POST /skills", files=files)
    assert str(wire.last.header("content-type")).startswith("multipart/form-data")
    assert [part.body for part in wire.last.parts()] == (files if isinstance(files, list) else [files])
