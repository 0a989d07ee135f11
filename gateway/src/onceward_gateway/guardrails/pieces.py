"""Find content that is split over several texts, such as a word over two parts or two messages.

A guardrail is applied three times at each border between two texts: to the text before it, to the text after it, and to
both as one. A match is split over the border if the third result removes text on both sides that the first two leave.
Only this text is replaced: the mask is inserted where it began, and everything around it stays. So it does not matter
what a mask looks like, or whether a guardrail would change its own masks.

Between messages, which are read as separate texts, a border counts only if there is no white space at it and the match
has a letter: numbers in different messages may form a card number or an IP address by chance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

__all__ = ["RewrittenText", "joined_messages", "joined_parts"]

Change = Callable[[str], str]
# The member with the text of a part, and the separator between two parts that are read as one text.
_FIELDS: Mapping[str, str] = {"text": "", "refusal": "", "thinking": "", "summary": "", "word": " "}
# In place of a member: the part is a text itself, as some servers accept it.
_ITSELF = ""
# Characters read on each side of a border; if that finds nothing, more; and the limit of all borders together.
_NEAR, _FAR, _ALL = 256, 8_192, 60_000
# The length around a border that shows whether the whole text still contains it.
_CONTEXT = 8
# Up to here the end of a match is searched character by character; after that, by bisection.
_LINEAR = 64
# Messages of these roles are results of single calls, each a text of its own.
_ALONE = frozenset({"tool", "function"})


class RewrittenText(str):
    """A text that was changed already: changing it again could mask a mask."""

    __slots__ = ()


@dataclass(slots=True)
class _Piece:
    """One text of several that are read together. It becomes `text[start:end]` followed by `mask`."""

    text: str
    # Whether it is the first text of a message.
    opens: bool = False
    start: int = 0
    end: int = -1
    mask: str = ""
    # The mask of the split match that this text has a part of.
    shared: str | None = None

    def __post_init__(self) -> None:
        self.end = len(self.text)

    def changed(self, change: Change, *, empty: bool) -> str:
        """Return the text with the split match masked. It has the mask rather than nothing, unless `empty`."""
        kept = self.text[self.start : self.end]
        text = (change(kept) if kept else "") + self.mask
        return text if text or empty else self.shared or ""


def joined_parts(parts: list[Any], change: Change, *, keep: bool = False) -> list[Any]:
    """Return the parts, with matches that are split over them masked in the first of them.

    A part without remaining text is removed, unless it has other members. With `keep`, every part stays.
    """
    # Texts in the lists of an answer, such as sources, are not parts of one text.
    places = [place for place in _places(parts) if not (keep and place[1] == _ITSELF)]
    texts = [_text_of(parts[at], field) for at, field in places]
    if len(texts) < 2 or any(isinstance(text, RewrittenText) for text in texts):
        return parts
    pieces = [_Piece(text) for text in texts]
    _search(pieces, _FIELDS.get(places[0][1], ""), change)
    return _filled(parts, places, pieces, change, keep=keep)


def joined_messages(messages: list[Any], change: Change) -> list[Any]:
    """Return the messages, with matches that are split over neighbors of one role and name masked in each."""
    found: list[Any] = []
    for kind, group in groupby(messages, _role_and_name):
        run = list(group)
        found += _together(run, change) if kind and len(run) > 1 else run
    return found


def _together(messages: Sequence[dict[str, Any]], change: Change) -> Iterator[dict[str, Any]]:
    """Yield the messages of one run with their contents filled in."""
    own = [list(_pieces_of(message["content"])) for message in messages]
    run, before = list[_Piece](), ""
    for piece in (piece for pieces in own for piece in pieces):
        if piece.opens and not _is_split(before, piece.text):
            _search(run, "", change)
            run, before = [], ""
        run.append(piece)
        before = (before + piece.text[-_NEAR:])[-_NEAR:]
    _search(run, "", change)
    for message, pieces in zip(messages, own, strict=True):
        content = message["content"]
        if not any(piece.shared is not None for piece in pieces):
            yield message
        elif isinstance(content, str):
            yield {**message, "content": RewrittenText(pieces[0].changed(change, empty=False))}
        else:
            yield {**message, "content": _filled(content, _places(content), pieces, change, keep=False)}


def _pieces_of(content: str | list[Any]) -> Iterator[_Piece]:
    texts = [content] if isinstance(content, str) else [_text_of(content[at], field) for at, field in _places(content)]
    opens = True
    for text in texts:
        yield _Piece(text, opens=opens and bool(text))
        opens = opens and not text


def _is_split(before: str, after: str) -> bool:
    """Return whether a word that has a letter may continue from one message into the next."""
    if not before or before[-1].isspace() or after[0].isspace():
        return False
    return any(map(str.isalpha, before.split()[-1] + after[:_NEAR].split()[0]))


def _filled(
    parts: list[Any], places: Sequence[tuple[int, str]], pieces: Sequence[_Piece], change: Change, *, keep: bool
) -> list[Any]:
    """Return the parts with the new texts of the pieces that had a part of a split match."""
    found, gone = list(parts), set[int]()
    for (at, field), piece in zip(places, pieces, strict=True):
        if piece.shared is None:
            continue
        part = parts[at]
        bare = not keep and (field == _ITSELF or part.keys() <= {"type", field}) and len(gone) + 1 < len(parts)
        text = piece.changed(change, empty=keep or bare)
        if bare and not text:
            gone.add(at)
        found[at] = RewrittenText(text) if field == _ITSELF else {**part, field: RewrittenText(text)}
    return [part for at, part in enumerate(found) if at not in gone]


def _search(pieces: Sequence[_Piece], between: str, change: Change) -> None:
    """Mark the matches that are split over the pieces."""
    pieces = [piece for piece in pieces if piece.text]
    if len(pieces) < 2:
        return
    texts = [piece.text for piece in pieces]
    if change(between.join(texts)) == between.join(map(change, texts)):
        return
    if not _search_borders(pieces, between, change, _NEAR):
        far = min(_FAR, _ALL // len(pieces))
        if far > _NEAR and sum(map(len, texts)) > _NEAR:
            _search_borders(pieces, between, change, far)


def _search_borders(pieces: Sequence[_Piece], between: str, change: Change, width: int) -> bool:
    """Search each border, `width` characters on both sides; return whether there was a split match."""
    found = False
    # The text before a border: of its message, and of all messages.
    near = far = pieces[0].text[-width:]
    for at, piece in enumerate(pieces[1:], 1):
        after = piece.text[:width]
        match = _split_match(near, between, after, change, over=piece.opens)
        if match is None and near != far and _split_match(far, between, after, change, over=True) is not None:
            match = _shortest(pieces, at, between, change, width)
        if match is not None:
            _mark(pieces, at, len(between), match)
            found = True
        tail = between + piece.text[-width:]
        near, far = piece.text[-width:] if piece.opens else (near + tail)[-width:], (far + tail)[-width:]
    return found


def _shortest(
    pieces: Sequence[_Piece], border: int, between: str, change: Change, width: int
) -> tuple[str, str, str] | None:
    """Return the split match at a border, read with as few of the preceding messages as possible."""
    before, after = "", pieces[border].text[:width]
    for at in range(border - 1, -1, -1):
        before = pieces[at].text + between + before if before else pieces[at].text
        if pieces[at].opens or not at or len(before) >= width:
            match = _split_match(before[-width:], between, after, change, over=True)
            if match is not None or len(before) >= width:
                return match
    return None


def _split_match(before: str, between: str, after: str, change: Change, *, over: bool) -> tuple[str, str, str] | None:
    """Return the split match at a border: the end of the text before it, the start of that after it, and the mask.

    With `over` (between messages), it must have text on both sides of the border, and a letter.
    """
    left, right = change(before), change(after)
    whole = change(before + between + after)
    if whole == left + between + right or before[-_CONTEXT:] + between + after[:_CONTEXT] in whole:
        return None
    start = _common(left, whole)
    end = _common(right[::-1], whole[start:][::-1])
    left_part, right_part, mask = left[start:], right[: len(right) - end], whole[start : len(whole) - end]
    # If a guardrail already masked on one side, the match ends elsewhere, or that mask stays.
    of_left, of_right = before.endswith(left_part), after.startswith(right_part)
    if of_left and left_part and not of_right:
        right_part, mask = _match_after(after, whole[start:], change)
    elif of_right and right_part and not of_left:
        turned, mask = _match_after(
            before[::-1], whole[: len(whole) - end][::-1], lambda text: change(text[::-1])[::-1]
        )
        left_part, mask = turned[::-1], mask[::-1]
    elif not (of_left and of_right):
        return None
    if over:
        return (
            (left_part, right_part, mask)
            if left_part and right_part and any(map(str.isalpha, left_part + right_part))
            else None
        )
    # A complete match before a border takes nothing from after it, except further digits of a number.
    if left_part or (right_part and (mask.strip() or right_part.lstrip()[:1].isdigit())):
        return left_part, right_part, mask
    return None


def _match_after(after: str, whole: str, change: Change) -> tuple[str, str]:
    """Return the matched start of the text after a border, and its mask. `whole` is the mask and the changed rest."""
    near = range(min(len(after), _LINEAR))
    low = next((at for at in near if whole.endswith(change(after[at:]))), len(near))
    high = low if low < len(near) else len(after)
    while low < high:
        middle = (low + high) // 2
        if whole.endswith(change(after[middle:])):
            high = middle
        else:
            low = middle + 1
    rest = change(after[low:]) if low < len(after) else ""
    return after[:low], whole[: len(whole) - len(rest)]


def _mark(pieces: Sequence[_Piece], at: int, between: int, match: tuple[str, str, str]) -> None:
    left_part, right_part, mask = match
    one = pieces[at]
    one.start = len(right_part)
    left, place = len(left_part), at - 1
    while left > len(pieces[place].text) and place:
        pieces[place].end = pieces[place].start
        pieces[place].mask, pieces[place].shared = "", mask
        left -= len(pieces[place].text) + between
        place -= 1
    first = pieces[place]
    first.end = max(first.start, first.end - max(left, 0))
    first.mask += mask
    for piece in pieces[place : at + 1]:
        piece.shared = mask or piece.shared or first.shared or first.mask


def _common(one: str, other: str) -> int:
    """Return the length of the common prefix of two texts."""
    most = min(len(one), len(other))
    return next((at for at in range(most) if one[at] != other[at]), most)


def _places(parts: Sequence[Any]) -> list[tuple[int, str]]:
    """Return the parts that have a text, and the member with the text."""
    return [(at, field) for at, part in enumerate(parts) if (field := _field(part)) is not None]


def _field(part: Any) -> str | None:
    """Return the name of the member with the text of a part; None where there is none."""
    if isinstance(part, str):
        return _ITSELF
    if not isinstance(part, dict):
        return None
    return next((name for name in _FIELDS if isinstance(part.get(name), str)), None)


def _text_of(part: Any, field: str) -> str:
    text: str = part if field == _ITSELF else part[field]
    return text


def _role_and_name(message: Any) -> tuple[str, str] | None:
    """Return the role and name of a message with content and without calls of a model; None for others."""
    if not isinstance(message, dict) or not isinstance(message.get("content"), str | list):
        return None
    role = message.get("role")
    role = role.casefold() if isinstance(role, str) else repr(role)
    if role in _ALONE or (role == "assistant" and message.get("tool_calls")):
        return None
    return role, repr(message.get("name"))
