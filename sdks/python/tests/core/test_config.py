"""The sources of options, and their validation."""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable
from typing import Any

import pytest

from onceward import AsyncOnceward, Onceward, __version__
from onceward._core.errors import ConfigError, SDKError
from onceward._core.options import Timeout
from onceward._core.secrets import Secret

from .rig import COMPLETION, Reply, Rig

Make = Callable[..., Rig]


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in list(os.environ):
        if name.startswith("ONCEWARD_"):
            monkeypatch.delenv(name)


@pytest.mark.parametrize(
    ("given", "normal"),
    [
        ("https://api.example.com", "https://api.example.com"),
        ("https://api.example.com/", "https://api.example.com"),
        ("https://api.example.com/v1", "https://api.example.com"),
        ("https://api.example.com/v1/", "https://api.example.com"),
        ("https://host/gw/v1", "https://host/gw"),
        ("https://host/gw/v1beta", "https://host/gw/v1beta"),
        ("http://localhost:8080", "http://localhost:8080"),
        (" http://[::1]:4100/ ", "http://[::1]:4100"),
        ("https://bücher.example/v1", "https://xn--bcher-kva.example"),
        ("https://host/日本/%7Ea", "https://host/%E6%97%A5%E6%9C%AC/%7Ea"),
        (f"https://{'a' * 63}:8443", f"https://{'a' * 63}:8443"),
    ],
)
def test_base_urls(given: str, normal: str) -> None:
    assert Onceward(base_url=given).base_url == normal


@pytest.mark.parametrize(
    "given",
    [
        *("localhost:4100", "ftp://x", "https://", "https://u:p@host", "https://host?x=1", "http://host:port"),
        *("http://a b", "http://a..b", f"http://{'a' * 64}", "http://a/\ud800"),
    ],
)
def test_unusable_base_urls(given: str) -> None:
    with pytest.raises(ConfigError, match="base_url"):
        Onceward(base_url=given)


def test_the_environment_and_what_beats_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "API_KEY": " sk-from-environment\n", "BASE_URL": "http://env.test/v1", "ORGANIZATION": "org", "TEAM": "team",
        "TIMEOUT": "12", "MAX_RETRIES": "5", "LOG": "off",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"ONCEWARD_{name}", value)
    client = Onceward()
    assert client.api_key == Secret("sk-from-environment")
    assert (client.base_url, client.max_retries, client.timeout.total) == ("http://env.test", 5, 12.0)
    client = Onceward(api_key="sk-mine", base_url="http://mine.test", timeout=Timeout(idle=3), max_retries=0)
    assert client.api_key == Secret("sk-mine")
    assert (client.base_url, client.max_retries, client.timeout.idle) == ("http://mine.test", 0, 3)


def test_a_local_gateway_needs_nothing(rig: Make) -> None:
    client = Onceward()
    assert (client.api_key, client.base_url) == (None, "http://127.0.0.1:4100")
    r = rig([Reply(body=COMPLETION)])
    r.create()
    assert r.header("authorization") is None


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"api_key": "  "}, "`api_key` is empty"),
        ({"api_key": "sk-a\nsk-b"}, "copy only the key"),
        ({"api_key": "sk-ü"}, "not allowed in a header"),
        ({"api_key": 7}, "type `int`"),
        ({"timeout": 0}, "`timeout` is 0"),
        ({"timeout": "x"}, "`timeout` is 'x'"),
        ({"timeout": True}, "`timeout` is True"),
        ({"timeout": float("inf")}, "`timeout` is inf"),
        ({"default_headers": {"a": "b "}}, "header `a` begins or ends with white space"),
        ({"default_headers": {"a": "b\x01c"}}, r"header `a` contains '\\x01'"),
        ({"provider_keys": {"openäi": "k"}}, "provider 'openäi'"),
        ({"max_retries": -1}, "`max_retries`"),
        ({"max_retries": 1.5}, "`max_retries`"),
        ({"log_level": "loud"}, "one of debug, info, warn, error, off"),
        ({"max_concurrency": 0}, "`max_concurrency` is 0"),
        ({"circuit_breaker": 5}, "`circuit_breaker` is 5"),
        ({"default_headers": {"a": "b\n"}}, "line break"),
        ({"provider_keys": {"open ai": "k"}}, "provider 'open ai'"),
        ({"organization": "a\r\nb"}, "organization"),
        ({"transport": "carrier pigeon"}, "`transport` is 'carrier pigeon'"),
        ({"transport": object(), "http_client": object()}, "exclude each other"),
    ],
)
def test_unusable_options(options: dict[str, Any], text: str) -> None:
    for cls in (Onceward, AsyncOnceward):
        with pytest.raises(ConfigError, match=text) as caught:
            cls(**options)
        assert isinstance(caught.value, (ValueError, SDKError))


