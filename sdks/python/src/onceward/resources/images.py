# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""The resource `images` and its children."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Unpack, overload

from .._core.operation import Body, Operation, Param, Result, Stream
from .._core.resource import AsyncRawMethod, AsyncResource, RawMethod, RawResource, Resource

if TYPE_CHECKING:
    from .._drivers.stream import AsyncStream
    from .._drivers.stream import Stream as EventStream
    from ..types.images import ImageEditStreamEvent, ImageGenStreamEvent, ImagesResponse
    from ..types.params.images import ImagesCreateVariationParams, ImagesEditParams, ImagesGenerateParams

__all__ = [
    "AsyncImages",
    "AsyncImagesWithRawResponse",
    "Images",
    "ImagesWithRawResponse",
]

_GENERATE = Operation(
    id="images.generate",
    method="POST",
    path="/v1/images/generations",
    params={
        "region": Param(wire="X-Onceward-Region", place="header", check=("within", "string", {"min_length": 1})),
        "prompt": Param(wire="prompt", required=True, check="string"),
        "model": Param(wire="model", nullable=True, check=("null", "string")),
        "n": Param(wire="n", nullable=True, check=("null", ("within", "integer", {"minimum": 1, "maximum": 10}))),
        "size": Param(wire="size", nullable=True, check=("null", "string")),
        "quality": Param(wire="quality", nullable=True, check=("null", "string")),
        "style": Param(wire="style", nullable=True, check=("null", "string")),
        "response_format": Param(wire="response_format", nullable=True, check=("null", ("enum", "url", "b64_json"))),
        "output_format": Param(wire="output_format", nullable=True, check=("null", "string")),
        "output_compression": Param(
            wire="output_compression",
            nullable=True,
            check=("null", ("within", "integer", {"minimum": 0, "maximum": 100})),
        ),
        "background": Param(wire="background", nullable=True, check=("null", "string")),
        "moderation": Param(wire="moderation", nullable=True, check=("null", "string")),
        "stream": Param(wire="stream", nullable=True, check=("null", "boolean")),
        "partial_images": Param(
            wire="partial_images", nullable=True, check=("null", ("within", "integer", {"minimum": 0, "maximum": 3}))
        ),
        "user": Param(wire="user", nullable=True, check=("null", "string")),
        "metadata": Param(wire="metadata", nullable=True, check=("null", "shared:MetadataParam")),
        "tags": Param(wire="tags", nullable=True, check=("null", ("list", "string"))),
        "provider_specific_params": Param(
            wire="provider_specific_params", nullable=True, check=("null", ("map", None))
        ),
    },
    body=Body(),
    result=Result(type="images:ImagesResponse"),
    stream=Stream(
        event="images:ImageGenStreamEvent",
        terminal=frozenset({"image_generation.completed"}),
        tag="type",
        resumable=True,
    ),
    retry="keyed",
)

_EDIT = Operation(
    id="images.edit",
    method="POST",
    path="/v1/images/edits",
    params={
        "region": Param(wire="X-Onceward-Region", place="header", check=("within", "string", {"min_length": 1})),
        "image": Param(
            wire="image", required=True, file=True, style="brackets", content="image/png, image/jpeg, image/webp"
        ),
        "prompt": Param(wire="prompt", required=True, check="string"),
        "mask": Param(wire="mask", file=True, content="image/png"),
        "model": Param(wire="model", check="string"),
        "n": Param(wire="n", check=("within", "integer", {"minimum": 1, "maximum": 10})),
        "size": Param(wire="size", check="string"),
        "quality": Param(wire="quality", check="string"),
        "input_fidelity": Param(wire="input_fidelity", check="string"),
        "response_format": Param(wire="response_format", check=("enum", "url", "b64_json")),
        "output_format": Param(wire="output_format", check="string"),
        "output_compression": Param(
            wire="output_compression", check=("within", "integer", {"minimum": 0, "maximum": 100})
        ),
        "background": Param(wire="background", check="string"),
        "moderation": Param(wire="moderation", check="string"),
        "stream": Param(wire="stream", check="boolean"),
        "partial_images": Param(wire="partial_images", check=("within", "integer", {"minimum": 0, "maximum": 3})),
        "user": Param(wire="user", check="string"),
    },
    body=Body(kind="multipart", media_type="multipart/form-data"),
    result=Result(type="images:ImagesResponse"),
    stream=Stream(
        event="images:ImageEditStreamEvent", terminal=frozenset({"image_edit.completed"}), tag="type", resumable=True
    ),
    retry="keyed",
)

