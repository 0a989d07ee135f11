"""The image routes for offline models, and the place from which pictures given by URL are fetched.

A URL holds an unguessable name and needs no key, like the signed URLs of other services; the picture behind it is
deleted after a day.
"""

from __future__ import annotations

import base64
import io
import re
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from ..core.answer import (
    Answer,
    ModelContext,
    OfflineModel,
)
from ..core.errors import (
    ApiError,
    invalid,
    not_found,
)
from ..core.threads import offload
from ..core.tokenizer import count
from ..db.blob_store import contents_of
from ..http.forwarded import base_url
from ..http.request import (
    Access,
    BodyKind,
    Call,
    Reply,
    Route,
    Upload,
    deployment_path,
    model_route,
)
from ..offline import image
from ..offline.moderation import moderate
from .offline_models import demand

if TYPE_CHECKING:
    from ..entry.services import Gateway

__all__ = ["ROUTES", "purge"]

_CONTENT = "/v1/images/content/"
_NAME = re.compile(r"img-[0-9a-f]{32}\.png")
_LIFE = 86_400
_TOKENS = {"low": 272, "medium": 1056, "high": 4160, "xhigh": 6240, "max": 8320}
# What other names of a quality mean. An answer has only those above: clients know no others there.
_QUALITIES = {"": "medium", "auto": "medium", "standard": "medium", "hd": "high", **{name: name for name in _TOKENS}}
_PICTURE_TOKENS = {"low": 255, "high": 4160}
_MOST_IMAGES = 16
_LONGEST_PROMPT = 32_000

_Draw = Callable[[int], bytes]


_CHOICES = {"moderation": ("auto", "low"), "input_fidelity": ("high", "low")}


async def _generate(model: OfflineModel, call: Call, context: ModelContext) -> Answer:
    prompt = str(call.data["prompt"])
    width, height = _size(call.data.get("size"))
    style = str(call.data.get("style") or "")
    return await _answer(
        model,
        call,
        context,
        lambda index: image.draw(prompt, width, height, index, style, clear=_background(call.data) == "transparent"),
        "image_generation",
        0,
    )


async def _edit(model: OfflineModel, call: Call, context: ModelContext) -> Answer:
    pictures = _uploads(call, "image")
    masks = _uploads(call, "mask", needed=False)
    picture, mask, prompt = _read(pictures[0]), _read(masks[0]) if masks else None, str(call.data["prompt"])
    size = _size(call.data["size"]) if call.data.get("size") not in (None, "", "auto") else None
    return await _answer(
        model, call, context, lambda index: image.edit(picture, mask, prompt, index, size), "image_edit", len(pictures)
    )


async def _vary(model: OfflineModel, call: Call, context: ModelContext) -> Answer:
    picture = _read(_uploads(call, "image")[0])
    size = _size(call.data["size"]) if call.data.get("size") else None
    return await _answer(
        model, call, context, lambda index: image.variation(picture, index, size), "image_variation", 1
    )


def _size(text: Any) -> tuple[int, int]:
    try:
        return image.size_of(text)
    except ValueError as error:
        raise invalid(
            f"`size` must be WIDTHxHEIGHT with sides up to {image.LARGEST_SIDE}, or 'auto', not {text!r}: {error}.",
            param="size",
        ) from None


def _uploads(call: Call, name: str, *, needed: bool = True) -> list[Upload]:
    found = [upload for upload in call.files if upload.name in (name, f"{name}[]")]
    if needed and not found:
        raise invalid(f"`{name}` is missing. Send it as a file of a multipart form.", param=name)
    if len(found) > _MOST_IMAGES:
        raise invalid(f"`{name}` holds {len(found)} files; at most {_MOST_IMAGES} are taken.", param=name)
    return found


def _read(upload: Upload) -> bytes:
    upload.file.seek(0)
    return upload.file.read()


async def _answer(model: OfflineModel, call: Call, context: ModelContext, make: _Draw, task: str, shown: int) -> Answer:
    failing, data = demand(model, "images"), call.data
    number = int(data.get("n") or 1)
    await offload(_check, data, task, number)
    try:
        pictures = [await offload(make, index) for index in range(number)]
    except ValueError as error:
        raise invalid(f"`image` cannot be worked on: {error}. Send a PNG, JPEG, GIF or WebP.", param="image") from None
    usage = await offload(_usage, data, number, shown)
    size = _shown_size(pictures[0])
    meta = {
        "size": size,
        "quality": _quality(data),
        "background": _background(data),
        "output_format": "png",
    }
    if data.get("stream") and task != "image_variation":
        answer = _streamed(task, pictures[0], context.created, meta, usage, int(data.get("partial_images") or 0))
    else:
        items = [await _item(call, picture, str(data.get("prompt") or "")) for picture in pictures]
        answer = Answer.json({"created": context.created, "data": items, **meta, "usage": usage}, usage=_billed(usage))
    await call.gateway.clock.sleep(failing.delay(data))
    return failing.failing(answer, data, context.attempt)


