"""What the routes that answer for offline models share."""

from __future__ import annotations

from ..core.answer import OfflineModel
from ..core.errors import invalid
from ..offline.catalog import default_for
from ..offline.models import BuiltIn

__all__ = ["demand"]


def demand(model: OfflineModel, kind: str) -> BuiltIn:
    """The model, if it does `kind`; else ApiError 400 that names one which does."""
    if not isinstance(model, BuiltIn) or not model.can(kind):
        raise invalid(
            f"The model {model.id!r} does not do {kind}. {default_for(kind)!r} does.",
            param="model",
            code="model_not_capable",
        )
    return model
