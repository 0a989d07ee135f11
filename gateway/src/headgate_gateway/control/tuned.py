"""Fine-tuned models: what they learned, and who may call them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..offline.learned import Memory

if TYPE_CHECKING:
    from ..gateway import Gateway

__all__ = ["listed_for", "load", "remove"]


def load(gateway: Gateway, name: str) -> Memory | None:
    """What the model of this name learned; None when there is none."""
    return None


def listed_for(gateway: Gateway, principal: str | None) -> list[dict[str, Any]]:
    """The caller's models as `/v1/models` shows them."""
    return []


def remove(gateway: Gateway, name: str, principal: str) -> bool:
    """Forget a model of the caller; False when there is none of that name."""
    return False
