"""Find objects by the names that people gave them, where the gateway needs ids."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .._core.errors import SDKError

if TYPE_CHECKING:
    from .._client import Onceward

__all__ = ["AmbiguousName", "key_id", "organization_id", "team_id", "with_ids"]

_TOKEN = 64


class AmbiguousName(SDKError):
    """Several objects have this name."""


def key_id(client: Onceward, word: str) -> str:
    """Return the id of a key, from the key itself, its token, its id, or its alias."""
    if word.startswith(("sk-", "key_")) or len(word) == _TOKEN:
        return word
    return _only("key", word, ((one.key_alias, one.key_id) for one in client.key.list(key_alias=word)))


def team_id(client: Onceward, word: str) -> str:
    if word.startswith("team_"):
        return word
    return _only("team", word, ((one.team_alias, one.team_id) for one in client.team.list(team_alias=word)))


def organization_id(client: Onceward, word: str) -> str:
    if word.startswith("org_"):
        return word
    found = client.organization.list(organization_alias=word)
    return _only("organization", word, ((one.organization_alias, one.organization_id) for one in found))


def with_ids(client: Onceward, params: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters with the ids of a team and an organization in place of their names."""
    found = dict(params)
    for field, resolve in (("team_id", team_id), ("organization_id", organization_id)):
        if isinstance(found.get(field), str):
            found[field] = resolve(client, found[field])
    return found


def _only(kind: str, word: str, pairs: Iterable[tuple[str | None, str]]) -> str:
    ids = sorted({id for alias, id in pairs if alias == word})
    if len(ids) > 1:
        raise AmbiguousName(f"{len(ids)} {kind}s are called {word!r}. Use one of the ids: {', '.join(ids)}")
    # Ids may have any form: a word that is not an alias is taken for an id, and the gateway checks that it exists.
    return ids[0] if ids else word
