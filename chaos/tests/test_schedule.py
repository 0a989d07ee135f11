"""The schedule of faults depends only on its seed, contains every kind of fault, and spares one of several nodes."""

from __future__ import annotations

import pytest

from ..monkey import Blow, schedule

_KINDS = {"kill", "halt", "drain", "cut", "outage"}


def _hit_at_once(blows: list[Blow]) -> int:
    """Return the highest number of nodes that are down at the same time."""
    nodes = [blow for blow in blows if blow.kind in ("kill", "halt", "drain")]
    return max(
        len({other.node for other in nodes if other.at <= blow.at <= other.at + other.seconds}) for blow in nodes
    )


@pytest.mark.parametrize("nodes", [1, 3])
def test_the_same_seed_is_the_same_schedule(nodes: int) -> None:
    assert schedule(7, 60.0, nodes) == schedule(7, 60.0, nodes)
    assert schedule(7, 60.0, nodes) != schedule(8, 60.0, nodes)


@pytest.mark.parametrize("seed", range(20))
def test_every_kind_of_blow_falls_within_a_minute(seed: int) -> None:
    assert {blow.kind for blow in schedule(seed, 60.0, 1)} == _KINDS
    assert {blow.kind for blow in schedule(seed, 60.0, 3)} == _KINDS | {"postgres", "redis"}


@pytest.mark.parametrize("seed", range(20))
def test_of_three_nodes_one_is_always_left(seed: int) -> None:
    assert _hit_at_once(schedule(seed, 120.0, 3)) <= 2
