# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.
"""The brand of this package."""

from __future__ import annotations

from ._core.behaviour import Behaviour
from ._gateway.brand import GatewayBrand as Brand
from ._version import __version__

__all__ = ["BRAND"]

BRAND = Brand(
    name="Onceward",
    package="onceward",
    env_prefix="ONCEWARD",
    header_prefix="X-Onceward",
    base_url="http://127.0.0.1:4100",
    auth="bearer",
    key_prefix="sk-",
    providers=("openai", "anthropic", "groq", "cerebras", "openrouter", "gemini"),
    provider_aliases={"oai-resp": "openai", "gem-dev": "gemini"},
    cancel_path="/v1/calls/{call_id}/cancel",
    behaviour=Behaviour(
        idempotency_header="Idempotency-Key",
        request_id_header="X-Request-Id",
        retry_count_header="x-retry-count",
        logged_headers=frozenset(
            {
                "accept",
                "accept-encoding",
                "content-encoding",
                "content-length",
                "content-type",
                "date",
                "idempotency-key",
                "last-event-id",
                "retry-after",
                "retry-after-ms",
                "server",
                "transfer-encoding",
                "user-agent",
                "x-cost-usd",
                "x-input-tokens",
                "x-model",
                "x-onceward-api-version",
                "x-onceward-call-id",
                "x-onceward-organization",
                "x-onceward-replayed",
                "x-onceward-team",
                "x-output-tokens",
                "x-ratelimit-limit-requests",
                "x-ratelimit-limit-tokens",
                "x-ratelimit-remaining-requests",
                "x-ratelimit-remaining-tokens",
                "x-ratelimit-reset-requests",
                "x-ratelimit-reset-tokens",
                "x-request-id",
                "x-retry-count",
                "x-should-retry",
                "x-total-tokens",
            }
        ),
    ),
    version=__version__,
)
