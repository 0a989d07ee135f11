# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Response types: shared."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from .._core.models import Model

__all__ = [
    "BudgetDurationParam",
    "CompatibilityIssue",
    "CompletionTokensDetails",
    "CompletionUsage",
    "ErrorObject",
    "ErrorResponse",
    "ErrorType",
    "FinishReason",
    "KeyModelBudget",
    "KeyRecord",
    "Metadata",
    "ModelMaxBudget",
    "PromptTokensDetails",
    "Team",
    "TeamMember",
    "TeamRole",
    "User",
    "UserRole",
]


class CompatibilityIssue(Model):
    """A part of a request that the chosen model does not support."""

    severity: str | None = None
    """The severity; `error` means that the request is refused."""

    param: str | None = None
    """The invalid field."""

    code: str | None = None
    """The code of the issue."""

    message: str
    """A description of the issue."""


class CompletionTokensDetails(Model):
    """The output tokens by kind."""

    reasoning_tokens: int | None = None
    """Reasoning tokens, whether returned or not."""

    audio_tokens: int | None = None
    """Audio tokens."""

    text_tokens: int | None = None
    """Text."""

    accepted_prediction_tokens: int | None = None
    """Tokens of the prediction that appear in the output."""

    rejected_prediction_tokens: int | None = None
    """Tokens of the prediction that do not appear in the output. They are billed."""


class CompletionUsage(Model):
    """The token usage of a call."""

    prompt_tokens: int
    """The number of input tokens."""

    completion_tokens: int
    """The number of output tokens, including reasoning tokens."""

    total_tokens: int
    """The total number of tokens."""

    prompt_tokens_details: PromptTokensDetails | None = None
    """The input tokens by kind."""

    completion_tokens_details: CompletionTokensDetails | None = None
    """The output tokens by kind."""

    cost_usd: float | None = None
    """The cost of the call, in US dollars."""

    estimated: bool | None = None
    """Whether the gateway estimated the token counts because the provider did not report them."""


class ErrorObject(Model):
    """An error. `type` is its category, `code` identifies it, and `message` describes it and how to resolve it."""

    message: str
    """A human-readable message: what failed, where, and how to resolve it."""

    type: ErrorType
    """The category of the error. SDKs choose the exception class by it, then by the status."""

    code: str | None = None
    """The error code, such as `model_not_found` or `idempotency_key_reused`."""

    param: str | None = None
    """The field or header that caused the error, such as `messages[0].role`."""

    request_id: str | None = None
    """The same as the `x-request-id` header."""

    call_id: str | None = None
    """The id of the call record, if there is one."""

    status: int | None = None
    """The HTTP status of the error. Inside a stream: the status that a response would have had."""

    retry_after: float | None = None
    """Seconds to wait before retrying."""

    retryable: bool | None = None
    """Whether the same request may succeed later."""

    provider_asked: bool | None = None
    """Whether the request was sent to a provider and may have been billed."""

    fatal: bool | None = None
    """Whether the error ends the session or stream."""

    suggested_action: str | None = None
    """The suggested action for a program, such as `retry_later`."""

    details: dict[str, Any] | None = None
    """Additional details. Those of credits and bands are also fields of the error."""

    provider_error: Any | None = None
    """The provider's error response, unchanged."""

    compat_issues: list[CompatibilityIssue] | None = None
    """Parts of the request that the chosen model does not support."""

    credits_required: float | None = None
    """The credits that the call requires."""

    credits_remaining: float | None = None
    """The remaining credits."""

    reset_date: str | None = None
    """When the credits reset."""

    band: str | None = None
    """The band of the requested model."""

    required_tier: str | None = None
    """The tier that includes the model."""

    current_tier: str | None = None
    """The tier of the caller."""


class ErrorResponse(Model):
    """The format of all errors, also of errors inside a stream."""

    error: ErrorObject
    """An error. `type` is its category, `code` identifies it, and `message` describes it and how to resolve it."""


class KeyModelBudget(Model):
    """The maximum spend of a key on one model."""

    budget_limit: float
    """The maximum spend in US dollars."""

    time_period: BudgetDurationParam | None = None
    """How often the spend resets to 0, such as `1h`, `1d`, `30d` or `1mo`. Null: never."""


