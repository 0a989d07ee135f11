"""Render how a client reaches its API: the data of servers and credentials, and the constructor with their options."""

from __future__ import annotations

import re
from collections.abc import Iterator

from onceward_generator.model import Api, AuthScheme, Method, Name, Server
from onceward_generator.plan.python.resources import CLIENT_ANNOTATIONS
from onceward_generator.plan.python.words import argument, snake

from .text import docstring, indent

__all__ = ["Access"]

_OPTIONS: tuple[tuple[str, str, str, str], ...] = (
    ("base_url", "str | None", "None", "The address of the API; also from `{env}_BASE_URL`."),
    ("timeout", "TimeoutInput | Unset", "UNSET", "Seconds, a `Timeout`, or None for no limit; also from"
     " `{env}_TIMEOUT`."),
    ("max_retries", "int | None", "None", "The number of times a failed request is sent again (default 2)."),
    ("default_headers", "Mapping[str, str | None] | None", "None", "Headers of every request. None removes one."),
    ("default_query", "Mapping[str, Any] | None", "None", "Parameters added to the query of every request."),
    ("http_client", "Any", "None", "Your own client of the HTTP library. It is never closed."),
    ("transport", "Any", "None", "`httpx2` (the default), `fast`, or an object with the methods of a transport."),
    ("log_level", "str | None", "None", "debug, info, warn, error or off; also from `{env}_LOG`."),
    ("log_bodies", "bool | None", "None", "Log bodies at debug level, with secrets masked."),
    ("max_concurrency", "int | None", "None", "The number of calls that may run at a time."),
    ("circuit_breaker", "Any", "None", "True or a `CircuitBreaker`: send nothing for a while after failures in a row."),
    ("max_retry_after", "float | None", "None", "The longest wait in seconds that a server may ask for."),
    ("backoff", "Backoff | None", "None", "The waits between attempts when the server does not ask for one."),
    ("on_retry", "Any", "None", "A function called with a `RetryEvent` before each retry."),
    ("clock", "Clock | None", "None", "The source of time, for tests."),
    ("random", "Any", "None", "The source of randomness, for tests."),
)  # fmt: skip
_RESERVED = frozenset(
    {"self", "unknown", "server", "organization", "team", "provider_keys", "raise_on_content_filter", "api_version",
     "cancel_abandoned", *(name for name, *_ in _OPTIONS)}
)  # fmt: skip
_NO_TEXT = frozenset({"basic", "mutual_tls", "unsupported"})
_TEXT = "str | Secret | Callable[[], str] | None"
_TOKEN = "ClientCredentials | RefreshToken | tuple[str, str] | str | Secret | Callable[[], str] | None"
_KINDS = {
    "bearer": (_TEXT, "the bearer token"),
    "header": (_TEXT, "the key in the header `{wire}`"),
    "query": (_TEXT, "the key in the query parameter `{wire}`"),
    "cookie": (_TEXT, "the key in the cookie `{wire}`"),
    "basic": ("BasicAuth | None", "the user name and the password, as a tuple"),
    "oauth2": (_TOKEN, "`ClientCredentials`, a `RefreshToken`, or an access token"),
    "openid": (_TOKEN, "`ClientCredentials`, a `RefreshToken`, or an access token"),
    "mutual_tls": ("Any", "the files of the client certificate and its key, or an `ssl.SSLContext`"),
    "unsupported": ("None", "not supported: {label}"),
}

_ONE, _TWO = '"..."', '("...", "...")'
_EXAMPLES = {"basic": _TWO, "oauth2": _TWO, "openid": _TWO, "mutual_tls": '("client.pem", "client.key")'}
"""Credentials in examples, by the kind of their scheme, where they are not one text."""


