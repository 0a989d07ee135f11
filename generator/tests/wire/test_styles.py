"""Parameters in every style: the table of the specification, and the examples of RFC 6570."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

COLORS = ["blue", "black", "brown"]
RGB = {"R": 100, "G": 200, "B": 150}
TABLE = [
    # style, explode, an empty text, a text, a list, an object; None where the specification has no form
    ("path", "matrix", False, ";color", ";color=blue", ";color=blue,black,brown", ";color=R,100,G,200,B,150"),
    ("path", "matrix", True, ";color", ";color=blue", ";color=blue;color=black;color=brown", ";R=100;G=200;B=150"),
    ("path", "label", False, None, ".blue", ".blue,black,brown", ".R,100,G,200,B,150"),
    ("path", "label", True, None, ".blue", ".blue.black.brown", ".R=100.G=200.B=150"),
    ("path", "simple", False, None, "blue", "blue,black,brown", "R,100,G,200,B,150"),
    ("path", "simple", True, None, "blue", "blue,black,brown", "R=100,G=200,B=150"),
    ("query", "form", False, "color=", "color=blue", "color=blue,black,brown", "color=R,100,G,200,B,150"),
    ("query", "form", True, "color=", "color=blue", "color=blue&color=black&color=brown", "R=100&G=200&B=150"),
    ("query", "spaceDelimited", False, None, None, "color=blue%20black%20brown", "color=R%20100%20G%20200%20B%20150"),
    ("query", "pipeDelimited", False, None, None, "color=blue%7Cblack%7Cbrown", "color=R%7C100%7CG%7C200%7CB%7C150"),
    ("query", "deepObject", True, None, None, None, "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150"),
    ("header", "simple", False, "", "blue", "blue,black,brown", "R,100,G,200,B,150"),
    ("header", "simple", True, "", "blue", "blue,black,brown", "R=100,G=200,B=150"),
    ("cookie", "form", False, "color=", "color=blue", "color=blue,black,brown", "color=R,100,G,200,B,150"),
    ("cookie", "cookie", False, "color=", "color=blue", "color=blue,black,brown", "color=R,100,G,200,B,150"),
    ("cookie", "cookie", True, "color=", "color=blue", "color=blue; color=black; color=brown", "R=100; G=200; B=150"),
]
CASES = [
    pytest.param(place, style, explode, schema, value, expected, id=f"{place}-{style}-{explode}-{schema[:16]}")
    for place, style, explode, *row in TABLE
    for schema, value, expected in zip(
        ("string", "string", "array, items: {type: string}", "object, properties: {R: {}, G: {}, B: {}}"),
        ("", "blue", COLORS, RGB),
        row,
        strict=True,
    )
    if expected is not None
]
HEAD = """
openapi: 3.2.0
info: {title: Styles, version: "1"}
servers: [{url: "SERVER"}]
"""


def one_parameter(place: str, style: str, explode: bool, schema: str, more: str = "") -> str:
    path = "/colors/{color}" if place == "path" else "/colors"
    required = "required: true, " if place == "path" else ""
    return f"""{HEAD}
paths:
  {path}:
    get:
      operationId: getColors
      parameters:
        - {{name: color, in: {place}, {required}style: {style}, explode: {str(explode).lower()}{more},
           schema: {{type: {schema}}}}}
      responses: {{"204": {{description: ok}}}}
