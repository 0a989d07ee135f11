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
    """API keys."""

    @cached_property
    def with_raw_response(self) -> KeyWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return KeyWithRawResponse(self)

    def generate(self, **params: Unpack[KeyGenerateParams]) -> KeyGenerateResponse:
        """Create a key.

        Creates a key with its own limits. Only this response contains the secret; the gateway stores a hash. A
        key cannot exceed its creator: models, budgets, limits and lifetimes beyond those of the team, the
        organization or the caller's key are refused with 403.

        Args:
            key_alias: A name for the key.
            user_id: The user that owns the key.
            team_id: The team that owns the key.
            organization_id: The organization that owns the key.
            budget_id: A shared budget.
            models: The models that may be used.
            aliases: Model aliases for calls with this key: alias to model name.
            duration: The lifetime from now on, such as `30s`, `15m`, `12h`, `30d`, `2w`, `1mo` or `1y`.
            max_budget: The maximum spend of the key in US dollars.
            soft_budget: The spend in US dollars from which responses carry a warning.
            budget_duration: How often the spend resets to 0, such as `1h`, `1d`, `30d` or `1mo`.
            model_max_budget: The maximum spend per model.
            tpm_limit: The maximum number of tokens per minute.
            rpm_limit: The maximum number of requests per minute.
            max_parallel_requests: The maximum number of concurrent calls.
            model_tpm_limit: The maximum number of tokens per minute, per model.
            model_rpm_limit: The maximum number of requests per minute, per model.
            allowed_cache_controls: Cache controls that calls may use, such as `no-cache` and `no-store`.
            allowed_ips: Client addresses that the key may be used from: addresses such as `203.0.113.7` and
                ranges such as `203.0.113.0/24` or `2001:db8::/32`.
            allowed_routes: Routes that the key may call; others are refused with 403.
            guardrails: Guardrails for all calls, by name.
            blocked: Whether the key is blocked.
            tags: Tags that are added to all call records of the key.
            metadata: Custom metadata.
            key: The secret, to import an existing key.
        """
        answer: KeyGenerateResponse = self._client.execute(_GENERATE, params)
        return answer

    def update(self, **params: Unpack[KeyUpdateParams]) -> KeyRecord:
        """Update a key.

        Updates the given fields and leaves the others unchanged. Null removes a limit. The restrictions for
        creating a key also apply to updates.

        Args:
            key_alias: A name for the key.
            user_id: The user that owns the key.
            team_id: The team that owns the key.
            organization_id: The organization that owns the key.
            budget_id: A shared budget.
            models: The models that may be used.
            aliases: Model aliases for calls with this key: alias to model name.
            duration: The lifetime from now on, such as `30s`, `15m`, `12h`, `30d`, `2w`, `1mo` or `1y`.
            max_budget: The maximum spend of the key in US dollars.
            soft_budget: The spend in US dollars from which responses carry a warning.
            budget_duration: How often the spend resets to 0, such as `1h`, `1d`, `30d` or `1mo`.
            model_max_budget: The maximum spend per model.
            tpm_limit: The maximum number of tokens per minute.
            rpm_limit: The maximum number of requests per minute.
            max_parallel_requests: The maximum number of concurrent calls.
            model_tpm_limit: The maximum number of tokens per minute, per model.
            model_rpm_limit: The maximum number of requests per minute, per model.
            allowed_cache_controls: Cache controls that calls may use, such as `no-cache` and `no-store`.
            allowed_ips: Client addresses that the key may be used from: addresses such as `203.0.113.7` and
                ranges such as `203.0.113.0/24` or `2001:db8::/32`.
            allowed_routes: Routes that the key may call; others are refused with 403.
            guardrails: Guardrails for all calls, by name.
            blocked: Whether the key is blocked.
            tags: Tags that are added to all call records of the key.
            metadata: Custom metadata.
            key: The secret of the key, its `token`, or its `key_id`.
            key_id: The id of the key.
            temp_budget_increase: A temporary increase of `max_budget` in US dollars, until
                `temp_budget_expiry`.
            temp_budget_expiry: The end of the temporary increase, such as `2026-01-31` or
                `2026-01-31T12:00:00Z`.
        """
        answer: KeyRecord = self._client.execute(_UPDATE, params)
        return answer

    def delete(self, **params: Unpack[KeyDeleteParams]) -> KeyDeleteResponse:
        """Delete keys.

        Deletes keys permanently, either all of the given ones or none. Their spend records are kept.

        Args:
            keys: Keys, each by its secret, its `token`, or its `key_id`.
            key_aliases: Keys, by alias.
            key_id: A key, by id.
        """
        answer: KeyDeleteResponse = self._client.execute(_DELETE, params)
        return answer

    def list(self, **params: Unpack[KeyListParams]) -> SyncPage[KeyRecord]:
        """List keys.

        Lists the keys that the caller may see, newest first: all keys, those of its organizations and teams, or
        its own.

        Args:
            page: The page number, from 1. Default: 1.
            size: The maximum number of keys per page. Default: 10.
            user_id: Only keys of this user.
            team_id: Only keys of this team.
            organization_id: Only keys of this organization.
            key_alias: Only the key with this alias.
            include_team_keys: With `user_id`: also include keys of the teams that the user administers.
                Default: False.

        Returns:
            The first page; iterate over it for the items of all pages.
        """
        answer: SyncPage[KeyRecord] = self._client.execute(_LIST, params)
        return answer

    def info(self, **params: Unpack[KeyInfoParams]) -> KeyInfo:
        """Retrieve a key.

        Retrieves a key and its spend. Without `key`, retrieves the caller's key.

        Args:
            key: The key, by its `key_id` or `token`.
        """
        answer: KeyInfo = self._client.execute(_INFO, params)
        return answer

    def block(self, **params: Unpack[KeyBlockParams]) -> KeyRecord:
        """Block a key.

        Blocks a key on all nodes until it is unblocked. Its running streams end with the error `key_blocked`
        within about a second.

        Args:
            key: The secret of the key, its `token`, or its `key_id`.
            key_id: The id of the key.
        """
        answer: KeyRecord = self._client.execute(_BLOCK, params)
        return answer

    def unblock(self, **params: Unpack[KeyUnblockParams]) -> KeyRecord:
        """Unblock a key.

        Unblocks a key: it can be used again.

        Args:
            key: The secret of the key, its `token`, or its `key_id`.
            key_id: The id of the key.
        """
        answer: KeyRecord = self._client.execute(_UNBLOCK, params)
        return answer

    def regenerate(self, key: str, **params: Unpack[KeyRegenerateParams]) -> KeyGenerateResponse:
        """Regenerate a key.

        Replaces the secret of a key. The response contains the new secret, which is not shown again; the old
        one is refused from then on. The id, limits and spend do not change, except for fields in the body.

        Args:
            key: The key, by its `key_id` or `token`.
            key_alias: A name for the key.
            user_id: The user that owns the key.
            team_id: The team that owns the key.
            organization_id: The organization that owns the key.
            budget_id: A shared budget.
            models: The models that may be used.
            aliases: Model aliases for calls with this key: alias to model name.
            duration: The lifetime from now on, such as `30s`, `15m`, `12h`, `30d`, `2w`, `1mo` or `1y`.
            max_budget: The maximum spend of the key in US dollars.
            soft_budget: The spend in US dollars from which responses carry a warning.
            budget_duration: How often the spend resets to 0, such as `1h`, `1d`, `30d` or `1mo`.
            model_max_budget: The maximum spend per model.
            tpm_limit: The maximum number of tokens per minute.
            rpm_limit: The maximum number of requests per minute.
            max_parallel_requests: The maximum number of concurrent calls.
            model_tpm_limit: The maximum number of tokens per minute, per model.
            model_rpm_limit: The maximum number of requests per minute, per model.
            allowed_cache_controls: Cache controls that calls may use, such as `no-cache` and `no-store`.
            allowed_ips: Client addresses that the key may be used from: addresses such as `203.0.113.7` and
                ranges such as `203.0.113.0/24` or `2001:db8::/32`.
            allowed_routes: Routes that the key may call; others are refused with 403.
            guardrails: Guardrails for all calls, by name.
            blocked: Whether the key is blocked.
            tags: Tags that are added to all call records of the key.
            metadata: Custom metadata.
        """
        answer: KeyGenerateResponse = self._client.execute(_REGENERATE, {"key": key, **params})
        return answer

    def health(self, **params: Unpack[CallOptions]) -> KeyHealth:
        """Check a key.

        Reports whether the caller's key can be used and, if not, why. Calls no model and is not billed.
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
    """API keys."""

    @cached_property
    def with_raw_response(self) -> AsyncKeyWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return AsyncKeyWithRawResponse(self)

    async def generate(self, **params: Unpack[KeyGenerateParams]) -> KeyGenerateResponse:
        """Create a key.

        Creates a key with its own limits. Only this response contains the secret; the gateway stores a hash. A
        key cannot exceed its creator: models, budgets, limits and lifetimes beyond those of the team, the
        organization or the caller's key are refused with 403.

        Args:
            key_alias: A name for the key.
            user_id: The user that owns the key.
            team_id: The team that owns the key.
            organization_id: The organization that owns the key.
            budget_id: A shared budget.
            models: The models that may be used.
            aliases: Model aliases for calls with this key: alias to model name.
            duration: The lifetime from now on, such as `30s`, `15m`, `12h`, `30d`, `2w`, `1mo` or `1y`.
            max_budget: The maximum spend of the key in US dollars.
            soft_budget: The spend in US dollars from which responses carry a warning.
            budget_duration: How often the spend resets to 0, such as `1h`, `1d`, `30d` or `1mo`.
            model_max_budget: The maximum spend per model.
            tpm_limit: The maximum number of tokens per minute.
            rpm_limit: The maximum number of requests per minute.
            max_parallel_requests: The maximum number of concurrent calls.
            model_tpm_limit: The maximum number of tokens per minute, per model.
            model_rpm_limit: The maximum number of requests per minute, per model.
            allowed_cache_controls: Cache controls that calls may use, such as `no-cache` and `no-store`.
            allowed_ips: Client addresses that the key may be used from: addresses such as `203.0.113.7` and
                ranges such as `203.0.113.0/24` or `2001:db8::/32`.
            allowed_routes: Routes that the key may call; others are refused with 403.
            guardrails: Guardrails for all calls, by name.
            blocked: Whether the key is blocked.
            tags: Tags that are added to all call records of the key.
            metadata: Custom metadata.
            key: The secret, to import an existing key.
        """
        answer: KeyGenerateResponse = await self._client.execute(_GENERATE, params)
        return answer

    async def update(self, **params: Unpack[KeyUpdateParams]) -> KeyRecord:
        """Update a key.

        Updates the given fields and leaves the others unchanged. Null removes a limit. The restrictions for
        creating a key also apply to updates.

        Args:
            key_alias: A name for the key.
            user_id: The user that owns the key.
            team_id: The team that owns the key.
            organization_id: The organization that owns the key.
            budget_id: A shared budget.
            models: The models that may be used.
            aliases: Model aliases for calls with this key: alias to model name.
            duration: The lifetime from now on, such as `30s`, `15m`, `12h`, `30d`, `2w`, `1mo` or `1y`.
            max_budget: The maximum spend of the key in US dollars.
            soft_budget: The spend in US dollars from which responses carry a warning.
            budget_duration: How often the spend resets to 0, such as `1h`, `1d`, `30d` or `1mo`.
            model_max_budget: The maximum spend per model.
            tpm_limit: The maximum number of tokens per minute.
            rpm_limit: The maximum number of requests per minute.
            max_parallel_requests: The maximum number of concurrent calls.
            model_tpm_limit: The maximum number of tokens per minute, per model.
            model_rpm_limit: The maximum number of requests per minute, per model.
            allowed_cache_controls: Cache controls that calls may use, such as `no-cache` and `no-store`.
            allowed_ips: Client addresses that the key may be used from: addresses such as `203.0.113.7` and
                ranges such as `203.0.113.0/24` or `2001:db8::/32`.
            allowed_routes: Routes that the key may call; others are refused with 403.
            guardrails: Guardrails for all calls, by name.
            blocked: Whether the key is blocked.
            tags: Tags that are added to all call records of the key.
            metadata: Custom metadata.
            key: The secret of the key, its `token`, or its `key_id`.
            key_id: The id of the key.
            temp_budget_increase: A temporary increase of `max_budget` in US dollars, until
                `temp_budget_expiry`.
            temp_budget_expiry: The end of the temporary increase, such as `2026-01-31` or
                `2026-01-31T12:00:00Z`.
        """
        answer: KeyRecord = await self._client.execute(_UPDATE, params)
        return answer

    async def delete(self, **params: Unpack[KeyDeleteParams]) -> KeyDeleteResponse:
        """Delete keys.

        Deletes keys permanently, either all of the given ones or none. Their spend records are kept.

        Args:
            keys: Keys, each by its secret, its `token`, or its `key_id`.
            key_aliases: Keys, by alias.
            key_id: A key, by id.
        """
        answer: KeyDeleteResponse = await self._client.execute(_DELETE, params)
        return answer

    def list(self, **params: Unpack[KeyListParams]) -> AsyncPages[KeyRecord]:
        """List keys.

        Lists the keys that the caller may see, newest first: all keys, those of its organizations and teams, or
        its own.

        Args:
            page: The page number, from 1. Default: 1.
            size: The maximum number of keys per page. Default: 10.
            user_id: Only keys of this user.
            team_id: Only keys of this team.
            organization_id: Only keys of this organization.
            key_alias: Only the key with this alias.
            include_team_keys: With `user_id`: also include keys of the teams that the user administers.
                Default: False.

        Returns:
            The first page; iterate over it for the items of all pages.
        """
        answer: AsyncPages[KeyRecord] = self._client.execute(_LIST, params)
        return answer

    async def info(self, **params: Unpack[KeyInfoParams]) -> KeyInfo:
        """Retrieve a key.

        Retrieves a key and its spend. Without `key`, retrieves the caller's key.

        Args:
            key: The key, by its `key_id` or `token`.
        """
        answer: KeyInfo = await self._client.execute(_INFO, params)
        return answer

    async def block(self, **params: Unpack[KeyBlockParams]) -> KeyRecord:
        """Block a key.

        Blocks a key on all nodes until it is unblocked. Its running streams end with the error `key_blocked`
        within about a second.

        Args:
            key: The secret of the key, its `token`, or its `key_id`.
            key_id: The id of the key.
        """
        answer: KeyRecord = await self._client.execute(_BLOCK, params)
        return answer

    async def unblock(self, **params: Unpack[KeyUnblockParams]) -> KeyRecord:
        """Unblock a key.

        Unblocks a key: it can be used again.

        Args:
            key: The secret of the key, its `token`, or its `key_id`.
            key_id: The id of the key.
        """
        answer: KeyRecord = await self._client.execute(_UNBLOCK, params)
        return answer

    async def regenerate(self, key: str, **params: Unpack[KeyRegenerateParams]) -> KeyGenerateResponse:
        """Regenerate a key.

        Replaces the secret of a key. The response contains the new secret, which is not shown again; the old
        one is refused from then on. The id, limits and spend do not change, except for fields in the body.

        Args:
            key: The key, by its `key_id` or `token`.
            key_alias: A name for the key.
            user_id: The user that owns the key.
            team_id: The team that owns the key.
            organization_id: The organization that owns the key.
            budget_id: A shared budget.
            models: The models that may be used.
            aliases: Model aliases for calls with this key: alias to model name.
            duration: The lifetime from now on, such as `30s`, `15m`, `12h`, `30d`, `2w`, `1mo` or `1y`.
            max_budget: The maximum spend of the key in US dollars.
            soft_budget: The spend in US dollars from which responses carry a warning.
            budget_duration: How often the spend resets to 0, such as `1h`, `1d`, `30d` or `1mo`.
            model_max_budget: The maximum spend per model.
            tpm_limit: The maximum number of tokens per minute.
            rpm_limit: The maximum number of requests per minute.
            max_parallel_requests: The maximum number of concurrent calls.
            model_tpm_limit: The maximum number of tokens per minute, per model.
            model_rpm_limit: The maximum number of requests per minute, per model.
            allowed_cache_controls: Cache controls that calls may use, such as `no-cache` and `no-store`.
            allowed_ips: Client addresses that the key may be used from: addresses such as `203.0.113.7` and
                ranges such as `203.0.113.0/24` or `2001:db8::/32`.
            allowed_routes: Routes that the key may call; others are refused with 403.
            guardrails: Guardrails for all calls, by name.
            blocked: Whether the key is blocked.
            tags: Tags that are added to all call records of the key.
            metadata: Custom metadata.
        """
        answer: KeyGenerateResponse = await self._client.execute(_REGENERATE, {"key": key, **params})
        return answer

    async def health(self, **params: Unpack[CallOptions]) -> KeyHealth:
        """Check a key.

        Reports whether the caller's key can be used and, if not, why. Calls no model and is not billed.
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
