"""Parts of chat messages as Anthropic content blocks."""

from __future__ import annotations

import re
from typing import Any

from .refusal import Refusals

__all__ = ["assistant_blocks", "blocks_of", "text_blocks"]

_DATA = re.compile(r"data:(?P<type>[\w.+/-]+);base64,(?P<data>[A-Za-z0-9+/=\s]*)")


def text_blocks(content: Any, place: str, refusals: Refusals, first: int = 0) -> list[dict[str, Any]]:
    """Return content that may only be text; its parts are numbered from `first`."""
    if content is None or content == "":
        return []
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    blocks = []
    for at, part in enumerate(content, first):
        if part.get("type") != "text":
            refusals.add(f"{place}[{at}].type", f"is {part.get('type')!r}; here there is only text")
        elif part.get("text"):
            blocks.append(_marked({"type": "text", "text": part["text"]}, part))
    return blocks


def assistant_blocks(content: Any, place: str, refusals: Refusals) -> list[dict[str, Any]]:
    """Return content of the model: text, and its signed thinking, which it requires back."""
    if content is None or isinstance(content, str):
        return text_blocks(content, place, refusals)
    blocks: list[dict[str, Any]] = []
    for at, part in enumerate(content):
        kind = part.get("type")
        if kind == "thinking":
            signed = isinstance(part.get("thinking"), str) and part.get("signature")
            if not signed:
                refusals.add(f"{place}[{at}].thinking", "is not signed by this provider, and only such is taken there")
            blocks.append({"type": kind, "thinking": part.get("thinking"), "signature": part.get("signature")})
        elif kind == "redacted_thinking":
            blocks.append({"type": kind, "data": part.get("data")})
        else:
            blocks += text_blocks([part], place, refusals, first=at)
    return blocks


def blocks_of(content: Any, place: str, refusals: Refusals) -> list[dict[str, Any]]:
    """Return content of a user or a tool: text, images and documents."""
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
        # `detail` affects cost, and not meaning.
        return {"type": "image", "source": _source(_url_of(part["image_url"]))}
    if kind == "document_url":
        block = {"type": "document", "source": _source(_url_of(part["document_url"]))}
        return {**block, "title": part["document_name"]} if part.get("document_name") else block
    if kind in ("image", "document") and isinstance(part.get("source"), dict):
        return {"type": kind, "source": part["source"]}
    if kind == "file":
        return _document(part["file"], place, refusals)
    refusals.add(f"{place}.type", f"is {kind!r}, which has no counterpart there")
    return None


def _url_of(source: Any) -> str:
    return str(source["url"] if isinstance(source, dict) else source)


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
