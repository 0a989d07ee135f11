"""Make calls: an operation and its arguments, under the settings of a client, become a `Call` ready to be sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final, Literal
from urllib.parse import urljoin

from .body import Encoded, Uploader, encode_any, encode_body
from .call import Call
from .config import Config
from .dialect import dialect
from .encode import encode_query, query_pairs, surrogate_faults
from .errors import ParameterError
from .headers import (
    accept_headers,
    auth_headers,
    base_headers,
    check_headers,
    check_names,
    overridden,
    value_in,
)
from .ids import uuid4
from .narrow import is_mapping
from .operation import Operation, Result, Stream
from .options import UNSET, Timeout, Unset
from .params import Parts, split
from .settings import Settings

__all__ = ["CallFactory"]

_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class CallFactory:
    """Makes the calls of one client under one set of settings."""

    __slots__ = ("_auth", "_base", "_call_headers", "_credentials", "_settings", "_uploader")

    def __init__(self, settings: Settings, uploader: Uploader) -> None:
        brand, config = settings.shared.brand, settings.config
        self._settings = settings
        self._uploader = uploader
        self._base = base_headers(brand, config)
        self._call_headers = dialect().call_headers(brand, config.extras) if config.extras else None
        self._auth: list[tuple[str, str]] = [] if brand.schemes else auth_headers(brand, config)
        self._credentials: Any = None
        if brand.schemes:
            self._credentials = _credentials().Credentials(brand, config.credentials, config.base_url)

    def prepare(self, operation: Operation, arguments: Mapping[str, Any]) -> Call:
        """Make the call of a method, or raise one `ParameterError` for everything wrong with its arguments."""
        if operation.alternatives:
            operation, arguments = _alternatives().chosen(operation, arguments)
        try:
            parts = split(operation, arguments)
            stream = operation.stream
            if stream is not None and stream.flag is not None and parts.body.get(stream.flag) is not True:
                stream = stream if _asked(stream, parts, operation, arguments) else None
            call = self._call(operation, parts, encode_body(operation, parts, self._uploader), stream, arguments)
        except UnicodeEncodeError as error:  # in a path, a query or a form
            raise ParameterError(surrogate_faults(arguments) or [str(error)], operation.id) from None
        text_when = operation.result.text_when
        if text_when:
            call.as_text = any(parts.body.get(wire) in values for wire, values in text_when.items())
        return call

    def prepare_any(
        self, method: str, path: str, *, body: Any, query: Mapping[str, Any] | None, result: Any, stream: bool,
        options: Mapping[str, Any],
    ) -> Call:  # fmt: skip
        """Make a call to any path, for what the generated methods do not cover."""
        if not path.startswith("/"):
            raise ParameterError([f"`path` is {path!r}; give the whole path, such as '/v1/models'"], "request")
        encoded = encode_any(body, options.get("extra_body"))
        kind: Literal["binary", "text", "json"] = "binary" if result is bytes else "text" if result is str else "json"
        operation = Operation(id="request", method=method.upper(), path=path, result=Result(kind=kind), retry="keyed")
        parts = Parts(path, [pair for name, value in (query or {}).items() for pair in query_pairs(name, value)])
        parts.options = dict(options)
        events = Stream(event="", done="[DONE]", flag=None) if stream else None
        call = self._call(operation, parts, encoded, events, body if is_mapping(body) else {})
        call.type_ = Any if result is None else result
        return call

    def _call(
        self, operation: Operation, parts: Parts, encoded: Encoded, stream: Stream | None, arguments: Mapping[str, Any]
    ) -> Call:
        config, options, method = self._settings.config, parts.options, operation.method
        content, content_type, replayable = encoded
        behaviour = self._settings.shared.brand.behaviour
        sends = operation.sends
        key = options.get("idempotency_key", UNSET)
        if isinstance(key, Unset):
            keyed = behaviour.idempotency_header is not None and (sends is None or "idempotency" in sends)
            key = uuid4() if keyed and method not in _SAFE_METHODS else None
        request_id = options.get("request_id")
        if not request_id and behaviour.request_id_header is not None and (sends is None or "request_id" in sends):
            request_id = uuid4()
        headers = self._headers(operation, parts, stream, arguments)
        if request_id:
            headers.append((behaviour.request_id_header or "X-Request-Id", request_id))
        if key is not None:
            headers.append((behaviour.idempotency_header or "Idempotency-Key", key))
        tokens, own = None, len(parts.query)
        if self._credentials is not None and operation.auth:
            tokens = self._credentials.add(operation.id, operation.security, headers, parts.query)
        headers = _with_changes(headers, content_type, config, options, operation)
        if "extra_headers" in options:
            key = value_in(headers, (behaviour.idempotency_header or "Idempotency-Key").lower())
            request_id = value_in(headers, (behaviour.request_id_header or "X-Request-Id").lower()) or request_id
        return Call(
            operation=operation.id,
            method=method,
            url=self._url(parts, options.get("extra_query"), operation.server),
            headers=headers,
            body=content,
            replayable=replayable,
            timeout=self._timeout(operation, options, stream),
            max_retries=_retries(options.get("max_retries"), config.max_retries, operation),
            key=key,
            request_id=request_id,
            safe=method in _SAFE_METHODS or operation.retry == "safe",
            never=operation.retry == "never",
            result=operation.result,
            answers=operation.answers,
            errors=operation.errors,
            stream=stream,
            shared=self._settings.shared,
            config=config,
            tokens=tokens,
            query_credentials=tuple(parts.query[own:]),
        )

    def _headers(
        self, operation: Operation, parts: Parts, stream: Stream | None, arguments: Mapping[str, Any]
    ) -> list[tuple[str, str]]:
        headers = accept_headers(operation.result, stream, operation.accept)
        headers += self._base
        if operation.auth:
            headers += self._auth
        if self._call_headers is not None:
            headers += self._call_headers(arguments)
        headers += parts.headers
        return headers

    def _timeout(self, operation: Operation, options: Mapping[str, Any], stream: Stream | None) -> Timeout:
        given = options.get("timeout", UNSET)
        timeout = self._settings.config.timeout if isinstance(given, Unset) else _timeout(given, operation)
        if stream is not None and not isinstance(options.get("timeout", self._settings.given["timeout"]), Timeout):
            return timeout.for_stream()
        return timeout

    def _url(self, parts: Parts, extra: Mapping[str, Any] | None, server: str | None) -> str:
        config = self._settings.config
        pairs: Sequence[tuple[str, str]] = parts.query
        if config.default_query or extra:
            more = {**config.default_query, **(extra or {})}
            pairs = [pair for pair in pairs if pair[0] not in more]
            pairs += [pair for name, value in more.items() for pair in query_pairs(name, value)]
        base = config.base_url
        if server is not None and config.own_server:
            base = urljoin(base, server).rstrip("/")  # it may be relative
        url = base + parts.path
        return f"{url}{'&' if '?' in parts.path else '?'}{encode_query(pairs)}" if pairs else url


@cache
def _alternatives() -> Any:
    """Return the choice among several media types of a request."""
    from . import alternatives as part

    return part


@cache
def _credentials() -> Any:
    """Return the places of credentials in requests."""
    from . import credentials as part

    return part


def _asked(stream: Stream, parts: Parts, operation: Operation, arguments: Mapping[str, Any]) -> bool:
    """Report whether a flag that is not a member of an object body requests the stream."""
    flag, whole = stream.flag or "", parts.whole
    if stream.flag_place == "body":
        return (whole.get(flag) if is_mapping(whole) else getattr(whole, flag, None)) is True
    return any(
        arguments.get(name) is True
        for name, param in operation.params.items()
        if param.wire == flag and param.place == stream.flag_place
    )


def _with_changes(
    headers: list[tuple[str, str]], content_type: str | None, config: Config, options: Mapping[str, Any],
    operation: Operation,
) -> list[tuple[str, str]]:  # fmt: skip
    """Return the headers with the client's defaults, the body's type and the caller's changes, all checked."""
    if config.default_headers:
        headers = overridden(headers, config.default_headers)
        if content_type is not None:
            headers = overridden(headers, {"content-type": None})
    if content_type is not None:
        headers.append(("Content-Type", content_type))
    if "extra_headers" in options:
        check_names(options["extra_headers"], operation.id)
        headers = overridden(headers, options["extra_headers"])
    check_headers(headers, operation.id)
    return headers


def _timeout(value: Any, operation: Operation) -> Timeout:
    try:
        return Timeout.of(value)
    except (TypeError, ValueError) as error:
        fault = f"`timeout` is {value!r}; give seconds above 0, a `Timeout`, or None for no limit"
        raise ParameterError([fault], operation.id) from error


def _retries(given: Any, default: int, operation: Operation) -> int:
    if given is None:
        return default
    if not isinstance(given, int) or isinstance(given, bool) or given < 0:
        raise ParameterError([f"`max_retries` is {given!r}; give a whole number from 0"], operation.id)
    return given
