"""Determine which operations may be retried, and remove headers from the parameters that the runtime sends.

The idempotency key is an option of every call, not a parameter: the runtime makes it, sends it, and repeats it. If a
contract never mentions such a key, its server may ignore it; then nothing that changes or generates is sent twice,
unless the configuration names the header.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

from onceward_generator.load import Map

from .context import Context, Endpoint, endpoints, map_operations

__all__ = ["RETRY", "retries"]

RETRY = "x-onceward-retry"

_KEY = "Idempotency-Key"
_SAFE = frozenset({"get", "head", "options", "trace", "query"})
_IGNORED = frozenset({"accept", "content-type", "authorization"})
"""Header parameters that the specification says to ignore."""
_OWNED = ("authorization", "content-type", "accept", "user-agent", "host", "content-length", "last-event-id")


def retries(document: Map, context: Context) -> Map:
    """Record the retry class of every operation."""
    headers = context.sdk.behaviour.map("headers") or Map({}, document.at)
    header = headers.get("idempotency", _declared(document))
    request_id = headers.get("request_id", "X-Request-Id")
    keys = _key_headers(document)
    owned = [str(name).lower() for name in (*_OWNED, *keys, header, request_id, *(headers.seq("owned") or ())) if name]

    def change(endpoint: Endpoint) -> Map:
        operation = endpoint.operation
        if RETRY in operation:
            return operation
        note = context.sdk.note(endpoint.key)
        keyed = "safe" if endpoint.http in _SAFE else "keyed" if header else "never"
        parameters = operation.seq("parameters")
        if parameters is not None:
            sent = [p for p in parameters if p.get("in") == "header" and _is_owned(str(p.get("name")), owned)]
            for parameter in sent:
                _note(parameter, keys, context)
            operation = operation.replace(parameters=parameters.of([p for p in parameters if p not in sent]))
        return operation.merged({RETRY: (note.retry if note else None) or keyed})

    return map_operations(document, change)


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


def _declared(document: Map) -> str | None:
    """Return the header of the idempotency key, if any operation accepts it."""
    spoken = (parameter for endpoint in endpoints(document) for parameter in endpoint.operation.maps("parameters"))
    return next((_KEY for p in spoken if str(p.get("name")).lower() == _KEY.lower()), None)


def _is_owned(name: str, owned: list[str]) -> bool:
    return any(fnmatchcase(name.lower(), pattern) for pattern in owned)
