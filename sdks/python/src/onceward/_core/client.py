"""What both clients share and what needs no I/O: options, the state behind retries, and the making of calls."""

from __future__ import annotations

import random as _random
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final, Literal, Never, Self
from urllib.parse import urlsplit

from .brand import Brand
from .breaker import Breaker
from .call import Call, Shared
from .config import Config, resolve, table_option
from .decode import decode
from .doubled import doubled_names
from .encode import encode_json, encode_query, header_fault, header_name_fault, query_pairs, surrogate_faults
from .errors import ConfigError, ParameterError
from .filters import raise_if_filtered
from .ids import uuid4
from .log import Log
from .meta import Meta
from .multipart import Layout, lay_out, single
from .narrow import is_mapping
from .operation import Body, Operation, Result, Stream
from .options import UNSET, Timeout, TimeoutInput, Unset
from .params import Parts, split
from .ports import Clock
from .retry import Backoff, RetryBudget
from .secrets import MaskedStr, Secret

__all__ = ["BaseClient"]

_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
# Options that are answered by a new client but not by `resolve`.
_OWN: Final = ("http_client", "transport", "clock", "random", "max_concurrency")
_NAMES: Final = (
    "api_key",
    "base_url",
    "organization",
    "team",
    "provider_keys",
    "timeout",
    "max_retries",
    "default_headers",
    "default_query",
    "log_level",
    "log_bodies",
    "raise_on_content_filter",
    "api_version",
    "max_concurrency",
    "circuit_breaker",
    "max_retry_after",
    "backoff",
    "on_retry",
    "cancel_abandoned",
)


