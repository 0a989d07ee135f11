"""A check that the routes for offline models share."""

from __future__ import annotations

from ..core import error_codes
from ..core.answer import OfflineModel
from ..core.errors import invalid
from ..offline.catalog import default_for
from ..offline.models import BuiltIn

__all__ = ["require_kind"]


def require_kind(model: OfflineModel, kind: str) -> BuiltIn:
    """Return the model if it serves calls of `kind`; else raise 400, which names one that does."""
    if not isinstance(model, BuiltIn) or not model.can(kind):
        raise invalid(
            f"The model {model.id!r} does not do {kind}. {default_for(kind)!r} does.",
            param="model",
            code=error_codes.MODEL_NOT_CAPABLE,
        )
    return model
