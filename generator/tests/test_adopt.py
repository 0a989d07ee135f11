"""Configuration from elsewhere: what `init` infers changes nothing, and `import` reads stainless.yml."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from contracts import PUBLISHED, SMALL, methods_of

from onceward_generator import ContractError, build_api
from onceward_generator.adopt import import_stainless, infer
from onceward_generator.cli import main

PARCELS = next(path for path in SMALL if path.stem == "parcels")


@pytest.mark.parametrize("contract", [*SMALL, *PUBLISHED], ids=lambda path: path.stem)
def test_the_inferred_configuration_gives_the_same_model(contract: Path, tmp_path: Path) -> None:
    sdk = tmp_path / "sdk.yaml"
    sdk.write_text(infer(contract), encoding="utf-8")
    with_file, diagnostics = build_api(contract, sdk)
    assert with_file == build_api(contract)[0]
    assert [found for found in diagnostics if found.code.startswith("W3")] == []


OWN = """
openapi: 3.1.0
info: {title: Own, version: "1"}
security: [{second: []}]
paths:
  /a/{id}:
    put:
      operationId: a
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
        - {name: q, in: query, x-fern-parameter-name: search, schema: {$ref: "#/components/schemas/Size"}}
      requestBody: {content: {application/json: {schema: {type: object, properties: {id: {type: string}}}}}}
      responses:
        "200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/thing_v2"}}}}
components:
  securitySchemes: {first: {type: http, scheme: basic}, second: {type: http, scheme: bearer}}
  schemas:
    thing_v2: {x-speakeasy-name-override: NewThing, type: object, properties: {a: {type: string}}}
    Size: {type: string, enum: [s, m], x-extensible-enum: true}
