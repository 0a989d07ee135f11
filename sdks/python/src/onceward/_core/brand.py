"""The names, prefixes and addresses of one package built on this runtime. Generated as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from .behaviour import DEFAULT, Behaviour

__all__ = ["Brand", "Scheme"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """A security scheme of the contract.

    ``kind`` is bearer, basic, header, query, cookie, oauth2, openid, mutual_tls or unsupported; ``option`` the client
    option with its credential; ``wire`` the name of its header, query parameter or cookie.
    """

    kind: str
    option: str
    wire: str = "Authorization"
    label: str = ""
    """A name of the scheme for the error of one that is not supported."""
    token_url: str | None = None
    refresh_url: str | None = None
    discovery_url: str | None = None
    scopes: tuple[str, ...] = ()
    """The scopes that the operations need."""

    @property
    def is_text(self) -> bool:
        """True if the credential is one text."""
        return self.kind not in ("basic", "mutual_tls", "unsupported")

    def url_for(self, *, refresh: bool) -> str | None:
        """Return the token endpoint."""
        return (self.refresh_url if refresh else None) or self.token_url


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """The values that a generated package passes to the runtime.

    ``env_prefix`` is the start of ``<PREFIX>_API_KEY`` and the like, ``header_prefix`` that of the package's own
    headers. ``auth`` is ``"bearer"`` or ``("header", <name>)``. ``cancel_path`` is the path, with ``{call_id}``, that
    cancels a call; None if the server cannot.
    """

    name: str
    package: str
    env_prefix: str
    header_prefix: str
    base_url: str
    key_prefix: str = ""
    version: str = "0"
    auth: Literal["bearer"] | tuple[Literal["header"], str] = "bearer"
    cancel_path: str | None = None
    dialect: str | None = None
    """The module of this package with the words of its server, as a path of modules."""
    embedded_errors: bool = False
    """An ``error`` that a type does not declare is an error, whatever the status of its response."""
    behaviour: Behaviour = DEFAULT
    """Defaults of retries and time limits, and names of headers."""

    schemes: Mapping[str, Scheme] = field(default_factory=dict[str, Scheme])
    """The security schemes of the contract by their names; none if ``auth`` says all."""
    security: tuple[tuple[str, ...], ...] = ()
    """The requirement of operations without their own: alternatives, each of schemes that go together."""
    servers: Mapping[str, str] = field(default_factory=dict[str, str])
    """The servers of the contract by their names, as templates."""
    variables: Mapping[str, tuple[str, str, tuple[str, ...]]] = field(
        default_factory=dict[str, tuple[str, str, tuple[str, ...]]]
    )
    """The variables of the servers by their options: the name in the template, the default, and the allowed values."""
    trims_version: bool = True
    """A trailing ``/v1`` of the base URL is removed, because the paths have it."""

    @property
    def options(self) -> tuple[str, ...]:
        """The client options that only this package has."""
        server = ("server",) if self.servers else ()
        return (*(scheme.option for scheme in self.schemes.values()), *server, *self.variables)

    def env(self, name: str) -> str:
        """Return the environment variable of the option ``name``."""
        return f"{self.env_prefix}_{name}"

    def header(self, name: str) -> str:
        """Return the brand's own header ``name``."""
        return f"{self.header_prefix}-{name}"