"""


def sent(wire: Any, place: str) -> str | None:
    """Return what was sent in one place, as it was sent."""
    if place == "path":
        target: str = wire.last.target
        return target.removeprefix("/colors/")
    if place == "query":
        query: str = wire.last.query
        return query
    found: str | None = wire.last.header("color" if place == "header" else "cookie")
    return found


def call(wire: Any, contract: str, value: Any) -> None:
    path = "/colors/{color}" if "/{color}:" in contract else "/colors"
    arguments: tuple[tuple[Any, ...], dict[str, Any]] = ((value,), {}) if path[-1] == "}" else ((), {"color": value})
    wire.call(contract, f"GET {path}", *arguments[0], **arguments[1])


@pytest.mark.parametrize(("place", "style", "explode", "schema", "value", "expected"), CASES)
def test_the_table_of_the_specification(
    wire: Any, place: str, style: str, explode: bool, schema: str, value: Any, expected: str
) -> None:
    contract = one_parameter(place, style, explode, schema)
    assert wire.sdk(contract).codes == []
    call(wire, contract, value)
    assert sent(wire, place) == expected


VAR, HELLO, HALF, LIST = "value", "Hello World!", "50%", ["red", "green", "blue"]
KEYS = {"semi": ";", "dot": ".", "comma": ","}
RFC6570 = [
    # the examples of section 3.2, whose variable is always called `color` here
    ("path", "simple", False, "string", HELLO, "Hello%20World%21"),
    ("path", "simple", False, "string", HALF, "50%25"),
    ("path", "simple", False, "array, items: {type: string}", LIST, "red,green,blue"),
    ("path", "simple", True, "object, properties: {semi: {}}", KEYS, "semi=%3B,dot=.,comma=%2C"),
    ("path", "simple", False, "object, properties: {semi: {}}", KEYS, "semi,%3B,dot,.,comma,%2C"),
    ("path", "label", False, "array, items: {type: string}", LIST, ".red,green,blue"),
    ("path", "label", True, "array, items: {type: string}", LIST, ".red.green.blue"),
    ("path", "label", True, "object, properties: {semi: {}}", KEYS, ".semi=%3B.dot=..comma=%2C"),
    ("path", "label", False, "object, properties: {semi: {}}", KEYS, ".semi,%3B,dot,.,comma,%2C"),
    ("path", "matrix", False, "string", HALF, ";color=50%25"),
    ("path", "matrix", False, "string", "", ";color"),
    ("path", "matrix", True, "object, properties: {semi: {}}", KEYS, ";semi=%3B;dot=.;comma=%2C"),
    ("query", "form", False, "string", HALF, "color=50%25"),
    ("query", "form", False, "array, items: {type: string}", ["a,b", "c&d"], "color=a%2Cb,c%26d"),
    ("query", "form", True, "object, properties: {semi: {}}", KEYS, "semi=%3B&dot=.&comma=%2C"),
    ("query", "form", False, "object, properties: {semi: {}}", KEYS, "color=semi,%3B,dot,.,comma,%2C"),
    ("query", "form", True, "string", "ü=&?", "color=%C3%BC%3D%26%3F"),
]


@pytest.mark.parametrize(("place", "style", "explode", "schema", "value", "expected"), RFC6570)
def test_the_examples_of_rfc_6570(
    wire: Any, place: str, style: str, explode: bool, schema: str, value: Any, expected: str
) -> None:
    call(wire, one_parameter(place, style, explode, schema), value)
    assert sent(wire, place) == expected


@pytest.mark.parametrize(
    ("place", "value", "expected"),
    [
        ("query", "/foo/bar", "color=/foo/bar"),
        ("query", "50%", "color=50%25"),
        ("query", "a%20b", "color=a%20b"),
        ("query", "Hello World!", "color=Hello%20World!"),
        ("query", "http://example.com/home/?x", "color=http://example.com/home/?x"),
        ("query", "a&b=c#d+e[f]", "color=a%26b%3Dc%23d%2Be%5Bf%5D"),
        ("path", "a:b@c,d", "a:b@c,d"),
        ("path", "a/b?c#d", "a%2Fb%3Fc%23d"),
    ],
)
def test_reserved_characters_stay_where_they_may(wire: Any, place: str, value: str, expected: str) -> None:
    style = "simple" if place == "path" else "form"
    call(wire, one_parameter(place, style, False, "string", ", allowReserved: true"), value)
    assert sent(wire, place) == expected


@pytest.mark.parametrize("style", ["spaceDelimited", "pipeDelimited"])
def test_an_item_with_the_separator_is_refused(wire: Any, style: str) -> None:
    contract = one_parameter("query", style, False, "array, items: {type: string}")
    with pytest.raises(wire.sdk(contract).module.ParameterError, match="the separator"):
        call(wire, contract, ["a b", "a|b"])
    assert wire.requests == []


def test_an_item_of_a_header_with_a_comma_is_refused(wire: Any) -> None:
    contract = one_parameter("header", "simple", False, "array, items: {type: string}")
    with pytest.raises(wire.sdk(contract).module.ParameterError, match="comma"):
        call(wire, contract, ["a", "b,c"])


def test_separated_lists_that_explode_are_repeated(wire: Any) -> None:
    call(wire, one_parameter("query", "pipeDelimited", True, "array, items: {type: string}"), ["a", "b"])
    assert wire.last.query == "color=a&color=b"


NESTED = "object, properties: {a: {type: string}, b: {type: object, properties: {c: {type: array, items: {}}}}}"


def test_nested_deep_objects(wire: Any) -> None:
    contract = one_parameter("query", "deepObject", True, NESTED)
    call(wire, contract, {"a": "x y", "b": {"c": [1, 2]}})
    assert wire.last.pairs() == [("color[a]", "x y"), ("color[b][c][]", "1"), ("color[b][c][]", "2")]
    call(wire, contract, {"b": {"c": [{"d": 1}, {"d": 2}]}})
    assert wire.last.pairs() == [("color[b][c][0][d]", "1"), ("color[b][c][1][d]", "2")]


def test_values_without_a_form_in_a_style_are_json_with_a_warning(wire: Any) -> None:
    contract = one_parameter("query", "form", True, NESTED)
    assert wire.sdk(contract).codes == ["W121"]
    call(wire, contract, {"b": {"c": [1]}})
    assert wire.last.pairs() == [("b", '{"c": [1]}')]


def test_exploded_cookies_are_cookies_of_their_own_with_a_warning(wire: Any) -> None:
    contract = one_parameter("cookie", "form", True, "array, items: {type: string}")
    assert wire.sdk(contract).codes == ["W122"]
    call(wire, contract, ["a;b", "c d"])
    assert sent(wire, "cookie") == "color=a%3Bb; color=c%20d"


def test_a_cookie_in_its_own_style_takes_only_what_a_cookie_may_contain(wire: Any) -> None:
    contract = one_parameter("cookie", "cookie", True, "string")
    call(wire, contract, "a=b/c")
    assert sent(wire, "cookie") == "color=a=b/c"
    with pytest.raises(wire.sdk(contract).module.ParameterError, match="a cookie may not contain"):
        call(wire, contract, "a; admin=1")


@pytest.mark.parametrize(("place", "style"), [("path", "form"), ("header", "form"), ("query", "simple")])
def test_a_style_in_the_wrong_place_is_a_warning(wire: Any, place: str, style: str) -> None:
    assert wire.sdk(one_parameter(place, style, False, "string")).codes == ["W102"]


MORE = f"""{HEAD}
paths:
  /things/{{filter}}:
    get:
      operationId: listThings
      parameters:
        - {{name: filter, in: path, required: true, content: {{application/json: {{schema: {{type: object}}}}}}}}
        - {{name: q, in: query, content: {{application/json: {{schema: {{type: object, properties: {{a: {{}}}}}}}}}}}}
        - {{name: X-T, in: header, content: {{application/json: {{schema: {{type: object}}}}}}}}
        - {{name: sid, in: cookie, schema: {{type: string}}}}
        - {{name: tid, in: cookie, content: {{application/json: {{schema: {{type: array, items: {{}}}}}}}}}}
        - {{name: "ids[]", in: query, schema: {{type: array, items: {{type: integer}}}}}}
        - {{name: when, in: query, schema: {{type: string, format: date-time}}}}
        - {{name: day, in: query, schema: {{type: string, format: date}}}}
        - {{name: flag, in: query, schema: {{type: boolean}}}}
        - {{name: nul, in: query, schema: {{type: [string, "null"]}}}}
        - {{name: Accept, in: header, schema: {{type: string}}}}
        - {{name: Content-Type, in: header, schema: {{type: string}}}}
        - {{name: Authorization, in: header, schema: {{type: string}}}}
      responses: {{"204": {{description: ok}}}}
  /search:
    get:
      operationId: search
      parameters:
        - name: selector
          in: querystring
          content: {{application/json: {{schema: {{type: object}}}}}}
      responses: {{"204": {{description: ok}}}}
  /form:
    get:
      operationId: formSearch
      parameters:
        - name: form
          in: querystring
          content:
            application/x-www-form-urlencoded: {{schema: {{type: object, properties: {{a: {{}}, b: {{}}}}}}}}
      responses: {{"204": {{description: ok}}}}
