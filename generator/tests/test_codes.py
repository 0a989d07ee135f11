"""Diagnostics: every code is documented, and a small contract for each produces it at its place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from contracts import ROOT

from onceward_generator import build_api
from onceward_generator.diagnostics import CODES, ContractError, Diagnostic
from onceward_generator.emit.python import emit_python

DOCS = ROOT / "docs" / "generator.md"
ROWS = re.compile(r"^\| `([EWN][0-9]{3})` \| ([^|]+) \| ([^|]+) \|$", re.M)


@dataclass(frozen=True)
class Case:
    """A contract, with ``>`` before the place that the diagnostic has to name."""

    code: str
    contract: str
    sdk: str = ""


def operation(inside: str, path: str = "/a") -> str:
    """Return a contract with one operation."""
    return f"openapi: 3.1.0\ninfo: {{title: T}}\npaths:\n  {path}:\n    post:\n      operationId: a\n{inside}"


def schema(text: str, others: str = "") -> str:
    """Return a contract whose only response has a schema."""
    return operation(
        "      responses: {'200': {description: ok, content:"
        " {application/json: {schema: {$ref: '#/components/schemas/A'}}}}}\n"
        f"components:\n  schemas:\n    A: {text}\n{others}"
    )


def body(text: str) -> str:
    return operation(f"      requestBody:\n        content: {text}\n      responses: {{'200': {{description: ok}}}}\n")


def secured(schemes: str, requirement: str) -> str:
    """Return a contract with security schemes."""
    return f"{operation(OK)}components: {{securitySchemes: {schemes}}}\n{requirement}"


OK = "      responses: {'200': {description: ok}}\n"
CASES = [
    Case("E002", "a: [\n>"),
    Case("E003", "info: {title: Old}\n>swagger: '2.0'\n"),
    Case("E004", "openapi: 3.1.0\npaths: {/a: {get: {>$ref: gone.yaml}}}\n"),
    Case("W101", schema("{>type: money}")),
    Case("W102", schema("{type: object, not: >{required: [a]}}")),
    Case("W102", schema("{type: object, propertyNames: >{pattern: '^a'}}")),
    Case("W102", schema(">{properties: {a: {}, b: {}}, anyOf: [{required: [a]}, {required: [b]}]}")),
    Case("W103", schema("{properties: {x: {>$ref: '#/components/schemas/Gone'}}}")),
    Case("W104", schema(">{allOf: [{type: string}, {type: integer}]}")),
    Case("W105", schema(">{properties: {b: {$ref: '#/components/schemas/a'}}}", "    a: {properties: {c: {}}}\n")),
    Case("W106", schema(">{type: array, prefixItems: [{type: string}, {type: integer}]}")),
    Case(
        "W107",
        operation(
            "      responses: {'200': {description: ok, content: >{application/json: {schema: {type: object}},"
            " application/xml: {schema: {type: object}}}}}\n"
        ),
    ),
    Case("W108", operation(OK, "/a/{id}").replace("    post:\n", "    post:\n      >", 1).replace(">      ", ">")),
    Case("W109", operation(f"      parameters: [{{name: a, in: query}}, >{{name: a, in: query}}]\n{OK}")),
    Case(
        "W111", operation("      responses: {'200': {>$ref: '#/components/schemas/A'}}\ncomponents: {schemas: {A: {}}}")
    ),
    Case("W112", operation("      >operationId: b\n" + OK)),
    Case("W113", schema("{type: object, properties: {a: {type: string, >required: true}}}")),
    Case(
        "W121",
        operation(
            "      parameters:\n        - >{name: a, in: query, schema: {type: array, items: {type: object,"
            f" properties: {{x: {{}}}}}}}}}}\n{OK}"
        ),
    ),
    Case(
        "W122",
        operation(
            "      parameters:\n        - >{name: a, in: cookie, schema: {type: array, items: {type: string}}}\n" + OK
        ),
    ),
    Case(
        "W123",
        body(
            "{application/x-www-form-urlencoded: {schema: {type: object, properties: {a: {type: string}}},"
            " encoding: {b: >{style: form}}}}"
        ),
    ),
    Case(
        "W124",
        body(
            "{multipart/form-data: {schema: {type: object, properties: {a: {type: string}}},"
            " encoding: {a: {headers: {X-A: >{schema: {type: string}}}}}}}"
        ),
    ),
    Case(
        "W124",
        body(
            "{multipart/mixed: {itemSchema: {type: string}, itemEncoding: {headers: {X-A: >{schema: {type: string}}}}}}"
        ),
    ),
    Case(
        "W130",
        "openapi: 3.1.0\ninfo: {title: T}\npaths:\n  /a/download:\n    get: {operationId: a, responses: {'200':"
        " >{description: ok}}}\n",
    ),
    Case(
        "W131",
        operation(
            "      responses: {'200': {description: ok, content: {application/xml: >{schema: {type: object, properties:"
            " {a: {type: string}}}}}}}\n"
        ),
    ),
    Case(
        "W132",
        operation(
            "      responses: {'200': {description: ok, content: {application/json:"
            " {schema: {type: object, properties: {a: {type: integer}}}, example: >{a: one}}}}}\n"
        ),
    ),
    Case(
        "W140",
        "openapi: 3.1.0\ninfo: {title: T}\npaths:\n  /a:\n    get:\n      operationId: a\n"
        "      x-speakeasy-pagination: >{type: spiral}\n"
        "      responses: {'200': {description: ok, content: {application/json: {schema: {type: array}}}}}\n",
    ),
    Case("W141", secured("{k: >{type: http, scheme: digest}}", "security: [{k: []}]\n")),
    Case("W142", secured("{k: {type: http, scheme: basic}}", "security: [{gone: >[]}]\n")),
    Case("W143", secured(">{k: {type: http, scheme: basic}}", "")),
    Case("W144", operation(OK).replace("openapi", "servers: [>{url: /v1}]\nopenapi")),
    Case("W145", operation(OK).replace("openapi", "servers: [{>url: 'https://{host}/v1'}]\nopenapi")),
    Case(
        "W201", "openapi: 3.1.0\ninfo: {title: T}\npaths:\n  /a:\n    get: >{responses: {'200': {description: ok}}}\n"
    ),
    Case(
        "W202",
        "openapi: 3.1.0\ninfo: {title: T}\npaths:\n"
        "  /a: {get: {operationId: a, responses: {'200': {description: ok}}}}\n"
        "  /a/: {get: >{operationId: b, responses: {'200': {description: ok}}}}\n",
    ),
    Case("W203", schema(">{oneOf: [{properties: {a: {}}}, {properties: {b: {}}}]}")),
    Case(
        "W204",
        operation(OK).replace("      operationId", "      >operationId"),
        "version: 1\nmethods: {POST /a: {name: a.create, stream: {flag: stream}}}\n",
    ),
    Case(
        "W205",
        schema(
            "{oneOf: [{$ref: '#/components/schemas/B'}, {$ref: '#/components/schemas/C'}], discriminator:"
            " {propertyName: t, mapping: {>z: Gone}}}",
            "    B: {properties: {t: {const: b}}}\n    C: {properties: {t: {const: c}}}\n",
        ),
    ),
    Case("W301", operation(OK), ">wrong: 1\n"),
    Case("W302", operation(OK), "methods: {>GET /gone: gone.list}\n"),
    Case("W303", operation(OK), "methods: {POST /a: {>retry: often}}\n"),
    Case("N901", operation("      callbacks: {done: >{'{$request.body#/u}': {}}}\n" + OK)),
    Case("N902", operation(OK), "methods: {POST /a: >{skip: true}}\n"),
    Case(
        "N903",
        "openapi: 3.1.0\ninfo: {title: T}\npaths:\n"
        "  /a: {post: {operationId: a, responses: {'200': {description: ok, content:"
        " {application/json: {schema: {}}}}}}}\n"
        "  /a#stream: {post: >{operationId: b, responses: {'200': {description: ok, content: {text/event-stream:"
        " {schema: {}}}}}}}\n",
    ),
    Case("N904", operation(f"      parameters: [>{{name: Accept, in: header, schema: {{type: string}}}}]\n{OK}")),
    Case("N905", operation(f"      x-speakeasy-polling: >[{{name: WaitForDone}}]\n{OK}")),
    Case("N905", schema("{type: object, properties: {a: >{$ref: '#/components/schemas/A', x-fern-property-name: b}}}")),
]


def diagnose(case: Case, folder: Path) -> list[Diagnostic]:
    """Return the diagnostics of a contract, which is generated if it can be read."""
    (folder / "a.yaml").write_text(case.contract.replace(">", "", 1) if not case.sdk.count(">") else case.contract)
    (folder / "sdk.yaml").write_text(case.sdk.replace(">", "", 1))
    try:
        api, found = build_api(folder / "a.yaml", folder / "sdk.yaml" if case.sdk else None)
    except ContractError as error:
        return [error.diagnostic]
    emit_python(api)
    return found


@pytest.mark.process
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_each_code_has_a_contract_that_produces_it_at_its_place(case: Case, tmp_path: Path) -> None:
    found = [one for one in diagnose(case, tmp_path) if one.code == case.code]
    assert found
    text = case.sdk if ">" in case.sdk else case.contract
    line = text[: text.index(">")].count("\n") + 1
    column = text.index(">") - (text.rfind("\n", 0, text.index(">")) + 1) + 1
    places = [(one.origin.line, one.origin.column) for one in found]
    assert (line, column) in places, f"{places} instead of {(line, column)}"
    assert case.code.startswith("E") or all(one.hint for one in found), "no next step"
    assert all(one.origin.file == ("sdk.yaml" if ">" in case.sdk else "a.yaml") for one in found)


def test_a_file_that_cannot_be_read_is_reported(tmp_path: Path) -> None:
    with pytest.raises(ContractError) as caught:
        build_api(tmp_path / "gone.yaml")
    assert (caught.value.diagnostic.code, caught.value.diagnostic.origin.file) == ("E001", "gone.yaml")


def test_every_code_has_a_contract() -> None:
    assert {case.code for case in CASES} | {"E001"} == set(CODES)


def test_every_code_is_documented_with_its_meaning() -> None:
    rows = {code: (meaning.strip(), result.strip()) for code, meaning, result in ROWS.findall(DOCS.read_text("utf-8"))}
    assert list(rows) == sorted(CODES, key=lambda code: ("EWN".index(code[0]), code))
    for code, (meaning, result) in rows.items():
        assert meaning == CODES[code]
        assert result
