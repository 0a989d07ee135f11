# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""The resource `key` and its children."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Unpack

from .._core.operation import Body, Operation, Page, Param, Result
from .._core.resource import AsyncRawMethod, AsyncResource, RawMethod, RawResource, Resource

if TYPE_CHECKING:
    from .._core.options import CallOptions
    from .._drivers.pages import AsyncPages, SyncPage
    from ..types.key import KeyDeleteResponse, KeyGenerateResponse, KeyHealth, KeyInfo
    from ..types.params.key import (
        KeyBlockParams,
        KeyDeleteParams,
        KeyGenerateParams,
        KeyInfoParams,
        KeyListParams,
        KeyRegenerateParams,
        KeyUnblockParams,
        KeyUpdateParams,
    )
    from ..types.shared import KeyRecord

__all__ = [
    "AsyncKey",
    "AsyncKeyWithRawResponse",
    "Key",
    "KeyWithRawResponse",
]

_GENERATE = Operation(
    id="key.generate",
    method="POST",
    path="/key/generate",
    params={
        "key_alias": Param(
            wire="key_alias", nullable=True, check=("null", ("within", "string", {"min_length": 1, "max_length": 255}))
        ),
        "user_id": Param(wire="user_id", nullable=True, check=("null", ("within", "string", {"min_length": 1}))),
        "team_id": Param(wire="team_id", nullable=True, check=("null", ("within", "string", {"min_length": 1}))),
        "organization_id": Param(
            wire="organization_id", nullable=True, check=("null", ("within", "string", {"min_length": 1}))
        ),
        "budget_id": Param(wire="budget_id", nullable=True, check=("null", ("within", "string", {"min_length": 1}))),
        "models": Param(
            wire="models", nullable=True, check=("null", ("list", ("within", "string", {"min_length": 1})))
        ),
        "aliases": Param(
            wire="aliases", nullable=True, check=("null", ("map", ("within", "string", {"min_length": 1})))
        ),
        "duration": Param(
            wire="duration",
            nullable=True,
            check=("null", ("within", "string", {"pattern": "^[1-9][0-9]{0,5}(s|m|h|d|w|mo|y)\\Z"})),
        ),
        "max_budget": Param(wire="max_budget", nullable=True, check=("null", ("within", "number", {"minimum": 0}))),
        "soft_budget": Param(wire="soft_budget", nullable=True, check=("null", ("within", "number", {"minimum": 0}))),
        "budget_duration": Param(
            wire="budget_duration",
            nullable=True,
            check=("null", ("within", "string", {"pattern": "^[1-9][0-9]{0,5}(s|m|h|d|w|mo|y)\\Z"})),
        ),
        "model_max_budget": Param(
            wire="model_max_budget", nullable=True, check=("null", ("map", "shared:KeyModelBudgetParam"))
        ),
        "tpm_limit": Param(wire="tpm_limit", nullable=True, check=("null", ("within", "integer", {"minimum": 0}))),
        "rpm_limit": Param(wire="rpm_limit", nullable=True, check=("null", ("within", "integer", {"minimum": 0}))),
        "max_parallel_requests": Param(
            wire="max_parallel_requests", nullable=True, check=("null", ("within", "integer", {"minimum": 0}))
        ),
        "model_tpm_limit": Param(
            wire="model_tpm_limit", nullable=True, check=("null", ("map", ("within", "integer", {"minimum": 0})))
        ),
        "model_rpm_limit": Param(
            wire="model_rpm_limit", nullable=True, check=("null", ("map", ("within", "integer", {"minimum": 0})))
        ),
        "allowed_cache_controls": Param(
            wire="allowed_cache_controls",
            nullable=True,
            check=("null", ("list", ("within", "string", {"min_length": 1}))),
        ),
        "allowed_ips": Param(
            wire="allowed_ips",
            nullable=True,
            check=(
                "null",
                ("within", ("list", ("within", "string", {"min_length": 1, "max_length": 64})), {"max_length": 256}),
            ),
        ),
        "allowed_routes": Param(
            wire="allowed_routes",
            nullable=True,
            check=(
                "null",
                ("within", ("list", ("within", "string", {"min_length": 1, "max_length": 255})), {"max_length": 256}),
            ),
        ),
        "guardrails": Param(
            wire="guardrails", nullable=True, check=("null", ("list", ("within", "string", {"min_length": 1})))
        ),
        "blocked": Param(wire="blocked", nullable=True, check=("null", "boolean")),
        "tags": Param(wire="tags", nullable=True, check=("null", ("list", ("within", "string", {"min_length": 1})))),
        "metadata": Param(wire="metadata", nullable=True, check=("null", "shared:MetadataParam")),
        "key": Param(
            wire="key", nullable=True, check=("null", ("within", "secret", {"pattern": "^sk-[A-Za-z0-9_-]{43}\\Z"}))
        ),
    },
    body=Body(required=False),
    result=Result(type="key:KeyGenerateResponse"),
    retry="keyed",
)