"""
THINGS = "GET /things/{filter}"


def test_values_with_a_media_type(wire: Any) -> None:
    wire.call(MORE, THINGS, {"k": "a/b"}, q={"a": [1, "ü"]}, x_t={"h": "ü"}, tid=[1, 2])
    assert wire.last.path == "/things/%7B%22k%22%3A%22a%2Fb%22%7D"
    assert wire.last.pairs() == [("q", '{"a":[1,"\\u00fc"]}')]
    assert wire.last.header("x-t") == '{"h":"\\u00fc"}'
    assert wire.last.header("cookie") == "tid=%5B1%2C2%5D"


def test_all_cookies_share_one_header(wire: Any) -> None:
    wire.call(MORE, THINGS, {}, sid="a b", tid=[])
    assert wire.last.header("cookie") == "sid=a%20b; tid=%5B%5D"


def test_texts_of_values(wire: Any) -> None:
    when = datetime.datetime(2026, 1, 2, 3, 4, tzinfo=datetime.UTC)
    wire.call(MORE, THINGS, {}, ids=[1, 2], when=when, day=datetime.date(2026, 1, 2), flag=True)
    assert wire.last.query == (
        "ids%5B%5D=1&ids%5B%5D=2&when=2026-01-02T03%3A04%3A00%2B00%3A00&day=2026-01-02&flag=true"
    )
    wire.call(MORE, THINGS, {}, ids=[], nul=None)
    assert wire.last.query == ""


def test_headers_that_the_specification_ignores_are_no_arguments(wire: Any) -> None:
    notes = [found.code for found in wire.sdk(MORE).diagnostics]
    assert notes.count("N904") == 3
    with pytest.raises(wire.sdk(MORE).module.ParameterError, match="`accept` is unknown"):
        wire.call(MORE, THINGS, {}, accept="text/plain")


def test_a_parameter_that_is_the_whole_query(wire: Any) -> None:
    wire.call(MORE, "GET /search", selector={"a": 1})
    assert wire.last.query == "%7B%22a%22%3A1%7D"
    wire.call(MORE, "GET /form", form={"a": "x y"})
    assert wire.last.pairs() == [("a", "x y")]
    wire.call(MORE, "GET /form", form={"a": ["1", "2 &"], "b": {"c": "ü"}, "n": None})
    assert wire.last.pairs() == [("a", "1"), ("a", "2 &"), ("b", '{"c":"ü"}')]


def test_a_header_without_items_is_left_out(wire: Any) -> None:
    contract = """
