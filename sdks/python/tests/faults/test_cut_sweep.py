"""The cut sweep's stride, on every transport; ``python conformance/cut_sweep.py --full`` cuts at every byte."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[4] / "conformance" / "cut_sweep.py"
EVENTS = 200


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("cut_sweep", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["cut_sweep"] = module
    spec.loader.exec_module(module)
    return module


cut_sweep: Any = load()


@pytest.fixture(scope="module")
def target() -> Iterator[Any]:
    target = cut_sweep.FakeTarget(EVENTS)
    yield target
    target.close()


@pytest.mark.parametrize("library", cut_sweep.LIBRARIES)
@pytest.mark.parametrize("kind", cut_sweep.KINDS)
def test_a_cut_at_any_byte_is_healed_unseen(target: Any, kind: Any, library: str) -> None:
    outcome = cut_sweep.sweep(target, kind, library, events=EVENTS)
    assert outcome.cuts > EVENTS
    assert outcome.failures == []


def test_the_stride_covers_every_position_inside_an_event() -> None:
    for event in (150, 260, 700):
        size = 400 + EVENTS * event
        visited = {(at - 400) % event for at in cut_sweep.offsets(size, EVENTS, full=False) if 400 <= at < size - event}
        assert visited == set(range(event))
    assert list(cut_sweep.offsets(20, 2, full=True)) == list(range(21))
