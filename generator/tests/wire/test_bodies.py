"""Bodies: forms, parts, files, XML and text, each as the contract says."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

HEAD = """
openapi: 3.1.0
info: {title: Bodies, version: "1"}
servers: [{url: "SERVER"}]
"""
ADDRESS = {"streetAddress": "123 Example Dr.", "city": "Somewhere", "state": "CA", "zip": "99999+1234"}


def body(content: str, required: str = "true") -> str:
    return f"""{HEAD}
paths:
  /things:
    post:
      operationId: createThing
      requestBody:
        required: {required}
        content: {content}
      responses: {{"204": {{description: ok}}}}
"""


def post(wire: Any, contract: str, *positional: Any, **arguments: Any) -> Any:
    wire.call(contract, "POST /things", *positional, **arguments)
    return wire.last


# --- forms -----------------------------------------------------------------------------------------------------------

FORM = body("""
          application/x-www-form-urlencoded:
            schema:
              type: object
              required: [a]
              properties:
                a: {type: string}
                id: {type: string, format: uuid}
                address: {type: object, properties: {city: {type: string}}}
                arr: {type: array, items: {type: string}}
                arrn: {type: array, items: {type: string}}
                pipes: {type: array, items: {type: string}}
                deep: {type: object, properties: {x: {}, y: {type: array, items: {type: object}}}}
                flat: {type: object, properties: {x: {type: integer}}}
                list: {type: array, items: {type: object}}
                text: {type: array, items: {type: integer}}
                url: {type: string}
                flag: {type: boolean}
                nul: {type: [string, "null"]}
            encoding:
              arrn: {explode: false}
              pipes: {style: pipeDelimited, explode: false}
              deep: {style: deepObject, explode: true}
              flat: {style: form, explode: true}
              text: {contentType: text/plain}
              url: {allowReserved: true}
""")


def test_the_specifications_own_form(wire: Any) -> None:
    got = post(wire, FORM, a="x", id="f81d4fae-7dec-11d0-a765-00a0c91e6bf6", address=ADDRESS)
    assert got.header("content-type") == "application/x-www-form-urlencoded"
    assert got.body == (
        b"a=x&id=f81d4fae-7dec-11d0-a765-00a0c91e6bf6&address=%7B%22streetAddress%22%3A%22123+Example+Dr.%22%2C%22city"
        b"%22%3A%22Somewhere%22%2C%22state%22%3A%22CA%22%2C%22zip%22%3A%2299999%2B1234%22%7D"
    )


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"a": "x&y=z +ü"}, "a=x%26y%3Dz+%2B%C3%BC"),
        ({"arr": ["1", "2 3"]}, "arr=1&arr=2+3"),
        ({"arrn": ["1", "2,3"]}, "arrn=1,2%2C3"),
        ({"pipes": ["1", "2"]}, "pipes=1%7C2"),
        ({"deep": {"x": 1, "y": [{"z": "a"}, {"z": "b"}]}}, "deep%5Bx%5D=1&deep%5By%5D%5B0%5D%5Bz%5D=a"
         "&deep%5By%5D%5B1%5D%5Bz%5D=b"),
        ({"flat": {"x": 1}}, "x=1"),
        ({"list": [{"x": 1}, {"x": 2}]}, "list=%7B%22x%22%3A1%7D&list=%7B%22x%22%3A2%7D"),
        ({"text": [1, 2]}, "text=1&text=2"),
        ({"url": "http://a/b?c&d"}, "url=http://a/b?c%26d"),
        ({"flag": False, "nul": None}, "flag=false"),
    ],
)  # fmt: skip
def test_members_of_a_form(wire: Any, arguments: dict[str, Any], expected: str) -> None:
    given = {"a": "-", **arguments}
    got = post(wire, FORM, **given).body.decode()
    assert got == (expected if "a" in arguments else f"a=-&{expected}")


def test_an_encoding_for_a_missing_property_is_a_warning(wire: Any) -> None:
    contract = body("""
          application/x-www-form-urlencoded:
            schema: {type: object, properties: {a: {type: string}}}
            encoding: {b: {explode: false}}
