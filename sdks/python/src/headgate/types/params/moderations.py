# Generated from the contract by headgate-generate. Do not edit: change the contract or the generator.

"""What requests carry: moderations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, Required, TypeAlias, TypedDict

from ..._core.options import CallOptions

if TYPE_CHECKING:
    from .shared import ImageUrlParam, MetadataParam

__all__ = [
    "ModerationImageURLInputParam",
    "ModerationInputParam",
    "ModerationMultiModalInputParam",
    "ModerationTextInputParam",
    "ModerationsCreateParams",
]


class ModerationImageURLInputParam(TypedDict, total=False):
    """An image."""

    type: Required[Literal["image_url"]]

    image_url: Required[ImageUrlParam]


class ModerationTextInputParam(TypedDict, total=False):
    """Text."""

    type: Required[Literal["text"]]

    text: Required[str]
    """The text."""


class ModerationsCreateParams(CallOptions, total=False):
    """Arguments of `moderations.create`."""

    input: Required[ModerationInputParam]

    model: str | None
    """The model that checks; absent is the default of the gateway"""

    metadata: MetadataParam

    tags: Sequence[str] | None
    """Labels under which the call's cost is reported."""


ModerationMultiModalInputParam: TypeAlias = "ModerationTextInputParam | ModerationImageURLInputParam"
"""A part of an input."""


ModerationInputParam: TypeAlias = "str | Sequence[str] | Sequence[ModerationMultiModalInputParam]"
"""A text, several, or one input made of parts."""