_UPDATE = Operation(
    id="key.update",
    method="POST",
    path="/key/update",
    params={
        "key_alias": Param(
            wire="key_alias", nullable=True, check=("null", ("within", "string", {"min_length": 1, "max_length": 255}))
        ),
        "user_id": Param(wire="user_id", nullable=True, check=("null", ("within", "string", {"min_length": 1}))),
        "team_id": Param(wire="team_id", nullable=True, check=("null", ("within", "string", {"min_length": 1}))),
        "organization_id": Param(
            wire="organization_id", nullable=True, check=("null", ("within", "string", {"min_length": 1}))
        ),
        "budget_id": Param(wire="budget_id", nullable=True, check=("null", ("within", "string", {"min_length": 1}))),
        "models": Param(
            wire="models", nullable=True, check=("null", ("list", ("within", "string", {"min_length": 1})))
        ),
        "aliases": Param(
            wire="aliases", nullable=True, check=("null", ("map", ("within", "string", {"min_length": 1})))
        ),
        "duration": Param(
            wire="duration",
            nullable=True,
            check=("null", ("within", "string", {"pattern": "^[1-9][0-9]{0,5}(s|m|h|d|w|mo|y)\\Z"})),
        ),
        "max_budget": Param(wire="max_budget", nullable=True, check=("null", ("within", "number", {"minimum": 0}))),
        "soft_budget": Param(wire="soft_budget", nullable=True, check=("null", ("within", "number", {"minimum": 0}))),
        "budget_duration": Param(
            wire="budget_duration",
            nullable=True,
            check=("null", ("within", "string", {"pattern": "^[1-9][0-9]{0,5}(s|m|h|d|w|mo|y)\\Z"})),
        ),
        "model_max_budget": Param(
            wire="model_max_budget", nullable=True, check=("null", ("map", "shared:KeyModelBudgetParam"))
        ),
        "tpm_limit": Param(wire="tpm_limit", nullable=True, check=("null", ("within", "integer", {"minimum": 0}))),
        "rpm_limit": Param(wire="rpm_limit", nullable=True, check=("null", ("within", "integer", {"minimum": 0}))),
        "max_parallel_requests": Param(
            wire="max_parallel_requests", nullable=True, check=("null", ("within", "integer", {"minimum": 0}))
        ),
        "model_tpm_limit": Param(
            wire="model_tpm_limit", nullable=True, check=("null", ("map", ("within", "integer", {"minimum": 0})))
        ),
        "model_rpm_limit": Param(
            wire="model_rpm_limit", nullable=True, check=("null", ("map", ("within", "integer", {"minimum": 0})))
        ),
        "allowed_cache_controls": Param(
            wire="allowed_cache_controls",
            nullable=True,
            check=("null", ("list", ("within", "string", {"min_length": 1}))),
        ),
        "allowed_ips": Param(
            wire="allowed_ips",
            nullable=True,
            check=(
                "null",
                ("within", ("list", ("within", "string", {"min_length": 1, "max_length": 64})), {"max_length": 256}),
            ),
        ),
        "allowed_routes": Param(
            wire="allowed_routes",
            nullable=True,
            check=(
                "null",
                ("within", ("list", ("within", "string", {"min_length": 1, "max_length": 255})), {"max_length": 256}),
            ),
        ),
        "guardrails": Param(
            wire="guardrails", nullable=True, check=("null", ("list", ("within", "string", {"min_length": 1})))
        ),
        "blocked": Param(wire="blocked", nullable=True, check=("null", "boolean")),
        "tags": Param(wire="tags", nullable=True, check=("null", ("list", ("within", "string", {"min_length": 1})))),
        "metadata": Param(wire="metadata", nullable=True, check=("null", "shared:MetadataParam")),
        "key": Param(wire="key", nullable=True, check=("null", ("within", "string", {"min_length": 1}))),
        "key_id": Param(wire="key_id", nullable=True, check=("null", ("within", "string", {"min_length": 1}))),
        "temp_budget_increase": Param(
            wire="temp_budget_increase", nullable=True, check=("null", ("within", "number", {"minimum": 0}))
        ),
        "temp_budget_expiry": Param(
            wire="temp_budget_expiry", nullable=True, check=("null", ("within", "string", {"min_length": 1}))
        ),
    },
    body=Body(),
    result=Result(type="shared:KeyRecord"),
    retry="keyed",
)

_DELETE = Operation(
    id="key.delete",
    method="POST",
    path="/key/delete",
    params={
        "keys": Param(
            wire="keys",
            nullable=True,
            check=("null", ("within", ("list", ("within", "string", {"min_length": 1})), {"max_length": 1000})),
        ),
        "key_aliases": Param(
            wire="key_aliases",
            nullable=True,
            check=("null", ("within", ("list", ("within", "string", {"min_length": 1})), {"max_length": 1000})),
        ),
        "key_id": Param(wire="key_id", nullable=True, check=("null", ("within", "string", {"min_length": 1}))),
    },
    body=Body(),
    result=Result(type="key:KeyDeleteResponse"),
    retry="keyed",
)

_LIST = Operation(
    id="key.list",
    method="GET",
    path="/key/list",
    params={
        "page": Param(wire="page", place="query", check=("within", "integer", {"minimum": 1, "maximum": 1000000})),
        "size": Param(wire="size", place="query", check=("within", "integer", {"minimum": 1, "maximum": 100})),
        "user_id": Param(wire="user_id", place="query", check=("within", "string", {"min_length": 1})),
        "team_id": Param(wire="team_id", place="query", check=("within", "string", {"min_length": 1})),
        "organization_id": Param(wire="organization_id", place="query", check=("within", "string", {"min_length": 1})),
        "key_alias": Param(wire="key_alias", place="query", check=("within", "string", {"min_length": 1})),
        "include_team_keys": Param(wire="include_team_keys", place="query", check="boolean"),
    },
    result=Result(type="key:KeyList"),
    page=Page(
        style="page",
        items=("keys",),
        cursor_param="page",
        limit_param="size",
        total=("total_count",),
        total_pages=("total_pages",),
    ),
)

