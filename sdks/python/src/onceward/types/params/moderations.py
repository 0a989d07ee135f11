# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Request types: moderations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, Required, TypeAlias, TypedDict

from ..._core.options import CallOptions

if TYPE_CHECKING:
    from .shared import ImageUrlParam, MetadataParam

__all__ = [
    "ModerationImageURLInputParam",
    "ModerationInputListParam",
    "ModerationInputParam",
    "ModerationMultiModalInputParam",
    "ModerationTextInputParam",
    "ModerationsCreateParams",
]


class ModerationImageURLInputParam(TypedDict, total=False):
    """An image."""

    type: Required[Literal["image_url"]]

    image_url: Required[ImageUrlParam]
    """Where an image is, and how closely to look at it."""


class ModerationTextInputParam(TypedDict, total=False):
    """Text."""

    type: Required[Literal["text"]]

    text: Required[str]
    """The text."""


class ModerationsCreateParams(CallOptions, total=False):
    """Arguments of `moderations.create`."""

    region: str
    """The region that may serve the call, for a model with deployments in several."""

    input: Required[ModerationInputParam]
    """A text, several, or one input made of parts."""

    model: str | None
    """The model that checks; absent is the default of the gateway"""

    metadata: MetadataParam | None
    """Up to the caller; kept with the record and given back. Most providers take strings alone as values."""

    tags: Sequence[str] | None
    """Labels under which the call's cost is reported."""


ModerationMultiModalInputParam: TypeAlias = "ModerationTextInputParam | ModerationImageURLInputParam"
"""A part of an input."""


ModerationInputListParam: TypeAlias = "Sequence[str] | Sequence[ModerationMultiModalInputParam]"


ModerationInputParam: TypeAlias = "str | ModerationInputListParam"
"""A text, several, or one input made of parts."""