openapi: 3.1.0
info: {title: T, version: "1"}
servers: [{url: "SERVER"}]
paths:
  /things:
    get:
      parameters: [{name: X-List, in: header, schema: {type: array, items: {type: string}}}]
      responses: {"204": {description: ok}}
"""
    wire.call(contract, "GET /things", x_list=[])
    assert wire.last.header("x-list") is None


@pytest.mark.parametrize(("method", "name"), [("LINK", "link"), ("m-search", "m_search")])
def test_a_method_of_its_own_is_sent_as_it_is_written(wire: Any, method: str, name: str) -> None:
    sdk = wire.sdk(f"""
openapi: 3.2.0
info: {{title: T, version: "1"}}
servers: [{{url: "SERVER"}}]
paths: {{/things: {{additionalOperations: {{{method}: {{responses: {{"204": {{description: ok}}}}}}}}}}}}
""")
    getattr(sdk.client().things, name)()
    assert wire.last.method == method


def test_a_header_whose_name_cannot_be_sent_is_a_warning_and_a_fault(wire: Any) -> None:
    contract = """
openapi: 3.1.0
info: {title: T, version: "1"}
servers: [{url: "SERVER"}]
paths:
  /things:
    get:
      parameters: [{name: my header, in: header, schema: {type: string}}]
      responses: {"204": {description: ok}}
"""
    sdk = wire.sdk(contract)
    assert "W102" in sdk.codes
    with pytest.raises(sdk.module.ParameterError, match="'my header' is not a valid header name"):
        sdk.call("GET /things", my_header="x")
