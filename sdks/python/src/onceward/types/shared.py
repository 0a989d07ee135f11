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
    """One part of a request that the chosen model cannot do."""

    severity: str | None = None
    """How bad it is; `error` refuses the request."""

    param: str | None = None
    """The field at fault."""

    code: str | None = None
    """The issue by name."""

    message: str
    """What cannot be done."""


class CompletionTokensDetails(Model):
    """What the tokens written consist of."""

    reasoning_tokens: int | None = None
    """Reasoning, shown or not."""

    audio_tokens: int | None = None
    """Audio."""

    text_tokens: int | None = None
    """Text."""

    accepted_prediction_tokens: int | None = None
    """Tokens of the prediction that were used."""

    rejected_prediction_tokens: int | None = None
    """Tokens of the prediction that were not used and are paid all the same."""


class CompletionUsage(Model):
    """What a call read and wrote."""

    prompt_tokens: int
    """Tokens read."""

    completion_tokens: int
    """Tokens written, reasoning included."""

    total_tokens: int
    """Both."""

    prompt_tokens_details: PromptTokensDetails | None = None
    """What the tokens read consist of."""

    completion_tokens_details: CompletionTokensDetails | None = None
    """What the tokens written consist of."""

    cost_usd: float | None = None
    """What the call cost, in US dollars."""

    estimated: bool | None = None
    """Whether tokens were counted by the gateway, because the provider did not report them."""


class ErrorObject(Model):
    """What failed. `type` says which kind of failure it is, `code` which one, `message` what to do."""

    message: str
    """For people: what failed, where, and what to do."""

    type: ErrorType
    """The kind of failure. SDKs choose the error class by it, then by the status."""

    code: str | None = None
    """The failure by name, such as `model_not_found` or `idempotency_key_reused`."""

    param: str | None = None
    """The field or header that is at fault, such as `messages[0].role`."""

    request_id: str | None = None
    """The same as the `x-request-id` header."""

    call_id: str | None = None
    """The id of the call record, where the failure has one."""

    status: int | None = None
    """The HTTP status of the failure. Inside a stream, the status it would have had outside."""

    retry_after: float | None = None
    """Seconds to wait before a retry makes sense."""

    retryable: bool | None = None
    """Whether the same request can succeed later."""

    provider_asked: bool | None = None
    """Whether the request was sent to a provider, so that it may have been paid for."""

    fatal: bool | None = None
    """Whether the session or stream that the failure belongs to is over."""

    suggested_action: str | None = None
    """What a program should do, such as `retry_later`."""

    details: dict[str, Any] | None = None
    """Further facts; those of credits and bands stand here and beside `message`."""

    provider_error: Any | None = None
    """What the provider answered, as it came."""

    compat_issues: list[CompatibilityIssue] | None = None
    """What of the request the chosen model cannot do."""

    credits_required: float | None = None
    """Credits the call needs."""

    credits_remaining: float | None = None
    """Credits that are left."""

    reset_date: str | None = None
    """When credits are full again."""

    band: str | None = None
    """The band of the model that was asked for."""

    required_tier: str | None = None
    """The tier that may use it."""

    current_tier: str | None = None
    """The tier of the caller."""


class ErrorResponse(Model):
    """The one shape of all errors, also of those inside a stream."""

    error: ErrorObject
    """What failed. `type` says which kind of failure it is, `code` which one, `message` what to do."""


class KeyModelBudget(Model):
    """What a key may spend on one model."""

    budget_limit: float
    """US dollars."""

    time_period: BudgetDurationParam | None = None
    """How often what was spent goes back to 0, such as `1h`, `1d`, `30d` or `1mo`. Null is never."""


