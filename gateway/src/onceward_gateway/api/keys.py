"""The key handlers: generate, update, list, block, regenerate and delete API keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core import error_codes
from ..core.errors import (
    forbidden,
    invalid,
)
from ..core.principal import Principal, Spending
from ..core.records import Key, Limits
from ..http.request import (
    Request,
    Response,
    json_response,
)
from ..identity import api_keys
from ..identity.authorization import (
    authority_over_key,
    visibility_of,
)
from ..identity.sql import (
    ALL,
    Condition,
    equal,
    of_teams_run_by,
)
from ..identity.visibility_filters import visible_keys
from .key_writer import KeyWriter
from .parsing import (
    one_of,
)
from .record_service import RecordContext, RecordService
from .serializers import page_by_number
from .writes import (
    SecretResponder,
    missing,
    renewed,
)

__all__ = ["KeyHandlers"]

_RESTRICTIONS = ("allowed_ips", "allowed_routes")


class KeyHandlers(RecordService):
    """Handlers for `/key`."""

    def __init__(self, context: RecordContext, keys: KeyWriter, secrets: SecretResponder, spending: Spending) -> None:
        super().__init__(context)
        self._keys = keys
        self._secrets = secrets
        self._spending = spending

    async def generate(self, request: Request) -> Response:
        """Create a key."""
        return await self._secrets.respond(request, self._generate)

    async def regenerate(self, request: Request) -> Response:
        """Replace the secret of a key, and change it."""
        return await self._secrets.respond(request, self._regenerate)

    async def _generate(self, request: Request) -> tuple[dict[str, Any], str]:
        key, secret = await self._keys.create(request, request.data)
        return await self._serializer.key(key), secret

    async def _find(self, request: Request, text: str, param: str = "key") -> Key:
        """Return the key that a text names; raise 404 if the caller may not see it."""
        key = await self._records.key_of(text)
        if key is None or not _is_visible(request.caller, key):
            raise missing("key", text, param=param)
        return key

    async def _named(self, request: Request) -> Key:
        """Return the key that a body names by `key_id` or `key`; raise 400 if they name different keys."""
        key = await self._find(request, one_of(request.data, "key_id", "key"))
        if request.data.get("key_id") and request.data.get("key"):
            other = await self._find(request, request.data["key"])
            if other.id != key.id:
                raise invalid(
                    "`key_id` and `key` name two keys. Give one of them.", param="key", code=error_codes.AMBIGUOUS
                )
        return key

    async def update(self, request: Request) -> Response:
        """Change a key."""
        await self._writer.begin(request)
        key = await self._named(request)
        wanted = await self._keys.changed(request, key, request.data)
        return json_response(
            await self._serializer.key(await self._writer.save(request, self._records.keys, wanted, "updated", key))
        )

    async def _regenerate(self, request: Request) -> tuple[dict[str, Any], str]:
        await self._writer.begin(request)
        key = await self._find(request, request.params["key"])
        secret, changed = api_keys.mint(), await self._keys.changed(request, key, request.data)
        if key.id != request.caller.key_id:
            # The secret gives the caller everything that the key may do: no more than the caller's own key may.
            fields = ("models", "guardrails", "allowed_cache_controls", "expires_at", *_RESTRICTIONS)
            limits = {name: getattr(changed.limits, name) for name in Limits.__struct_fields__}
            await self._writer.require_below_caller(request, limits | {name: getattr(changed, name) for name in fields})
        wanted = renewed(
            changed,
            {
                "hash": api_keys.hash_of(secret),
                "name": api_keys.masked(secret),
                "rotated_at": self._clock.time(),
            },
        )
        await self._records.keys.replace(key.hash, key.id)
        return await self._serializer.key(
            await self._writer.save(request, self._records.keys, wanted, "rotated", key)
        ), secret

    async def delete(self, request: Request) -> Response:
        """Delete keys by id, secret or alias, with the keys derived from them."""
        await self._writer.begin(request)
        texts = [text for text in (request.data.get("key_id"), *(request.data.get("keys") or ())) if text]
        found = {key.id: key for key in [await self._find(request, text, "keys") for text in texts]}
        for alias in request.data.get("key_aliases") or ():
            named = [key for key in await self._records.keys.of_alias(alias) if _is_visible(request.caller, key)]
            if not named:
                raise missing("key", alias, param="key_aliases")
            if len(named) > 1:
                raise invalid(
                    f"`key_aliases` has {alias!r}, the name of {len(named)} keys. Use `key_id` instead.",
                    param="key_aliases",
                    code=error_codes.AMBIGUOUS,
                )
            found[named[0].id] = named[0]
        if not found:
            raise invalid(
                "`keys`, `key_aliases` or `key_id` is missing. Name a key.", param="keys", code=error_codes.MISSING
            )
        return json_response({"deleted_keys": await self._keys.delete(request, list(found.values()))})

    async def list_keys(self, request: Request) -> Response:
        """Return a page of the keys that the caller may see."""
        query = request.query
        page, size = int(query.get("page") or 1), int(query.get("size") or 10)
        where = visible_keys(request.caller) & _filtered(query)
        shown, total, pages = await page_by_number(self._records.keys, where, page, size)
        return json_response(
            {
                "keys": [await self._serializer.key(key) for key in shown],
                "total_count": total,
                "current_page": page,
                "total_pages": pages,
            }
        )

    async def info(self, request: Request) -> Response:
        """Return one key: by default that of the caller."""
        text = request.query.get("key") or request.caller.key_id
        if text is None:
            raise invalid(
                "`key` is required when the caller has no virtual key. `/key/list` has the keys.",
                param="key",
                code=error_codes.MISSING,
            )
        key = await self._find(request, text)
        return json_response({"key": key.id, "info": await self._serializer.key(key)})

    async def _set_blocked(self, request: Request, blocked: bool) -> Response:
        caller = await self._writer.begin(request)
        key = await self._named(request)
        if not blocked and authority_over_key(caller, key) != "above":
            raise forbidden(
                "This key was blocked by an administrator. Ask one to unblock it.", code=error_codes.ABOVE_REQUIRED
            )
        wanted = renewed(key, {"blocked": blocked})
        return json_response(
            await self._serializer.key(
                await self._writer.save(request, self._records.keys, wanted, "blocked" if blocked else "unblocked", key)
            )
        )

    async def block(self, request: Request) -> Response:
        """Block a key."""
        return await self._set_blocked(request, True)

    async def unblock(self, request: Request) -> Response:
        """Unblock a key."""
        return await self._set_blocked(request, False)

    async def health(self, request: Request) -> Response:
        """Return whether a budget of the caller's key is exhausted."""
        now = self._clock.time()
        issues: list[str] = []
        for bound in request.caller.bounds:
            most = bound.max_budget_at(now)
            if most is not None and await self._spending.in_window(bound, now) >= most:
                issues.append(f"The budget of the {bound.name} is spent.")
        state = "unhealthy" if issues else "healthy"
        return json_response({"key": state, "key_id": request.caller.key_id, "issues": issues})


def _is_visible(caller: Principal, key: Key) -> bool:
    return visibility_of(caller).sees(
        organization_id=key.organization_id, team_id=key.team_id, user_id=key.user_id, key_id=key.id
    )


def _filtered(query: Mapping[str, Any]) -> Condition:
    """Return the condition of the keys that a request lists, regardless of visibility."""
    found, user_id = ALL, query.get("user_id")
    if query.get("include_team_keys") and not user_id:
        raise invalid(
            "`include_team_keys` is true, and `user_id`, whose teams are meant, is missing.",
            param="include_team_keys",
            code=error_codes.MISSING,
        )
    if user_id:
        own = equal("user_id", user_id)
        found &= own | of_teams_run_by(user_id) if query.get("include_team_keys") else own
    for name in ("team_id", "organization_id", "key_alias"):
        if query.get(name):
            found &= equal(name.removeprefix("key_"), query[name])
    return found