class BaseClient:
    """Options and the making of calls; the drivers add the I/O."""

    _brand: ClassVar[Brand]
    _default_clock: ClassVar[Clock]
    _raw: bool = False

    def __init__(
        self,
        api_key: str | Secret | None = None,
        *,
        base_url: str | None = None,
        organization: str | None = None,
        team: str | None = None,
        provider_keys: Mapping[str, str | Secret] | None = None,
        timeout: TimeoutInput | Unset = UNSET,
        max_retries: int | None = None,
        default_headers: Mapping[str, str | None] | None = None,
        default_query: Mapping[str, Any] | None = None,
        http_client: Any = None,
        transport: Any = None,
        log_level: str | None = None,
        log_bodies: bool | None = None,
        raise_on_content_filter: bool | None = None,
        api_version: str | None = None,
        max_concurrency: int | None = None,
        circuit_breaker: Any = None,
        max_retry_after: float | None = None,
        backoff: Backoff | None = None,
        on_retry: Any = None,
        cancel_abandoned: bool | None = None,
        clock: Clock | None = None,
        random: Any = None,
        **unknown: Never,
    ) -> None:
        """Make a client. What is not given comes from the environment, then from defaults.

        Args:
            api_key: The key; also from ``<PREFIX>_API_KEY``. A local gateway may need none.
            base_url: Where the gateway is; also from ``<PREFIX>_BASE_URL``. A trailing ``/`` or ``/v1`` is cut off.
            organization: On whose behalf; also from ``<PREFIX>_ORGANIZATION``.
            team: Which team of it; also from ``<PREFIX>_TEAM``.
            provider_keys: The caller's own keys by provider id. Only the one for a request's model is sent with it.
            timeout: Seconds, a `Timeout` with its five clocks, or None for no limit; also from ``<PREFIX>_TIMEOUT``.
            max_retries: How often a failed request is sent again; also from ``<PREFIX>_MAX_RETRIES``. 2 by default.
            default_headers: Sent with every request. None removes a header that the client would send.
            default_query: Added to every request's query.
            http_client: Your own client of the HTTP library. It is used as it is, and never closed.
            transport: ``"httpx2"`` (the default), ``"fast"``, or an object with the two methods of a transport.
            log_level: debug, info, warn, error or off; also from ``<PREFIX>_LOG``.
            log_bodies: Whether bodies are logged at debug level, secrets masked; also from ``<PREFIX>_LOG_BODIES``.
            raise_on_content_filter: Whether an answer that a content filter stopped is a `ContentFilterError`. False.
            api_version: The version of the API to ask for.
            max_concurrency: How many calls may run at a time; the rest wait, at most for the `pool` clock.
            circuit_breaker: True or a `CircuitBreaker`: send nothing for a while after failures in a row.
            max_retry_after: The longest wait, in seconds, that a server may ask for; above it the error is raised at
            once. 60. backoff: The waits between attempts where the server names none.
            on_retry: Called with a `RetryEvent` before each retry.
            cancel_abandoned: Whether a stream that is left early cancels its call at the server. True.
            clock: Where time comes from; for tests.
            random: Where chance comes from; for tests.
        """
        if unknown:
            raise ConfigError(_unknown_options(unknown, [*_NAMES, *_OWN]))
        # From here on keys are secrets, so that a traceback that shows the locals of this function shows none.
        api_key = Secret(api_key) if isinstance(api_key, str) else api_key
        provider_keys = _secrets(provider_keys)
        given = locals()
        self._given: dict[str, Any] = {name: given[name] for name in _NAMES}
        del given
        self._config: Config = resolve(self._brand, self._given)
        if http_client is not None and transport is not None:
            raise ConfigError("`http_client` and `transport` exclude each other; give one of them")
        self._clock: Clock = clock if clock is not None else self._default_clock
        breaker = None if self._config.circuit_breaker is None else Breaker(self._config.circuit_breaker, self._clock)
        log = Log(self._brand.package, self._config.log_level, self._config.log_bodies)
        self._shared = Shared(
            self._brand, self._clock, random if random is not None else _random, log, RetryBudget(), breaker
        )
        self._headers, self._auth = self._base_headers(), self._auth_headers()
        self._own_options: dict[str, Any] = {
            "http_client": http_client,
            "transport": transport,
            "clock": clock,
            "random": random,
        }
        self._link = self._connect(http_client, transport)
        if self._config.api_key is not None and self._config.base_url.startswith("http:"):
            _warn_of_plain_http(self._config.base_url)

    def _connect(self, http_client: Any, transport: Any) -> Any:
        """What holds the connections; shared by all copies of the client."""
        raise NotImplementedError

    # --- options ---

    @property
    def api_key(self) -> Secret | None:
        return self._config.api_key

    @api_key.setter
    def api_key(self, value: str | Secret | None) -> None:
        """Use another key from the next request on. Copies of this client, and calls under way, keep theirs."""
        self._reconfigure({"api_key": value})

    @property
    def base_url(self) -> str:
        return self._config.base_url

    @property
    def timeout(self) -> Timeout:
        return self._config.timeout

    @property
    def max_retries(self) -> int:
        return self._config.max_retries

    def with_options(self, **options: Any) -> Self:
        """A client with some options changed. It shares this one's connections, and is as cheap as a call.

        ``default_headers``, ``default_query`` and ``provider_keys`` are added to those of this client.
        """
        unknown = [name for name in options if name not in _NAMES or name in _OWN]
        if unknown:
            own = [name for name in unknown if name in _OWN]
            hint = (
                f"`{own[0]}` belongs to a client's connections: make a new client"
                if own
                else _unknown_options(unknown, _NAMES)
            )
            raise ConfigError(f"`with_options`: `{unknown[0]}` cannot be changed; {hint}")
        for name in ("default_headers", "default_query", "provider_keys"):
            if options.get(name):
                options[name] = {**(self._given[name] or {}), **table_option(name, options[name])}
        return self._copy(options)

    def _copy(self, options: Mapping[str, Any]) -> Self:
        other = object.__new__(type(self))
        # Resources are cached in the instance's dictionary and belong to the client they were made by.
        for name, value in self.__dict__.items():
            if name.startswith("_"):
                other.__dict__[name] = value
        if options:
            other._reconfigure(options)
        return other

    def _reconfigure(self, options: Mapping[str, Any]) -> None:
        changes = dict(options)
        if isinstance(changes.get("api_key"), str):
            changes["api_key"] = Secret(changes["api_key"])
        if changes.get("provider_keys"):
            changes["provider_keys"] = _secrets(changes["provider_keys"])
        self._given = {**self._given, **changes}
        before = self._config
        self._config = resolve(self._brand, self._given)
        shared = self._shared
        if before.circuit_breaker != self._config.circuit_breaker:
            settings = self._config.circuit_breaker
            breaker = None if settings is None else Breaker(settings, self._clock)
            shared = Shared(shared.brand, shared.clock, shared.random, shared.log, shared.budget, breaker)
        if (before.log_level, before.log_bodies) != (self._config.log_level, self._config.log_bodies):
            log = Log(self._brand.package, self._config.log_level, self._config.log_bodies)
            shared = Shared(shared.brand, shared.clock, shared.random, log, shared.budget, shared.breaker)
        self._shared = shared
        self._headers, self._auth = self._base_headers(), self._auth_headers()

    @property
    def with_raw_response(self) -> Any:
        """This client, with every method giving the raw answer. Typed are those of the resources: prefer them."""
        return self._raw_view()

    def _raw_view(self) -> Self:
        """This client, giving raw answers."""
        other = self._copy({})
        other._raw = True
        return other

    def __repr__(self) -> str:
        config = self.__dict__.get("_config")  # absent where an option was refused, and a traceback shows the locals
        return (
            f"<{type(self).__name__} {config.base_url if config else '?'} api_key={config.api_key if config else '?'}>"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        held = [name for name, value in self._own_options.items() if value is not None and not isinstance(value, str)]
        if held:
            raise TypeError(
                f"a client with `{held[0]}=` cannot be pickled: connections stay in their process; make a client there"
            )
        # Without keys: a pickle travels and is stored. The process that reads it has its own environment.
        options = {
            name: value
            for name, value in self._given.items()
            if value is not None and not isinstance(value, Unset) and name not in ("api_key", "provider_keys")
        }
        if self._own_options["transport"] is not None:
            options["transport"] = self._own_options["transport"]
        return (_unpickle, (type(self), options))

    # --- headers ---

    def _base_headers(self) -> list[tuple[str, str]]:
        brand, config = self._brand, self._config
        headers: list[tuple[str, str]] = [("User-Agent", f"{brand.package}-python/{brand.version}")]
        for name, value in (
            ("Organization", config.organization),
            ("Team", config.team),
            ("API-Version", config.api_version),
        ):
            if value is not None:
                headers.append((brand.header(name), value))
        return headers

    def _auth_headers(self) -> list[tuple[str, str]]:
        key = self._config.api_key
        if key is None:
            return []
        if self._brand.auth == "bearer":
            return [("Authorization", MaskedStr(f"Bearer {key.reveal()}"))]
        return [(self._brand.auth[1], MaskedStr(key.reveal()))]

    def _provider_header(self, model: Any) -> list[tuple[str, str]]:
        """The caller's own key for the provider that the model's prefix names, and no other. A name that does not say
        whose it is (a route, ``gpt-4o``) takes all of them, since only the gateway knows where it leads."""
        keys, brand = self._config.provider_keys, self._brand
        if not keys or not isinstance(model, str):
            return []
        prefix = model.partition("/")[0].lower() if "/" in model else ""
        provider = brand.provider_aliases.get(prefix, prefix)
        if prefix in keys and provider not in keys:
            provider = prefix
        known = provider in keys or provider in brand.providers or provider == brand.package
        names = [provider] if known else list(keys)
        return [
            (f"{brand.provider_key_header}-{name}", MaskedStr(keys[name].reveal())) for name in names if name in keys
        ]

    # --- calls ---

    def _prepare(self, operation: Operation, arguments: Mapping[str, Any]) -> Call:
        try:
            return self._prepared(operation, arguments)
        except UnicodeEncodeError as error:  # in a path, a query or a form
            raise ParameterError(surrogate_faults(arguments) or [str(error)], operation.id) from None

    def _prepared(self, operation: Operation, arguments: Mapping[str, Any]) -> Call:
        parts = split(operation, arguments)
        stream = operation.stream
        if stream is not None and stream.flag is not None and parts.body.get(stream.flag) is not True:
            stream = None
        body, content_type, replayable = self._body(operation, parts)
        result = operation.result
        as_text = (
            any(parts.body.get(wire) in values for wire, values in result.text_when.items())
            if result.text_when
            else False
        )
        model = arguments.get("model") if self._config.provider_keys else None
        return self._call(
            operation.id,
            operation.method,
            parts.path,
            parts.query,
            parts.headers,
            body,
            content_type,
            replayable,
            parts.options,
            result=result,
            stream=stream,
            retry=operation.retry,
            auth=operation.auth,
            as_text=as_text,
            model=model,
        )

    def _body(self, operation: Operation, parts: Parts) -> tuple[Any, str | None, bool]:
        """The encoded body, its content type, and whether it can be sent again."""
        body = operation.body
        if body is None:
            return None, None, True
        extra = parts.options.get("extra_body")
        if body.kind == "json":
            value: Any = parts.whole if parts.has_whole else parts.body
            if extra and is_mapping(value):
                value = {**value, **extra}
            if not value and not parts.has_whole and not body.required:
                return None, None, True
            return encode_json(value, operation.id), body.media_type, True
        values = {**parts.body, **extra} if extra else parts.body
        if body.kind == "multipart":
            return self._laid_out(lay_out(values, parts.forms, operation.id), parts)
        if body.kind == "form":
            pairs = [pair for wire, value in values.items() for pair in query_pairs(wire, value)]
            return encode_query(pairs).encode(), body.media_type, True
        return self._single(body, parts, operation.id)

    def _single(self, body: Body, parts: Parts, operation: str) -> tuple[Any, str | None, bool]:
        value: Any = parts.whole if parts.has_whole else next(iter(parts.body.values()), None)
        if value is None:
            return None, None, True
        if body.kind == "text" and isinstance(value, str):
            return value.encode(), body.media_type, True
        return self._laid_out(single(value, body.media_type, "body"), parts)

    def _laid_out(self, layout: Layout, parts: Parts) -> tuple[Any, str | None, bool]:
        progress = parts.options.get("on_progress")
        whole = None if progress is not None else layout.as_bytes()
        if whole is not None:
            return whole, layout.content_type, True
        return self._upload(layout, progress), layout.content_type, layout.replayable

    def _upload(self, layout: Layout, progress: Any) -> Any:
        raise NotImplementedError

    def _call(
        self,
        operation: str,
        method: str,
        path: str,
        query: Sequence[tuple[str, str]],
        own_headers: list[tuple[str, str]],
        body: Any,
        content_type: str | None,
        replayable: bool,
        options: Mapping[str, Any],
        *,
        result: Result,
        stream: Stream | None,
        retry: str,
        auth: bool,
        as_text: bool = False,
        model: Any = None,
        type_: Any = None,
    ) -> Call:
        config = self._config
        key = options.get("idempotency_key", UNSET)
        if isinstance(key, Unset):
            key = None if method in _SAFE_METHODS else uuid4()
        request_id = options.get("request_id") or uuid4()
        headers = [
            ("Accept", "text/event-stream" if stream is not None and stream.framing == "sse" else _accept(result)),
            ("Accept-Encoding", "identity" if stream is not None else "gzip, deflate"),
            *self._headers,
            *(self._auth if auth else ()),
            *self._provider_header(model),
            *own_headers,
            ("X-Request-Id", request_id),
        ]
        if key is not None:
            headers.append(("Idempotency-Key", key))
        if config.default_headers:
            headers = _overridden(headers, config.default_headers)
        if content_type is not None:
            headers = (
                [pair for pair in headers if pair[0].lower() != "content-type"] if config.default_headers else headers
            )
            headers.append(("Content-Type", content_type))
        if "extra_headers" in options:
            headers = _overridden(headers, _named(options["extra_headers"], operation))
            key = next((value for name, value in headers if name.lower() == "idempotency-key"), None)
            request_id = next((value for name, value in headers if name.lower() == "x-request-id"), request_id)
        _check_headers(headers, operation)
        timeout = config.timeout
        if "timeout" in options and not isinstance(options["timeout"], Unset):
            timeout = _timeout(options["timeout"], operation)
        if stream is not None and not isinstance(options.get("timeout", self._given["timeout"]), Timeout):
            timeout = timeout.for_stream()
        retries = options.get("max_retries")
        if retries is not None and (not isinstance(retries, int) or isinstance(retries, bool) or retries < 0):
            raise ParameterError([f"`max_retries` is {retries!r}; give a whole number from 0"], operation)
        return Call(
            operation=operation,
            method=method,
            url=self._url(path, query, options.get("extra_query")),
            headers=headers,
            body=body,
            replayable=replayable,
            timeout=timeout,
            max_retries=config.max_retries if retries is None else retries,
            key=key,
            request_id=request_id,
            safe=method in _SAFE_METHODS or retry == "safe",
            never=retry == "never",
            result=result,
            stream=stream,
            shared=self._shared,
            config=config,
            type_=type_,
            as_text=as_text,
        )

    def _url(self, path: str, query: Sequence[tuple[str, str]], extra: Mapping[str, Any] | None) -> str:
        pairs = list(query)
        if self._config.default_query or extra:
            more = {**self._config.default_query, **(extra or {})}
            pairs = [pair for pair in pairs if pair[0] not in more]
            pairs += [pair for name, value in more.items() for pair in query_pairs(name, value)]
        url = self._config.base_url + path
        return f"{url}{'&' if '?' in path else '?'}{encode_query(pairs)}" if pairs else url

    def _decoded(self, call: Call, meta: Meta, body: bytes) -> Any:
        value = decode(call.result, meta, body, call.where, self._clock.time(), as_text=call.as_text, type_=call.type_)
        if self._config.raise_on_content_filter:
            raise_if_filtered(call.where, meta, value)
        return value

    def _adhoc(
        self,
        method: str,
        path: str,
        *,
        body: Any,
        query: Mapping[str, Any] | None,
        result: Any,
        stream: bool,
        options: Mapping[str, Any],
    ) -> Call:
        """A call to any path, for what the generated methods do not know."""
        method = method.upper()
        if not path.startswith("/"):
            raise ParameterError([f"`path` is {path!r}; give the whole path, such as '/v1/models'"], "request")
        content: Any = None
        content_type: str | None = None
        replayable = True
        if isinstance(body, (bytes, bytearray)):
            content, content_type = bytes(body), "application/octet-stream"
        elif body is not None:
            extra = options.get("extra_body")
            faults = doubled_names(body, "body")
            if faults:
                raise ParameterError(faults, "request")
            content, content_type = encode_json({**body, **extra} if extra else body, "request"), "application/json"
        pairs = [pair for name, value in (query or {}).items() for pair in query_pairs(name, value)]
        kind: Literal["binary", "text", "json"] = "binary" if result is bytes else "text" if result is str else "json"
        model = body.get("model") if is_mapping(body) else None
        return self._call(
            "request",
            method,
            path,
            pairs,
            [],
            content,
            content_type,
            replayable,
            options,
            result=Result(kind=kind),
            stream=Stream(event="", done="[DONE]", flag=None) if stream else None,
            retry="keyed",
            auth=True,
            model=model,
            type_=Any if result is None else result,
        )


def _secrets(keys: Mapping[str, str | Secret] | None) -> dict[str, str | Secret] | None:
    known = table_option("provider_keys", keys)
    return {name: Secret(key) if isinstance(key, str) else key for name, key in known.items()} or None


def _unknown_options(unknown: Iterable[str], known: Sequence[str]) -> str:
    """Return what is said about options that no client has, each with the nearest that there is."""
    from difflib import get_close_matches  # only where there is a fault to tell

    faults: list[str] = []
    for name in unknown:
        close = get_close_matches(name, known, n=1, cutoff=0.6)
        hint = f"did you mean `{close[0]}`?" if close else f"the options are {', '.join(sorted(known))}"
        faults.append(f"`{name}` is no option of the client; {hint}")
    return "; ".join(faults)


_warned: Final[set[str]] = set()


def _warn_of_plain_http(base_url: str) -> None:
    """Warn once of a server that gets the key unencrypted, over networks that others use."""
    from .hosts import is_public

    host = urlsplit(base_url).hostname or ""
    if host in _warned or not is_public(host):
        return
    import warnings

    _warned.add(host)
    warnings.warn(
        f"`base_url` is {base_url!r}: the key travels unencrypted to {host}, for everybody in between to read. "
        "Use `https://`.",
        stacklevel=4,
    )


def _accept(result: Result) -> str:
    return "application/json" if result.kind == "json" and not result.text_when else "*/*"


def _timeout(value: Any, operation: str) -> Timeout:
    try:
        return Timeout.of(value)
    except (TypeError, ValueError) as error:
        fault = f"`timeout` is {value!r}; give seconds above 0, a `Timeout`, or None for no limit"
        raise ParameterError([fault], operation) from error


def _overridden(headers: list[tuple[str, str]], changes: Mapping[str, str | None]) -> list[tuple[str, str]]:
    """Headers with ``changes`` in place of those of the same name; None takes one away."""
    names = {name.lower() for name in changes}
    kept = [pair for pair in headers if pair[0].lower() not in names]
    return kept + [(name, value) for name, value in changes.items() if value is not None]


def _named(headers: Mapping[str, str | None], operation: str) -> Mapping[str, str | None]:
    """The headers of a caller, whose names are right."""
    faults = [fault for fault in map(header_name_fault, headers) if fault]
    if faults:
        raise ParameterError(faults, operation)
    return headers


def _check_headers(headers: list[tuple[str, str]], operation: str) -> None:
    for name, value in headers:
        fault = header_fault(name, value)
        if fault:
            raise ParameterError([fault], operation)


def _unpickle(cls: type[BaseClient], options: dict[str, Any]) -> BaseClient:
    return cls(**options)
