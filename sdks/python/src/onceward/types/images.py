# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Response types: images."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from .._core.models import Model, UnknownVariant

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
    """An image, by content or by link."""

    b64_json: str | None = None
    """The file, in base64."""

    url: str | None = None
    """Where the file is; links expire."""

    revised_prompt: str | None = None
    """The prompt that was drawn, where the model changed it."""


class ImageEditCompletedEvent(Model):
    """The finished image; the last event."""

    type: Literal["image_edit.completed"]

    b64_json: str
    """The image, in base64."""

    created_at: int | None = None
    """When, in seconds since 1970."""

    size: str | None = None
    """Width and height in pixels."""

    quality: str | None = None
    """How carefully it was drawn."""

    background: str | None = None
    """What is behind the subject."""

    output_format: str | None = None
    """The format of the file."""

    usage: ImageUsage | None = None
    """What the call read and wrote."""


class ImageEditPartialImageEvent(Model):
    """The image as far as it is drawn."""

    type: Literal["image_edit.partial_image"]

    b64_json: str
    """The image, in base64."""

    created_at: int | None = None
    """When, in seconds since 1970."""

    size: str | None = None
    """Width and height in pixels."""

    quality: str | None = None
    """How carefully it was drawn."""

    background: str | None = None
    """What is behind the subject."""

    output_format: str | None = None
    """The format of the file."""

    partial_image_index: int
    """Which of the unfinished images, from 0."""


class ImageGenCompletedEvent(Model):
    """The finished image; the last event."""

    type: Literal["image_generation.completed"]

    b64_json: str
    """The image, in base64."""

    created_at: int | None = None
    """When, in seconds since 1970."""

    size: str | None = None
    """Width and height in pixels."""

    quality: str | None = None
    """How carefully it was drawn."""

    background: str | None = None
    """What is behind the subject."""

    output_format: str | None = None
    """The format of the file."""

    usage: ImageUsage | None = None
    """What the call read and wrote."""


class ImageGenPartialImageEvent(Model):
    """The image as far as it is drawn."""

    type: Literal["image_generation.partial_image"]

    b64_json: str
    """The image, in base64."""

    created_at: int | None = None
    """When, in seconds since 1970."""

    size: str | None = None
    """Width and height in pixels."""

    quality: str | None = None
    """How carefully it was drawn."""

    background: str | None = None
    """What is behind the subject."""

    output_format: str | None = None
    """The format of the file."""

    partial_image_index: int
    """Which of the unfinished images, from 0."""


class ImageTokensDetails(Model):
    """What the tokens consist of."""

    text_tokens: int | None = None
    """Text."""

    image_tokens: int | None = None
    """Images."""


class ImageUsage(Model):
    """What the call read and wrote."""

    total_tokens: int
    """Both."""

    input_tokens: int
    """Tokens read."""

    output_tokens: int
    """Tokens written."""

    input_tokens_details: ImageTokensDetails | None = None
    """What the tokens consist of."""

    output_tokens_details: ImageTokensDetails | None = None
    """What the tokens consist of."""

    cost_usd: float | None = None
    """What the call cost, in US dollars."""


class ImagesResponse(Model):
    """Images that were made."""

    created: int
    """When, in seconds since 1970."""

    data: list[Image] | None = None
    """The images."""

    size: str | None = None
    """Width and height in pixels."""

    quality: str | None = None
    """How carefully they were drawn."""

    background: str | None = None
    """What is behind the subject."""

    output_format: str | None = None
    """The format of the files."""

    usage: ImageUsage | None = None
    """What the call read and wrote."""


ImageEditStreamEvent: TypeAlias = Annotated[
    Annotated[ImageEditPartialImageEvent | ImageEditCompletedEvent, Field(discriminator="type")] | UnknownVariant,
    Field(union_mode="left_to_right"),
]
"""An event of changing an image."""


ImageGenStreamEvent: TypeAlias = Annotated[
    Annotated[ImageGenPartialImageEvent | ImageGenCompletedEvent, Field(discriminator="type")] | UnknownVariant,
    Field(union_mode="left_to_right"),
]
"""An event of making an image."""
