"""Parts of chat messages as Anthropic content blocks."""

from __future__ import annotations

import re
from typing import Any

from .refusal import Refusals

__all__ = ["blocks_of", "text_blocks"]

_DATA = re.compile(r"data:(?P<type>[\w.+/-]+);base64,(?P<data>[A-Za-z0-9+/=\s]*)")


def text_blocks(content: Any, place: str, refusals: Refusals) -> list[dict[str, Any]]:
    """Content that may only be text."""
    if content is None or content == "":
        return []
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    blocks = []
    for at, part in enumerate(content):
        if part.get("type") != "text":
            refusals.add(f"{place}[{at}].type", f"is {part.get('type')!r}; here there is only text")
        elif part.get("text"):
            blocks.append(_marked({"type": "text", "text": part["text"]}, part))
    return blocks


def blocks_of(content: Any, place: str, refusals: Refusals) -> list[dict[str, Any]]:
    """Content of a user: text, images and documents."""
    if content is None or isinstance(content, str):
        return text_blocks(content, place, refusals)
    blocks = []
    for at, part in enumerate(content):
        block = _block(part, f"{place}[{at}]", refusals)
        if block is not None:
            blocks.append(_marked(block, part))
    return blocks


def _block(part: dict[str, Any], place: str, refusals: Refusals) -> dict[str, Any] | None:
    kind = part.get("type")
    if kind == "text":
        return {"type": "text", "text": part["text"]} if part.get("text") else None
    if kind == "image_url":
        # `detail` is a hint on cost, not on meaning.
        return {"type": "image", "source": _source(part["image_url"]["url"])}
    if kind in ("image", "document"):
        return {"type": kind, "source": part["source"]}
    if kind == "file":
        return _document(part["file"], place, refusals)
    refusals.add(f"{place}.type", f"is {kind!r}, which has no counterpart there")
    return None


def _source(url: str) -> dict[str, Any]:
    inline = _DATA.fullmatch(url)
    if inline is None:
        return {"type": "url", "url": url}
    return {"type": "base64", "media_type": inline["type"], "data": re.sub(r"\s", "", inline["data"])}


def _document(file: dict[str, Any], place: str, refusals: Refusals) -> dict[str, Any] | None:
    data = file.get("file_data")
    if data is None:
        refusals.add(f"{place}.file.file_id", "names a file that the provider does not have; send `file_data`")
        return None
    source = _source(data if data.startswith("data:") else f"data:application/pdf;base64,{data}")
    if source["type"] != "base64":
        refusals.add(f"{place}.file.file_data", "is not base64")
        return None
    block: dict[str, Any] = {"type": "document", "source": source}
    if file.get("filename"):
        block["title"] = file["filename"]
    return block


def _marked(block: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    if part.get("cache_control") is not None:
        block["cache_control"] = part["cache_control"]
    return block
