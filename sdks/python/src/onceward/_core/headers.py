"""The headers of a request: the client's own, credentials, and the caller's changes to them."""

from __future__ import annotations

from collections.abc import Mapping

from .brand import Brand
from .config import Config
from .dialect import dialect
from .encode import header_fault, header_name_fault
from .errors import ParameterError
from .operation import Result, Stream
from .secrets import MaskedStr

__all__ = [
    "accept_headers",
    "auth_headers",
    "base_headers",
    "check_headers",
    "check_names",
    "overridden",
    "value_in",
]

Headers = list[tuple[str, str]]


def base_headers(brand: Brand, config: Config) -> Headers:
    """Return the headers that name the client, and those of the options that only this package's server has."""
    headers: Headers = [("User-Agent", f"{brand.package}-python/{brand.version}")]
    return headers + (dialect().headers(brand, config.extras) if config.extras else [])


def auth_headers(brand: Brand, config: Config) -> Headers:
    """Return the header that carries the API key, if there is a key."""
    key = config.api_key
    if key is None:
        return []
    if brand.auth == "bearer":
        return [("Authorization", MaskedStr(f"Bearer {key.reveal()}"))]
    return [(brand.auth[1], MaskedStr(key.reveal()))]


def accept_headers(result: Result, stream: Stream | None, accept: str | None = None) -> Headers:
    """Return the headers that say which responses the client can read. ``accept`` is that of the operation."""
    if stream is not None:
        accepted = stream.media_type
    elif accept is not None:
        accepted = accept
    else:
        accepted = "application/json" if result.kind == "json" and not result.text_when else "*/*"
    # A compressed stream could be held back until a block of the encoding is full.
    return [("Accept", accepted), ("Accept-Encoding", "identity" if stream is not None else "gzip, deflate")]


def overridden(headers: Headers, changes: Mapping[str, str | None]) -> Headers:
    """Return the headers with ``changes`` in place of those of the same name; None removes a header."""
    names = {name.lower() for name in changes}
    kept = [pair for pair in headers if pair[0].lower() not in names]
    return kept + [(name, value) for name, value in changes.items() if value is not None]


def value_in(headers: Headers, name: str, default: str | None = None) -> str | None:
    """Return the value of the first header with this name in lower case."""
    return next((value for key, value in headers if key.lower() == name), default)


def check_names(headers: Mapping[str, str | None], operation: str) -> None:
    """Raise `ParameterError` for names that HTTP does not allow."""
    faults = [fault for fault in map(header_name_fault, headers) if fault]
    if faults:
        raise ParameterError(faults, operation)


def check_headers(headers: Headers, operation: str) -> None:
    """Raise `ParameterError` for the first header that HTTP does not allow."""
    for name, value in headers:
        if value.isascii() and value.isprintable() and value[:1] != " " and value[-1:] != " ":
            continue  # nearly every value of nearly every request
        fault = header_fault(name, value)
        if fault:
            raise ParameterError([fault], operation)
