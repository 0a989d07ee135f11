"""Credentials: each scheme in its place, alternatives and combinations, tokens that are got and renewed."""

from __future__ import annotations

import asyncio
import json
import threading
from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs

import pytest
from wire_server import Answer, Recorded


def contract(schemes: str, security: str, own: str = "") -> str:
    operation = f"      security: {own}\n" if own else ""
    return f"""
openapi: 3.1.0
info: {{title: Secure, version: "1"}}
servers: [{{url: "SERVER/base"}}]
security: {security}
paths:
  /things:
    get:
      operationId: listThings
{operation}      parameters: [{{name: sid, in: cookie, schema: {{type: string}}}}]
      responses: {{"204": {{description: ok}}}}
components:
  securitySchemes: {schemes}
"""


def get(wire: Any, text: str, *, also: dict[str, Any] | None = None, **options: Any) -> Recorded:
    sdk = wire.sdk(text)
    sdk.method(sdk.client(**options), "GET /things")(**(also or {}))
    last: Recorded = wire.last
    return last


BASIC = "{b: {type: http, scheme: basic}}"
BEARER = "{b: {type: http, scheme: Bearer}}"
QUERY = "{b: {type: apiKey, in: query, name: api_key}}"
HEADER = "{b: {type: apiKey, in: header, name: X-App}}"
COOKIE = "{b: {type: apiKey, in: cookie, name: session}}"
TWO = "{a: {type: apiKey, in: header, name: X-Api-Key}, b: {type: apiKey, in: header, name: X-App}}"


@pytest.mark.parametrize("value", [("me", "p:ä"), "me:p:ä", ["me", "p:ä"]])
def test_basic(wire: Any, value: Any) -> None:
    sent = get(wire, contract(BASIC, "[{b: []}]"), b=value).header("authorization") or ""
    assert sent.startswith("Basic ")
    assert b64decode(sent[6:]).decode() == "me:p:ä"


def test_bearer(wire: Any) -> None:
    assert get(wire, contract(BEARER, "[{b: []}]"), b="t").header("authorization") == "Bearer t"


def test_a_credential_may_be_a_function(wire: Any) -> None:
    tokens = iter(["one", "two"])
    sdk = wire.sdk(contract(BEARER, "[{b: []}]"))
    client = sdk.client(b=lambda: next(tokens))
    for expected in ("Bearer one", "Bearer two"):
        sdk.method(client, "GET /things")()
        assert wire.last.header("authorization") == expected


def test_keys_in_header_query_and_cookie(wire: Any) -> None:
    assert get(wire, contract(HEADER, "[{b: []}]"), b="k 1").header("x-app") == "k 1"
    assert get(wire, contract(QUERY, "[{b: []}]"), b="k&1").target == "/base/things?api_key=k%261"
    assert get(wire, contract(COOKIE, "[{b: []}]"), b="k;1").header("cookie") == "session=k%3B1"
    both = get(wire, contract(COOKIE, "[{b: []}]"), b="k", also={"sid": "s"})
    assert both.header("cookie") == "sid=s; session=k"


def test_only_the_header_of_a_key_is_no_argument(wire: Any) -> None:
    app = "{name: X-App, in: header, required: true, schema: {type: string}}"
    both = f"[{app}, {{name: X-Secure-Team, in: header, required: true, schema: {{type: string}}}}]"
    named = "[{name: sid, in: cookie, schema: {type: string}}]"
    header = contract(HEADER, "[{b: []}]").replace(named, both)
    assert [found.code for found in wire.sdk(header).diagnostics] == ["N904"]
    assert get(wire, header, b="k", also={"x_secure_team": "t"}).header("x-app") == "k"
    assert wire.last.header("x-secure-team") == "t"
    query = contract(QUERY.replace("api_key", "X-App"), "[{b: []}]").replace(named, both)
    sent = get(wire, query, b="k", also={"x_app": "a", "x_secure_team": "t"})
    assert (sent.query, sent.header("x-app")) == ("X-App=k", "a")


