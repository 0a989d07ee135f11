"""The address where a call was served, for its usage record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from urllib.parse import urlsplit, urlunsplit

from ..billing.ticket import BilledCall
from ..config.providers import KNOWN_PROVIDERS, Provider
from .deployments import Deployment

__all__ = ["served_address"]


def served_address(
    call: BilledCall, deployment_of: Callable[[str], Deployment | None], providers: Mapping[str, Provider]
) -> str | None:
    """Return the address where a call was served; None where it was answered here."""
    provider = call.record.provider
    if call.cached or provider == "offline":
        return None
    deployment = None if call.deployment is None else deployment_of(call.deployment)
    if deployment is not None:
        upstream = deployment.upstream
    else:
        upstream = providers.get(provider) or KNOWN_PROVIDERS.get(provider)
    return None if upstream is None else _without_user(upstream.base_url)


@lru_cache(maxsize=1024)
def _without_user(url: str) -> str:
    """Return an address without the name and password that it may contain."""
    split = urlsplit(url)
    return urlunsplit((split.scheme, split.netloc.rpartition("@")[2], split.path, "", ""))