class KeyRecord(Model):
    """A key, without the secret itself."""

    key_id: str
    """The key's id. It stays when the secret is replaced."""

    token: str | None = None
    """The SHA-256 of the secret in hexadecimal."""

    key_name: str | None = None
    """The secret as it may be shown, such as `sk-Qm9...REDACTED`."""

    key_alias: str | None = None
    """A name for people."""

    user_id: str | None = None
    """The user whose key it is."""

    team_id: str | None = None
    """The team whose key it is."""

    organization_id: str | None = None
    """The organization whose key it is."""

    budget_id: str | None = None
    """A budget that is shared with others."""

    models: list[str] | None = None
    """The models it may use. Empty is all of its owner."""

    aliases: dict[str, str] | None = None
    """Names of models that stand for others."""

    spend: float
    """What it spent since the budget was last reset, in US dollars."""

    model_spend: dict[str, float] | None = None
    """The same for each model with a budget of its own."""

    max_budget: float | None = None
    """How much it may spend, in US dollars."""

    soft_budget: float | None = None
    """From which sum on a warning is given."""

    budget_duration: str | None = None
    """How often `spend` goes back to 0."""

    budget_reset_at: str | None = None
    """When it does so next (ISO 8601, UTC)."""

    temp_budget_increase: float | None = None
    """US dollars on top of `max_budget`."""

    temp_budget_expiry: str | None = None
    """Until when these hold."""

    model_max_budget: dict[str, KeyModelBudget] | None = None
    """What it may spend on single models."""

    tpm_limit: int | None = None
    """Tokens a minute."""

    rpm_limit: int | None = None
    """Requests a minute."""

    max_parallel_requests: int | None = None
    """Calls at the same time."""

    model_tpm_limit: dict[str, int] | None = None
    """Tokens a minute of single models."""

    model_rpm_limit: dict[str, int] | None = None
    """Requests a minute of single models."""

    allowed_cache_controls: list[str] | None = None
    """What a call may ask of the cache."""

    allowed_ips: list[str] | None = None
    """The client addresses that it may be used from. Null is any."""

    allowed_routes: list[str] | None = None
    """The routes that it may call. Null is every route."""

    guardrails: list[str] | None = None
    """Guardrails that every call passes."""

    blocked: bool | None = None
    """Whether it is refused."""

    tags: list[str] | None = None
    """Marks of its records."""

    metadata: Metadata | None = None
    """Up to the caller; kept with the record and given back. Most providers take strings alone as values."""

    expires: str | None = None
    """From when on it is refused. Null is never."""

    last_used_at: str | None = None
    """When it was last used."""

    created_at: str | None = None
    """When it was made (ISO 8601, UTC)."""

    created_by: str | None = None
    """By whom."""

    updated_at: str | None = None
    """When it was last changed."""

    updated_by: str | None = None
    """By whom."""


class ModelMaxBudget(Model):
    """Limits for one model."""

    max_budget: float | None = None
    """How much may be spent on it, in US dollars."""

    budget_duration: BudgetDurationParam | None = None
    """How often what was spent goes back to 0, such as `1h`, `1d`, `30d` or `1mo`. Null is never."""

    rpm_limit: int | None = None
    """Requests a minute."""

    tpm_limit: int | None = None
    """Tokens a minute."""


class PromptTokensDetails(Model):
    """What the tokens read consist of."""

    cached_tokens: int | None = None
    """Read from the provider's cache."""

    cache_write_tokens: int | None = None
    """Written to the provider's cache."""

    cache_write_1h_tokens: int | None = None
    """Written to the provider's cache to be kept for an hour, part of `cache_write_tokens`."""

    audio_tokens: int | None = None
    """Audio."""

    image_tokens: int | None = None
    """Images."""

    text_tokens: int | None = None
    """Text."""