@pytest.mark.parametrize(
    ("schemes", "security", "sent"),
    [
        (BASIC, "[{b: []}]", ("authorization", "Basic Li4uOi4uLg==")),
        (HEADER, "[{b: []}]", ("x-app", "...")),
        (TWO, "[{a: [], b: []}]", ("x-app", "...")),
        ("{o: {type: openIdConnect, openIdConnectUrl: /openid}}", "[{o: []}]", ("authorization", "Bearer ...")),
    ],
)
def test_the_readme_shows_credentials_that_the_client_sends(
    wire: Any, schemes: str, security: str, sent: tuple[str, str]
) -> None:
    sdk = wire.sdk(contract(schemes, security))
    section = (sdk.folder / "README.md").read_text().split("## Authentication")[1]
    scope = {"Wired": sdk.module.Wired}
    exec(section.split("```python\n")[1].split("```")[0], scope)
    with scope["client"] as client:
        sdk.method(client, "GET /things")()
    assert wire.last.header(sent[0]) == sent[1]


def test_schemes_that_go_together_are_all_sent(wire: Any) -> None:
    sent = get(wire, contract(TWO, "[{a: [], b: []}]"), a="1", b="2")
    assert (sent.header("x-api-key"), sent.header("x-app"), sent.header("authorization")) == ("1", "2", None)


def test_one_of_two_schemes_that_go_together_is_not_enough(wire: Any) -> None:
    text = contract(TWO, "[{a: [], b: []}]")
    with pytest.raises(wire.sdk(text).module.ConfigError, match="give `a=` and `b=`"):
        get(wire, text, a="1")
    assert wire.requests == []


def test_the_first_alternative_with_credentials_is_used(wire: Any) -> None:
    text = contract(TWO, "[{a: []}, {b: []}]")
    assert [get(wire, text, b="2").header(name) for name in ("x-api-key", "x-app")] == [None, "2"]
    assert [get(wire, text, a="1", b="2").header(name) for name in ("x-api-key", "x-app")] == ["1", None]


@pytest.mark.parametrize(
    ("own", "expected"), [("[]", None), ("[{}]", None), ("[{b: []}]", "2"), ("[{}, {b: []}]", None)]
)
def test_an_operation_may_require_something_else(wire: Any, own: str, expected: str | None) -> None:
    sent = get(wire, contract(TWO, "[{a: []}]", own), a="1", b="2")
    assert (sent.header("x-api-key"), sent.header("x-app")) == (None, expected)


def test_optional_credentials_are_sent_if_they_are_there(wire: Any) -> None:
    text = contract(TWO, "[{b: []}, {}]")
    assert get(wire, text, b="2").header("x-app") == "2"
    assert get(wire, text, a="1").header("x-api-key") is None


def test_a_client_without_credentials_sends_none(wire: Any) -> None:
    sent = get(wire, contract(TWO, "[{a: []}]"))
    assert (sent.header("x-api-key"), sent.header("authorization")) == (None, None)


