"""Merge the deltas of a streamed message: pure functions over JSON values, without models.

A *delta* is a partial object. Its strings are pieces to be joined, its lists continue, its objects merge member by
member; members that identify something (an id, a type, a role) are not pieces and are replaced.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from ..._core.narrow import is_dict, is_list, is_mapping

__all__ = ["as_number", "as_text", "join_base64", "members", "merge", "merge_lists", "plain", "text_of"]

_NAMES = frozenset(
    {"id", "type", "role", "object", "index", "name", "model", "format", "mime_type", "media_type", "expires_at"}
)

_TEXT_PARTS = frozenset({"text", "output_text"})


def members(value: Any) -> Mapping[str, Any]:
    """Return the members of an object that were set: of a mapping all, of a model those that the server sent.

    Reads the model's dictionaries directly: this runs once per event of a stream, and a dump costs ten times as much.
    Other
    values have no members: an event that deviates has anything in any place.
    """
    if is_mapping(value):
        return value
    given: set[str] | None = getattr(value, "__pydantic_fields_set__", None)
    if given is None:
        return {}
    found: dict[str, Any] = {name: member for name, member in value.__dict__.items() if name in given}
    extra: dict[str, Any] | None = value.__pydantic_extra__
    if extra:
        found.update(extra)
    return found


def as_number(value: Any) -> int | None:
    """Return a whole number as it is, and None for anything else."""
    return value if isinstance(value, int) else None


def as_text(value: Any) -> str:
    """Return a text as it is, and an empty one for anything else."""
    return value if isinstance(value, str) else ""


def plain(value: Any) -> Any:
    """Return the JSON value of anything in a chunk. Models become objects of the members that were set."""
    if value is None or isinstance(value, (str, int, float)):
        return value
    if is_list(value):
        return [plain(item) for item in value]
    if is_mapping(value):
        return {name: plain(member) for name, member in value.items()}
    return value.model_dump(mode="json", by_alias=True, exclude_unset=True, warnings=False)


def merge(into: dict[str, Any], delta: Mapping[str, Any]) -> None:
    """Merge ``delta`` into an object. A null does not replace a value."""
    for name, piece in delta.items():
        existing: Any = into.get(name)
        if existing is None:
            into[name] = plain(piece)
        elif piece is None:
            continue
        elif isinstance(existing, str) and isinstance(piece, str):
            into[name] = piece or existing if name in _NAMES else existing + piece
        elif is_dict(existing) and (is_mapping(piece) or hasattr(piece, "__pydantic_fields_set__")):
            merge(existing, members(piece))
        elif is_list(existing) and is_list(piece):
            merge_lists(existing, piece)
        else:
            into[name] = plain(piece)


def merge_lists(into: list[Any], pieces: list[Any]) -> None:
    """Merge a list into another. Items with the ``index`` of an existing item are merged; others are appended."""
    for piece in pieces:
        item = plain(piece)
        index = _index(item)
        existing = next((one for one in into if _index(one) == index), None) if index is not None else None
        if existing is None:
            into.append(item)
        else:
            merge(existing, item)


def _index(item: Any) -> int | None:
    if not is_dict(item):
        return None
    return as_number(item.get("index"))


def join_base64(pieces: list[str]) -> str:
    """Join pieces of base64, whether one text was cut or each piece was encoded by itself."""
    if not any(piece.endswith("=") for piece in pieces[:-1]):
        return "".join(pieces)
    try:
        return base64.b64encode(b"".join(base64.b64decode(piece) for piece in pieces)).decode("ascii")
    except binascii.Error:
        return "".join(pieces)


def text_of(content: Any) -> str | None:
    """Return the text of a message's content: the content itself, or the text of its parts."""
    if not is_list(content):
        return content if isinstance(content, str) else None
    parts = [plain(part) for part in content]
    texts = [part.get("text") for part in parts if is_dict(part) and part.get("type", "text") in _TEXT_PARTS]
    return "".join(text for text in texts if isinstance(text, str))