def _check(data: dict[str, Any], task: str, number: int) -> None:
    """Refuse by name what offline models cannot do."""
    length = len(str(data.get("prompt") or ""))
    if length > _LONGEST_PROMPT:
        raise invalid(
            f"`prompt` is {length} characters long; the most is {_LONGEST_PROMPT}. Shorten it.",
            param="prompt",
            code="too_long",
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
            code="does_nothing",
        )
    _quality(data)
    style = data.get("style")
    if style not in (None, "vivid", "natural"):
        raise _not_offline("style", style, "Use 'vivid' or 'natural'.")
    for name, known in _CHOICES.items():
        if data.get(name) not in (None, *known):
            raise _not_offline(name, data[name], f"Use {' or '.join(map(repr, known))}.")
    if data.get("moderation") != "low" and data.get("prompt"):
        found = moderate({"input": str(data["prompt"])}, "")[0]["results"][0]
        if found["flagged"]:
            names = ", ".join(name for name, flagged in found["categories"].items() if flagged)
            raise invalid(
                f"`prompt` is blocked by moderation ({names}). Change it, or send `moderation` 'low'.",
                param="prompt",
                code="moderation_blocked",
            )


def _not_offline(name: str, value: Any, step: str) -> ApiError:
    return invalid(f"`{name}` {value!r} cannot be made offline. {step}", param=name, code="unsupported_format")


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


def _shown_size(picture: bytes) -> str:
    return f"{int.from_bytes(picture[16:20], 'big')}x{int.from_bytes(picture[20:24], 'big')}"


def _usage(data: dict[str, Any], number: int, shown: int) -> dict[str, Any]:
    each = _PICTURE_TOKENS.get(str(data.get("input_fidelity") or "low"), 255)
    text, pictures = count(str(data.get("prompt") or "")), each * shown
    made = _TOKENS[_quality(data)] * number
    return {
        "total_tokens": text + pictures + made,
        "input_tokens": text + pictures,
        "output_tokens": made,
        "input_tokens_details": {"text_tokens": text, "image_tokens": pictures},
    }


def _billed(usage: dict[str, Any]) -> dict[str, Any]:
    return {
        "prompt_tokens": usage["input_tokens"],
        "completion_tokens": usage["output_tokens"],
        "total_tokens": usage["total_tokens"],
    }


async def _item(call: Call, picture: bytes, prompt: str) -> dict[str, Any]:
    form = call.data.get("response_format")
    by_bytes = form == "b64_json" or (
        form is None and str(call.model or call.data.get("model") or "").startswith(("gpt-image", "chatgpt-image"))
    )
    out: dict[str, Any] = (
        {"b64_json": base64.b64encode(picture).decode()} if by_bytes else {"url": await _kept(call, picture)}
    )
    return {**out, "revised_prompt": prompt} if prompt else out


async def _kept(call: Call, picture: bytes) -> str:
    """Keep a picture and give the address at which this gateway, any node of it, serves it."""
    name = f"img-{secrets.token_hex(16)}.png"
    await contents_of(call.gateway, "images").put(name, io.BytesIO(picture))
    return base_url(call.scope, call.headers, call.gateway.settings) + _CONTENT + name


def _streamed(
    task: str, picture: bytes, created: int, meta: dict[str, Any], usage: dict[str, Any], partial: int
) -> Answer:
    data = base64.b64encode(picture).decode()
    events: list[dict[str, Any]] = [
        {"type": f"{task}.partial_image", "b64_json": data, "partial_image_index": at, "created_at": created, **meta}
        for at in range(partial)
    ]
    events.append({"type": f"{task}.completed", "b64_json": data, "created_at": created, **meta, "usage": usage})
    body = b"".join(
        b"event: " + event["type"].encode() + b"\ndata: " + msgspec.json.encode(event) + b"\n\n" for event in events
    )
    return Answer(body, "text/event-stream", usage=_billed(usage))


async def _content(call: Call) -> Reply:
    name = call.params["name"]
    reply = await contents_of(call.gateway, "images").reply(name, "image/png") if _NAME.fullmatch(name) else None
    if reply is None:
        raise not_found("image", name)
    return reply


async def purge(gateway: Gateway) -> None:
    """Delete pictures that were made more than a day ago."""
    contents = contents_of(gateway, "images")
    for name in await contents.older(gateway.clock.time() - _LIFE):
        await contents.drop(name)


ROUTES = (
    model_route(
        path="/v1/images/generations",
        operation="images.generate",
        kind="images",
        body=BodyKind.JSON,
        local=_generate,
        aliases=(deployment_path("images/generations"),),
    ),
    model_route(
        path="/v1/images/edits",
        operation="images.edit",
        kind="images",
        body=BodyKind.FORM,
        local=_edit,
        aliases=(deployment_path("images/edits"),),
    ),
    model_route(
        path="/v1/images/variations",
        operation="images.create_variation",
        kind="images",
        body=BodyKind.FORM,
        local=_vary,
    ),
    Route("GET", _CONTENT + "{name}", "images.content", _content, access=Access.PUBLIC),
)