_INFO = Operation(
    id="key.info",
    method="GET",
    path="/key/info",
    params={
        "key": Param(wire="key", place="query", check=("within", "string", {"min_length": 1})),
    },
    result=Result(type="key:KeyInfo"),
)

_BLOCK = Operation(
    id="key.block",
    method="POST",
    path="/key/block",
    params={
        "key": Param(wire="key", nullable=True, check=("null", ("within", "string", {"min_length": 1}))),
        "key_id": Param(wire="key_id", nullable=True, check=("null", ("within", "string", {"min_length": 1}))),
    },
    body=Body(),
    result=Result(type="shared:KeyRecord"),
    retry="keyed",
)

_UNBLOCK = Operation(
    id="key.unblock",
    method="POST",
    path="/key/unblock",
    params={
        "key": Param(wire="key", nullable=True, check=("null", ("within", "string", {"min_length": 1}))),
        "key_id": Param(wire="key_id", nullable=True, check=("null", ("within", "string", {"min_length": 1}))),
    },
    body=Body(),
    result=Result(type="shared:KeyRecord"),
    retry="keyed",
)

_REGENERATE = Operation(
    id="key.regenerate",
    method="POST",
    path="/key/{key}/regenerate",
    params={
        "key": Param(wire="key", place="path", required=True, check=("within", "string", {"min_length": 1})),
        "key_alias": Param(
            wire="key_alias", nullable=True, check=("null", ("within", "string", {"min_length": 1, "max_length": 255}))
        ),
        "user_id": Param(wire="user_id", nullable=True, check=("null", ("within", "string", {"min_length": 1}))),
        "team_id": Param(wire="team_id", nullable=True, check=("null", ("within", "string", {"min_length": 1}))),
        "organization_id": Param(
            wire="organization_id", nullable=True, check=("null", ("within", "string", {"min_length": 1}))
        ),
        "budget_id": Param(wire="budget_id", nullable=True, check=("null", ("within", "string", {"min_length": 1}))),
        "models": Param(
            wire="models", nullable=True, check=("null", ("list", ("within", "string", {"min_length": 1})))
        ),
        "aliases": Param(
            wire="aliases", nullable=True, check=("null", ("map", ("within", "string", {"min_length": 1})))
        ),
        "duration": Param(
            wire="duration",
            nullable=True,
            check=("null", ("within", "string", {"pattern": "^[1-9][0-9]{0,5}(s|m|h|d|w|mo|y)\\Z"})),
        ),
        "max_budget": Param(wire="max_budget", nullable=True, check=("null", ("within", "number", {"minimum": 0}))),
        "soft_budget": Param(wire="soft_budget", nullable=True, check=("null", ("within", "number", {"minimum": 0}))),
        "budget_duration": Param(
            wire="budget_duration",
            nullable=True,
            check=("null", ("within", "string", {"pattern": "^[1-9][0-9]{0,5}(s|m|h|d|w|mo|y)\\Z"})),
        ),
        "model_max_budget": Param(
            wire="model_max_budget", nullable=True, check=("null", ("map", "shared:KeyModelBudgetParam"))
        ),
        "tpm_limit": Param(wire="tpm_limit", nullable=True, check=("null", ("within", "integer", {"minimum": 0}))),
        "rpm_limit": Param(wire="rpm_limit", nullable=True, check=("null", ("within", "integer", {"minimum": 0}))),
        "max_parallel_requests": Param(
            wire="max_parallel_requests", nullable=True, check=("null", ("within", "integer", {"minimum": 0}))
        ),
        "model_tpm_limit": Param(
            wire="model_tpm_limit", nullable=True, check=("null", ("map", ("within", "integer", {"minimum": 0})))
        ),
        "model_rpm_limit": Param(
            wire="model_rpm_limit", nullable=True, check=("null", ("map", ("within", "integer", {"minimum": 0})))
        ),
        "allowed_cache_controls": Param(
            wire="allowed_cache_controls",
            nullable=True,
            check=("null", ("list", ("within", "string", {"min_length": 1}))),
        ),
        "allowed_ips": Param(
            wire="allowed_ips",
            nullable=True,
            check=(
                "null",
                ("within", ("list", ("within", "string", {"min_length": 1, "max_length": 64})), {"max_length": 256}),
            ),
        ),
        "allowed_routes": Param(
            wire="allowed_routes",
            nullable=True,
            check=(
                "null",
                ("within", ("list", ("within", "string", {"min_length": 1, "max_length": 255})), {"max_length": 256}),
            ),
        ),
        "guardrails": Param(
            wire="guardrails", nullable=True, check=("null", ("list", ("within", "string", {"min_length": 1})))
        ),
        "blocked": Param(wire="blocked", nullable=True, check=("null", "boolean")),
        "tags": Param(wire="tags", nullable=True, check=("null", ("list", ("within", "string", {"min_length": 1})))),
        "metadata": Param(wire="metadata", nullable=True, check=("null", "shared:MetadataParam")),
    },
    body=Body(required=False),
    result=Result(type="key:KeyGenerateResponse"),
    retry="keyed",
)

_HEALTH = Operation(
    id="key.health", method="POST", path="/key/health", result=Result(type="key:KeyHealth"), retry="keyed"
)


