# Generated from the contract by headgate-generate. Do not edit: change the contract or the generator.

"""What requests carry: images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal, Required

from ..._core.options import CallOptions

if TYPE_CHECKING:
    from ..._core.files import FileInput
    from .shared import MetadataParam

__all__ = [
    "ImagesCreateVariationParams",
    "ImagesEditParams",
    "ImagesGenerateParams",
]


class ImagesCreateVariationParams(CallOptions, total=False):
    """Arguments of `images.create_variation`."""

    image: Required[FileInput]
    """A square PNG."""

    model: str
    """The model that draws; absent is the default of the gateway"""

    n: int
    """How many images to make."""

    size: Literal["auto", "256x256", "512x512", "1024x1024", "1536x1024", "1024x1536", "1792x1024", "1024x1792"] | str
    """Width and height in pixels, or `auto`."""

    response_format: Literal["url", "b64_json"] | str
    """Whether the answer holds the image or a link to it."""

    user: str
    """Your end user, by an id of yours."""


class ImagesEditParams(CallOptions, total=False):
    """Arguments of `images.edit`."""

    image: Required[FileInput | Sequence[FileInput]]
    """The image, or several of them."""

    prompt: Required[str]
    """What the result shows."""

    mask: FileInput
    """A PNG as large as the image; where it is transparent, the image is changed."""

    model: str
    """The model that draws; absent is the default of the gateway"""

    n: int
    """How many images to make."""

    size: Literal["auto", "256x256", "512x512", "1024x1024", "1536x1024", "1024x1536", "1792x1024", "1024x1792"] | str
    """Width and height in pixels, or `auto`."""

    quality: Literal["auto", "standard", "low", "medium", "high"] | str
    """How carefully the model draws."""

    input_fidelity: Literal["high", "low"] | str
    """How closely the result keeps to the image."""

    response_format: Literal["url", "b64_json"] | str
    """Whether the answer holds the image or a link to it."""

    output_format: Literal["png", "jpeg", "webp"] | str
    """The format of the file."""

    output_compression: int
    """How good a JPEG or WebP is, in percent."""

    background: Literal["auto", "transparent", "opaque"] | str
    """What is behind the subject."""

    moderation: Literal["auto", "low"] | str
    """How strictly the prompt is checked."""

    partial_images: int
    """How many unfinished images to show. With `stream` only."""

    user: str
    """Your end user, by an id of yours."""


class ImagesGenerateParams(CallOptions, total=False):
    """Arguments of `images.generate`."""

    prompt: Required[str]
    """What the image shows."""

    model: str | None
    """The model that draws; absent is the default of the gateway"""

    n: int | None
    """How many images to make."""

    size: (
        Literal["auto", "256x256", "512x512", "1024x1024", "1536x1024", "1024x1536", "1792x1024", "1024x1792"]
        | str
        | None
    )
    """Width and height in pixels, or `auto`."""

    quality: Literal["auto", "standard", "hd", "low", "medium", "high"] | str | None
    """How carefully the model draws."""

    style: Literal["vivid", "natural"] | str | None
    """How the image looks, where the model can choose."""

    response_format: Literal["url", "b64_json"] | str | None
    """Whether the answer holds the image or a link to it."""

    output_format: Literal["png", "jpeg", "webp"] | str | None
    """The format of the file."""

    output_compression: int | None
    """How good a JPEG or WebP is, in percent."""

    background: Literal["auto", "transparent", "opaque"] | str | None
    """What is behind the subject."""

    moderation: Literal["auto", "low"] | str | None
    """How strictly the prompt is checked."""

    partial_images: int | None
    """How many unfinished images to show. With `stream` only."""

    user: str | None
    """Your end user, by an id of yours."""

    metadata: MetadataParam

    tags: Sequence[str] | None
    """Labels under which the call's cost is reported."""

    provider_specific_params: Mapping[str, object] | None
    """What only one provider knows, added to the body the provider gets."""