def test_credentials_come_from_the_environment(wire: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    text = contract(BASIC, "[{b: []}]")
    prefix = wire.sdk(text).api.brand.env_prefix
    monkeypatch.setenv(f"{prefix}_B_USERNAME", "me")
    monkeypatch.setenv(f"{prefix}_B_PASSWORD", "pass")
    assert b64decode((get(wire, text).header("authorization") or "")[6:]) == b"me:pass"


def test_the_short_option_is_the_first_scheme_with_a_text(wire: Any) -> None:
    assert get(wire, contract(HEADER, "[{b: []}]"), api_key="k").header("x-app") == "k"


def test_options_can_be_changed_and_are_masked(wire: Any) -> None:
    sdk = wire.sdk(contract(HEADER, "[{b: []}]"))
    client = sdk.client(b="first-secret-value")
    sdk.method(client.with_options(b="other"), "GET /things")()
    assert wire.last.header("x-app") == "other"
    assert "first-secret-value" not in repr(vars(client))
    with pytest.raises(sdk.module.ConfigError, match="did you mean `b`"):
        sdk.client(bb="x")


def test_a_key_is_not_sent_to_another_origin(wire: Any) -> None:
    sdk = wire.sdk(contract(HEADER, "[{b: []}]"))
    other = wire.server.url.replace("127.0.0.1", "localhost")
    wire.server.answer(Answer(b"", 307, [("Location", f"{other}/base/things")]))
    sdk.method(sdk.client(b="k"), "GET /things")()
    assert [request.header("x-app") for request in wire.requests] == ["k", None]


def test_digest_is_refused_by_name(wire: Any) -> None:
    sdk = wire.sdk(contract("{d: {type: http, scheme: digest}}", "[{d: []}]"))
    assert sdk.codes == ["W141"]
    with pytest.raises(sdk.module.ConfigError, match="`d`: HTTP digest authentication is not supported"):
        sdk.client(d="x")


def test_a_requirement_of_a_missing_scheme_is_a_warning(wire: Any) -> None:
    assert wire.sdk(contract(HEADER, "[{b: []}, {c: []}]")).codes == ["W142"]


def test_schemes_that_nothing_requires_can_be_used(wire: Any) -> None:
    text = contract(TWO, "[]")
    assert wire.sdk(text).codes == ["W143"]
    assert get(wire, text, b="2").header("x-app") == "2"


def test_mutual_tls_takes_the_files_of_a_certificate(wire: Any) -> None:
    sdk = wire.sdk(contract("{m: {type: mutualTLS}}", "[{m: []}]"))
    with pytest.raises(sdk.module.ConfigError, match=r"cannot be read from '/no/such\.pem'"):
        sdk.client(m=("/no/such.pem", "/no/such.key"))
    with pytest.raises(sdk.module.ConfigError, match="needs the default transport"):
        sdk.client(m="/no/such.pem", transport="fast")


# --- OAuth 2.0 -------------------------------------------------------------------------------------------------------

OAUTH = """
    o:
      type: oauth2
      flows:
        clientCredentials: {tokenUrl: /token, scopes: {read: Read, write: Write}}
        authorizationCode: {authorizationUrl: /auth, tokenUrl: /token, refreshUrl: /refresh, scopes: {read: Read}}
"""
OPENID = "{o: {type: openIdConnect, openIdConnectUrl: SERVER/.well-known/openid-configuration}}"


class Tokens:
    """A token endpoint that counts what it gave, and a server that accepts only the latest."""

    def __init__(self, wire: Any, *, expires_in: int | None = 3600, in_body: bool = False) -> None:
        self.given: list[dict[str, list[str]]] = []
        self.heads: list[str | None] = []
        self.good: set[str] = set()
        self._expires_in = expires_in
        self._in_body = in_body
        self._lock = threading.Lock()
        wire.server.answer_all(self)

    def __call__(self, request: Recorded) -> Answer:
        if request.path == "/.well-known/openid-configuration":
            return Answer(json.dumps({"token_endpoint": request.url_of("/token")}).encode())
        if request.path in ("/token", "/refresh"):
            return self._give(request)
        ok = (request.header("authorization") or "").removeprefix("Bearer ") in self.good
        return Answer(b"", 204) if ok else Answer(b'{"error": "invalid_token"}', 401)

    def _give(self, request: Recorded) -> Answer:
        with self._lock:
            fields = parse_qs(request.body.decode())
            self.heads.append(request.header("authorization"))
            if self._in_body and "client_secret" not in fields:
                return Answer(b'{"error": "invalid_client"}', 401)
            self.given.append(fields)
            token = f"token-{len(self.given)}"
            self.good = {token}
            answer: dict[str, Any] = {"access_token": token, "token_type": "Bearer", "refresh_token": "next"}
            if self._expires_in is not None:
                answer["expires_in"] = self._expires_in
            return Answer(json.dumps(answer).encode())


SCOPED = contract(OAUTH, "[{o: [write, read]}]").replace("SERVER/base", "SERVER")


def test_a_token_is_got_once_and_kept(wire: Any) -> None:
    tokens = Tokens(wire)
    sdk = wire.sdk(SCOPED)
    assert sdk.codes == []
    client = sdk.client(o=sdk.module.ClientCredentials("me", "s:cret"))
    for _ in range(3):
        sdk.method(client, "GET /things")()
    assert tokens.given == [{"grant_type": ["client_credentials"], "scope": ["read write"]}]
    assert b64decode((tokens.heads[0] or "")[6:]) == b"me:s%3Acret"
    assert wire.last.header("authorization") == "Bearer token-1"


def test_id_and_secret_may_be_a_tuple(wire: Any) -> None:
    tokens = Tokens(wire)
    get(wire, SCOPED, o=("tuple-client", "secret"))
    assert len(tokens.given) == 1


def test_a_client_that_is_not_accepted_in_the_header_is_named_in_the_body(wire: Any) -> None:
    tokens = Tokens(wire, in_body=True)
    sdk = wire.sdk(SCOPED)
    get(wire, SCOPED, o=sdk.module.ClientCredentials("me", "secret", scopes=["a"], extra={"audience": "x"}))
    (fields,) = tokens.given
    assert fields == {
        "grant_type": ["client_credentials"], "client_id": ["me"], "client_secret": ["secret"], "scope": ["a"],
        "audience": ["x"],
    }  # fmt: skip


def test_one_renewal_for_many_waiting_threads(wire: Any) -> None:
    tokens = Tokens(wire)
    sdk = wire.sdk(SCOPED)
    client = sdk.client(o=sdk.module.ClientCredentials("me", "secret"))
    call = sdk.method(client, "GET /things")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: call(), range(24)))
    assert len(tokens.given) == 1
    assert len(wire.requests) == 25


