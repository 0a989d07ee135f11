"""Images: generated, edited and varied by offline models, and served under the URLs of answers.

A URL has a name that cannot be guessed and needs no key, like the signed URLs of other services; the image behind it
is deleted after a day.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import msgspec

from ..config.load import Settings
from ..core import error_codes
from ..core.answer import Answer, ModelContext, OfflineModel
from ..core.clock import Clock
from ..core.errors import ApiError, invalid, not_found
from ..core.threads import offload
from ..core.tokenizer import count
from ..http.forwarded import base_url
from ..http.request import Reply, Request, Upload
from ..jobs.image_store import ImageStore
from ..offline import image
from ..offline.moderation import moderate
from .offline_models import require_kind

__all__ = ["CONTENT_PATH", "ImageHandlers"]

CONTENT_PATH = "/v1/images/content/"
_TOKENS = {"low": 272, "medium": 1056, "high": 4160, "xhigh": 6240, "max": 8320}
# The meaning of other names of a quality. An answer has only those above: clients know no others there.
_QUALITIES = {"": "medium", "auto": "medium", "standard": "medium", "hd": "high", **{name: name for name in _TOKENS}}
_INPUT_TOKENS = {"low": 255, "high": 4160}
_MOST_IMAGES = 16
_LONGEST_PROMPT = 32_000
_CHOICES = {"moderation": ("auto", "low"), "input_fidelity": ("high", "low")}

_Draw = Callable[[int], bytes]


class ImageHandlers:
    """Handlers for `/v1/images`; offline models draw the images."""

    def __init__(self, images: ImageStore, clock: Clock, settings: Settings) -> None:
        self._images = images
        self._clock = clock
        self._settings = settings

    async def generate(self, model: OfflineModel, request: Request, context: ModelContext) -> Answer:
        """Return images that are drawn for a prompt."""
        prompt = str(request.data["prompt"])
        width, height = _size(request.data.get("size"))
        style, clear = str(request.data.get("style") or ""), _background(request.data) == "transparent"

        def draw(index: int) -> bytes:
            return image.draw(prompt, width, height, index, style, clear=clear)

        return await self._answer(model, request, context, draw, "image_generation", 0)

    async def edit(self, model: OfflineModel, request: Request, context: ModelContext) -> Answer:
        """Return edits of an image."""
        originals = _uploads(request, "image")
        masks = _uploads(request, "mask", needed=False)
        original, mask = _read(originals[0]), _read(masks[0]) if masks else None
        prompt = str(request.data["prompt"])
        size = _size(request.data["size"]) if request.data.get("size") not in (None, "", "auto") else None

        def draw(index: int) -> bytes:
            return image.edit(original, mask, prompt, index, size)

        return await self._answer(model, request, context, draw, "image_edit", len(originals))

    async def create_variation(self, model: OfflineModel, request: Request, context: ModelContext) -> Answer:
        """Return variations of an image."""
        original = _read(_uploads(request, "image")[0])
        size = _size(request.data["size"]) if request.data.get("size") else None

        def draw(index: int) -> bytes:
            return image.variation(original, index, size)

        return await self._answer(model, request, context, draw, "image_variation", 1)

    async def content(self, request: Request) -> Reply:
        """Return the image of a URL."""
        blob = await self._images.find(request.params["name"])
        if blob is None:
            raise not_found("image", request.params["name"])
        from ..http.file_response import BlobResponse  # Starlette's responses take a while to import.

        return BlobResponse(self._images.blobs, blob, request.headers, media_type="image/png")

    async def _answer(
        self, model: OfflineModel, request: Request, context: ModelContext, draw: _Draw, task: str, inputs: int
    ) -> Answer:
        built_in, data = require_kind(model, "images"), request.data
        number = int(data.get("n") or 1)
        await offload(_check, data, task, number)
        try:
            images = [await offload(draw, index) for index in range(number)]
        except ValueError as error:
            raise invalid(f"`image` cannot be used: {error}. Send a PNG, JPEG, GIF or WebP.", param="image") from None
        usage = await offload(_usage, data, number, inputs)
        meta = {
            "size": _size_of(images[0]),
            "quality": _quality(data),
            "background": _background(data),
            "output_format": "png",
        }
        if data.get("stream") and task != "image_variation":
            answer = _streamed(task, images[0], context.created, meta, usage, int(data.get("partial_images") or 0))
        else:
            items = [await self._item(request, one, str(data.get("prompt") or "")) for one in images]
            body = {"created": context.created, "data": items, **meta, "usage": usage}
            answer = Answer.json(body, usage=_billed(usage))
        await self._clock.sleep(built_in.delay(data))
        return built_in.failing(answer, data, context.attempt)

    async def _item(self, request: Request, data: bytes, prompt: str) -> dict[str, Any]:
        """Return an image as an answer has it: its bytes, or a URL of this gateway, on whichever node of it."""
        form, model = request.data.get("response_format"), str(request.model or request.data.get("model") or "")
        in_base64 = form == "b64_json" or (form is None and model.startswith(("gpt-image", "chatgpt-image")))
        if in_base64:
            item: dict[str, Any] = {"b64_json": base64.b64encode(data).decode()}
        else:
            base = base_url(request.scope, request.headers, self._settings)
            item = {"url": base + CONTENT_PATH + await self._images.add(data)}
        return {**item, "revised_prompt": prompt} if prompt else item


def _size(text: Any) -> tuple[int, int]:
    try:
        return image.size_of(text)
    except ValueError as error:
        raise invalid(
            f"`size` must be WIDTHxHEIGHT with sides up to {image.LARGEST_SIDE}, or 'auto', not {text!r}: {error}.",
            param="size",
        ) from None


def _uploads(request: Request, name: str, *, needed: bool = True) -> list[Upload]:
    found = [upload for upload in request.files if upload.name in (name, f"{name}[]")]
    if needed and not found:
        raise invalid(f"`{name}` is missing. Send it as a file of a multipart form.", param=name)
    if len(found) > _MOST_IMAGES:
        raise invalid(f"`{name}` has {len(found)} files; at most {_MOST_IMAGES} are taken.", param=name)
    return found


def _read(upload: Upload) -> bytes:
    upload.file.seek(0)
    return upload.file.read()


def _check(data: dict[str, Any], task: str, number: int) -> None:
    """Refuse by name what offline models cannot do."""
    length = len(str(data.get("prompt") or ""))
    if length > _LONGEST_PROMPT:
        raise invalid(
            f"`prompt` is {length} characters long; the most is {_LONGEST_PROMPT}. Shorten it.",
            param="prompt",
            code=error_codes.TOO_LONG,
        )
    form = data.get("output_format") or "png"
    if form != "png":
        raise _not_offline("output_format", form, "Use 'png'.")
    if int(data.get("output_compression") or 100) != 100:
        raise _not_offline("output_compression", data["output_compression"], "A PNG loses nothing: leave it out.")
    if task != "image_generation" and _background(data) == "transparent":
        raise _not_offline("background", "transparent", "An edit keeps the background of the picture: leave it out.")
    if data.get("stream") and number > 1:
        raise _not_offline("n", number, "A stream has one image: use 1, or leave out `stream`.")
    if data.get("partial_images") and not data.get("stream"):
        raise invalid(
            "`partial_images` does nothing, because `stream` is not true. Set it, or leave `partial_images` out.",
            param="partial_images",
            code=error_codes.DOES_NOTHING,
        )
    _quality(data)
    style = data.get("style")
    if style not in (None, "vivid", "natural"):
        raise _not_offline("style", style, "Use 'vivid' or 'natural'.")
    for name, known in _CHOICES.items():
        if data.get(name) not in (None, *known):
            raise _not_offline(name, data[name], f"Use {' or '.join(map(repr, known))}.")
    if data.get("moderation") != "low" and data.get("prompt"):
        _moderate(str(data["prompt"]))


def _moderate(prompt: str) -> None:
    """Raise 400 if moderation flags the prompt, naming the categories."""
    found = moderate({"input": prompt}, "")[0]["results"][0]
    if found["flagged"]:
        names = ", ".join(name for name, flagged in found["categories"].items() if flagged)
        raise invalid(
            f"`prompt` is blocked by moderation ({names}). Change it, or send `moderation` 'low'.",
            param="prompt",
            code=error_codes.MODERATION_BLOCKED,
        )


def _not_offline(name: str, value: Any, step: str) -> ApiError:
    return invalid(
        f"`{name}` {value!r} cannot be made offline. {step}", param=name, code=error_codes.UNSUPPORTED_FORMAT
    )


def _quality(data: dict[str, Any]) -> str:
    said = str(data.get("quality") or "")
    if said not in _QUALITIES:
        raise _not_offline("quality", said, f"Use one of {', '.join(name for name in _QUALITIES if name)}.")
    return _QUALITIES[said]


def _background(data: dict[str, Any]) -> str:
    said = data.get("background") or "auto"
    if said not in ("auto", "opaque", "transparent"):
        raise _not_offline("background", said, "Use 'auto', 'opaque' or 'transparent'.")
    return "transparent" if said == "transparent" else "opaque"


def _size_of(image_data: bytes) -> str:
    return f"{int.from_bytes(image_data[16:20], 'big')}x{int.from_bytes(image_data[20:24], 'big')}"


def _usage(data: dict[str, Any], number: int, inputs: int) -> dict[str, Any]:
    each = _INPUT_TOKENS.get(str(data.get("input_fidelity") or "low"), 255)
    text, given = count(str(data.get("prompt") or "")), each * inputs
    made = _TOKENS[_quality(data)] * number
    return {
        "total_tokens": text + given + made,
        "input_tokens": text + given,
        "output_tokens": made,
        "input_tokens_details": {"text_tokens": text, "image_tokens": given},
    }


def _billed(usage: dict[str, Any]) -> dict[str, Any]:
    return {
        "prompt_tokens": usage["input_tokens"],
        "completion_tokens": usage["output_tokens"],
        "total_tokens": usage["total_tokens"],
    }


def _streamed(
    task: str, image_data: bytes, created: int, meta: dict[str, Any], usage: dict[str, Any], partial: int
) -> Answer:
    data = base64.b64encode(image_data).decode()
    events: list[dict[str, Any]] = [
        {"type": f"{task}.partial_image", "b64_json": data, "partial_image_index": at, "created_at": created, **meta}
        for at in range(partial)
    ]
    events.append({"type": f"{task}.completed", "b64_json": data, "created_at": created, **meta, "usage": usage})
    body = b"".join(
        b"event: " + event["type"].encode() + b"\ndata: " + msgspec.json.encode(event) + b"\n\n" for event in events
    )
    return Answer(body, "text/event-stream", usage=_billed(usage))