class KeyRecord(Model):
    """A key, without its secret."""

    key_id: str
    """The id of the key. It stays the same when the secret is replaced."""

    token: str | None = None
    """The SHA-256 hash of the secret, in hexadecimal."""

    key_name: str | None = None
    """The masked secret, such as `sk-Qm9...REDACTED`."""

    key_alias: str | None = None
    """The display name."""

    user_id: str | None = None
    """The user that owns the key."""

    team_id: str | None = None
    """The team that owns the key."""

    organization_id: str | None = None
    """The organization that owns the key."""

    budget_id: str | None = None
    """The shared budget."""

    models: list[str] | None = None
    """The models that may be used. Empty: all models of the owner."""

    aliases: dict[str, str] | None = None
    """Model aliases: alias to model name."""

    spend: float
    """The spend since the last budget reset, in US dollars."""

    model_spend: dict[str, float] | None = None
    """The spend for each model with a budget of its own, in US dollars."""

    max_budget: float | None = None
    """The maximum spend, in US dollars."""

    soft_budget: float | None = None
    """The spend from which responses carry a warning, in US dollars."""

    budget_duration: str | None = None
    """How often `spend` resets to 0."""

    budget_reset_at: str | None = None
    """When `spend` resets next (ISO 8601, UTC)."""

    temp_budget_increase: float | None = None
    """The temporary increase of `max_budget`, in US dollars."""

    temp_budget_expiry: str | None = None
    """The end of the temporary increase."""

    model_max_budget: dict[str, KeyModelBudget] | None = None
    """The maximum spend per model."""

    tpm_limit: int | None = None
    """The maximum number of tokens per minute."""

    rpm_limit: int | None = None
    """The maximum number of requests per minute."""

    max_parallel_requests: int | None = None
    """The maximum number of concurrent calls."""

    model_tpm_limit: dict[str, int] | None = None
    """The maximum number of tokens per minute, per model."""

    model_rpm_limit: dict[str, int] | None = None
    """The maximum number of requests per minute, per model."""

    allowed_cache_controls: list[str] | None = None
    """Cache controls that calls may use."""

    allowed_ips: list[str] | None = None
    """Client addresses that the key may be used from. Null: all."""

    allowed_routes: list[str] | None = None
    """Routes that the key may call. Null: all."""

    guardrails: list[str] | None = None
    """Guardrails for all calls."""

    blocked: bool | None = None
    """Whether the key is blocked."""

    tags: list[str] | None = None
    """Tags of all call records."""

    metadata: Metadata | None = None
    """Custom metadata. It is stored with the record and returned. Most providers accept only strings as values."""

    expires: str | None = None
    """When the key expires. Null: never."""

    last_used_at: str | None = None
    """When the key was last used."""

    created_at: str | None = None
    """When the object was created (ISO 8601, UTC)."""

    created_by: str | None = None
    """The user or key that created it."""

    updated_at: str | None = None
    """When the object was last updated (ISO 8601, UTC)."""

    updated_by: str | None = None
    """The user or key that last changed it."""


class ModelMaxBudget(Model):
    """Limits for one model."""

    max_budget: float | None = None
    """The maximum spend on the model, in US dollars."""

    budget_duration: BudgetDurationParam | None = None
    """How often the spend resets to 0, such as `1h`, `1d`, `30d` or `1mo`. Null: never."""

    rpm_limit: int | None = None
    """The maximum number of requests per minute."""

    tpm_limit: int | None = None
    """The maximum number of tokens per minute."""


class PromptTokensDetails(Model):
    """The input tokens by kind."""

    cached_tokens: int | None = None
    """Tokens read from the provider's cache."""

    cache_write_tokens: int | None = None
    """Tokens written to the provider's cache."""

    cache_write_1h_tokens: int | None = None
    """Tokens written to the provider's cache for one hour; included in `cache_write_tokens`."""

    audio_tokens: int | None = None
    """Audio tokens."""

    image_tokens: int | None = None
    """The number of image tokens."""

    text_tokens: int | None = None
    """Text."""


class Team(Model):
    """A team."""

    spend: float
    """The spend since the last budget reset, in US dollars."""

    budget_id: str | None = None
    """The shared budget."""

    max_budget: float | None = None
    """The maximum spend, in US dollars."""

    soft_budget: float | None = None
    """The spend from which responses carry a warning, in US dollars."""

    budget_duration: str | None = None
    """How often `spend` resets to 0."""

    budget_reset_at: str | None = None
    """When `spend` resets next (ISO 8601, UTC)."""

    tpm_limit: int | None = None
    """The maximum number of tokens per minute."""

    rpm_limit: int | None = None
    """The maximum number of requests per minute."""

    max_parallel_requests: int | None = None
    """The maximum number of concurrent calls."""

    model_max_budget: dict[str, ModelMaxBudget] | None = None
    """Limits per model."""

    team_id: str
    """The id of the team."""

    team_alias: str | None = None
    """The display name."""

    organization_id: str | None = None
    """The organization that the team belongs to."""

    models: list[str] | None = None
    """The models that may be used. Empty: all models of the owner."""

    model_aliases: dict[str, str] | None = None
    """Model aliases: alias to model name."""

    members_with_roles: list[TeamMember] | None = None
    """The members with their roles."""

    guardrails: list[str] | None = None
    """Guardrails for all calls."""

    tags: list[str] | None = None
    """Tags of all call records."""

    blocked: bool | None = None
    """Whether the team is blocked."""

    metadata: Metadata | None = None
    """Custom metadata. It is stored with the record and returned. Most providers accept only strings as values."""

    created_at: str | None = None
    """When the object was created (ISO 8601, UTC)."""

    created_by: str | None = None
    """The user or key that created it."""

    updated_at: str | None = None
    """When the object was last updated (ISO 8601, UTC)."""

    updated_by: str | None = None
    """The user or key that last changed it."""


