"""The checks of `onceward doctor`, from the address to a streamed answer.

Each says what is wrong and what to do. A failure skips the checks that depend on it.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from .._core.errors import (
    APIConnectionError,
    APIError,
    AuthenticationError,
    NotFoundError,
    PermissionDeniedError,
    ResponseShapeError,
)

if TYPE_CHECKING:
    from .._client import Onceward
    from ..types.params.chat import ChatCompletionUserMessageParam as Said

__all__ = ["Finding", "Probe", "Report"]

_PATIENCE = 10.0
_SKEW = 60.0
_EXPIRY = 14 * 86400
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_FREE = "onceward/echo"


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check. ``hint`` is the next step, if there is one."""

    name: str
    status: Literal["ok", "warn", "fail", "skip"]
    detail: str
    hint: str | None = None


@dataclass(slots=True)
class Report:
    """All findings, in order."""

    on_finding: Callable[[Finding], None] | None = None
    findings: list[Finding] = field(default_factory=list[Finding])

    def add(self, found: Finding) -> None:
        self.findings.append(found)
        if self.on_finding is not None:
            self.on_finding(found)

    def good(self, name: str, detail: str) -> None:
        self.add(Finding(name, "ok", detail))

    def warn(self, name: str, detail: str, hint: str) -> None:
        self.add(Finding(name, "warn", detail, hint))

    def fail(self, name: str, detail: str, hint: str) -> None:
        self.add(Finding(name, "fail", detail, hint))

    def skip(self, name: str, detail: str) -> None:
        self.add(Finding(name, "skip", detail))

    @property
    def ok(self) -> bool:
        return all(found.status != "fail" for found in self.findings)

    @property
    def warnings(self) -> int:
        return sum(found.status == "warn" for found in self.findings)