class Key(Resource):
    """Keys of the gateway, and what they may do."""

    @cached_property
    def with_raw_response(self) -> KeyWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return KeyWithRawResponse(self)

    def generate(self, **params: Unpack[KeyGenerateParams]) -> KeyGenerateResponse:
        """Make a key.

        Makes a key with limits of its own. The answer is the only one that ever holds the key itself; the
        gateway keeps a hash. A key is never more than its maker: models, budget, limits and lifetime beyond
        those of the team, the organization or the key that asks are refused with 403.

        Args:
            key_alias: A name for people.
            user_id: The user whose key it is.
            team_id: The team whose key it is.
            organization_id: The organization whose key it is; absent, the one of the team.
            budget_id: A budget that is shared with others.
            models: The models it may use; a `*` at the end stands for any rest.
            aliases: Names of models that stand for others in calls with this key.
            duration: How long it lives from now on, such as `30s`, `15m`, `12h`, `30d`, `2w`, `1mo` or `1y`.
            max_budget: How much it may spend in US dollars; then 402.
            soft_budget: From which sum in US dollars on a warning is given.
            budget_duration: How often what was spent goes back to 0, such as `1h`, `1d`, `30d` or `1mo`.
            model_max_budget: What it may spend on single models.
            tpm_limit: Tokens a minute; then 429.
            rpm_limit: Requests a minute; then 429.
            max_parallel_requests: Calls at the same time; then 429.
            model_tpm_limit: Tokens a minute of single models.
            model_rpm_limit: Requests a minute of single models.
            allowed_cache_controls: What a call may ask of the cache, such as `no-cache` and `no-store`.
            allowed_ips: The client addresses that it may be used from: addresses such as `203.0.113.7` and
                ranges such as `203.0.113.0/24` or `2001:db8::/32`; else 403.
            allowed_routes: The routes that it may call; else 403.
            guardrails: Guardrails that every call passes, by name; see `GET /guardrails/list`.
            blocked: Whether it is refused.
            tags: Marks that every record of its calls carries.
            metadata: Up to the caller; kept with the record and given back.
            key: The key itself, where it must be a given one, as when keys move in from elsewhere.

        Raises:
            ParameterError: An argument is missing, unknown or invalid. Nothing was sent.
            APIStatusError: The server returned an error: BadRequestError (400), AuthenticationError (401),
                InsufficientCreditsError (402), PermissionDeniedError (403), NotFoundError (404),
                RequestTimeoutError (408), ConflictError (409), PayloadTooLargeError (413),
                UnprocessableEntityError (422), RateLimitError (429), ProviderError (502), OverloadedError
                (529).
            APIConnectionError: No complete response was received, even after retries.
        """
        answer: KeyGenerateResponse = self._client.execute(_GENERATE, params)
        return answer

    def update(self, **params: Unpack[KeyUpdateParams]) -> KeyRecord:
        """Change a key.

        Changes what is named and leaves the rest; null takes a limit away. What holds for making a key holds
        for changing it.

        Args:
            key_alias: A name for people.
            user_id: The user whose key it is.
            team_id: The team whose key it is.
            organization_id: The organization whose key it is; absent, the one of the team.
            budget_id: A budget that is shared with others.
            models: The models it may use; a `*` at the end stands for any rest.
            aliases: Names of models that stand for others in calls with this key.
            duration: How long it lives from now on, such as `30s`, `15m`, `12h`, `30d`, `2w`, `1mo` or `1y`.
            max_budget: How much it may spend in US dollars; then 402.
            soft_budget: From which sum in US dollars on a warning is given.
            budget_duration: How often what was spent goes back to 0, such as `1h`, `1d`, `30d` or `1mo`.
            model_max_budget: What it may spend on single models.
            tpm_limit: Tokens a minute; then 429.
            rpm_limit: Requests a minute; then 429.
            max_parallel_requests: Calls at the same time; then 429.
            model_tpm_limit: Tokens a minute of single models.
            model_rpm_limit: Requests a minute of single models.
            allowed_cache_controls: What a call may ask of the cache, such as `no-cache` and `no-store`.
            allowed_ips: The client addresses that it may be used from: addresses such as `203.0.113.7` and
                ranges such as `203.0.113.0/24` or `2001:db8::/32`; else 403.
            allowed_routes: The routes that it may call; else 403.
            guardrails: Guardrails that every call passes, by name; see `GET /guardrails/list`.
            blocked: Whether it is refused.
            tags: Marks that every record of its calls carries.
            metadata: Up to the caller; kept with the record and given back.
            key: The key itself, its `token` or its `key_id`.
            key_id: The key's id.
            temp_budget_increase: US dollars on top of `max_budget`, until `temp_budget_expiry`; the two come
                together.
            temp_budget_expiry: Until when, such as `2026-01-31` or `2026-01-31T12:00:00Z`.

        Raises:
            ParameterError: An argument is missing, unknown or invalid. Nothing was sent.
            APIStatusError: The server returned an error: BadRequestError (400), AuthenticationError (401),
                InsufficientCreditsError (402), PermissionDeniedError (403), NotFoundError (404),
                RequestTimeoutError (408), ConflictError (409), PayloadTooLargeError (413),
                UnprocessableEntityError (422), RateLimitError (429), ProviderError (502), OverloadedError
                (529).
            APIConnectionError: No complete response was received, even after retries.
        """
        answer: KeyRecord = self._client.execute(_UPDATE, params)
        return answer

    def delete(self, **params: Unpack[KeyDeleteParams]) -> KeyDeleteResponse:
        """Delete keys.

        Deletes keys for good, all that are named or none. Their records of spending stay.

        Args:
            keys: Keys, each by itself, its `token` or its `key_id`.
            key_aliases: Keys by name.
            key_id: One key by its id.

        Raises:
            ParameterError: An argument is missing, unknown or invalid. Nothing was sent.
            APIStatusError: The server returned an error: BadRequestError (400), AuthenticationError (401),
                InsufficientCreditsError (402), PermissionDeniedError (403), NotFoundError (404),
                RequestTimeoutError (408), ConflictError (409), PayloadTooLargeError (413),
                UnprocessableEntityError (422), RateLimitError (429), ProviderError (502), OverloadedError
                (529).
            APIConnectionError: No complete response was received, even after retries.
        """
        answer: KeyDeleteResponse = self._client.execute(_DELETE, params)
        return answer

    def list(self, **params: Unpack[KeyListParams]) -> SyncPage[KeyRecord]:
        """List keys.

        Lists the keys that the caller may see, newest first: all, those of its organizations and teams, or its
        own.

        Args:
            page: The number of the page, from 1. Default: 1.
            size: How many keys a page holds at most. Default: 10.
            user_id: Only keys of this user.
            team_id: Only keys of this team.
            organization_id: Only keys of this organization.
            key_alias: Only the key of this name.
            include_team_keys: With `user_id`, also the keys of the teams that the user administers. Default:
                False.

        Returns:
            The first page of the list. Iterate over it to get the items of all pages.

        Raises:
            ParameterError: An argument is missing, unknown or invalid. Nothing was sent.
            APIStatusError: The server returned an error: BadRequestError (400), AuthenticationError (401),
                InsufficientCreditsError (402), PermissionDeniedError (403), NotFoundError (404),
                RequestTimeoutError (408), ConflictError (409), PayloadTooLargeError (413),
                UnprocessableEntityError (422), RateLimitError (429), ProviderError (502), OverloadedError
                (529).
            APIConnectionError: No complete response was received, even after retries.
        """
        answer: SyncPage[KeyRecord] = self._client.execute(_LIST, params)
        return answer

    def info(self, **params: Unpack[KeyInfoParams]) -> KeyInfo:
        """Get a key.

        Gives what is known of a key and what it spent. Without `key` it is the one that asks.

        Args:
            key: The key by its `key_id` or `token`.

        Raises:
            ParameterError: An argument is missing, unknown or invalid. Nothing was sent.
            APIStatusError: The server returned an error: BadRequestError (400), AuthenticationError (401),
                InsufficientCreditsError (402), PermissionDeniedError (403), NotFoundError (404),
                RequestTimeoutError (408), ConflictError (409), PayloadTooLargeError (413),
                UnprocessableEntityError (422), RateLimitError (429), ProviderError (502), OverloadedError
                (529).
            APIConnectionError: No complete response was received, even after retries.
        """
        answer: KeyInfo = self._client.execute(_INFO, params)
        return answer

    def block(self, **params: Unpack[KeyBlockParams]) -> KeyRecord:
        """Block a key.

        Stops a key from being used, at once and on every node, until it is unblocked. Running calls go on to
        their end.

        Args:
            key: The key itself, its `token` or its `key_id`.
            key_id: The key's id.

        Raises:
            ParameterError: An argument is missing, unknown or invalid. Nothing was sent.
            APIStatusError: The server returned an error: BadRequestError (400), AuthenticationError (401),
                InsufficientCreditsError (402), PermissionDeniedError (403), NotFoundError (404),
                RequestTimeoutError (408), ConflictError (409), PayloadTooLargeError (413),
                UnprocessableEntityError (422), RateLimitError (429), ProviderError (502), OverloadedError
                (529).
            APIConnectionError: No complete response was received, even after retries.
        """
        answer: KeyRecord = self._client.execute(_BLOCK, params)
        return answer

    def unblock(self, **params: Unpack[KeyUnblockParams]) -> KeyRecord:
        """Unblock a key.

        Lets a blocked key be used again.

        Args:
            key: The key itself, its `token` or its `key_id`.
            key_id: The key's id.

        Raises:
            ParameterError: An argument is missing, unknown or invalid. Nothing was sent.
            APIStatusError: The server returned an error: BadRequestError (400), AuthenticationError (401),
                InsufficientCreditsError (402), PermissionDeniedError (403), NotFoundError (404),
                RequestTimeoutError (408), ConflictError (409), PayloadTooLargeError (413),
                UnprocessableEntityError (422), RateLimitError (429), ProviderError (502), OverloadedError
                (529).
            APIConnectionError: No complete response was received, even after retries.
        """
        answer: KeyRecord = self._client.execute(_UNBLOCK, params)
        return answer

    def regenerate(self, key: str, **params: Unpack[KeyRegenerateParams]) -> KeyGenerateResponse:
        """Replace the secret of a key.

        Gives a key a new secret, once, in the answer; the old one is refused from then on. Id, limits and
        spending stay, other than those that the body changes.

        Args:
            key: The key by its `key_id` or `token`.
            key_alias: A name for people.
            user_id: The user whose key it is.
            team_id: The team whose key it is.
            organization_id: The organization whose key it is; absent, the one of the team.
            budget_id: A budget that is shared with others.
            models: The models it may use; a `*` at the end stands for any rest.
            aliases: Names of models that stand for others in calls with this key.
            duration: How long it lives from now on, such as `30s`, `15m`, `12h`, `30d`, `2w`, `1mo` or `1y`.
            max_budget: How much it may spend in US dollars; then 402.
            soft_budget: From which sum in US dollars on a warning is given.
            budget_duration: How often what was spent goes back to 0, such as `1h`, `1d`, `30d` or `1mo`.
            model_max_budget: What it may spend on single models.
            tpm_limit: Tokens a minute; then 429.
            rpm_limit: Requests a minute; then 429.
            max_parallel_requests: Calls at the same time; then 429.
            model_tpm_limit: Tokens a minute of single models.
            model_rpm_limit: Requests a minute of single models.
            allowed_cache_controls: What a call may ask of the cache, such as `no-cache` and `no-store`.
            allowed_ips: The client addresses that it may be used from: addresses such as `203.0.113.7` and
                ranges such as `203.0.113.0/24` or `2001:db8::/32`; else 403.
            allowed_routes: The routes that it may call; else 403.
            guardrails: Guardrails that every call passes, by name; see `GET /guardrails/list`.
            blocked: Whether it is refused.
            tags: Marks that every record of its calls carries.
            metadata: Up to the caller; kept with the record and given back.

        Raises:
            ParameterError: An argument is missing, unknown or invalid. Nothing was sent.
            APIStatusError: The server returned an error: BadRequestError (400), AuthenticationError (401),
                InsufficientCreditsError (402), PermissionDeniedError (403), NotFoundError (404),
                RequestTimeoutError (408), ConflictError (409), PayloadTooLargeError (413),
                UnprocessableEntityError (422), RateLimitError (429), ProviderError (502), OverloadedError
                (529).
            APIConnectionError: No complete response was received, even after retries.
        """
        answer: KeyGenerateResponse = self._client.execute(_REGENERATE, {"key": key, **params})
        return answer

    def health(self, **params: Unpack[CallOptions]) -> KeyHealth:
        """Check a key.

        Says whether the key that asks can be used, and what stands against it. Asks no model and costs nothing.

        Raises:
            ParameterError: An argument is missing, unknown or invalid. Nothing was sent.
            APIStatusError: The server returned an error: BadRequestError (400), AuthenticationError (401),
                InsufficientCreditsError (402), PermissionDeniedError (403), NotFoundError (404),
                RequestTimeoutError (408), ConflictError (409), PayloadTooLargeError (413),
                UnprocessableEntityError (422), RateLimitError (429), ProviderError (502), OverloadedError
                (529).
            APIConnectionError: No complete response was received, even after retries.
        """
        answer: KeyHealth = self._client.execute(_HEALTH, params)
        return answer