""")
    assert wire.sdk(contract).codes == ["W123"]


def test_a_form_that_is_a_union_is_sent_whole(wire: Any) -> None:
    contract = body("""
          application/x-www-form-urlencoded:
            schema:
              oneOf:
                - {type: object, required: [a], properties: {a: {type: string}}}
                - {type: object, required: [b], properties: {b: {type: string}}}
""")
    assert post(wire, contract, body={"b": "x y"}).body == b"b=x+y"


def test_a_form_without_an_object_is_sent_as_it_is(wire: Any) -> None:
    contract = body("{application/x-www-form-urlencoded: {schema: {type: string}}}")
    assert post(wire, contract, body="a=1&b=x+y").body == b"a=1&b=x+y"
    numbers = body("{application/x-www-form-urlencoded: {schema: {type: array, items: {type: integer}}}}")
    with pytest.raises(wire.sdk(numbers).module.ParameterError, match="give an object"):
        post(wire, numbers, body=[1])


# --- parts -----------------------------------------------------------------------------------------------------------

PARTS = body("""
          multipart/form-data:
            schema:
              type: object
              required: [file]
              properties:
                file: {type: string, format: binary}
                files: {type: array, items: {type: string, format: binary}}
                meta: {type: object, properties: {a: {type: integer}}}
                metas: {type: array, items: {type: object, properties: {a: {type: integer}}}}
                tags: {type: array, items: {type: string}}
                n: {type: integer}
                flag: {type: boolean}
                xml: {type: string}
                merge: {type: object}
            encoding:
              file:
                contentType: "image/png, image/jpeg"
                headers: {X-Custom: {schema: {type: string}}, X-Fixed: {schema: {type: string, enum: [always]}}}
              xml: {contentType: application/xml}
              merge: {contentType: application/merge-patch+json, headers: {X-Depth: {schema: {default: 3}}}}
""")


def named(parts: list[Any]) -> list[tuple[str, str | None, bytes]]:
    return [
        (
            p.headers["content-disposition"].partition('name="')[2].partition('"')[0],
            p.headers.get("content-type"),
            p.body,
        )
        for p in parts
    ]


def test_parts_have_the_types_of_the_contract(wire: Any) -> None:
    got = post(
        wire, PARTS, file=b"PNG", files=[("a.txt", b"1"), b"2"], meta={"a": 1}, metas=[{"a": 2}, {"a": 3}],
        tags=["x", "y"], n=4, flag=True, xml="<a/>", merge={"k": None},
    )  # fmt: skip
    assert (got.header("content-type") or "").startswith("multipart/form-data; boundary=")
    assert named(got.parts()) == [
        ("file", "image/png", b"PNG"),
        ("files", "text/plain", b"1"),
        ("files", "application/octet-stream", b"2"),
        ("meta", "application/json", b'{"a":1}'),
        ("metas", "application/json", b'{"a":2}'),
        ("metas", "application/json", b'{"a":3}'),
        ("tags", None, b"x"),
        ("tags", None, b"y"),
        ("n", None, b"4"),
        ("flag", None, b"true"),
        ("xml", "application/xml", b"<a/>"),
        ("merge", "application/merge-patch+json", b'{"k":null}'),
    ]


def test_headers_of_a_part(wire: Any) -> None:
    first, *_, last = post(wire, PARTS, file=("a.jpg", b"J", None, {"X-Custom": "mine"}), merge={}).parts()
    assert (first.headers["x-custom"], first.headers["x-fixed"]) == ("mine", "always")
    assert first.headers["content-type"] == "image/jpeg"
    assert 'filename="a.jpg"' in first.headers["content-disposition"]
    assert last.headers["x-depth"] == "3"


def test_the_callers_own_type_of_a_file_wins(wire: Any) -> None:
    (part,) = post(wire, PARTS, file=("a.bin", b"J", "image/webp")).parts()
    assert part.headers["content-type"] == "image/webp"


def test_multipart_mixed(wire: Any) -> None:
    contract = body("""
          multipart/mixed:
            schema: {type: object, properties: {meta: {type: object}, text: {type: string}}}
