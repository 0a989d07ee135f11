"""Transports: the choice of the HTTP library that carries requests. `_core.wire` is their interface."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .._core.errors import ConfigError
from .._core.wire import AsyncTransport, Transport

__all__ = ["async_transport", "sync_transport"]

_NAMES = ("httpx2", "fast")


def sync_transport(transport: Any, http_client: Any, certificate: Any = None) -> tuple[Callable[[], Transport], bool]:
    """Return a function that makes the transport of a synchronous client, and whether the client must close it."""
    if certificate is not None:
        return _with_certificate(transport, http_client, certificate).sync, True
    if http_client is not None:
        from .injected import InjectedTransport

        injected = InjectedTransport(http_client)
        return lambda: injected, False
    if transport is None or transport == "httpx2":
        return _httpx2, True
    if transport == "fast":
        return _fast, True
    _check(transport, "send", "close")
    return lambda: transport, False


def async_transport(
    transport: Any, http_client: Any, certificate: Any = None
) -> tuple[Callable[[], AsyncTransport], bool]:
    """Return the same for an asynchronous client. The function is called once per event loop."""
    if certificate is not None:
        return _with_certificate(transport, http_client, certificate).asynchronous, True
    if http_client is not None:
        from .injected import AsyncInjectedTransport

        injected = AsyncInjectedTransport(http_client)
        return lambda: injected, False
    if transport is None or transport == "httpx2":
        return _async_httpx2, True
    if transport == "fast":
        return _async_fast, True
    _check(transport, "send", "aclose")
    return lambda: transport, False


class _Certified:
    """Makes transports that present a client certificate."""

    def __init__(self, context: Any) -> None:
        self._context = context

    def sync(self) -> Transport:
        from .httpx2 import HTTPX2Transport

        return HTTPX2Transport(self._context)

    def asynchronous(self) -> AsyncTransport:
        from .httpx2 import AsyncHTTPX2Transport

        return AsyncHTTPX2Transport(self._context)


def _with_certificate(transport: Any, http_client: Any, certificate: Any) -> _Certified:
    if http_client is not None or transport not in (None, "httpx2"):
        raise ConfigError(
            "a client certificate needs the default transport; give it to your own `http_client` or `transport` instead"
        )
    from ._certificates import context_with

    return _Certified(context_with(certificate))


def _check(transport: Any, *methods: str) -> None:
    if isinstance(transport, type) or not all(callable(getattr(transport, name, None)) for name in methods):
        names = ", ".join(repr(name) for name in _NAMES)
        raise ConfigError(
            f"`transport` is {transport!r}; give {names}, or an object with `{methods[0]}` and `{methods[1]}`"
        )


def _httpx2() -> Transport:
    from .httpx2 import HTTPX2Transport

    return HTTPX2Transport()


def _fast() -> Transport:
    from .fast import FastTransport

    return FastTransport()


def _async_httpx2() -> AsyncTransport:
    from .httpx2 import AsyncHTTPX2Transport

    return AsyncHTTPX2Transport()


def _async_fast() -> AsyncTransport:
    from .fast import AsyncFastTransport

    return AsyncFastTransport()
