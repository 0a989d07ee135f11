# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Request types: images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal, Required, TypeAlias

from ..._core.options import CallOptions

if TYPE_CHECKING:
    from ..._core.files import FileInput
    from .shared import MetadataParam

__all__ = [
    "ImageEditRequestBackground",
    "ImageEditRequestImageParam",
    "ImageEditRequestInputFidelity",
    "ImageEditRequestModeration",
    "ImageEditRequestOutputFormat",
    "ImageEditRequestQuality",
    "ImageEditRequestResponseFormat",
    "ImageEditRequestSize",
    "ImageGenerateRequestBackground",
    "ImageGenerateRequestModeration",
    "ImageGenerateRequestOutputFormat",
    "ImageGenerateRequestQuality",
    "ImageGenerateRequestResponseFormat",
    "ImageGenerateRequestSize",
    "ImageGenerateRequestStyle",
    "ImageVariationRequestResponseFormat",
    "ImageVariationRequestSize",
    "ImagesCreateVariationParams",
    "ImagesEditParams",
    "ImagesGenerateParams",
]


class ImagesCreateVariationParams(CallOptions, total=False):
    """Arguments of `images.create_variation`."""

    region: str
    """The region that may serve the call, for a model with deployments in several."""

    image: Required[FileInput]
    """A square PNG."""

    model: str
    """The model that draws; absent is the default of the gateway"""

    n: int
    """How many images to make."""

    size: ImageVariationRequestSize
    """Width and height in pixels, or `auto`."""

    response_format: ImageVariationRequestResponseFormat
    """Whether the answer holds the image or a link to it."""

    user: str
    """Your end user, by an id of yours."""


class ImagesEditParams(CallOptions, total=False):
    """Arguments of `images.edit`."""

    region: str
    """The region that may serve the call, for a model with deployments in several."""

    image: Required[ImageEditRequestImageParam]
    """The image, or several of them."""

    prompt: Required[str]
    """What the result shows."""

    mask: FileInput
    """A PNG as large as the image; where it is transparent, the image is changed."""

    model: str
    """The model that draws; absent is the default of the gateway"""

    n: int
    """How many images to make."""

    size: ImageEditRequestSize
    """Width and height in pixels, or `auto`."""

    quality: ImageEditRequestQuality
    """How carefully the model draws."""

    input_fidelity: ImageEditRequestInputFidelity
    """How closely the result keeps to the image."""

    response_format: ImageEditRequestResponseFormat
    """Whether the answer holds the image or a link to it."""

    output_format: ImageEditRequestOutputFormat
    """The format of the file."""

    output_compression: int
    """How good a JPEG or WebP is, in percent."""

    background: ImageEditRequestBackground
    """What is behind the subject."""

    moderation: ImageEditRequestModeration
    """How strictly the prompt is checked."""

    partial_images: int
    """How many unfinished images to show. With `stream` only."""

    user: str
    """Your end user, by an id of yours."""


class ImagesGenerateParams(CallOptions, total=False):
    """Arguments of `images.generate`."""

    region: str
    """The region that may serve the call, for a model with deployments in several."""

    prompt: Required[str]
    """What the image shows."""

    model: str | None
    """The model that draws; absent is the default of the gateway"""

    n: int | None
    """How many images to make."""

    size: ImageGenerateRequestSize | None
    """Width and height in pixels, or `auto`."""

    quality: ImageGenerateRequestQuality | None
    """How carefully the model draws."""

    style: ImageGenerateRequestStyle | None
    """How the image looks, where the model can choose."""

    response_format: ImageGenerateRequestResponseFormat | None
    """Whether the answer holds the image or a link to it."""

    output_format: ImageGenerateRequestOutputFormat | None
    """The format of the file."""

    output_compression: int | None
    """How good a JPEG or WebP is, in percent."""

    background: ImageGenerateRequestBackground | None
    """What is behind the subject."""

    moderation: ImageGenerateRequestModeration | None
    """How strictly the prompt is checked."""

    partial_images: int | None
    """How many unfinished images to show. With `stream` only."""

    user: str | None
    """Your end user, by an id of yours."""

    metadata: MetadataParam | None
    """Up to the caller; kept with the record and given back. Most providers take strings alone as values."""

    tags: Sequence[str] | None
    """Labels under which the call's cost is reported."""

    provider_specific_params: Mapping[str, object] | None
    """What only one provider knows, added to the body the provider gets."""


ImageEditRequestBackground: TypeAlias = Literal["auto", "transparent", "opaque"] | str
"""What is behind the subject."""


ImageEditRequestImageParam: TypeAlias = "FileInput | Sequence[FileInput]"
"""The image, or several of them."""


ImageEditRequestInputFidelity: TypeAlias = Literal["high", "low"] | str
"""How closely the result keeps to the image."""


ImageEditRequestModeration: TypeAlias = Literal["auto", "low"] | str
"""How strictly the prompt is checked."""


ImageEditRequestOutputFormat: TypeAlias = Literal["png", "jpeg", "webp"] | str
"""The format of the file."""


ImageEditRequestQuality: TypeAlias = Literal["auto", "standard", "low", "medium", "high", "xhigh", "max"] | str
"""How carefully the model draws."""


ImageEditRequestResponseFormat: TypeAlias = Literal["url", "b64_json"]
"""Whether the answer holds the image or a link to it."""


ImageEditRequestSize: TypeAlias = (
    Literal["auto", "256x256", "512x512", "1024x1024", "1536x1024", "1024x1536", "1792x1024", "1024x1792"] | str
)
"""Width and height in pixels, or `auto`."""


ImageGenerateRequestBackground: TypeAlias = Literal["auto", "transparent", "opaque"] | str
"""What is behind the subject."""


ImageGenerateRequestModeration: TypeAlias = Literal["auto", "low"] | str
"""How strictly the prompt is checked."""


ImageGenerateRequestOutputFormat: TypeAlias = Literal["png", "jpeg", "webp"] | str
"""The format of the file."""


ImageGenerateRequestQuality: TypeAlias = (
    Literal["auto", "standard", "hd", "low", "medium", "high", "xhigh", "max"] | str
)
"""How carefully the model draws."""


ImageGenerateRequestResponseFormat: TypeAlias = Literal["url", "b64_json"]
"""Whether the answer holds the image or a link to it."""


ImageGenerateRequestSize: TypeAlias = (
    Literal["auto", "256x256", "512x512", "1024x1024", "1536x1024", "1024x1536", "1792x1024", "1024x1792"] | str
)
"""Width and height in pixels, or `auto`."""


ImageGenerateRequestStyle: TypeAlias = Literal["vivid", "natural"] | str
"""How the image looks, where the model can choose."""


ImageVariationRequestResponseFormat: TypeAlias = Literal["url", "b64_json"]
"""Whether the answer holds the image or a link to it."""


ImageVariationRequestSize: TypeAlias = (
    Literal["auto", "256x256", "512x512", "1024x1024", "1536x1024", "1024x1536", "1792x1024", "1024x1792"] | str
)
"""Width and height in pixels, or `auto`."""