_CREATE_VARIATION = Operation(
    id="images.create_variation",
    method="POST",
    path="/v1/images/variations",
    params={
        "region": Param(wire="X-Onceward-Region", place="header", check=("within", "string", {"min_length": 1})),
        "image": Param(wire="image", required=True, file=True, content="image/png"),
        "model": Param(wire="model", check="string"),
        "n": Param(wire="n", check=("within", "integer", {"minimum": 1, "maximum": 10})),
        "size": Param(wire="size", check="string"),
        "response_format": Param(wire="response_format", check=("enum", "url", "b64_json")),
        "user": Param(wire="user", check="string"),
    },
    body=Body(kind="multipart", media_type="multipart/form-data"),
    result=Result(type="images:ImagesResponse"),
    retry="keyed",
)


class Images(Resource):
    """Image generation and editing."""

    @cached_property
    def with_raw_response(self) -> ImagesWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return ImagesWithRawResponse(self)

    @overload
    def generate(
        self, *, stream: Literal[False] | None = False, **params: Unpack[ImagesGenerateParams]
    ) -> ImagesResponse: ...
    @overload
    def generate(
        self, *, stream: Literal[True], **params: Unpack[ImagesGenerateParams]
    ) -> EventStream[ImageGenStreamEvent]: ...
    @overload
    def generate(
        self, *, stream: bool | None, **params: Unpack[ImagesGenerateParams]
    ) -> ImagesResponse | EventStream[ImageGenStreamEvent]: ...
    def generate(self, **params: Any) -> Any:
        """Create images.

        Generates images from a prompt. With `stream: true`, the response is a stream of server-sent events:
        partial images, then the final image.

        Args:
            region: The region that must serve the call, for models with deployments in several regions.
            prompt: A description of the image.
            model: The model to use.
            n: The number of images to generate.
            size: The size: width and height in pixels, or `auto`.
            quality: The quality of the image.
            style: The style of the image, if the model supports it.
            response_format: Whether the response contains the image or a URL.
            output_format: The format of the file.
            output_compression: The compression level of JPEG and WebP, in percent.
            background: The background of the image.
            moderation: How strictly the prompt is moderated.
            stream: Whether to stream the response as server-sent events. Default: False.
            partial_images: The number of partial images to stream.
            user: The id of your end user.
            metadata: Custom metadata.
            tags: Tags to report the cost of the call under.
            provider_specific_params: Parameters of one provider, added to the body that is sent to the
                provider.

        Returns:
            The complete response, or the stream of events with `stream=True`.
        """
        return self._client.execute(_GENERATE, params)

    @overload
    def edit(self, *, stream: Literal[False] = False, **params: Unpack[ImagesEditParams]) -> ImagesResponse: ...
    @overload
    def edit(
        self, *, stream: Literal[True], **params: Unpack[ImagesEditParams]
    ) -> EventStream[ImageEditStreamEvent]: ...
    @overload
    def edit(
        self, *, stream: bool, **params: Unpack[ImagesEditParams]
    ) -> ImagesResponse | EventStream[ImageEditStreamEvent]: ...
    def edit(self, **params: Any) -> Any:
        """Edit images.

        Edits one or more images by a prompt; with a mask, only where the mask is transparent. With `stream:
        true`, the response is a stream of server-sent events.

        Args:
            region: The region that must serve the call, for models with deployments in several regions.
            image: The image to edit, or several images.
            prompt: A description of the result.
            mask: A PNG of the size of the image, which marks the areas to edit by transparency.
            model: The model to use.
            n: The number of images to generate.
            size: The size: width and height in pixels, or `auto`.
            quality: The quality of the image.
            input_fidelity: How closely the result matches the input image.
            response_format: Whether the response contains the image or a URL.
            output_format: The format of the file.
            output_compression: The compression level of JPEG and WebP, in percent.
            background: The background of the image.
            moderation: How strictly the prompt is moderated.
            stream: Whether to stream the response as server-sent events. Default: False.
            partial_images: The number of partial images to stream.
            user: The id of your end user.

        Returns:
            The complete response, or the stream of events with `stream=True`.
        """
        return self._client.execute(_EDIT, params)

    def create_variation(self, **params: Unpack[ImagesCreateVariationParams]) -> ImagesResponse:
        """Create image variations.

        Creates variations of an image.

        Args:
            region: The region that must serve the call, for models with deployments in several regions.
            image: A square PNG.
            model: The model to use.
            n: The number of images to generate.
            size: The size: width and height in pixels, or `auto`.
            response_format: Whether the response contains the image or a URL.
            user: The id of your end user.
        """
        answer: ImagesResponse = self._client.execute(_CREATE_VARIATION, params)
        return answer


