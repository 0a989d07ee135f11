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
    """The URL of an image, and its detail level."""


class ModerationTextInputParam(TypedDict, total=False):
    """Text."""

    type: Required[Literal["text"]]

    text: Required[str]
    """The text."""


class ModerationsCreateParams(CallOptions, total=False):
    """Arguments of `moderations.create`."""

    region: str
    """The region that must serve the call, for models with deployments in several regions."""

    input: Required[ModerationInputParam]
    """The input: a string, an array of strings, or an array of content parts that form one input."""

    model: str | None
    """The model to use. Default: the gateway's default"""

    metadata: MetadataParam | None
    """Custom metadata. It is stored with the record and returned. Most providers accept only strings as values."""

    tags: Sequence[str] | None
    """Tags to report the cost of the call under."""


ModerationMultiModalInputParam: TypeAlias = "ModerationTextInputParam | ModerationImageURLInputParam"
"""A content part of an input."""


ModerationInputListParam: TypeAlias = "Sequence[str] | Sequence[ModerationMultiModalInputParam]"


ModerationInputParam: TypeAlias = "str | ModerationInputListParam"
"""The input: a string, an array of strings, or an array of content parts that form one input."""