""")
    got = post(wire, contract, meta={"a": 1}, text="x")
    assert (got.header("content-type") or "").startswith("multipart/mixed; boundary=")
    assert named(got.parts()) == [("meta", "application/json", b'{"a":1}'), ("text", "text/plain", b"x")]


def test_parts_without_names(wire: Any) -> None:
    contract = body("""
          multipart/mixed:
            itemSchema: {type: string}
            itemEncoding: {contentType: application/xml}
""").replace("3.1.0", "3.2.0")
    got = post(wire, contract, body=["<a/>", "<b/>"])
    assert [(p.headers.get("content-type"), p.body) for p in got.parts()] == [
        ("application/xml", b"<a/>"),
        ("application/xml", b"<b/>"),
    ]


def test_the_first_parts_of_a_list_have_types_of_their_own(wire: Any) -> None:
    contract = body("""
          multipart/mixed:
            schema: {type: array, items: {}}
            prefixEncoding: [{contentType: application/json}, {contentType: application/xml}]
            itemEncoding: {contentType: image/png}
""").replace("3.1.0", "3.2.0")
    got = post(wire, contract, body=[{"a": 1}, "<b/>", ("c.png", b"P"), b"Q"])
    assert [(p.headers.get("content-type"), p.body) for p in got.parts()] == [
        ("application/json", b'{"a":1}'),
        ("application/xml", b"<b/>"),
        ("image/png", b"P"),
        ("image/png", b"Q"),
    ]


UNION = (
    body("""
          multipart/form-data:
            schema:
              type: object
              properties:
                either:
                  oneOf:
                    - {type: string, format: binary}
                    - {type: object, required: [url], properties: {url: {type: string}}}
                text:
                  oneOf: [{type: string, format: binary}, {type: string, format: uri}]
                many: {type: array, items: {oneOf: [{type: string, format: binary}, {type: object}]}}
                shared: {type: array, items: {$ref: "#/components/schemas/Upload"}}
                image: {type: string, contentMediaType: image/png}
                page: {type: string, contentMediaType: text/html}
                open: {}
""")
    + """