@pytest.mark.parametrize(
    ("name", "value"), [("TIMEOUT", "soon"), ("MAX_RETRIES", "many"), ("LOG", "loud"), ("BASE_URL", "nowhere")]
)
def test_unusable_variables_are_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"ONCEWARD_{name}", value)
    with pytest.raises(ConfigError, match=f"ONCEWARD_{name}|{value}"):
        Onceward()


def test_scope_headers(rig: Make) -> None:
    r = rig([Reply(body=COMPLETION)], organization="o", team="t", api_version="2026-01-01", api_key="sk-1234567890123")
    r.create()
    assert r.header("X-Onceward-Organization") == "o"
    assert r.header("X-Onceward-Team") == "t"
    assert r.header("X-Onceward-API-Version") == "2026-01-01"
    assert r.header("Authorization") == "Bearer sk-1234567890123"
    assert r.header("User-Agent") == f"onceward-python/{__version__}"


BOTH = {"openai", "anthropic"}


@pytest.mark.parametrize(
    ("model", "sent"),
    [
        ("openai/gpt", {"openai"}),
        ("anthropic/claude", {"anthropic"}),
        ("gpt", BOTH),
        ("other/x", BOTH),
        ("oai-resp/gpt", {"openai"}),
        ("OpenAI/gpt", {"openai"}),
        ("groq/x", set()),
        ("onceward/echo", set()),
    ],
)
def test_only_the_key_of_the_models_provider_travels(rig: Make, model: str, sent: set[str]) -> None:
    r = rig([Reply(body=COMPLETION)], provider_keys={"openai": "sk-openai-123", "Anthropic": "sk-anthropic-123"})
    r.create(model=model)
    names = {
        name.lower().removeprefix("x-provider-key-")
        for name, _ in r.requests[0].headers
        if name.lower().startswith("x-provider-key-")
    }
    assert names == sent


def test_the_key_may_be_the_first_argument_and_may_be_set(rig: Make) -> None:
    assert str(Onceward("sk-positional-1").api_key) == "sk-pos...REDACTED"
    r = rig([Reply(body=COMPLETION)] * 3, api_key="sk-first-123456")
    copy = r.client.with_options(max_retries=1)
    r.client.api_key = "sk-second-12345"
    r.create()
    assert r.header("authorization") == "Bearer sk-second-12345"
    assert r.client.with_options(max_retries=3).api_key.reveal() == "sk-second-12345"
    r.client.api_key = None
    r.create()
    assert r.header("authorization") is None
    r.client = copy
    r.create()
    assert r.header("authorization") == "Bearer sk-first-123456"
    with pytest.raises(ConfigError, match="contains a space"):
        r.client.api_key = "two words"


def test_unknown_options_name_the_nearest(rig: Make) -> None:
    for name, nearest in (
        ("api_keys", "api_key"),
        ("baseurl", "base_url"),
        ("max_retry", "max_retries"),
        ("time_out", "timeout"),
    ):
        with pytest.raises(ConfigError, match=f"`{name}` is not an option of the client; did you mean `{nearest}`"):
            Onceward(**{name: "x"})
    with pytest.raises(ConfigError, match="the options are api_key, api_version"):
        Onceward(colour="red")