class Team(Model):
    """A team."""

    spend: float
    """What was spent since the budget was last reset, in US dollars."""

    budget_id: str | None = None
    """A budget that is shared with others."""

    max_budget: float | None = None
    """How much may be spent, in US dollars."""

    soft_budget: float | None = None
    """From which sum on a warning is given."""

    budget_duration: str | None = None
    """How often `spend` goes back to 0."""

    budget_reset_at: str | None = None
    """When it does so next (ISO 8601, UTC)."""

    tpm_limit: int | None = None
    """Tokens a minute."""

    rpm_limit: int | None = None
    """Requests a minute."""

    max_parallel_requests: int | None = None
    """Calls at the same time."""

    model_max_budget: dict[str, ModelMaxBudget] | None = None
    """Limits for single models."""

    team_id: str
    """The team's id."""

    team_alias: str | None = None
    """A name for people."""

    organization_id: str | None = None
    """The organization that it belongs to."""

    models: list[str] | None = None
    """The models it may use. Empty is all of its owner."""

    model_aliases: dict[str, str] | None = None
    """Names of models that stand for others."""

    members_with_roles: list[TeamMember] | None = None
    """Its members."""

    guardrails: list[str] | None = None
    """Guardrails that every call passes."""

    tags: list[str] | None = None
    """Marks of its records."""

    blocked: bool | None = None
    """Whether its keys are refused."""

    metadata: Metadata | None = None
    """Up to the caller; kept with the record and given back. Most providers take strings alone as values."""

    created_at: str | None = None
    """When it was made (ISO 8601, UTC)."""

    created_by: str | None = None
    """By whom."""

    updated_at: str | None = None
    """When it was last changed."""

    updated_by: str | None = None
    """By whom."""


class TeamMember(Model):
    """A user in a team. `user_id` or `user_email` is needed."""

    user_id: str | None = None
    """The user."""

    user_email: str | None = None
    """The user's mail address."""

    role: TeamRole
    """What a member may do; an `admin` makes keys, members and limits within the team."""


class User(Model):
    """A user."""

    spend: float
    """What was spent since the budget was last reset, in US dollars."""

    budget_id: str | None = None
    """A budget that is shared with others."""

    max_budget: float | None = None
    """How much may be spent, in US dollars."""

    soft_budget: float | None = None
    """From which sum on a warning is given."""

    budget_duration: str | None = None
    """How often `spend` goes back to 0."""

    budget_reset_at: str | None = None
    """When it does so next (ISO 8601, UTC)."""

    tpm_limit: int | None = None
    """Tokens a minute."""

    rpm_limit: int | None = None
    """Requests a minute."""

    max_parallel_requests: int | None = None
    """Calls at the same time."""

    model_max_budget: dict[str, ModelMaxBudget] | None = None
    """Limits for single models."""

    user_id: str
    """The user's id."""

    user_email: str | None = None
    """The mail address."""

    user_alias: str | None = None
    """A name for people."""

    user_role: UserRole | None = None
    """What a user may do. A `proxy_admin` may all, an `internal_user` makes keys for itself, `_viewer`s look on.
    Who administers teams and organizations is said by memberships.
    """

    organization_id: str | None = None
    """The organization to be a member of."""

    organizations: list[str] | None = None
    """All organizations to be a member of."""

    teams: list[str] | None = None
    """Teams to be a member of."""

    models: list[str] | None = None
    """The models of keys that belong to no team."""

    blocked: bool | None = None
    """Whether the user's keys are refused."""

    metadata: Metadata | None = None
    """Up to the caller; kept with the record and given back. Most providers take strings alone as values."""

    created_at: str | None = None
    """When it was made (ISO 8601, UTC)."""

    created_by: str | None = None
    """By whom."""

    updated_at: str | None = None
    """When it was last changed."""

    updated_by: str | None = None
    """By whom."""


BudgetDurationParam: TypeAlias = str
"""How often what was spent goes back to 0, such as `1h`, `1d`, `30d` or `1mo`. Null is never."""


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
"""The kind of failure. SDKs choose the error class by it, then by the status."""


FinishReason: TypeAlias = Literal["stop", "length", "tool_calls", "content_filter", "function_call"] | str
"""Why writing ended: `stop` (done, or a stop sequence), `length` (the token limit), `tool_calls`,
`content_filter`, `function_call` (older). Null while it goes on.
"""


Metadata: TypeAlias = dict[str, Any]
"""Up to the caller; kept with the record and given back. Most providers take strings alone as values."""


TeamRole: TypeAlias = Literal["admin", "user"] | str
"""What a member may do; an `admin` makes keys, members and limits within the team."""


UserRole: TypeAlias = (
    Literal["proxy_admin", "proxy_admin_viewer", "org_admin", "internal_user", "internal_user_viewer"] | str
)
"""What a user may do. A `proxy_admin` may all, an `internal_user` makes keys for itself, `_viewer`s look on. Who
administers teams and organizations is said by memberships.
"""
