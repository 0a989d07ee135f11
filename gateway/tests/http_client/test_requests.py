"""Requests as bytes: URLs, headers, and proxies of the environment."""

from __future__ import annotations

import pytest

from onceward_gateway.providers.http_client import HttpClient, InvalidRequest, Proxies, Proxy
from onceward_gateway.providers.http_client.target import Target

from .kit import answer, read, serving


def head(url: str, *headers: tuple[str, str], defaults: tuple[tuple[str, str], ...] = ()) -> str:
    """Return the head of a request."""
    return Target("POST", url).head(headers, defaults, "Content-Length: 0\r\n").decode()


@pytest.mark.parametrize(
    ("url", "line", "host"),
    [
        ("http://example.com", "/", "example.com"),
        ("HTTPS://EXAMPLE.com:443/v1/chat?a=b&c=d%20e", "/v1/chat?a=b&c=d%20e", "example.com"),
        ("http://example.com:8080/a b/\u00fc#part", "/a%20b/%C3%BC", "example.com:8080"),
        ("http://b\u00fccher.example/", "/", "xn--bcher-kva.example"),
        ("http://[::1]:80/x", "/x", "[::1]"),
        ("https://[2001:db8::1]:8443/x", "/x", "[2001:db8::1]:8443"),
        ("http://example.com/a?b\r\nc", "/a?bc", "example.com"),
    ],
)
def test_urls(url: str, line: str, host: str) -> None:
    assert head(url) == f"POST {line} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\n\r\n"


@pytest.mark.parametrize(
    "url",
    [
        *("", "example.com", "ftp://example.com", "http://", "http://:80", "http://a b/", "http://example.com:x"),
        *("http://exa\\mple.com", "http://example.com:99999", "http://[::1", "http://a\0b/", "//example.com"),
    ],
)
def test_urls_that_are_refused(url: str) -> None:
    with pytest.raises(InvalidRequest):
        Target("POST", url)


@pytest.mark.parametrize("method", ["", "post", "GET /", "GET\r\n", "CONNECT"])
def test_methods_that_are_refused(method: str) -> None:
    with pytest.raises(InvalidRequest):
        Target(method, "http://example.com")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("x-a", "b\r\nx-evil: 1"),
        ("x-a", "b\nx-evil: 1"),
        ("x-a", "b\rx-evil: 1"),
        ("x-a", "b\0"),
        ("x-a\r\nx-evil", "1"),
        ("x-a: b\r\nx-evil", "1"),
        ("x a", "b"),
        ("x-a:", "b"),
        ("", "b"),
        ("x-\u00fc", "b"),
        ("x-a", "\ud83d"),
        # These would contradict how the client frames the request.
        ("Content-Length", "5"),
        ("transfer-encoding", "chunked"),
        ("Connection", "close"),
        ("Upgrade", "h2c"),
    ],
)
def test_headers_that_are_refused(name: str, value: str) -> None:
    for _ in range(2):
        with pytest.raises(InvalidRequest):
            head("http://example.com", ("x-good", "1"), (name, value))


def test_headers_of_the_caller_win() -> None:
    given = (
        ("HOST", "other.example"),
        ("Authorization", "Bearer key"),
        ("User-agent", "mine"),
        ("X-Name", "Gr\u00f6\u00dfe"),
    )
    defaults = (("user-agent", "theirs"), ("accept", "*/*"))
    assert head("http://me:secret@example.com/", *given, defaults=defaults) == (
        "POST / HTTP/1.1\r\nHOST: other.example\r\nAuthorization: Bearer key\r\nUser-agent: mine\r\n"
        "X-Name: Gr\u00f6\u00dfe\r\naccept: */*\r\nContent-Length: 0\r\n\r\n"
    )


def test_credentials_of_a_url_are_sent() -> None:
    assert "\r\nAuthorization: Basic bWU6c2VjL3JldA==\r\n" in head("http://me:sec%2Fret@example.com/")


async def test_a_refused_request_sends_nothing() -> None:
    async with serving(answer()) as upstream, HttpClient() as client:
        with pytest.raises(InvalidRequest) as raised:
            await read(client, upstream.url, headers=[("x-a", "b\r\nx-evil: 1")])
        assert (raised.value.sent, upstream.accepted) == (False, 0)


# -- proxies


@pytest.mark.parametrize(
    ("no_proxy", "url", "direct"),
    [
        ("", "http://example.com", False),
        ("*", "http://example.com", True),
        ("example.com", "http://example.com", True),
        ("example.com", "http://api.example.com", True),
        (".example.com", "http://api.example.com", True),
        ("example.com", "http://badexample.com", False),
        ("other.com, EXAMPLE.com", "http://example.com", True),
        ("example.com:8080", "http://example.com", False),
        ("example.com:8080", "http://example.com:8080", True),
        ("10.0.0.0/8", "http://10.1.2.3", True),
        ("10.0.0.0/8", "http://11.1.2.3", False),
        ("::1", "http://[::1]/", True),
        ("[::1]:80", "http://[::1]/", True),
        ("127.0.0.1", "https://127.0.0.1", True),
    ],
)
def test_hosts_without_a_proxy(no_proxy: str, url: str, direct: bool) -> None:
    proxies = Proxies("http://proxy:3128", "http://proxy:3128", no_proxy)
    assert (Target("POST", url, proxies).origin.proxy is None) == direct


def test_proxies_of_the_environment() -> None:
    environ = {"HTTPS_PROXY": "http://me:p%40ss@secure:1", "https_proxy": "", "http_proxy": "plain:2", "NO_PROXY": "a"}
    proxies = Proxies.from_environment(environ)
    assert proxies.proxy_of("https", "b", 443) == Proxy("secure", 1, "Basic bWU6cEBzcw==")
    assert proxies.proxy_of("http", "b", 80) == Proxy("plain", 2, "")
    assert proxies.proxy_of("http", "a", 80) is None
    every = Proxies.from_environment({"ALL_PROXY": "http://all"})
    assert every.proxy_of("http", "b", 80) == every.proxy_of("https", "b", 443) == Proxy("all", 80, "")
    # In a CGI program this variable is a header of the request.
    assert (
        Proxies.from_environment({"HTTP_PROXY": "http://evil", "REQUEST_METHOD": "GET"}).proxy_of("http", "b", 80)
        is None
    )


@pytest.mark.parametrize("url", ["https://proxy", "socks5://proxy", "http://", "http://proxy:x"])
def test_proxies_that_are_refused(url: str) -> None:
    with pytest.raises(InvalidRequest):
        Proxies(url)


def test_a_proxy_and_a_resolver_exclude_each_other() -> None:
    async def resolve(host: str, port: int) -> list[tuple[int, object]]:
        return []

    with pytest.raises(ValueError, match="resolver"):
        HttpClient(resolver=resolve, proxies=Proxies("http://proxy"))
