"""Build the settings of the whole SDK: brand, servers, authentication, behaviour."""

from __future__ import annotations

from typing import TypeVar

from onceward_generator.behaviour import LOGGED, Backoff, Behaviour, Clocks, ErrorClass
from onceward_generator.load import Map, Node
from onceward_generator.normalise.retries import HEADERS
from onceward_generator.sdk_file import SdkFile

__all__ = ["behaviour_of"]

T = TypeVar("T")

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


def behaviour_of(sdk: SdkFile, document: Map) -> Behaviour:
    """Return retries, headers, clocks and errors: as configured, else as an extension says, else the defaults."""
    at = sdk.behaviour.at
    own_headers = document.map(HEADERS) or Map({}, document.at)
    retries, headers, clocks = (sdk.behaviour.map(key) or Map({}, at) for key in ("retries", "headers", "clocks"))
    retries = Map({**_speakeasy_retries(document), **retries}, at)
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
        idempotency_header=own_headers.get("idempotency"),
        request_id_header=own_headers.get("request_id"),
        retry_count_header=headers.get("retry_count"),
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


def _speakeasy_retries(document: Map) -> dict[str, Node]:
    """Return the retries that the extension of Speakeasy declares for the whole API, as `sdk.yaml` has them."""
    node = document.map("x-speakeasy-retries")
    if node is None:
        return {}
    if node.get("strategy") == "none":
        return {"max": 0}
    backoff = node.map("backoff") or Map({}, node.at)
    found: dict[str, Node] = {}
    for key, name, unit in (
        ("initial", "initialInterval", 1000),
        ("cap", "maxInterval", 1000),
        ("factor", "exponent", 1),
    ):
        value = backoff.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
            found[key] = value / unit
    codes = [str(code).upper() for code in node.seq("statusCodes") or ()]
    ranges = [int(code[0]) * 100 for code in codes if code[1:] == "XX" and code[0].isdigit()]
    if codes:
        found["statuses"] = [int(code) for code in codes if code.isdigit()]
        found["status_from"] = min(ranges, default=600)
    return found


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
