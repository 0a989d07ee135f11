"""The control plane's own objects: files, batches, fine-tuning jobs; and the routes of pictures, sound and moderation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..http import Route
from ..storage import Migration

if TYPE_CHECKING:
    from ..gateway import Gateway

__all__ = ["MIGRATIONS", "ROUTES", "start", "stop"]

ROUTES: Sequence[Route] = ()
MIGRATIONS: Sequence[Migration] = ()


async def start(gateway: Gateway) -> None:
    """Take up what a stopped gateway left undone."""


async def stop(gateway: Gateway) -> None:
    """Leave what is undone in a state that `start` takes up."""
