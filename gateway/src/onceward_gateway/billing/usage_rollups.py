"""Usage rollups: the sums that reports read, added in the transaction that writes a call's usage record."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from ..core.principal import Principal
from ..db import Batch, Increment
from . import rollup_sql as sql
from .report_period import start_of

__all__ = ["Dimensions", "RollupWriter", "dimensions_of", "group_id_of"]

# The values of a group, in the order of `rollup_sql.DIMENSIONS`; "" for none.
Dimensions = tuple[str, ...]
_NO_VALUE = ""
_MAX_GROUPS = 100_000
# The row of a group is written again after this time, in case the database was restored to an earlier state.
_GROUP_SECONDS = 600.0
# A call that is added so long after its start may belong to a week or month that has sums already.
_LATE_SECONDS = 86400.0
_ROLLUP = Increment(sql.ADD_ROLLUP, lambda key: ("usage_rollup", *map(str, key)))


def dimensions_of(
    caller: Principal,
    model: str,
    model_served: str,
    deployment: str | None,
    provider: str,
    *,
    band: str | None,
    account: str | None,
) -> Dimensions:
    """Return the values that reports group and filter a call by."""
    return (
        caller.key_id or "",
        caller.user_id or "",
        caller.team_id or "",
        caller.organization_id or "",
        model,
        model_served,
        deployment or "",
        provider,
        band or "",
        account or "",
    )


def group_id_of(kind: int, value: str, dimensions: Dimensions) -> int:
    """Return the id of a group: 63 bits of a hash, so that all nodes agree without asking the database.

    Two of a million groups share an id with a probability of 1 in 18 million.
    """
    text = "\x1f".join((str(kind), value, *dimensions)).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest()) >> 1


class RollupWriter:
    """Adds calls to the sums of their groups.

    Each batch has the row of its group until one of them is known to be written (`confirm`): a batch that was given up
    must not take along the row that the sums of other calls need.
    """

    def __init__(self) -> None:
        self._ids: dict[tuple[int, str, Dimensions], int] = {}
        # When the row of a group was last written.
        self._confirmed: dict[int, float] = {}

    def group(self, dimensions: Dimensions, kind: int = sql.EVERY, value: str = _NO_VALUE) -> int:
        """Return the id of a group."""
        key = (kind, value, dimensions)
        id = self._ids.get(key)
        if id is None:
            if len(self._ids) >= _MAX_GROUPS:
                self._ids.clear()
            id = self._ids[key] = group_id_of(kind, value, dimensions)
        return id

    def add(
        self,
        batch: Batch,
        dimensions: Dimensions,
        started_at: float,
        sums: Sequence[int],
        *,
        customer: str | None,
        tags: Sequence[str],
        now: float,
    ) -> tuple[int, Sequence[int]]:
        """Add a call to the sums of its hour and its day, in the order of `rollup_sql.SUMS`.

        Return its group, and the groups to `confirm` when the batch is durable.
        """
        added: list[int] = []
        id = self._add_group(batch, dimensions, sql.EVERY, _NO_VALUE, now, added)
        groups = [(sql.EVERY, id)]
        if customer is not None or tags:
            for kind, value in _values_of(customer, tags):
                groups.append((kind, self._add_group(batch, dimensions, kind, value, now, added)))
        hour = int(started_at / 3600)
        day = hour - hour % sql.DAY
        for kind, group in groups:
            batch.increment(_ROLLUP, (kind, sql.HOUR, hour, group), *sums)
            batch.increment(_ROLLUP, (kind, sql.DAY, day, group), *sums)
        if now - started_at > _LATE_SECONDS:
            _reopen(batch, hour)
        return id, added

    def withhold(
        self,
        batch: Batch,
        usage_id: str,
        dimensions: Dimensions,
        started_at: float,
        *,
        customer: str | None,
        tags: Sequence[str],
        now: float,
    ) -> None:
        """Count a call as failed whose record says completed. The record must be changed by a later statement."""
        hour = int(started_at / 3600)
        for kind, value in ((sql.EVERY, _NO_VALUE), *_values_of(customer, tags)):
            group = self.group(dimensions, kind, value)
            for step, at in ((sql.HOUR, hour), (sql.DAY, hour - hour % sql.DAY)):
                name = ("usage_rollup", str(kind), str(step), str(at), str(group))
                batch.add_shared(name, sql.WITHHOLD_ROLLUP, (kind, step, at, group, usage_id))
        if now - started_at > _LATE_SECONDS:
            _reopen(batch, hour)

    def confirm(self, groups: Sequence[int], now: float) -> None:
        """Note that the rows of groups are durable."""
        if len(self._confirmed) + len(groups) > _MAX_GROUPS:
            self._confirmed.clear()
        self._confirmed.update(dict.fromkeys(groups, now))

    def _add_group(
        self, batch: Batch, dimensions: Dimensions, kind: int, value: str, now: float, added: list[int]
    ) -> int:
        """Return the id of a group; add its row to a batch, and the id to `added`, unless it is known to be there."""
        id = self.group(dimensions, kind, value)
        if now - self._confirmed.get(id, 0.0) >= _GROUP_SECONDS:
            added.append(id)
            # Shared, so that nodes that add new groups in one transaction do it in the same order.
            batch.add_shared(("usage_group", str(id)), sql.ADD_GROUP, (id, kind, value, *dimensions))
        return id


def _reopen(batch: Batch, hour: int) -> None:
    """Add that the sums of the week and the month of an hour, and of later ones, are to be added up again."""
    for step in (sql.WEEK, sql.MONTH):
        start = start_of(step, hour)
        batch.add_shared(("usage_period", str(step)), sql.REOPEN, (start, start, step))


def _values_of(customer: str | None, tags: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield the kinds and values that a call is also summed by."""
    if customer is not None:
        yield sql.CUSTOMER, customer
    for tag in tags:
        yield sql.TAG, tag
    if tags:
        yield sql.TAGGED, _NO_VALUE
