"""The options of a client of a gateway: those of every client, and scopes, provider keys and content filters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Never

from .._core.client import BaseClient
from .._core.errors import ConfigError
from .._core.options import UNSET, TimeoutInput, Unset
from .._core.ports import Clock
from .._core.retry import Backoff
from .._core.secrets import Secret
from .._core.settings import CHANGEABLE, FIXED, as_secret, unknown_options
from .options import OPTIONS, as_secrets

__all__ = ["GatewayClient"]


class GatewayClient(BaseClient):
    """The constructor of the clients of a gateway."""

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
        """Make a client. Options that are not given come from the environment, then from defaults.

        Args:
            api_key: The API key; also from ``<PREFIX>_API_KEY``. A local gateway may not need one.
            base_url: The address of the gateway; also from ``<PREFIX>_BASE_URL``. A trailing ``/`` or ``/v1`` is
                removed.
            organization: The organization to call for; also from ``<PREFIX>_ORGANIZATION``.
            team: The team of the organization; also from ``<PREFIX>_TEAM``.
            provider_keys: The caller's own provider keys, by provider id. A request carries only the key of its
                model's provider.
            timeout: Seconds, a `Timeout` with its five clocks, or None for no limit; also from ``<PREFIX>_TIMEOUT``.
            max_retries: The number of times a failed request is sent again (default 2); also from
                ``<PREFIX>_MAX_RETRIES``.
            default_headers: Headers of every request. None removes a header that the client would send.
            default_query: Parameters added to the query of every request.
            http_client: Your own client of the HTTP library. It is used as it is, and never closed.
            transport: ``"httpx2"`` (the default), ``"fast"``, or an object with the two methods of a transport.
            log_level: debug, info, warn, error or off; also from ``<PREFIX>_LOG``.
            log_bodies: Log bodies at debug level, with secrets masked; also from ``<PREFIX>_LOG_BODIES``.
            raise_on_content_filter: Raise `ContentFilterError` for an answer that a content filter stopped.
            api_version: The version of the API to request.
            max_concurrency: The number of calls that may run at a time; others wait, at most for the `pool` clock.
            circuit_breaker: True or a `CircuitBreaker`: send nothing for a while after failures in a row.
            max_retry_after: The longest wait in seconds that a server may ask for (default 60). The error of a server
                that asks for more is raised at once.
            backoff: The waits between attempts when the server does not ask for one.
            on_retry: A function called with a `RetryEvent` before each retry.
            cancel_abandoned: Cancel the call at the server when its stream is left early (default True).
            clock: The source of time, for tests.
            random: The source of randomness, for tests.
            **unknown: Refused, with the nearest option that exists.
        """
        if unknown:
            raise ConfigError(unknown_options(unknown, [*CHANGEABLE, *OPTIONS, *FIXED]))
        # Masked from here on: a traceback may show the local variables of this function.
        api_key = as_secret(api_key)
        provider_keys = as_secrets(provider_keys)
        arguments = locals()
        given = {name: arguments[name] for name in (*CHANGEABLE, *OPTIONS)}
        del arguments
        self._open(given, http_client=http_client, transport=transport, clock=clock, random=random)
