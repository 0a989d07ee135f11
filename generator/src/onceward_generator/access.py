"""The servers of an API, and the security schemes of its operations. A part of the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

__all__ = ["AuthScheme", "Requirement", "Server", "ServerVariable"]

Requirement: TypeAlias = tuple[str, ...]
"""Schemes that an operation needs together, by their ids; none for a call without credentials."""


@dataclass(frozen=True, slots=True)
class AuthScheme:
    """A security scheme.

    ``kind`` is bearer, basic, header, query, cookie, oauth2, openid, mutual_tls, or unsupported. ``wire`` is the name
    of the header, the query parameter or the cookie. ``label`` says what an unsupported scheme is.
    """

    id: str
    kind: str
    wire: str = "Authorization"
    name: tuple[str, ...] = ()
    label: str = ""
    description: str = ""
    flows: tuple[str, ...] = ()
    """The flows of OAuth 2.0 by which a token can be got."""
    token_url: str | None = None
    refresh_url: str | None = None
    discovery_url: str | None = None
    """The metadata of an OpenID provider or an authorization server."""
    scopes: tuple[str, ...] = ()
    """The scopes that the operations need."""
    assumed: bool = False
    """True if the contract declares no scheme, so that a bearer token can be given."""


@dataclass(frozen=True, slots=True)
class ServerVariable:
    """A variable in the URLs of servers."""

    wire: str
    name: tuple[str, ...]
    default: str
    values: tuple[str, ...] = ()
    """The allowed values; none if any is."""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Server:
    """A server of the API. ``template`` is its URL with variables in braces, ``url`` the one with their defaults."""

    url: str
    description: str = ""
    name: tuple[str, ...] = ()
    """A name that is unique among the servers: declared, or from the description or the URL."""
    template: str = ""
    variables: tuple[ServerVariable, ...] = ()
    relative: bool = False
    """True if the contract only has the path, beside a document without an address: the host is localhost."""