class ImagesWithRawResponse(RawResource["Images"]):
    """The methods of `Images`, returning raw responses."""

    generate = RawMethod(Images.generate)
    edit = RawMethod(Images.edit)
    create_variation = RawMethod(Images.create_variation)


class AsyncImages(AsyncResource):
    """Image generation and editing."""

    @cached_property
    def with_raw_response(self) -> AsyncImagesWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return AsyncImagesWithRawResponse(self)

    @overload
    async def generate(
        self, *, stream: Literal[False] | None = False, **params: Unpack[ImagesGenerateParams]
    ) -> ImagesResponse: ...
    @overload
    async def generate(
        self, *, stream: Literal[True], **params: Unpack[ImagesGenerateParams]
    ) -> AsyncStream[ImageGenStreamEvent]: ...
    @overload
    async def generate(
        self, *, stream: bool | None, **params: Unpack[ImagesGenerateParams]
    ) -> ImagesResponse | AsyncStream[ImageGenStreamEvent]: ...
    async def generate(self, **params: Any) -> Any:
        """Create images.

        Generates images from a prompt. With `stream: true`, the response is a stream of server-sent events:
        partial images, then the final image.

        Args:
            region: The region that must serve the call, for models with deployments in several regions.
            prompt: A description of the image.
            model: The model to use.
            n: The number of images to generate.
            size: The size: width and height in pixels, or `auto`.
            quality: The quality of the image.
            style: The style of the image, if the model supports it.
            response_format: Whether the response contains the image or a URL.
            output_format: The format of the file.
            output_compression: The compression level of JPEG and WebP, in percent.
            background: The background of the image.
            moderation: How strictly the prompt is moderated.
            stream: Whether to stream the response as server-sent events. Default: False.
            partial_images: The number of partial images to stream.
            user: The id of your end user.
            metadata: Custom metadata.
            tags: Tags to report the cost of the call under.
            provider_specific_params: Parameters of one provider, added to the body that is sent to the
                provider.

        Returns:
            The complete response, or the stream of events with `stream=True`.
        """
        return await self._client.execute(_GENERATE, params)

    @overload
    async def edit(self, *, stream: Literal[False] = False, **params: Unpack[ImagesEditParams]) -> ImagesResponse: ...
    @overload
    async def edit(
        self, *, stream: Literal[True], **params: Unpack[ImagesEditParams]
    ) -> AsyncStream[ImageEditStreamEvent]: ...
    @overload
    async def edit(
        self, *, stream: bool, **params: Unpack[ImagesEditParams]
    ) -> ImagesResponse | AsyncStream[ImageEditStreamEvent]: ...
    async def edit(self, **params: Any) -> Any:
        """Edit images.

        Edits one or more images by a prompt; with a mask, only where the mask is transparent. With `stream:
        true`, the response is a stream of server-sent events.

        Args:
            region: The region that must serve the call, for models with deployments in several regions.
            image: The image to edit, or several images.
            prompt: A description of the result.
            mask: A PNG of the size of the image, which marks the areas to edit by transparency.
            model: The model to use.
            n: The number of images to generate.
            size: The size: width and height in pixels, or `auto`.
            quality: The quality of the image.
            input_fidelity: How closely the result matches the input image.
            response_format: Whether the response contains the image or a URL.
            output_format: The format of the file.
            output_compression: The compression level of JPEG and WebP, in percent.
            background: The background of the image.
            moderation: How strictly the prompt is moderated.
            stream: Whether to stream the response as server-sent events. Default: False.
            partial_images: The number of partial images to stream.
            user: The id of your end user.

        Returns:
            The complete response, or the stream of events with `stream=True`.
        """
        return await self._client.execute(_EDIT, params)

    async def create_variation(self, **params: Unpack[ImagesCreateVariationParams]) -> ImagesResponse:
        """Create image variations.

        Creates variations of an image.

        Args:
            region: The region that must serve the call, for models with deployments in several regions.
            image: A square PNG.
            model: The model to use.
            n: The number of images to generate.
            size: The size: width and height in pixels, or `auto`.
            response_format: Whether the response contains the image or a URL.
            user: The id of your end user.
        """
        answer: ImagesResponse = await self._client.execute(_CREATE_VARIATION, params)
        return answer


class AsyncImagesWithRawResponse(RawResource["AsyncImages"]):
    """The methods of `AsyncImages`, returning raw responses."""

    generate = AsyncRawMethod(AsyncImages.generate)
    edit = AsyncRawMethod(AsyncImages.edit)
    create_variation = AsyncRawMethod(AsyncImages.create_variation)