class KeyWithRawResponse(RawResource["Key"]):
    """The methods of `Key`, returning raw responses."""

    generate = RawMethod(Key.generate)
    update = RawMethod(Key.update)
    delete = RawMethod(Key.delete)
    list = RawMethod(Key.list)
    info = RawMethod(Key.info)
    block = RawMethod(Key.block)
    unblock = RawMethod(Key.unblock)
    regenerate = RawMethod(Key.regenerate)
    health = RawMethod(Key.health)


class AsyncKey(AsyncResource):
    """Keys of the gateway, and what they may do."""

    @cached_property
    def with_raw_response(self) -> AsyncKeyWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return AsyncKeyWithRawResponse(self)

    async def generate(self, **params: Unpack[KeyGenerateParams]) -> KeyGenerateResponse:
        """Make a key.

        Makes a key with limits of its own. The answer is the only one that ever holds the key itself; the
        gateway keeps a hash. A key is never more than its maker: models, budget, limits and lifetime beyond
        those of the team, the organization or the key that asks are refused with 403.

        Args:
            key_alias: A name for people.
            user_id: The user whose key it is.
            team_id: The team whose key it is.
            organization_id: The organization whose key it is; absent, the one of the team.
            budget_id: A budget that is shared with others.
            models: The models it may use; a `*` at the end stands for any rest.
            aliases: Names of models that stand for others in calls with this key.
            duration: How long it lives from now on, such as `30s`, `15m`, `12h`, `30d`, `2w`, `1mo` or `1y`.
            max_budget: How much it may spend in US dollars; then 402.
            soft_budget: From which sum in US dollars on a warning is given.
            budget_duration: How often what was spent goes back to 0, such as `1h`, `1d`, `30d` or `1mo`.
            model_max_budget: What it may spend on single models.
            tpm_limit: Tokens a minute; then 429.
            rpm_limit: Requests a minute; then 429.
            max_parallel_requests: Calls at the same time; then 429.
            model_tpm_limit: Tokens a minute of single models.
            model_rpm_limit: Requests a minute of single models.
            allowed_cache_controls: What a call may ask of the cache, such as `no-cache` and `no-store`.
            allowed_ips: The client addresses that it may be used from: addresses such as `203.0.113.7` and
                ranges such as `203.0.113.0/24` or `2001:db8::/32`; else 403.
            allowed_routes: The routes that it may call; else 403.
            guardrails: Guardrails that every call passes, by name; see `GET /guardrails/list`.
            blocked: Whether it is refused.
            tags: Marks that every record of its calls carries.
            metadata: Up to the caller; kept with the record and given back.
            key: The key itself, where it must be a given one, as when keys move in from elsewhere.

        Raises:
            ParameterError: An argument is missing, unknown or invalid. Nothing was sent.
            APIStatusError: The server returned an error: BadRequestError (400), AuthenticationError (401),
                InsufficientCreditsError (402), PermissionDeniedError (403), NotFoundError (404),
                RequestTimeoutError (408), ConflictError (409), PayloadTooLargeError (413),
                UnprocessableEntityError (422), RateLimitError (429), ProviderError (502), OverloadedError
                (529).
            APIConnectionError: No complete response was received, even after retries.
        """
        answer: KeyGenerateResponse = await self._client.execute(_GENERATE, params)
        return answer

    async def update(self, **params: Unpack[KeyUpdateParams]) -> KeyRecord:
        """Change a key.

        Changes what is named and leaves the rest; null takes a limit away. What holds for making a key holds
        for changing it.

        Args:
            key_alias: A name for people.
            user_id: The user whose key it is.
            team_id: The team whose key it is.
            organization_id: The organization whose key it is; absent, the one of the team.
            budget_id: A budget that is shared with others.
            models: The models it may use; a `*` at the end stands for any rest.
            aliases: Names of models that stand for others in calls with this key.
            duration: How long it lives from now on, such as `30s`, `15m`, `12h`, `30d`, `2w`, `1mo` or `1y`.
            max_budget: How much it may spend in US dollars; then 402.
            soft_budget: From which sum in US dollars on a warning is given.
            budget_duration: How often what was spent goes back to 0, such as `1h`, `1d`, `30d` or `1mo`.
            model_max_budget: What it may spend on single models.
            tpm_limit: Tokens a minute; then 429.
            rpm_limit: Requests a minute; then 429.
            max_parallel_requests: Calls at the same time; then 429.
            model_tpm_limit: Tokens a minute of single models.
            model_rpm_limit: Requests a minute of single models.
            allowed_cache_controls: What a call may ask of the cache, such as `no-cache` and `no-store`.
            allowed_ips: The client addresses that it may be used from: addresses such as `203.0.113.7` and
                ranges such as `203.0.113.0/24` or `2001:db8::/32`; else 403.
            allowed_routes: The routes that it may call; else 403.
            guardrails: Guardrails that every call passes, by name; see `GET /guardrails/list`.
            blocked: Whether it is refused.
            tags: Marks that every record of its calls carries.
            metadata: Up to the caller; kept with the record and given back.
            key: The key itself, its `token` or its `key_id`.
            key_id: The key's id.
            temp_budget_increase: US dollars on top of `max_budget`, until `temp_budget_expiry`; the two come
                together.
            temp_budget_expiry: Until when, such as `2026-01-31` or `2026-01-31T12:00:00Z`.

        Raises:
            ParameterError: An argument is missing, unknown or invalid. Nothing was sent.
            APIStatusError: The server returned an error: BadRequestError (400), AuthenticationError (401),
                InsufficientCreditsError (402), PermissionDeniedError (403), NotFoundError (404),
                RequestTimeoutError (408), ConflictError (409), PayloadTooLargeError (413),
                UnprocessableEntityError (422), RateLimitError (429), ProviderError (502), OverloadedError
                (529).
            APIConnectionError: No complete response was received, even after retries.
        """
        answer: KeyRecord = await self._client.execute(_UPDATE, params)
        return answer

    async def delete(self, **params: Unpack[KeyDeleteParams]) -> KeyDeleteResponse:
        """Delete keys.

        Deletes keys for good, all that are named or none. Their records of spending stay.

        Args:
            keys: Keys, each by itself, its `token` or its `key_id`.
            key_aliases: Keys by name.
            key_id: One key by its id.

        Raises:
            ParameterError: An argument is missing, unknown or invalid. Nothing was sent.
            APIStatusError: The server returned an error: BadRequestError (400), AuthenticationError (401),
                InsufficientCreditsError (402), PermissionDeniedError (403), NotFoundError (404),
                RequestTimeoutError (408), ConflictError (409), PayloadTooLargeError (413),
                UnprocessableEntityError (422), RateLimitError (429), ProviderError (502), OverloadedError
                (529).
            APIConnectionError: No complete response was received, even after retries.
        """
        answer: KeyDeleteResponse = await self._client.execute(_DELETE, params)
        return answer

    def list(self, **params: Unpack[KeyListParams]) -> AsyncPages[KeyRecord]:
        """List keys.

        Lists the keys that the caller may see, newest first: all, those of its organizations and teams, or its
        own.

        Args:
            page: The number of the page, from 1. Default: 1.
            size: How many keys a page holds at most. Default: 10.
            user_id: Only keys of this user.
            team_id: Only keys of this team.
            organization_id: Only keys of this organization.
            key_alias: Only the key of this name.
            include_team_keys: With `user_id`, also the keys of the teams that the user administers. Default:
                False.

        Returns:
            The first page of the list. Iterate over it to get the items of all pages.

        Raises:
            ParameterError: An argument is missing, unknown or invalid. Nothing was sent.
            APIStatusError: The server returned an error: BadRequestError (400), AuthenticationError (401),
                InsufficientCreditsError (402), PermissionDeniedError (403), NotFoundError (404),
                RequestTimeoutError (408), ConflictError (409), PayloadTooLargeError (413),
                UnprocessableEntityError (422), RateLimitError (429), ProviderError (502), OverloadedError
                (529).
            APIConnectionError: No complete response was received, even after retries.
        """
        answer: AsyncPages[KeyRecord] = self._client.execute(_LIST, params)
        return answer

    async def info(self, **params: Unpack[KeyInfoParams]) -> KeyInfo:
        """Get a key.

        Gives what is known of a key and what it spent. Without `key` it is the one that asks.

        Args:
            key: The key by its `key_id` or `token`.

        Raises:
            ParameterError: An argument is missing, unknown or invalid. Nothing was sent.
            APIStatusError: The server returned an error: BadRequestError (400), AuthenticationError (401),
                InsufficientCreditsError (402), PermissionDeniedError (403), NotFoundError (404),
                RequestTimeoutError (408), ConflictError (409), PayloadTooLargeError (413),
                UnprocessableEntityError (422), RateLimitError (429), ProviderError (502), OverloadedError
                (529).
            APIConnectionError: No complete response was received, even after retries.
        """
        answer: KeyInfo = await self._client.execute(_INFO, params)
        return answer

    async def block(self, **params: Unpack[KeyBlockParams]) -> KeyRecord:
        """Block a key.

        Stops a key from being used, at once and on every node, until it is unblocked. Running calls go on to
        their end.

        Args:
            key: The key itself, its `token` or its `key_id`.
            key_id: The key's id.

        Raises:
            ParameterError: An argument is missing, unknown or invalid. Nothing was sent.
            APIStatusError: The server returned an error: BadRequestError (400), AuthenticationError (401),
                InsufficientCreditsError (402), PermissionDeniedError (403), NotFoundError (404),
                RequestTimeoutError (408), ConflictError (409), PayloadTooLargeError (413),
                UnprocessableEntityError (422), RateLimitError (429), ProviderError (502), OverloadedError
                (529).
            APIConnectionError: No complete response was received, even after retries.
        """
        answer: KeyRecord = await self._client.execute(_BLOCK, params)
        return answer

    async def unblock(self, **params: Unpack[KeyUnblockParams]) -> KeyRecord:
        """Unblock a key.

        Lets a blocked key be used again.

        Args:
            key: The key itself, its `token` or its `key_id`.
            key_id: The key's id.

        Raises:
            ParameterError: An argument is missing, unknown or invalid. Nothing was sent.
            APIStatusError: The server returned an error: BadRequestError (400), AuthenticationError (401),
                InsufficientCreditsError (402), PermissionDeniedError (403), NotFoundError (404),
                RequestTimeoutError (408), ConflictError (409), PayloadTooLargeError (413),
                UnprocessableEntityError (422), RateLimitError (429), ProviderError (502), OverloadedError
                (529).
            APIConnectionError: No complete response was received, even after retries.
        """
        answer: KeyRecord = await self._client.execute(_UNBLOCK, params)
        return answer

    async def regenerate(self, key: str, **params: Unpack[KeyRegenerateParams]) -> KeyGenerateResponse:
        """Replace the secret of a key.

        Gives a key a new secret, once, in the answer; the old one is refused from then on. Id, limits and
        spending stay, other than those that the body changes.

        Args:
            key: The key by its `key_id` or `token`.
            key_alias: A name for people.
            user_id: The user whose key it is.
            team_id: The team whose key it is.
            organization_id: The organization whose key it is; absent, the one of the team.
            budget_id: A budget that is shared with others.
            models: The models it may use; a `*` at the end stands for any rest.
            aliases: Names of models that stand for others in calls with this key.
            duration: How long it lives from now on, such as `30s`, `15m`, `12h`, `30d`, `2w`, `1mo` or `1y`.
            max_budget: How much it may spend in US dollars; then 402.
            soft_budget: From which sum in US dollars on a warning is given.
            budget_duration: How often what was spent goes back to 0, such as `1h`, `1d`, `30d` or `1mo`.
            model_max_budget: What it may spend on single models.
            tpm_limit: Tokens a minute; then 429.
            rpm_limit: Requests a minute; then 429.
            max_parallel_requests: Calls at the same time; then 429.
            model_tpm_limit: Tokens a minute of single models.
            model_rpm_limit: Requests a minute of single models.
            allowed_cache_controls: What a call may ask of the cache, such as `no-cache` and `no-store`.
            allowed_ips: The client addresses that it may be used from: addresses such as `203.0.113.7` and
                ranges such as `203.0.113.0/24` or `2001:db8::/32`; else 403.
            allowed_routes: The routes that it may call; else 403.
            guardrails: Guardrails that every call passes, by name; see `GET /guardrails/list`.
            blocked: Whether it is refused.
            tags: Marks that every record of its calls carries.
            metadata: Up to the caller; kept with the record and given back.

        Raises:
            ParameterError: An argument is missing, unknown or invalid. Nothing was sent.
            APIStatusError: The server returned an error: BadRequestError (400), AuthenticationError (401),
                InsufficientCreditsError (402), PermissionDeniedError (403), NotFoundError (404),
                RequestTimeoutError (408), ConflictError (409), PayloadTooLargeError (413),
                UnprocessableEntityError (422), RateLimitError (429), ProviderError (502), OverloadedError
                (529).
            APIConnectionError: No complete response was received, even after retries.
        """
        answer: KeyGenerateResponse = await self._client.execute(_REGENERATE, {"key": key, **params})
        return answer

    async def health(self, **params: Unpack[CallOptions]) -> KeyHealth:
        """Check a key.

        Says whether the key that asks can be used, and what stands against it. Asks no model and costs nothing.

        Raises:
            ParameterError: An argument is missing, unknown or invalid. Nothing was sent.
            APIStatusError: The server returned an error: BadRequestError (400), AuthenticationError (401),
                InsufficientCreditsError (402), PermissionDeniedError (403), NotFoundError (404),
                RequestTimeoutError (408), ConflictError (409), PayloadTooLargeError (413),
                UnprocessableEntityError (422), RateLimitError (429), ProviderError (502), OverloadedError
                (529).
            APIConnectionError: No complete response was received, even after retries.
        """
        answer: KeyHealth = await self._client.execute(_HEALTH, params)
        return answer


class AsyncKeyWithRawResponse(RawResource["AsyncKey"]):
    """The methods of `AsyncKey`, returning raw responses."""

    generate = AsyncRawMethod(AsyncKey.generate)
    update = AsyncRawMethod(AsyncKey.update)
    delete = AsyncRawMethod(AsyncKey.delete)
    list = AsyncRawMethod(AsyncKey.list)
    info = AsyncRawMethod(AsyncKey.info)
    block = AsyncRawMethod(AsyncKey.block)
    unblock = AsyncRawMethod(AsyncKey.unblock)
    regenerate = AsyncRawMethod(AsyncKey.regenerate)
    health = AsyncRawMethod(AsyncKey.health)
