"""Requests for OAuth 2.0 tokens: one renewal serves all the calls that wait for it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from .errors import APIError, AuthenticationError, ConfigError
from .narrow import is_dict
from .oauth import RefreshToken, TokenSource
from .ports import Lock, Read, Send, Steps, Unlock
from .secrets import MaskedStr, Secret
from .wire import Request

if TYPE_CHECKING:
    from .brand import Scheme
    from .call import Tries

__all__ = ["TokenFor"]


class TokenFor:
    """A source of tokens, for the requests of one call."""

    __slots__ = ("_renewed", "base_url", "scheme", "source")

    def __init__(self, source: TokenSource, scheme: Scheme, base_url: str) -> None:
        self.source = source
        self.scheme = scheme
        self.base_url = base_url
        self._renewed: Tries | None = None

    def authorize(self, tries: Tries, request: Request) -> Steps[Request]:
        """Return the request with a token."""
        token = yield from token_of(tries, self.source, self.scheme, self.base_url)
        headers = [item for item in request.headers if item[0] != "Authorization"]
        headers.append(("Authorization", MaskedStr(f"Bearer {token.reveal()}")))
        return Request(request.method, request.url, headers, request.body, request.timeouts)

    def may_renew(self, tries: Tries, request: Request) -> bool:
        """Drop a token that the server refused. Return True, once, if the request may be sent with another."""
        sent = next((str.__str__(value) for name, value in request.headers if name == "Authorization"), "")
        self.source.forget(sent.removeprefix("Bearer "))
        if self._renewed is tries or not sent or not tries.call.replayable:
            return False
        self._renewed = tries
        return True


def token_of(tries: Tries, source: TokenSource, scheme: Scheme, base_url: str) -> Steps[Secret]:
    """Return a token, renewed once for all the calls that wait for it."""
    clock = tries.call.shared.clock
    token = source.current(clock.monotonic())
    if token is not None:
        return token
    yield Lock(tries.remaining())
    try:
        token = source.current(clock.monotonic())  # another call may have renewed it meanwhile
        if token is None:
            token = yield from _renewed(tries, source, scheme, base_url)
    except GeneratorExit:
        raise
    except BaseException:
        yield Unlock()
        raise
    yield Unlock()
    return token


def _renewed(tries: Tries, source: TokenSource, scheme: Scheme, base_url: str) -> Steps[Secret]:
    url = source.token_url or scheme.url_for(refresh=isinstance(source, RefreshToken))
    if url is None and scheme.discovery_url is not None:
        url = yield from _discovered(tries, urljoin(base_url + "/", scheme.discovery_url))
    if url is None:
        raise ConfigError(f"`{scheme.option}`: the contract names no token endpoint; give `token_url=`")
    url = urljoin(base_url + "/", url)
    while True:
        started = tries.call.shared.clock.monotonic()
        response = yield Send(source.request(url, scheme.scopes, tries.timeouts()), tries.remaining())
        answer = _object((yield Read(response, tries.remaining())))
        if 200 <= response.status < 300 and answer.get("access_token"):
            return source.received(answer, started)
        if response.status in (400, 401) and answer.get("error") == "invalid_client" and source.try_body():
            continue
        raise _refused(tries, url, response.status, answer)


def _discovered(tries: Tries, url: str) -> Steps[str]:
    """Return the token endpoint of an OpenID provider."""
    request = Request("GET", url, [("Accept", "application/json")], None, tries.timeouts())
    response = yield Send(request, tries.remaining())
    answer = _object((yield Read(response, tries.remaining())))
    endpoint = answer.get("token_endpoint")
    if response.status != 200 or not isinstance(endpoint, str):
        raise _refused(tries, url, response.status, answer)
    return endpoint


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if is_dict(found) else {}


def _refused(tries: Tries, url: str, status: int, answer: dict[str, Any]) -> APIError:
    why = answer.get("error_description") or answer.get("error") or "no access token"
    return tries.stamp(
        AuthenticationError(f"{tries.where}: {url} answered {status}: {why}", status_code=status, body=answer)
    )