class _Code(str):
    """Python that stands for itself in a printed value."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


class Access:
    """The options of the client of one API for its credentials and its servers."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._env = api.brand.env_prefix
        taken: set[str] = set()
        declared = [] if api.brand.gateway else [scheme for scheme in api.auth if not scheme.assumed]
        self.schemes = {scheme.id: (_option(scheme.name or ("auth",), "auth", taken), scheme) for scheme in declared}
        """The option and the scheme of each id."""
        self._servers = () if api.brand.gateway else api.servers
        variables = {one.wire: one for server in self._servers for one in server.variables}
        self._variables = {_option(one.name, "server", taken): one for one in variables.values()}

    @property
    def is_declared(self) -> bool:
        """True if the client has a constructor of its own."""
        return not self._api.brand.gateway

    # --- data

    def brand_values(self) -> dict[str, object]:
        """Return the values of the brand."""
        values: dict[str, object] = {}
        if self.schemes:
            values["schemes"] = {key: self._scheme(option, one) for key, (option, one) in self.schemes.items()}
            values["security"] = self._api.security
        if len(self._servers) > 1 or self._variables:
            values["servers"] = {name: one.template for name, one in self._named()}
        if self._variables:
            values["variables"] = {o: (v.wire, v.default, v.values) for o, v in self._variables.items()}
        if not self._api.brand.gateway:
            values["trims_version"] = False
        return values

    def _named(self) -> Iterator[tuple[str, Server]]:
        """Return the servers by their names."""
        return ((snake(server.name), server) for server in self._servers)

    def _scheme(self, option: str, scheme: AuthScheme) -> _Code:
        values = {
            "kind": scheme.kind, "option": option, "wire": scheme.wire or None, "label": scheme.label or None,
            "token_url": scheme.token_url, "refresh_url": scheme.refresh_url, "discovery_url": scheme.discovery_url,
            "scopes": scheme.scopes or None,
        }  # fmt: skip
        shown = ", ".join(f"{key}={value!r}" for key, value in values.items() if value is not None)
        return _Code(f"Scheme({shown})")

    def samples(self) -> dict[str, object]:
        """Return credentials for tests, by option: those that need neither files nor another server."""
        if not self.schemes:
            return {"api_key": "test-key-0123456789"}
        return {
            option: ("user", "test-password-0123456789") if scheme.kind == "basic" else "test-key-0123456789"
            for option, scheme in self.schemes.values()
            if scheme.kind not in {"mutual_tls", "unsupported"}
        }

    def can_call(self, method: Method) -> bool:
        """Report whether the samples satisfy the security requirement of a method."""
        required = self._api.security if method.security is None else method.security
        usable = {key for key, (_, scheme) in self.schemes.items() if scheme.kind not in {"mutual_tls", "unsupported"}}
        return not self.schemes or not method.auth or not required or any(set(one) <= usable for one in required)

    def credentials(self) -> list[tuple[str, str]]:
        """Return the options for credentials, with what each is."""
        return [(name, about) for name, _, _, about in self._credential_rows()]

    def example(self) -> str | None:
        """Return arguments that show the credentials of the first requirement; None if the client takes none."""
        required = next((one for one in self._api.security if set(one) <= set(self.schemes) and one), None)
        chosen = [self.schemes[key] for key in required or list(self.schemes)[:1]]
        texts = [scheme.id for _, scheme in self.schemes.values() if scheme.kind not in _NO_TEXT]
        if not self.schemes or [scheme.id for _, scheme in chosen] == texts[:1]:
            return 'api_key="..."'
        if any(scheme.kind == "unsupported" for _, scheme in chosen):
            return None
        return ", ".join(f"{option}={_EXAMPLES.get(scheme.kind, _ONE)}" for option, scheme in chosen)

    # --- the constructor

    def imports(self) -> tuple[str, str]:
        """Return the imports of the constructor: those of its values, and those of its annotations."""
        if not self.is_declared:
            return "", ""
        used = set(re.findall(r"\w+", " ".join(annotation for _, annotation, _, _ in self._rows()))) | {"Never"}
        lines = [
            f"from {module} import {', '.join(sorted(found))}"
            for module, names in CLIENT_ANNOTATIONS
            if (found := used & names)
        ]
        return "from ._core.options import UNSET\n", "\n".join(lines) + "\n"

    def constructor(self) -> str:
        """Return the constructor, which shows every option of this API and no others."""
        rows = list(self._rows())
        first = [row for row in rows if row[0] == "api_key"]
        rest = [row for row in rows if row[0] != "api_key"]
        arguments = ["self", *(_argument(row) for row in first), "*", *map(_argument, rest), "**unknown: Never"]
        secrets = [option for option, scheme in self.schemes.values() if scheme.kind != "mutual_tls"]
        secrets += ["api_key"] if first and "api_key" not in secrets else []
        texts = "".join(f"    {name}: {about}\n" for name, _, _, about in (*first, *rest))
        texts += "    **unknown: Refused, with the nearest option that exists.\n"
        doc = docstring(f"Make a client. Options that are not given come from the environment.\n\nArgs:\n{texts}", 2)
        module, function = ("credential_options", "masked") if self.schemes else ("settings", "as_secret")
        mask = "".join(f"{name} = {function}({name})\n" for name in secrets)
        mask = f"from ._core.{module} import {function}\n\n{mask}" if mask else ""
        body = f"{doc}{mask}self._declare(locals().copy())\n"
        return f"def __init__({', '.join(arguments)}) -> None:\n{indent(body)}"

    def _rows(self) -> Iterator[tuple[str, str, str, str]]:
        yield from self._credential_rows()
        if len(self._servers) > 1:
            names = ", ".join(repr(name) for name, _ in self._named())
            yield "server", f"Literal[{names}] | None", "None", "The server to call, by its name."
        for option, variable in self._variables.items():
            kind = f"Literal[{', '.join(map(repr, variable.values))}]" if variable.values else "str"
            about = variable.description.split("\n")[0].rstrip(".") or f"The part `{variable.wire}` of the server's URL"
            yield option, f"{kind} | None", "None", f"{about} (default {variable.default!r})."
        for name, annotation, default, about in _OPTIONS:
            yield name, annotation, default, about.format(env=self._env)

    def _credential_rows(self) -> Iterator[tuple[str, str, str, str]]:
        has_text = any(scheme.kind not in _NO_TEXT for _, scheme in self.schemes.values()) or not self.schemes
        if has_text and "api_key" not in [option for option, _ in self.schemes.values()]:
            about = "The credential of the first scheme that has a single text" if self.schemes else "A bearer token"
            yield "api_key", "str | Secret | None", "None", f"{about}; also from `{self._env}_API_KEY`."
        for option, scheme in self.schemes.values():
            annotation, what = _KINDS[scheme.kind]
            text = what.format(wire=scheme.wire, label=scheme.label)
            yield option, annotation, "None", f"Scheme `{scheme.id}`: {text}{self._environment(option, scheme)}."

    def _environment(self, option: str, scheme: AuthScheme) -> str:
        start = f"{self._env}_{option.upper()}"
        if scheme.kind == "basic":
            return f"; also from `{start}_USERNAME` and `{start}_PASSWORD`"
        if scheme.kind in {"oauth2", "openid"}:
            return f"; also from `{start}`, or `{start}_CLIENT_ID` and `{start}_CLIENT_SECRET`"
        return "" if scheme.kind in {"mutual_tls", "unsupported"} else f"; also from `{start}`"


def _option(words: Name, prefix: str, taken: set[str]) -> str:
    """Return the option for a name of the contract."""
    name = argument(words)
    if name in _RESERVED or name in taken:
        name = f"{prefix}_{name}"
    while name in taken:
        name += "_"
    taken.add(name)
    return name


def _argument(row: tuple[str, str, str, str]) -> str:
    name, annotation, default, _ = row
    return f"{name}: {annotation} = {default}"