class TeamMember(Model):
    """A member of a team. `user_id` or `user_email` is required."""

    user_id: str | None = None
    """The id of the user."""

    user_email: str | None = None
    """The email address of the user."""

    role: TeamRole
    """The role of a member. An `admin` manages keys, members and limits within the team."""


class User(Model):
    """A user."""

    spend: float
    """The spend since the last budget reset, in US dollars."""

    budget_id: str | None = None
    """The shared budget."""

    max_budget: float | None = None
    """The maximum spend, in US dollars."""

    soft_budget: float | None = None
    """The spend from which responses carry a warning, in US dollars."""

    budget_duration: str | None = None
    """How often `spend` resets to 0."""

    budget_reset_at: str | None = None
    """When `spend` resets next (ISO 8601, UTC)."""

    tpm_limit: int | None = None
    """The maximum number of tokens per minute."""

    rpm_limit: int | None = None
    """The maximum number of requests per minute."""

    max_parallel_requests: int | None = None
    """The maximum number of concurrent calls."""

    model_max_budget: dict[str, ModelMaxBudget] | None = None
    """Limits per model."""

    user_id: str
    """The id of the user."""

    user_email: str | None = None
    """The email address."""

    user_alias: str | None = None
    """The display name."""

    user_role: UserRole | None = None
    """The role of a user. A `proxy_admin` may do everything, an `internal_user` manages its own keys, and
    `_viewer` roles have read-only access. Memberships define who administers teams and organizations.
    """

    organization_id: str | None = None
    """The organization that the user belongs to."""

    organizations: list[str] | None = None
    """All organizations that the user belongs to."""

    teams: list[str] | None = None
    """Teams to add the user to."""

    models: list[str] | None = None
    """The models for keys that belong to no team."""

    blocked: bool | None = None
    """Whether the user is blocked."""

    metadata: Metadata | None = None
    """Custom metadata. It is stored with the record and returned. Most providers accept only strings as values."""

    created_at: str | None = None
    """When the object was created (ISO 8601, UTC)."""

    created_by: str | None = None
    """The user or key that created it."""

    updated_at: str | None = None
    """When the object was last updated (ISO 8601, UTC)."""

    updated_by: str | None = None
    """The user or key that last changed it."""


BudgetDurationParam: TypeAlias = str
"""How often the spend resets to 0, such as `1h`, `1d`, `30d` or `1mo`. Null: never."""


ErrorType: TypeAlias = (
    Literal[
        "invalid_request_error",
        "authentication_error",
        "permission_error",
        "not_found_error",
        "conflict_error",
        "rate_limit_error",
        "insufficient_credits",
        "budget_exceeded",
        "band_access_denied",
        "content_filter",
        "timeout_error",
        "api_error",
        "provider_error",
        "overloaded_error",
    ]
    | str
)
"""The category of the error. SDKs choose the exception class by it, then by the status."""


FinishReason: TypeAlias = Literal["stop", "length", "tool_calls", "content_filter", "function_call"] | str
"""Why generation stopped: `stop` (a natural end or a stop sequence), `length` (the token limit), `tool_calls`,
`content_filter`, or `function_call` (deprecated). Null in chunks before the last.
"""


Metadata: TypeAlias = dict[str, Any]
"""Custom metadata. It is stored with the record and returned. Most providers accept only strings as values."""


TeamRole: TypeAlias = Literal["admin", "user"] | str
"""The role of a member. An `admin` manages keys, members and limits within the team."""


UserRole: TypeAlias = (
    Literal["proxy_admin", "proxy_admin_viewer", "org_admin", "internal_user", "internal_user_viewer"] | str
)
"""The role of a user. A `proxy_admin` may do everything, an `internal_user` manages its own keys, and `_viewer`
roles have read-only access. Memberships define who administers teams and organizations.
"""
