"""Headers of requests and responses that this gateway defines, in lower case."""

from __future__ import annotations

__all__ = [
    "X_COST_USD",
    "X_INPUT_TOKENS",
    "X_MODEL",
    "X_ONCEWARD_API_VERSION",
    "X_ONCEWARD_BUDGET_WARNING",
    "X_ONCEWARD_CACHE",
    "X_ONCEWARD_CACHE_KEY",
    "X_ONCEWARD_CALL_ID",
    "X_ONCEWARD_DEPLOYMENT",
    "X_ONCEWARD_GUARDRAILS",
    "X_ONCEWARD_ORGANIZATION",
    "X_ONCEWARD_REGION",
    "X_ONCEWARD_REPLAYED",
    "X_ONCEWARD_TAGS",
    "X_ONCEWARD_TEAM",
    "X_OUTPUT_TOKENS",
    "X_REQUEST_ID",
    "X_SHOULD_RETRY",
    "X_TOTAL_TOKENS",
]

X_COST_USD = "x-cost-usd"
X_INPUT_TOKENS = "x-input-tokens"
X_MODEL = "x-model"
X_ONCEWARD_API_VERSION = "x-onceward-api-version"
X_ONCEWARD_BUDGET_WARNING = "x-onceward-budget-warning"
X_ONCEWARD_CACHE = "x-onceward-cache"
X_ONCEWARD_CACHE_KEY = "x-onceward-cache-key"
X_ONCEWARD_CALL_ID = "x-onceward-call-id"
X_ONCEWARD_DEPLOYMENT = "x-onceward-deployment"
X_ONCEWARD_GUARDRAILS = "x-onceward-guardrails"
X_ONCEWARD_ORGANIZATION = "x-onceward-organization"
X_ONCEWARD_REGION = "x-onceward-region"
X_ONCEWARD_REPLAYED = "x-onceward-replayed"
X_ONCEWARD_TAGS = "x-onceward-tags"
X_ONCEWARD_TEAM = "x-onceward-team"
X_OUTPUT_TOKENS = "x-output-tokens"
X_REQUEST_ID = "x-request-id"
X_SHOULD_RETRY = "x-should-retry"
X_TOTAL_TOKENS = "x-total-tokens"
