"""Build the settings of the whole SDK: brand, servers, authentication, behaviour."""

from __future__ import annotations

import re
from typing import TypeVar

from onceward_generator.behaviour import Backoff, Behaviour, Clocks, ErrorClass
from onceward_generator.diagnostics import Report
from onceward_generator.load import Map, Node
from onceward_generator.model import AuthScheme, Server
from onceward_generator.sdk_file import SdkFile

__all__ = ["LOGGED", "auth_of", "behaviour_of", "servers_of"]

T = TypeVar("T")

_VERSION_SEGMENT = re.compile(r"/v[0-9]+(?:(?:alpha|beta)[0-9]*)?$")

LOGGED = (
    "accept", "content-length", "content-type", "date", "retry-after", "retry-after-ms", "server", "user-agent",
    "x-request-id", "x-should-retry",
)  # fmt: skip

_ERRORS = (
    ErrorClass(("api", "status"), None),
    ErrorClass(("bad", "request"), ("api", "status"), (400,), types_without_status=("invalid_request_error",)),
    ErrorClass(("authentication",), ("api", "status"), (401,), types=("authentication_error",)),
    ErrorClass(("insufficient", "credits"), ("api", "status"), (402,), types=("insufficient_credits",)),
    ErrorClass(("permission", "denied"), ("api", "status"), (403,), types=("permission_error",)),
    ErrorClass(("not", "found"), ("api", "status"), (404,), types=("not_found_error",)),
    ErrorClass(("request", "timeout"), ("api", "status"), (408,), types_without_status=("timeout_error",)),
    ErrorClass(("conflict",), ("api", "status"), (409,)),
    ErrorClass(("payload", "too", "large"), ("api", "status"), (413,)),
    ErrorClass(("unprocessable", "entity"), ("api", "status"), (422,)),
    ErrorClass(("rate", "limit"), ("api", "status"), (429,), types=("rate_limit_error",)),
    ErrorClass(("internal", "server"), ("api", "status"), status_from=500, types_without_status=("api_error",)),
    ErrorClass(("provider",), ("internal", "server"), (502,)),
    ErrorClass(("overloaded",), ("internal", "server"), (529,), types=("overloaded_error",)),
    ErrorClass(("api", "connection"), None),
    ErrorClass(("api", "timeout"), ("api", "connection")),
    ErrorClass(("stream", "interrupted"), ("api", "connection")),
    ErrorClass(("response", "shape"), None),
    ErrorClass(("circuit", "open"), None),
)


def servers_of(document: Map) -> tuple[tuple[Server, ...], str]:
    """Return the servers, and the version segment to put before every path.

    A server that ends in ``/v1`` describes the beginning of the paths, so that segment moves to the paths.
    """
    found = [(_filled(server).rstrip("/"), str(server.get("description") or "")) for server in document.maps("servers")]
    match = _VERSION_SEGMENT.search(found[0][0]) if found else None
    prefix = match[0] if match and all(url.endswith(match[0]) for url, _ in found) else ""
    return tuple(Server(url.removesuffix(prefix), text.strip()) for url, text in found), prefix


def _filled(server: Map) -> str:
    """Return the URL with the defaults of its variables."""
    variables = server.map("variables") or Map({}, server.at)
    url = str(server.get("url") or "")
    for name, variable in variables.items():
        url = url.replace("{" + name + "}", str(variable.get("default", "")) if isinstance(variable, Map) else "")
    return url


def auth_of(document: Map, sdk: SdkFile, report: Report) -> tuple[AuthScheme, ...]:
    """Return the authentication schemes. An SDK uses the first."""
    components = document.map("components")
    schemes = (components.map("securitySchemes") if components else None) or Map({}, document.at)
    asked = [name for entry in document.maps("security") for name in entry]
    if sdk.auth is not None and sdk.auth not in schemes:
        report.add("W302", f"the contract has no security scheme `{sdk.auth}`", sdk.brand.at)
    order = dict.fromkeys([*([sdk.auth] if sdk.auth else ()), *asked, *schemes])
    found = [_scheme(name, schemes[name], report) for name in order if isinstance(schemes.get(name), Map)]
    return tuple(scheme for scheme in found if scheme is not None) or (AuthScheme("bearer", "bearer", "Authorization"),)


