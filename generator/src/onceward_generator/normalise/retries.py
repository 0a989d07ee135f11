"""Determine which operations may be retried, and remove headers from the parameters that the runtime sends.

The idempotency key is an option of every call, not a parameter: the runtime makes it, sends it, and repeats it. If an
operation does not declare such a key, its server may ignore it; then nothing that changes or generates is sent twice,
unless the configuration names the header. The same is true of the request id: it is sent where it is declared.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

from onceward_generator.load import Map, Node, Seq

from .context import Context, Endpoint, endpoints, map_operations
from .extensions import has_no_retries

__all__ = ["HEADERS", "RETRY", "SENDS", "retries"]

HEADERS = "x-onceward-headers"
"""The names of the runtime's own headers, by `idempotency` and `request_id`, if anything asks for them."""
RETRY = "x-onceward-retry"
SENDS = "x-onceward-sends"
"""The headers among those that an operation has, if not all."""

_DECLARED = {"idempotency": "Idempotency-Key", "request_id": "X-Request-Id"}
_SAFE = frozenset({"get", "head", "options", "trace", "query"})
_IGNORED = frozenset({"accept", "content-type", "authorization"})
"""Header parameters that the specification says to ignore."""
_OWNED = ("authorization", "content-type", "accept", "user-agent", "host", "content-length", "last-event-id")


def retries(document: Map, context: Context) -> Map:
    """Record the retry class of every operation, and the headers that the runtime adds to it."""
    if HEADERS in document:
        return document
    headers = context.sdk.behaviour.map("headers") or Map({}, document.at)
    names = {role: headers.get(role, _declared(document, name)) for role, name in _DECLARED.items()}
    keys = _key_headers(document)
    owned = [str(name).lower() for name in (*_OWNED, *keys, *names.values(), *(headers.seq("owned") or ())) if name]

    def change(endpoint: Endpoint) -> Map:
        operation = endpoint.operation
        if RETRY in operation:
            return operation
        note = context.sdk.note(endpoint.key)
        sends = [role for role, name in names.items() if role in headers or (name and _has(operation, name))]
        keyed = (
            "safe"
            if endpoint.http in _SAFE
            else "keyed"
            if names["idempotency"] and "idempotency" in sends
            else "never"
        )
        parameters = operation.seq("parameters")
        if parameters is not None:
            sent = [p for p in parameters if p.get("in") == "header" and _is_owned(str(p.get("name")), owned)]
            for parameter in sent:
                _note(parameter, keys, context)
            operation = operation.replace(parameters=parameters.of([p for p in parameters if p not in sent]))
        keyed = "never" if has_no_retries(operation) else keyed
        found: dict[str, Node] = {RETRY: (note.retry if note else None) or keyed}
        if any(names[role] and role not in sends for role in names):
            found[SENDS] = Seq(sends, operation.at)
        return operation.merged(found)

    return map_operations(document, change).merged({HEADERS: Map(names, document.at)})


def _note(parameter: Map, keys: frozenset[str], context: Context) -> None:
    """Report a header that is neither an argument nor an option of a call."""
    name = str(parameter.get("name"))
    if name.lower() in _IGNORED:
        message = f"the header parameter `{name}` is ignored, as the specification says"
        context.report.add("N904", message, parameter.at, "it follows from the content and the security")
    elif name.lower() in _OWNED:
        message = f"the header parameter `{name}` is sent by the client, so it is not an argument"
        context.report.add("N904", message, parameter.at, "callers can replace it by `extra_headers`")
    elif name.lower() in keys:
        message = f"the header parameter `{name}` is the credential of a security scheme, so it is not an argument"
        context.report.add("N904", message, parameter.at, "it is an option of the client")


def _key_headers(document: Map) -> frozenset[str]:
    """Return the headers of API keys, in lower case."""
    components = document.map("components") or Map({}, document.at)
    schemes = (components.map("securitySchemes") or Map({}, document.at)).values()
    keys = (one for one in schemes if isinstance(one, Map) and one.get("type") == "apiKey")
    return frozenset(str(one.get("name")).lower() for one in keys if one.get("in") == "header")


def _declared(document: Map, header: str) -> str | None:
    """Return a header if any operation declares it."""
    return header if any(_has(endpoint.operation, header) for endpoint in endpoints(document)) else None


def _has(operation: Map, header: str) -> bool:
    """Return whether an operation declares a header."""
    return any(
        p.get("in") == "header" and str(p.get("name")).lower() == header.lower() for p in operation.maps("parameters")
    )


def _is_owned(name: str, owned: list[str]) -> bool:
    return any(fnmatchcase(name.lower(), pattern) for pattern in owned)