"""


def test_init_writes_authentication_types_and_parameters(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(OWN)
    (tmp_path / "sdk.yaml").write_text(infer(tmp_path / "c.yaml"))
    content = yaml.safe_load((tmp_path / "sdk.yaml").read_text())
    assert content["auth"] == "second"
    assert content["types"] == {"thing_v2": {"name": "NewThing"}, "Size": {"open": True}}
    assert content["params"] == {"PUT /a/{id}": {"q": {"name": "search"}}}
    with_file, diagnostics = build_api(tmp_path / "c.yaml", tmp_path / "sdk.yaml")
    assert with_file == build_api(tmp_path / "c.yaml")[0]
    assert [found for found in diagnostics if found.code.startswith("W3")] == []
    (tmp_path / "plain.yaml").write_text(OWN.replace("x-fern-parameter-name: search, ", ""))
    assert build_api(tmp_path / "plain.yaml", tmp_path / "sdk.yaml")[0].resources[0].methods[0].params[1].name == (
        "search",
    )


def test_init_keeps_a_stream_that_the_media_type_requests(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(
        "openapi: 3.1.0\ninfo: {title: Own, version: '1'}\npaths: {/a: {get: {operationId: a, responses: {'200': "
        "{description: ok, content: {application/json: {schema: {type: object}}, text/event-stream: {schema: {type: "
        "object}}}}}}}}\n"
    )
    (tmp_path / "sdk.yaml").write_text(infer(tmp_path / "c.yaml"))
    (method,) = methods_of(build_api(tmp_path / "c.yaml")[0])
    assert method.streams is not None
    assert list(methods_of(build_api(tmp_path / "c.yaml", tmp_path / "sdk.yaml")[0])) == [method]


def test_init_writes_a_file_and_keeps_one_that_exists(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "sdk.yaml"
    arguments = ["init", str(PARCELS), "--out", str(out), "--name", "Parcel Post"]
    assert main(arguments) == 0
    content = yaml.safe_load(out.read_text())
    assert content["brand"] == {
        "name": "Parcel Post", "package": "parcel_post", "env_prefix": "PARCEL_POST",
        "base_url": "https://api.parcels.example",
    }  # fmt: skip
    assert content["methods"]["GET /parcels"] == {"name": "parcels.list", "pages": "after"}
    assert content["methods"]["GET /parcels/{id}/events"] == {"name": "parcels.events.follow", "stream": "sse"}
    assert content["pages"]["after"]["cursor_param"] == "after"
    assert main(arguments) == 0, "the same text may be written again"
    out.write_text("mine")
    assert main(arguments) == 2
    assert "--overwrite" in capsys.readouterr().err
    assert out.read_text() == "mine"
    assert main([*arguments, "--overwrite"]) == 0


STAINLESS = """
organization: {name: parcel-post, docs: https://docs.parcels.example}
targets:
  python: {package_name: parcel_post, project_name: parcel-post}
  java: {reverse_domain: example.parcels}
environments: {production: https://post.parcels.example, sandbox: https://sandbox.parcels.example}
client_settings:
  default_env_prefix: POST
  idempotency: {header: X-Idempotency-Key}
  default_retries: {max_retries: 4}
  default_timeout: PT1M30S
  opts:
    api_key: {type: string, auth: {security_scheme: key}, read_env: POST_API_KEY}
    region: {type: string}
settings: {license: MIT, unwrap_response_fields: [data]}
pagination:
  - name: after_page
    type: cursor_id
    request:
      after: {type: string, x-stainless-pagination-property: {purpose: next_cursor_id_param}}
      limit: {type: integer}
    response:
      data:
        type: array
        items: {type: object, properties: {id: {x-stainless-pagination-property: {purpose: cursor_item_id}}}}
        x-stainless-pagination-property: {purpose: items}
      has_more: {type: boolean}
  - name: weird
    type: spiral
streaming:
  on_event:
    - {data_starts_with: "[END]", handle: done}
    - {event_type: [lost], handle: error}
    - {event_type: null, handle: yield}
resources:
  mail:
    description: Parcels in the mail.
    models: {package: Parcel, scan_event: '#/components/schemas/Event', odd: '#/components/responses/Odd'}
    methods:
      list: get /parcels
      post: {endpoint: post /parcels, positional_params: [to], body_param_name: parcel}
      retrieve: get /parcels/{parcel_id}
      forget: delete /parcels/{id}
      ghost: get /nowhere
      later: {type: websocket}
    subresources:
      scans:
        methods:
          watch:
            endpoint: get /parcels/{id}/events
            streaming: {stream_event_model: mail.scan_event}
  $client:
    methods: {upload_label: post /labels}
"""


def test_stainless_gives_an_equivalent_configuration(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config, out = tmp_path / "stainless.yml", tmp_path / "sdk.yaml"
    config.write_text(STAINLESS)
    assert main(["import", str(config), "--contract", str(PARCELS), "--out", str(out)]) == 0
    report = capsys.readouterr().out
    for line in (
        ": `docs` has no counterpart", ": `java` no such language yet", ": `sandbox` only one base URL",
        ": `region` options of the client", ": `license` pass `--option license=MIT`",
        "`unwrap_response_fields` has no",
        ": `type` is 'spiral'", ": `odd` refers to something that is not a schema", ": `body_param_name` has no",
        "refers to `GET /nowhere`, which the contract does not have", ": `later` has no endpoint",
        ": `data_starts_with` is '[END]'",
    ):  # fmt: skip
        assert line in report, line
    api, diagnostics = build_api(PARCELS, out)
    assert [found for found in diagnostics if found.code.startswith("W3")] == []
    methods = {method.id: method for method in methods_of(api)}
    assert set(methods) == {
        "mail.list", "mail.post", "mail.retrieve", "mail.forget", "mail.scans.watch", "client.upload_label",
        "labels.image.download",
    }  # fmt: skip
    assert (api.brand.package, api.brand.env_prefix, api.brand.base_url) == (
        "parcel_post", "POST", "https://post.parcels.example",
    )  # fmt: skip
    assert api.behaviour.max_retries == 4
    assert api.behaviour.idempotency_header == "X-Idempotency-Key"
    assert api.behaviour.clocks.first_byte == 90
    assert methods["mail.post"].positional == ("to",)
    pages = methods["mail.list"].pages
    assert pages is not None
    assert (pages.style.value, pages.items, pages.cursor_param, pages.limit_param, pages.has_more) == (
        "after", ("data",), "after", "limit", ("has_more",),
    )  # fmt: skip
    streams = methods["mail.scans.watch"].streams
    assert streams is not None
    assert (streams.done, streams.error_event, streams.flag) == ("[END]", "lost", None)
    assert api.types["Parcel"].name == ("package",)
    assert next(r.description for r in api.resources if r.name == ("mail",)) == "Parcels in the mail."


def test_a_discriminator_of_a_stream_becomes_its_flag(tmp_path: Path) -> None:
    config = tmp_path / "stainless.yml"
    config.write_text(
        "resources:\n  chats:\n    models: {chunk: Chunk}\n    methods:\n      create:\n        endpoint: post /chats\n"
        "        streaming: {param_discriminator: live, stream_event_model: chats.chunk}\n"
        "streaming: {on_event: [{event_type: finished, handle: done}]}\n"
    )
    found = import_stainless(config)
    content = yaml.safe_load(found.text)
    assert content["streams"] == {"chunk": {"flag": "live", "event": "Chunk", "terminal": ["finished"]}}
    assert content["methods"] == {"POST /chats": {"name": "chats.create", "stream": "chunk"}}
    assert found.lost == ()


@pytest.mark.parametrize("text", ["", "a: 1", "resources: []"])
def test_a_file_that_is_no_stainless_configuration_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "s.yml").write_text(text)
    with pytest.raises(ContractError, match=r"s\.yml"):
        import_stainless(tmp_path / "s.yml")
    with pytest.raises(ContractError, match="cannot be read"):
        import_stainless(tmp_path / "none.yml")
