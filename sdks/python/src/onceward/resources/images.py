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
        "image": Param(wire="image", required=True, file=True, style="brackets"),
        "prompt": Param(wire="prompt", required=True, check="string"),
        "mask": Param(wire="mask", file=True),
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
        "image": Param(wire="image", required=True, file=True),
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
    """Images from texts and images."""

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
        """Make images.

        Makes images from a text, at once or (with `stream: true`) as server-sent events: partial images, then
        the whole one.

        Args:
            region: The region that may serve the call, for a model with deployments in several.
            prompt: What the image shows.
            model: The model that draws; absent is the default of the gateway.
            n: How many images to make.
            size: Width and height in pixels, or `auto`.
            quality: How carefully the model draws.
            style: How the image looks, where the model can choose.
            response_format: Whether the answer holds the image or a link to it.
            output_format: The format of the file.
            output_compression: How good a JPEG or WebP is, in percent.
            background: What is behind the subject.
            moderation: How strictly the prompt is checked.
            stream: Whether the answer comes as server-sent events. Default: False.
            partial_images: How many unfinished images to show.
            user: Your end user, by an id of yours.
            metadata: Up to the caller; kept with the record and given back.
            tags: Labels under which the call's cost is reported.
            provider_specific_params: What only one provider knows, added to the body the provider gets.

        Returns:
            The complete response, or the stream of events with `stream=True`.

        Raises:
            ParameterError: An argument is missing, unknown or invalid. Nothing was sent.
            APIStatusError: The server returned an error: BadRequestError (400), AuthenticationError (401),
                InsufficientCreditsError (402), PermissionDeniedError (403), NotFoundError (404),
                RequestTimeoutError (408), ConflictError (409), PayloadTooLargeError (413),
                UnprocessableEntityError (422), RateLimitError (429), ProviderError (502), OverloadedError
                (529).
            APIConnectionError: No complete response was received, even after retries.
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
        """Change images.

        Changes one or several images as a text says; with a mask, only where the mask is transparent. With
        `stream: true` the answer comes as server-sent events.

        Args:
            region: The region that may serve the call, for a model with deployments in several.
            image: The image, or several of them.
            prompt: What the result shows.
            mask: A PNG as large as the image; where it is transparent, the image is changed.
            model: The model that draws; absent is the default of the gateway.
            n: How many images to make.
            size: Width and height in pixels, or `auto`.
            quality: How carefully the model draws.
            input_fidelity: How closely the result keeps to the image.
            response_format: Whether the answer holds the image or a link to it.
            output_format: The format of the file.
            output_compression: How good a JPEG or WebP is, in percent.
            background: What is behind the subject.
            moderation: How strictly the prompt is checked.
            stream: Whether the answer comes as server-sent events. Default: False.
            partial_images: How many unfinished images to show.
            user: Your end user, by an id of yours.

        Returns:
            The complete response, or the stream of events with `stream=True`.

        Raises:
            ParameterError: An argument is missing, unknown or invalid. Nothing was sent.
            APIStatusError: The server returned an error: BadRequestError (400), AuthenticationError (401),
                InsufficientCreditsError (402), PermissionDeniedError (403), NotFoundError (404),
                RequestTimeoutError (408), ConflictError (409), PayloadTooLargeError (413),
                UnprocessableEntityError (422), RateLimitError (429), ProviderError (502), OverloadedError
                (529).
            APIConnectionError: No complete response was received, even after retries.
        """
        return self._client.execute(_EDIT, params)

    def create_variation(self, **params: Unpack[ImagesCreateVariationParams]) -> ImagesResponse:
        """Vary an image.

        Makes images that are like a given one.

        Args:
            region: The region that may serve the call, for a model with deployments in several.
            image: A square PNG.
            model: The model that draws; absent is the default of the gateway.
            n: How many images to make.
            size: Width and height in pixels, or `auto`.
            response_format: Whether the answer holds the image or a link to it.
            user: Your end user, by an id of yours.

        Raises:
            ParameterError: An argument is missing, unknown or invalid. Nothing was sent.
            APIStatusError: The server returned an error: BadRequestError (400), AuthenticationError (401),
                InsufficientCreditsError (402), PermissionDeniedError (403), NotFoundError (404),
                RequestTimeoutError (408), ConflictError (409), PayloadTooLargeError (413),
                UnprocessableEntityError (422), RateLimitError (429), ProviderError (502), OverloadedError
                (529).
            APIConnectionError: No complete response was received, even after retries.
        """
        answer: ImagesResponse = self._client.execute(_CREATE_VARIATION, params)
        return answer


class ImagesWithRawResponse(RawResource["Images"]):
    """The methods of `Images`, returning raw responses."""

    generate = RawMethod(Images.generate)
    edit = RawMethod(Images.edit)
    create_variation = RawMethod(Images.create_variation)


class AsyncImages(AsyncResource):
    """Images from texts and images."""

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
        """Make images.

        Makes images from a text, at once or (with `stream: true`) as server-sent events: partial images, then
        the whole one.

        Args:
            region: The region that may serve the call, for a model with deployments in several.
            prompt: What the image shows.
            model: The model that draws; absent is the default of the gateway.
            n: How many images to make.
            size: Width and height in pixels, or `auto`.
            quality: How carefully the model draws.
            style: How the image looks, where the model can choose.
            response_format: Whether the answer holds the image or a link to it.
            output_format: The format of the file.
            output_compression: How good a JPEG or WebP is, in percent.
            background: What is behind the subject.
            moderation: How strictly the prompt is checked.
            stream: Whether the answer comes as server-sent events. Default: False.
            partial_images: How many unfinished images to show.
            user: Your end user, by an id of yours.
            metadata: Up to the caller; kept with the record and given back.
            tags: Labels under which the call's cost is reported.
            provider_specific_params: What only one provider knows, added to the body the provider gets.

        Returns:
            The complete response, or the stream of events with `stream=True`.

        Raises:
            ParameterError: An argument is missing, unknown or invalid. Nothing was sent.
            APIStatusError: The server returned an error: BadRequestError (400), AuthenticationError (401),
                InsufficientCreditsError (402), PermissionDeniedError (403), NotFoundError (404),
                RequestTimeoutError (408), ConflictError (409), PayloadTooLargeError (413),
                UnprocessableEntityError (422), RateLimitError (429), ProviderError (502), OverloadedError
                (529).
            APIConnectionError: No complete response was received, even after retries.
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
        """Change images.

        Changes one or several images as a text says; with a mask, only where the mask is transparent. With
        `stream: true` the answer comes as server-sent events.

        Args:
            region: The region that may serve the call, for a model with deployments in several.
            image: The image, or several of them.
            prompt: What the result shows.
            mask: A PNG as large as the image; where it is transparent, the image is changed.
            model: The model that draws; absent is the default of the gateway.
            n: How many images to make.
            size: Width and height in pixels, or `auto`.
            quality: How carefully the model draws.
            input_fidelity: How closely the result keeps to the image.
            response_format: Whether the answer holds the image or a link to it.
            output_format: The format of the file.
            output_compression: How good a JPEG or WebP is, in percent.
            background: What is behind the subject.
            moderation: How strictly the prompt is checked.
            stream: Whether the answer comes as server-sent events. Default: False.
            partial_images: How many unfinished images to show.
            user: Your end user, by an id of yours.

        Returns:
            The complete response, or the stream of events with `stream=True`.

        Raises:
            ParameterError: An argument is missing, unknown or invalid. Nothing was sent.
            APIStatusError: The server returned an error: BadRequestError (400), AuthenticationError (401),
                InsufficientCreditsError (402), PermissionDeniedError (403), NotFoundError (404),
                RequestTimeoutError (408), ConflictError (409), PayloadTooLargeError (413),
                UnprocessableEntityError (422), RateLimitError (429), ProviderError (502), OverloadedError
                (529).
            APIConnectionError: No complete response was received, even after retries.
        """
        return await self._client.execute(_EDIT, params)

    async def create_variation(self, **params: Unpack[ImagesCreateVariationParams]) -> ImagesResponse:
        """Vary an image.

        Makes images that are like a given one.

        Args:
            region: The region that may serve the call, for a model with deployments in several.
            image: A square PNG.
            model: The model that draws; absent is the default of the gateway.
            n: How many images to make.
            size: Width and height in pixels, or `auto`.
            response_format: Whether the answer holds the image or a link to it.
            user: Your end user, by an id of yours.

        Raises:
            ParameterError: An argument is missing, unknown or invalid. Nothing was sent.
            APIStatusError: The server returned an error: BadRequestError (400), AuthenticationError (401),
                InsufficientCreditsError (402), PermissionDeniedError (403), NotFoundError (404),
                RequestTimeoutError (408), ConflictError (409), PayloadTooLargeError (413),
                UnprocessableEntityError (422), RateLimitError (429), ProviderError (502), OverloadedError
                (529).
            APIConnectionError: No complete response was received, even after retries.
        """
        answer: ImagesResponse = await self._client.execute(_CREATE_VARIATION, params)
        return answer


class AsyncImagesWithRawResponse(RawResource["AsyncImages"]):
    """The methods of `AsyncImages`, returning raw responses."""

    generate = AsyncRawMethod(AsyncImages.generate)
    edit = AsyncRawMethod(AsyncImages.edit)
    create_variation = AsyncRawMethod(AsyncImages.create_variation)
