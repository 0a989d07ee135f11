# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Request types: model_group."""

from __future__ import annotations

from ..._core.options import CallOptions

__all__ = [
    "ModelGroupInfoParams",
]


class ModelGroupInfoParams(CallOptions, total=False):
    """Arguments of `model_group.info`."""

    model_group: str
    """Only this model name."""
