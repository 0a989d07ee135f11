# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Response types: images."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from .._core.models import Model, UnknownVariant, no_tag_of

__all__ = [
    "Image",
    "ImageEditCompletedEvent",
    "ImageEditPartialImageEvent",
    "ImageEditStreamEvent",
    "ImageGenCompletedEvent",
    "ImageGenPartialImageEvent",
    "ImageGenStreamEvent",
    "ImageTokensDetails",
    "ImageUsage",
    "ImagesResponse",
]


class Image(Model):
    """An image, by content or by URL."""

    b64_json: str | None = None
    """The image, base64-encoded."""

    url: str | None = None
    """The URL of the image; it expires."""

    revised_prompt: str | None = None
    """The revised prompt, if the model changed it."""


class ImageEditCompletedEvent(Model):
    """The final image; the last event of the stream."""

    type: Literal["image_edit.completed"]

    b64_json: str
    """The image, base64-encoded."""

    created_at: int | None = None
    """When the event occurred, as a Unix timestamp in seconds."""

    size: str | None = None
    """The size: width and height in pixels."""

    quality: str | None = None
    """The quality of the image."""

    background: str | None = None
    """The background of the image."""

    output_format: str | None = None
    """The format of the file."""

    usage: ImageUsage | None = None
    """The token usage of the call."""


class ImageEditPartialImageEvent(Model):
    """A partial image."""

    type: Literal["image_edit.partial_image"]

    b64_json: str
    """The image, base64-encoded."""

    created_at: int | None = None
    """When the event occurred, as a Unix timestamp in seconds."""

    size: str | None = None
    """The size: width and height in pixels."""

    quality: str | None = None
    """The quality of the image."""

    background: str | None = None
    """The background of the image."""

    output_format: str | None = None
    """The format of the file."""

    partial_image_index: int
    """The index of the partial image, from 0."""


class ImageGenCompletedEvent(Model):
    """The final image; the last event of the stream."""

    type: Literal["image_generation.completed"]

    b64_json: str
    """The image, base64-encoded."""

    created_at: int | None = None
    """When the event occurred, as a Unix timestamp in seconds."""

    size: str | None = None
    """The size: width and height in pixels."""

    quality: str | None = None
    """The quality of the image."""

    background: str | None = None
    """The background of the image."""

    output_format: str | None = None
    """The format of the file."""

    usage: ImageUsage | None = None
    """The token usage of the call."""


class ImageGenPartialImageEvent(Model):
    """A partial image."""

    type: Literal["image_generation.partial_image"]

    b64_json: str
    """The image, base64-encoded."""

    created_at: int | None = None
    """When the event occurred, as a Unix timestamp in seconds."""

    size: str | None = None
    """The size: width and height in pixels."""

    quality: str | None = None
    """The quality of the image."""

    background: str | None = None
    """The background of the image."""

    output_format: str | None = None
    """The format of the file."""

    partial_image_index: int
    """The index of the partial image, from 0."""


class ImageTokensDetails(Model):
    """Tokens by kind."""

    text_tokens: int | None = None
    """Text."""

    image_tokens: int | None = None
    """The number of image tokens."""


class ImageUsage(Model):
    """The token usage of the call."""

    total_tokens: int
    """The total number of tokens."""

    input_tokens: int
    """The number of input tokens."""

    output_tokens: int
    """The number of output tokens."""

    input_tokens_details: ImageTokensDetails | None = None
    """Tokens by kind."""

    output_tokens_details: ImageTokensDetails | None = None
    """Tokens by kind."""

    cost_usd: float | None = None
    """The cost of the call, in US dollars."""


class ImagesResponse(Model):
    """Generated images."""

    created: int
    """When the images were created, as a Unix timestamp in seconds."""

    data: list[Image] | None = None
    """The images."""

    size: str | None = None
    """The size: width and height in pixels."""

    quality: str | None = None
    """The quality of the images."""

    background: str | None = None
    """The background of the image."""

    output_format: str | None = None
    """The file format of the images."""

    usage: ImageUsage | None = None
    """The token usage of the call."""


ImageEditStreamEvent: TypeAlias = Annotated[
    Annotated[ImageEditPartialImageEvent | ImageEditCompletedEvent, Field(discriminator="type")]
    | Annotated[UnknownVariant, no_tag_of("type", "image_edit.completed", "image_edit.partial_image")],
    Field(union_mode="left_to_right"),
]
"""An event of an image edit stream."""


ImageGenStreamEvent: TypeAlias = Annotated[
    Annotated[ImageGenPartialImageEvent | ImageGenCompletedEvent, Field(discriminator="type")]
    | Annotated[UnknownVariant, no_tag_of("type", "image_generation.completed", "image_generation.partial_image")],
    Field(union_mode="left_to_right"),
]
"""An event of an image generation stream."""