async def test_one_renewal_for_many_waiting_tasks(wire: Any) -> None:
    tokens = Tokens(wire)
    sdk = wire.sdk(SCOPED)
    client = sdk.module.AsyncWired(o=sdk.module.ClientCredentials("me", "secret"), max_retries=0)
    call = sdk.method(client, "GET /things")
    await asyncio.gather(*(call() for _ in range(24)))
    await client.aclose()
    assert len(tokens.given) == 1


class FakeClock:
    """A clock that is set by hand."""

    now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    async def asleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.mark.parametrize(("expires_in", "kept", "renewed"), [(3600, 3569, 3571), (60, 53, 55)])
def test_a_token_is_renewed_before_it_expires(wire: Any, expires_in: int, kept: float, renewed: float) -> None:
    tokens, clock = Tokens(wire, expires_in=expires_in), FakeClock()
    sdk = wire.sdk(SCOPED)
    client = sdk.client(o=sdk.module.ClientCredentials("me", "secret"), clock=clock)
    for now, expected in ((0, 1), (kept, 1), (renewed, 2)):
        clock.now = 1000.0 + now
        sdk.method(client, "GET /things")()
        assert len(tokens.given) == expected


def test_a_token_that_the_server_no_longer_accepts_is_renewed_once(wire: Any) -> None:
    tokens = Tokens(wire, expires_in=None)
    sdk = wire.sdk(SCOPED)
    client = sdk.client(o=sdk.module.ClientCredentials("me", "secret"))
    sdk.method(client, "GET /things")()
    tokens.good = set()
    sdk.method(client, "GET /things")()
    assert [request.path for request in wire.requests] == ["/token", "/things", "/things", "/token", "/things"]
    wire.server.forget()
    wire.server.answer_all(lambda request: tokens(request) if request.path == "/token" else Answer(b"{}", 401))
    with pytest.raises(sdk.module.AuthenticationError):
        sdk.method(client, "GET /things")()
    assert [request.path for request in wire.requests] == ["/things", "/token", "/things"]


def test_a_refresh_token_is_used_and_replaced(wire: Any) -> None:
    tokens = Tokens(wire)
    sdk = wire.sdk(SCOPED)
    seen: list[Any] = []
    source = sdk.module.RefreshToken("first", client_id="app", on_refresh=seen.append)
    client = sdk.client(o=source)
    sdk.method(client, "GET /things")()
    source.forget("token-1")
    sdk.method(client, "GET /things")()
    assert [request.path for request in wire.requests] == ["/refresh", "/things", "/refresh", "/things"]
    assert [fields["refresh_token"] for fields in tokens.given] == [["first"], ["next"]]
    assert tokens.given[0]["client_id"] == ["app"]
    assert [answer["access_token"] for answer in seen] == ["token-1", "token-2"]


def test_an_access_token_is_sent_as_it_is(wire: Any) -> None:
    assert get(wire, SCOPED, o="mine").header("authorization") == "Bearer mine"


def test_a_refused_client_is_an_error_that_names_the_endpoint(wire: Any) -> None:
    sdk = wire.sdk(SCOPED)
    wire.server.answer_all(lambda _: Answer(b'{"error": "unauthorized_client"}', 400))
    with pytest.raises(sdk.module.AuthenticationError, match="/token answered 400: unauthorized_client"):
        get(wire, SCOPED, o=sdk.module.ClientCredentials("me", "s"))


def test_openid_finds_the_token_endpoint(wire: Any) -> None:
    tokens = Tokens(wire)
    text = contract(OPENID, "[{o: []}]").replace("SERVER/base", "SERVER")
    sdk = wire.sdk(text)
    get(wire, text, o=sdk.module.ClientCredentials("me", "secret"))
    assert [request.path for request in wire.requests] == ["/.well-known/openid-configuration", "/token", "/things"]
    assert len(tokens.given) == 1
    wire.server.forget()
    assert get(wire, text, o="mine").header("authorization") == "Bearer mine"
