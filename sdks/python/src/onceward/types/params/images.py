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
    """The region that must serve the call, for models with deployments in several regions."""

    image: Required[FileInput]
    """A square PNG."""

    model: str
    """The model to use. Default: the gateway's default"""

    n: int
    """The number of images to generate."""

    size: ImageVariationRequestSize
    """The size: width and height in pixels, or `auto`."""

    response_format: ImageVariationRequestResponseFormat
    """Whether the response contains the image or a URL."""

    user: str
    """The id of your end user."""


class ImagesEditParams(CallOptions, total=False):
    """Arguments of `images.edit`."""

    region: str
    """The region that must serve the call, for models with deployments in several regions."""

    image: Required[ImageEditRequestImageParam]
    """The image to edit, or several images."""

    prompt: Required[str]
    """A description of the result."""

    mask: FileInput
    """A PNG of the size of the image, which marks the areas to edit by transparency."""

    model: str
    """The model to use. Default: the gateway's default"""

    n: int
    """The number of images to generate."""

    size: ImageEditRequestSize
    """The size: width and height in pixels, or `auto`."""

    quality: ImageEditRequestQuality
    """The quality of the image."""

    input_fidelity: ImageEditRequestInputFidelity
    """How closely the result matches the input image."""

    response_format: ImageEditRequestResponseFormat
    """Whether the response contains the image or a URL."""

    output_format: ImageEditRequestOutputFormat
    """The format of the file."""

    output_compression: int
    """The compression level of JPEG and WebP, in percent."""

    background: ImageEditRequestBackground
    """The background of the image."""

    moderation: ImageEditRequestModeration
    """How strictly the prompt is moderated."""

    partial_images: int
    """The number of partial images to stream. Requires `stream: true`."""

    user: str
    """The id of your end user."""


class ImagesGenerateParams(CallOptions, total=False):
    """Arguments of `images.generate`."""

    region: str
    """The region that must serve the call, for models with deployments in several regions."""

    prompt: Required[str]
    """A description of the image."""

    model: str | None
    """The model to use. Default: the gateway's default"""

    n: int | None
    """The number of images to generate."""

    size: ImageGenerateRequestSize | None
    """The size: width and height in pixels, or `auto`."""

    quality: ImageGenerateRequestQuality | None
    """The quality of the image."""

    style: ImageGenerateRequestStyle | None
    """The style of the image, if the model supports it."""

    response_format: ImageGenerateRequestResponseFormat | None
    """Whether the response contains the image or a URL."""

    output_format: ImageGenerateRequestOutputFormat | None
    """The format of the file."""

    output_compression: int | None
    """The compression level of JPEG and WebP, in percent."""

    background: ImageGenerateRequestBackground | None
    """The background of the image."""

    moderation: ImageGenerateRequestModeration | None
    """How strictly the prompt is moderated."""

    partial_images: int | None
    """The number of partial images to stream. Requires `stream: true`."""

    user: str | None
    """The id of your end user."""

    metadata: MetadataParam | None
    """Custom metadata. It is stored with the record and returned. Most providers accept only strings as values."""

    tags: Sequence[str] | None
    """Tags to report the cost of the call under."""

    provider_specific_params: Mapping[str, object] | None
    """Parameters of one provider, added to the body that is sent to the provider."""


ImageEditRequestBackground: TypeAlias = Literal["auto", "transparent", "opaque"] | str
"""The background of the image."""


ImageEditRequestImageParam: TypeAlias = "FileInput | Sequence[FileInput]"
"""The image to edit, or several images."""


ImageEditRequestInputFidelity: TypeAlias = Literal["high", "low"] | str
"""How closely the result matches the input image."""


ImageEditRequestModeration: TypeAlias = Literal["auto", "low"] | str
"""How strictly the prompt is moderated."""


ImageEditRequestOutputFormat: TypeAlias = Literal["png", "jpeg", "webp"] | str
"""The format of the file."""


ImageEditRequestQuality: TypeAlias = Literal["auto", "standard", "low", "medium", "high", "xhigh", "max"] | str
"""The quality of the image."""


ImageEditRequestResponseFormat: TypeAlias = Literal["url", "b64_json"]
"""Whether the response contains the image or a URL."""


ImageEditRequestSize: TypeAlias = (
    Literal["auto", "256x256", "512x512", "1024x1024", "1536x1024", "1024x1536", "1792x1024", "1024x1792"] | str
)
"""The size: width and height in pixels, or `auto`."""


ImageGenerateRequestBackground: TypeAlias = Literal["auto", "transparent", "opaque"] | str
"""The background of the image."""


ImageGenerateRequestModeration: TypeAlias = Literal["auto", "low"] | str
"""How strictly the prompt is moderated."""


ImageGenerateRequestOutputFormat: TypeAlias = Literal["png", "jpeg", "webp"] | str
"""The format of the file."""


ImageGenerateRequestQuality: TypeAlias = (
    Literal["auto", "standard", "hd", "low", "medium", "high", "xhigh", "max"] | str
)
"""The quality of the image."""


ImageGenerateRequestResponseFormat: TypeAlias = Literal["url", "b64_json"]
"""Whether the response contains the image or a URL."""


ImageGenerateRequestSize: TypeAlias = (
    Literal["auto", "256x256", "512x512", "1024x1024", "1536x1024", "1024x1536", "1792x1024", "1024x1792"] | str
)
"""The size: width and height in pixels, or `auto`."""


ImageGenerateRequestStyle: TypeAlias = Literal["vivid", "natural"] | str
"""The style of the image, if the model supports it."""


ImageVariationRequestResponseFormat: TypeAlias = Literal["url", "b64_json"]
"""Whether the response contains the image or a URL."""


ImageVariationRequestSize: TypeAlias = (
    Literal["auto", "256x256", "512x512", "1024x1024", "1536x1024", "1024x1536", "1792x1024", "1024x1792"] | str
)
"""The size: width and height in pixels, or `auto`."""
