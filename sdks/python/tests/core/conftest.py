from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from .rig import Reply, Rig


@pytest.fixture(params=["sync", "async"])
def rig(request: pytest.FixtureRequest) -> Callable[..., Rig]:
    """``rig(replies, **options)``: a client of either kind over scripted replies."""

    def make(replies: Iterable[Reply] | Callable[[Any], Reply] = (), **options: Any) -> Rig:
        return Rig(request.param, replies, **options)

    return make