components: {schemas: {Upload: {type: string, format: binary}}}
"""
)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"either": b"\xff"}, [("either", "application/octet-stream", b"\xff")]),
        ({"either": {"url": "u"}}, [("either", "application/json", b'{"url":"u"}')]),
        ({"text": "http://a/b"}, [("text", None, b"http://a/b")]),
        ({"text": ("a.txt", b"x")}, [("text", "text/plain", b"x")]),
        (
            {"many": [b"\xff", {"url": "u"}]},
            [("many", "application/octet-stream", b"\xff"), ("many", "application/json", b'{"url":"u"}')],
        ),
        ({"shared": [b"\xff"]}, [("shared", "application/octet-stream", b"\xff")]),
        ({"image": ("a.png", b"\xff")}, [("image", "image/png", b"\xff")]),
        ({"page": "<p>"}, [("page", None, b"<p>")]),
        ({"open": b"\xff"}, [("open", "application/octet-stream", b"\xff")]),
        ({"open": {"a": 1}}, [("open", "application/json", b'{"a":1}')]),
        ({"open": "x"}, [("open", None, b"x")]),
    ],
)
def test_a_part_that_may_be_a_file_or_another_value(
    wire: Any, arguments: dict[str, Any], expected: list[tuple[str, str | None, bytes]]
) -> None:
    assert named(post(wire, UNION, **arguments).parts()) == expected


# --- single values ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("media_type", "schema", "value", "expected"),
    [
        ("application/xml", "{type: object, properties: {a: {type: string}}}", "<a>ü</a>", "<a>ü</a>".encode()),
        ("application/xml", "{type: string}", b"<a/>", b"<a/>"),
        ("application/soap+xml", "{}", "<a/>", b"<a/>"),
        ("text/xml", "{}", "<a/>", b"<a/>"),
        ("text/plain", "{type: string}", "no/such/file", b"no/such/file"),
        ("text/csv", "{type: string}", "a,b", b"a,b"),
        ("application/octet-stream", "{type: string, format: binary}", b"\x00\x01", b"\x00\x01"),
        ("application/pdf", "{}", io.BytesIO(b"%PDF"), b"%PDF"),
        ("application/json", "{type: array, items: {type: object}}", [{"a": 1}], b'[{"a":1}]'),
        ("application/json", "{type: string}", "x", b'"x"'),
        ("application/json", "{type: string, format: binary}", b'{"raw": 1}', b'{"raw": 1}'),
        ("application/json-patch+json", "{type: array, items: {type: object}}", [{"op": "add"}], b'[{"op":"add"}]'),
        ("application/x-ndjson", "{type: object}", [{"a": 1}, {"a": 2}], b'{"a":1}\n{"a":2}\n'),
        ("application/json-seq", "{type: object}", [{"a": 1}, {"a": 2}], b'\x1e{"a":1}\n\x1e{"a":2}\n'),
    ],
)
def test_a_body_that_is_one_value(wire: Any, media_type: str, schema: str, value: Any, expected: bytes) -> None:
    contract = body(f'{{"{media_type}": {{schema: {schema}}}}}')
    assert wire.sdk(contract).codes == []
    got = post(wire, contract, body=value)
    assert got.body == expected
    assert got.header("content-type") == media_type


def test_a_text_has_the_charset_of_its_media_type(wire: Any) -> None:
    contract = body('{"text/plain; charset=iso-8859-1": {schema: {type: string}}}')
    assert post(wire, contract, body="ü").body == b"\xfc"
    with pytest.raises(wire.sdk(contract).module.ParameterError, match="iso-8859-1 cannot express"):
        post(wire, contract, body="ł")


@pytest.mark.parametrize(
    ("media_type", "value", "expected"),
    [
        ("*/*", {"a": 1}, "application/json"),
        ("application/*", {"a": 1}, "application/json"),
        ("image/*", ("a.png", b"P"), "image/png"),
        ("text/*", "x", "text/plain"),
    ],
)
def test_a_range_of_media_types_is_sent_as_one(wire: Any, media_type: str, value: Any, expected: str) -> None:
    assert post(wire, body(f'{{"{media_type}": {{schema: {{}}}}}}'), body=value).header("content-type") == expected


def test_an_optional_body_is_left_out(wire: Any) -> None:
    contract = body("{application/json: {schema: {type: object, properties: {a: {type: integer}}}}}", "false")
    got = post(wire, contract)
    assert (got.body, got.header("content-type")) == (b"", None)


def test_merge_patch_has_its_own_media_type(wire: Any) -> None:
    contract = body(
        "{application/merge-patch+json: {schema: {type: object, properties: {a: {type: [integer, 'null']}}}}}"
    )
    got = post(wire, contract, a=None)
    assert (json.loads(got.body), got.header("content-type")) == ({"a": None}, "application/merge-patch+json")


@pytest.mark.parametrize("http", ["get", "delete"])
def test_a_body_of_any_method(wire: Any, http: str) -> None:
    contract = body("{application/json: {schema: {type: object, properties: {q: {type: string}}}}}").replace(
        "    post:", f"    {http}:"
    )
    wire.call(contract, f"{http.upper()} /things", q="x")
    assert wire.last.json() == {"q": "x"}