class Probe:
    """The checks of one gateway."""

    def __init__(self, client: Onceward, report: Report, model: str | None) -> None:
        self._client = client
        self._report = report
        self._model = model
        parts = urlsplit(client.base_url)
        self._host = parts.hostname or ""
        self._secure = parts.scheme == "https"
        self._port = parts.port or (443 if self._secure else 80)

    def run(self) -> None:
        self._address()
        address = self._resolve()
        if address is None or not self._connect():
            return
        if self._secure and not self._handshake():
            return
        if self._health() and self._models():
            self._stream()

    # --- the connection

    def _address(self) -> None:
        if not self._secure and self._host not in _LOCAL and self._client.api_key is not None:
            detail = f"{self._client.base_url} is not encrypted, but a key is sent to it"
            self._report.warn("address", detail, "Use https, or keep the gateway on this machine.")
        else:
            self._report.good("address", self._client.base_url)

    def _resolve(self) -> str | None:
        try:
            found = socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        except OSError as error:
            hint = "Check the spelling of the host in `base_url`, and whether this machine can resolve it (VPN?)."
            self._report.fail("name", f"{self._host!r} cannot be resolved: {error.strerror or error}", hint)
            return None
        addresses = sorted({str(one[4][0]) for one in found})
        self._report.good("name", f"{self._host} is {', '.join(addresses)}")
        return addresses[0]

    def _connect(self) -> bool:
        begun = time.perf_counter()
        try:
            socket.create_connection((self._host, self._port), timeout=_PATIENCE).close()
        except TimeoutError:
            hint = "A firewall drops the packets, or a proxy is needed (HTTPS_PROXY)."
            self._report.fail("connection", f"no response from {self._host}:{self._port} in {_PATIENCE:g} s", hint)
            return False
        except OSError as error:
            local = self._host in _LOCAL
            hint = "Start one with `onceward serve`." if local else "Check the port, and that the gateway is running."
            detail = f"{self._host}:{self._port} cannot be reached: {error.strerror or error}"
            self._report.fail("connection", detail, hint)
            return False
        spent = (time.perf_counter() - begun) * 1000
        self._report.good("connection", f"{self._host}:{self._port} in {spent:.0f} ms")
        return True

    def _handshake(self) -> bool:
        context = ssl.create_default_context()
        try:
            with (
                socket.create_connection((self._host, self._port), timeout=_PATIENCE) as plain,
                context.wrap_socket(plain, server_hostname=self._host) as secure,
            ):
                certificate: Any = secure.getpeercert() or {}
                spoken = secure.version() or "TLS"
        except ssl.SSLCertVerificationError as error:
            hint = "The certificate is not trusted. If it is that of a company proxy, set SSL_CERT_FILE to its CA."
            self._report.fail("TLS", f"the certificate is invalid: {error.verify_message}", hint)
            return False
        except (ssl.SSLError, OSError) as error:
            self._report.fail(
                "TLS", f"no secure connection: {error}", "Is this port really https? Try http in `base_url`."
            )
            return False
        left = ssl.cert_time_to_seconds(certificate["notAfter"]) - time.time() if "notAfter" in certificate else None
        if left is not None and left < _EXPIRY:
            hint = "Renew it; after that day connections fail."
            self._report.warn("TLS", f"{spoken}, but the certificate expires in {left / 86400:.0f} days", hint)
        else:
            self._report.good("TLS", spoken)
        return True

    # --- the gateway

    def _health(self) -> bool:
        try:
            answer = self._client.health.with_raw_response.check()
            answer.parse()
        except NotFoundError:
            self._report.warn("health", "no /healthz there", "Not an Onceward gateway? Other checks go on.")
            return True
        except (AuthenticationError, PermissionDeniedError) as error:
            self._report.warn("health", error.message, "A proxy in front of the gateway requires authentication.")
            return True
        except ResponseShapeError as error:
            hint = "This is not a gateway: a login page, a proxy, another program. Check `base_url`."
            self._report.fail("health", error.message, hint)
            return False
        except APIError as error:
            self._report.fail("health", error.message, "See the gateway's log.")
            return False
        self._report.good("health", f"it runs (status {answer.status_code})")
        self._clock(answer.headers.get("date"))
        return self._ready()

    def _ready(self) -> bool:
        try:
            ready = self._client.health.ready()
        except ResponseShapeError as error:
            self._report.warn("ready", error.message, "The gateway is older or newer than this client; update both.")
            return True
        except APIError as error:
            self._report.fail("ready", error.message, "It is running but does not take calls yet; see its log.")
            return False
        issues = getattr(ready, "issues", None)
        if issues:
            self._report.warn("ready", "; ".join(issues), "The gateway reports this itself; see its configuration.")
        else:
            self._report.good("ready", getattr(ready, "status", None) or "yes")
        return True

    def _clock(self, date: str | None) -> None:
        if date is None:
            self._report.skip("clock", "the server sends no date")
            return
        try:
            skew = time.time() - parsedate_to_datetime(date).timestamp()
        except (TypeError, ValueError):
            self._report.skip("clock", f"the server's time is {date!r}")
            return
        if abs(skew) > _SKEW:
            hint = "Set this machine's clock (NTP): it decides whether certificates and keys have expired."
            self._report.warn("clock", f"{abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} the gateway's", hint)
        else:
            self._report.good("clock", "agrees with the gateway's")

    def _models(self) -> bool:
        given = "the key" if self._client.api_key is not None else "no key"
        try:
            found = [model.id for model in self._client.models.list()]
        except AuthenticationError as error:
            hint = "Set ONCEWARD_API_KEY, or check that the key is of this gateway and still valid."
            self._report.fail("key", f"{given} was rejected: {error.message}", hint)
            return False
        except PermissionDeniedError as error:
            self._report.fail("key", f"{given} may not list models: {error.message}", "Use a key with this permission.")
            return False
        except (APIError, APIConnectionError) as error:
            self._report.fail("models", error.message, "The gateway responds, but not to this request; see its log.")
            return False
        self._report.good("key", f"{given} is accepted")
        if not found:
            self._report.warn(
                "models", "there is none", "Configure a provider in onceward.toml, or `onceward serve --offline`."
            )
        else:
            self._report.good("models", f"{len(found)}: {', '.join(found[:4])}{' ...' if len(found) > 4 else ''}")
        if self._model is None:
            self._model = _FREE if _FREE in found else None
        return True

    def _stream(self) -> None:
        if self._model is None:
            self._report.skip("stream", "no free model; choose one with --model")
            return
        begun = time.perf_counter()
        first: float | None = None
        count = 0
        messages: list[Said] = [{"role": "user", "content": "Say hello."}]
        try:
            with self._client.chat.completions.stream(model=self._model, messages=messages, max_tokens=32) as stream:
                for event in stream:
                    if event.type == "content.delta":
                        first = first or time.perf_counter() - begun
                        count += 1
                usage = stream.usage
        except APIError as error:
            hint = "Either a proxy delays or cuts streams, or the model itself fails."
            self._report.fail("stream", f"{self._model}: {error.message}", hint)
            return
        summary = f"{self._model}: {count} pieces, the first in {(first or 0) * 1000:.0f} ms"
        if usage is None:
            self._report.warn("stream", f"{summary}, no usage", "The server does not send usage in streams.")
        else:
            self._report.good("stream", f"{summary}, {usage.total_tokens} tokens")