def _scheme(name: str, node: Map, report: Report) -> AuthScheme | None:
    kind = node.get("type")
    if kind == "apiKey" and node.get("in") in {"header", "query"}:
        return AuthScheme(name, str(node["in"]), str(node.get("name") or "Authorization"))
    if kind == "http" and str(node.get("scheme")).lower() == "basic":
        return AuthScheme(name, "basic", "Authorization")
    if kind in {"http", "oauth2", "openIdConnect"}:
        return AuthScheme(name, "bearer", "Authorization")
    report.add("W102", f"the security scheme `{name}` of type {kind!r} is not supported", node.at)
    return None


def behaviour_of(sdk: SdkFile) -> Behaviour:
    """Return retries, headers, clocks and errors: as configured, else the defaults of the model."""
    at = sdk.behaviour.at
    retries, headers, clocks = (sdk.behaviour.map(key) or Map({}, at) for key in ("retries", "headers", "clocks"))
    plain, default_clocks = Behaviour(), Clocks()
    return Behaviour(
        max_retries=int(retries.get("max", plain.max_retries)),
        backoff=Backoff(
            initial=float(retries.get("initial", plain.backoff.initial)),
            factor=float(retries.get("factor", plain.backoff.factor)),
            cap=float(retries.get("cap", plain.backoff.cap)),
            max_retry_after=float(retries.get("max_retry_after", plain.backoff.max_retry_after)),
        ),
        retry_statuses=_numbers(retries.get("statuses"), plain.retry_statuses),
        retry_status_from=int(retries.get("status_from", plain.retry_status_from)),
        unkeyed_retry_statuses=_numbers(retries.get("unkeyed_statuses"), plain.unkeyed_retry_statuses),
        idempotency_header=headers.get("idempotency", plain.idempotency_header),
        request_id_header=str(headers.get("request_id", plain.request_id_header)),
        should_retry_header=str(headers.get("should_retry", plain.should_retry_header)),
        clocks=Clocks(
            connect=_seconds(clocks, "connect", default_clocks.connect),
            pool=_seconds(clocks, "pool", default_clocks.pool),
            first_byte=_seconds(clocks, "first_byte", default_clocks.first_byte),
            idle=_seconds(clocks, "idle", default_clocks.idle),
            total=_seconds(clocks, "total", default_clocks.total),
        ),
        errors=_errors(sdk.behaviour.map("errors")),
        logged_headers=tuple(str(name).lower() for name in headers.get("logged") or LOGGED),
    )


def _seconds(node: Map, key: str, default: float | None) -> float | None:
    value = node.get(key, default)
    return None if value is None else float(value)


def _numbers(node: Node, default: tuple[int, ...]) -> tuple[int, ...]:
    return default if node is None else tuple(int(value) for value in node)


def _errors(node: Map | None) -> tuple[ErrorClass, ...]:
    if not node:
        return _ERRORS
    return tuple(_error(name, entry if isinstance(entry, Map) else Map({}, node.at)) for name, entry in node.items())


def _error(name: str, node: Map) -> ErrorClass:
    parent = node.text("parent")
    selects = bool({"statuses", "status_from", "types", "codes", "types_without_status"} & set(node))
    default = ("api", "status") if selects and name != "api_status" else None
    return ErrorClass(
        name=tuple(name.split("_")),
        parent=tuple(parent.split("_")) if parent else default,
        statuses=_numbers(node.get("statuses"), ()),
        status_from=node.get("status_from"),
        types=tuple(str(value) for value in node.get("types") or ()),
        codes=tuple(str(value) for value in node.get("codes") or ()),
        types_without_status=tuple(str(value) for value in node.get("types_without_status") or ()),
    )
