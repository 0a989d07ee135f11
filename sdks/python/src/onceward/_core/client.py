"""The base of both clients: their options, and the making of their calls. The drivers add the I/O."""

from __future__ import annotations

from typing import Any, ClassVar, Final, Self
from urllib.parse import urlsplit

from .brand import Brand
from .call_factory import CallFactory
from .dialect import dialect
from .errors import ConfigError
from .options import Timeout
from .ports import Clock
from .secrets import Secret
from .settings import CHANGEABLE, Settings, as_secret, masked_options, unknown_options

__all__ = ["BaseClient"]


class BaseClient:
    """The options of a client and the factory of its calls."""

    _brand: ClassVar[Brand]
    _default_clock: ClassVar[Clock]
    _raw: bool = False

    def _declare(self, arguments: dict[str, Any]) -> None:
        """Begin with the options that a contract declares: ``arguments`` are the locals of the constructor."""
        if arguments["unknown"]:
            known = [name for name in arguments if name not in ("self", "unknown", "masked", "__class__")]
            raise ConfigError(unknown_options(arguments["unknown"], known))
        names = dict.fromkeys((*CHANGEABLE, *dialect().options, *self._brand.options))
        given = {name: arguments.get(name) for name in names}
        given |= {**masked_options(self._brand, given), **dialect().masked(given)}
        given["api_key"] = as_secret(given["api_key"])
        connection = {name: arguments[name] for name in ("http_client", "transport", "clock", "random")}
        arguments.clear()
        self._open(given, **connection)

    def _open(self, given: dict[str, Any], *, http_client: Any, transport: Any, clock: Any, random: Any) -> None:
        self._clock: Clock = clock if clock is not None else self._default_clock
        settings = Settings.of(self._brand, given, self._clock, random)
        if http_client is not None and transport is not None:
            raise ConfigError("`http_client` and `transport` exclude each other; give one of them")
        self._connection_options = {
            "http_client": http_client,
            "transport": transport,
            "clock": clock,
            "random": random,
        }
        self._use(settings)
        self._link = self._connect(http_client, transport)
        config = settings.config
        if (config.api_key is not None or config.credentials) and config.base_url.startswith("http:"):
            _warn_of_plain_http(config.base_url)

    def _connect(self, http_client: Any, transport: Any) -> Any:
        """Return what holds the connections. All copies of the client share it."""
        raise NotImplementedError

    @staticmethod
    def _uploader(layout: Any, progress: Any) -> Any:
        """Return a body that is read while it is sent."""
        raise NotImplementedError

    def _certificate(self) -> Any:
        """Return the client's certificate for mutual TLS, or None."""
        schemes, credentials = self._brand.schemes, self._settings.config.credentials
        return next((credentials[name] for name in credentials if schemes[name].kind == "mutual_tls"), None)

    def _use(self, settings: Settings) -> None:
        self._settings = settings
        self._calls = CallFactory(settings, self._uploader)

    @property
    def api_key(self) -> Secret | None:
        """The key that requests are sent with. Assign another one to change it."""
        return self._settings.config.api_key

    @api_key.setter
    def api_key(self, value: str | Secret | None) -> None:
        # Copies of this client, and calls that are running, keep their key.
        self._use(self._settings.changed({"api_key": value}))

    @property
    def base_url(self) -> str:
        """The address of the server."""
        return self._settings.config.base_url

    @property
    def timeout(self) -> Timeout:
        """The five clocks of a call."""
        return self._settings.config.timeout

    @property
    def max_retries(self) -> int:
        """The number of times a failed request is sent again."""
        return self._settings.config.max_retries

    def with_options(self, **options: Any) -> Self:
        """Return a client with some options changed. It shares this one's connections, and is as cheap as a call.

        Tables such as ``default_headers`` and ``default_query`` are added to those of this client.
        """
        settings = self._settings.overlaid(options)
        other = self._copy()
        if options:
            other._use(settings)
        return other

    def _copy(self) -> Self:
        other = object.__new__(type(self))
        # Resources are cached in the instance's dictionary and belong to the client they were made by.
        for name, value in self.__dict__.items():
            if name.startswith("_"):
                other.__dict__[name] = value
        return other

    @property
    def with_raw_response(self) -> Any:
        """This client with every method returning the raw response.

        Prefer the property of the same name of a resource: its methods are typed.
        """
        return self._raw_view()

    def _raw_view(self) -> Self:
        """Return a copy of this client that returns raw responses."""
        other = self._copy()
        other._raw = True
        return other

    def __repr__(self) -> str:
        # No settings where an option was refused, and a traceback shows the locals.
        settings: Settings | None = self.__dict__.get("_settings")
        config = settings.config if settings else None
        return (
            f"<{type(self).__name__} {config.base_url if config else '?'} api_key={config.api_key if config else '?'}>"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        options = self._connection_options
        objects = [name for name, value in options.items() if value is not None and not isinstance(value, str)]
        if objects:
            raise TypeError(
                f"a client with `{objects[0]}=` cannot be pickled; make a client in the process that uses it"
            )
        # Without keys: a pickle travels and is stored. The process that reads it has its own environment.
        portable = self._settings.without_secrets()
        if options["transport"] is not None:
            portable["transport"] = options["transport"]
        return (_unpickle, (type(self), portable))


_warned: Final[set[str]] = set()


def _warn_of_plain_http(base_url: str) -> None:
    """Warn once per host about an API key that is sent unencrypted over the internet."""
    from .hosts import is_public

    host = urlsplit(base_url).hostname or ""
    if host in _warned or not is_public(host):
        return
    import warnings

    _warned.add(host)
    warnings.warn(
        f"`base_url` is {base_url!r}: the API key is sent to {host} unencrypted. Use `https://`.",
        stacklevel=4,
    )


def _unpickle(cls: type[BaseClient], options: dict[str, Any]) -> BaseClient:
    return cls(**options)