def test_plurals_are_the_same_resources() -> None:
    client = Onceward("sk-0123456789abc")
    pairs = [("keys", "key"), ("teams", "team"), ("users", "user"), ("organizations", "organization"),
             ("customers", "customer"), ("budgets", "budget")]  # fmt: skip
    for plural, singular in pairs:
        assert getattr(client, plural) is getattr(client, singular)


def test_copies_share_connections_and_change_options(rig: Make) -> None:
    r = rig([Reply(body=COMPLETION), Reply(body=COMPLETION)], default_headers={"X-A": "1"}, api_key="sk-first-123456")
    other = r.client.with_options(api_key="sk-second-12345", default_headers={"X-B": "2"}, max_retries=7)
    r.client, first = other, r.client
    r.create()
    assert (r.header("authorization"), r.header("x-a"), r.header("x-b")) == ("Bearer sk-second-12345", "1", "2")
    assert other.max_retries == 7
    r.client = first
    r.create()
    assert (r.header("authorization"), r.header("x-b")) == ("Bearer sk-first-123456", None)
    assert other.chat is not first.chat
    with pytest.raises(ConfigError, match="make a new client"):
        first.with_options(transport="fast")
    with pytest.raises(ConfigError, match="make a new client"):
        first.with_options(max_concurrency=2)
    with pytest.raises(ConfigError, match="`api_kay` cannot be changed"):
        first.with_options(api_kay="x")


def test_clients_pickle_without_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    client = Onceward(
        api_key="sk-secret-canary",
        provider_keys={"openai": "sk-canary-two"},
        base_url="http://x.test",
        timeout=4,
        max_retries=1,
    )
    data = pickle.dumps(client)
    assert b"canary" not in data
    monkeypatch.setenv("ONCEWARD_API_KEY", "sk-of-the-other-process")
    again = pickle.loads(data)
    assert (again.base_url, again.max_retries, again.timeout.total) == ("http://x.test", 1, 4.0)
    assert again.api_key == Secret("sk-of-the-other-process")
    with pytest.raises(TypeError, match="make a client in the process that uses it"):
        pickle.dumps(Onceward(transport=type("T", (), {"send": lambda *_: None, "close": lambda *_: None})()))


def test_a_temporary_client_lives_as_long_as_its_resource() -> None:
    r = Rig("sync", [Reply(body=COMPLETION)])
    chat = r.client.chat
    del r.client
    assert chat.completions.create(model="m", messages=[{"role": "user", "content": "x"}]).id


def test_numbers_as_timeouts() -> None:
    assert Timeout.of(3) == Timeout(connect=3, pool=3, first_byte=3, idle=3, total=3)
    assert Timeout.of(None) == Timeout(connect=None, pool=None, first_byte=None, idle=None)
    with pytest.raises(ValueError, match="`idle` is 0"):
        Timeout(idle=0)


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"provider_keys": ["sk-a"]}, "`provider_keys` is of type `list`; give a mapping"),
        ({"default_headers": ["a"]}, "`default_headers` is of type `list`; give a mapping"),
        ({"default_headers": {"a b": "c"}}, "'a b' is not a valid header name"),
        ({"default_headers": {5: "c"}}, "5 is not a valid header name"),
        ({"default_query": "a=b"}, "`default_query` is of type `str`; give a mapping"),
        ({"backoff": 5}, "`backoff` is of type `int`; give a `Backoff`"),
        ({"on_retry": 5}, "`on_retry` is of type `int`; give a function"),
        ({"base_url": "http://\ud800.test"}, "`base_url` has the host"),
    ],
)
def test_options_of_a_wrong_type_are_refused_by_name(options: dict[str, Any], fault: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(fault)):
        Onceward(**options)
    with pytest.raises(ConfigError, match=re.escape(fault)):
        Onceward().with_options(**options)
