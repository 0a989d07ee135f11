"""Find content that is split over several texts, such as a word over two parts or two messages.

A guardrail is asked three times at each border between two texts: for the text before it, for the text behind it, and
for both as one. Something is hidden there where the third answer takes text away on both sides of the border that the
first two leave. Only that text is replaced: the mask goes where it began, and everything beside it stays. So it makes
no difference what a mask looks like, nor whether a guardrail changes what it has changed before.

Over messages, which are read as texts of their own, a border counts only where no white space is beside it, and where
what is hidden has a letter: numbers in different messages make a card number or an IP address by chance.
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
# So much of the texts on both sides of a border is read. Where that finds nothing, more is, but no more in all.
_NEAR, _FAR, _ALL = 256, 8_192, 60_000
# The length around a border that shows whether the whole text still contains it.
_SHOWN = 8
# So far the end of what is hidden is looked for character by character; behind that, by halves.
_SCANNED = 64
_ROLES = frozenset({"user", "system", "developer", "assistant"})


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
    # The mask of what this text had a share in.
    shared: str | None = None

    def __post_init__(self) -> None:
        self.end = len(self.text)

    def changed(self, change: Change, *, empty: bool) -> str:
        """Return the text with the hidden content masked. It shows the mask rather than nothing, unless `empty`."""
        kept = self.text[self.start : self.end]
        text = (change(kept) if kept else "") + self.mask
        return text if text or empty else self.shared or ""


def joined_parts(parts: list[Any], change: Change, *, keep: bool = False) -> list[Any]:
    """Return the parts with what their texts hide together masked in the first of them.

    A part of which nothing is left goes, unless it has other members. With `keep` every part stays.
    """
    places = _places(parts)
    if len(places) < 2 or any(isinstance(parts[at][field], RewrittenText) for at, field in places):
        return parts
    pieces = [_Piece(parts[at][field]) for at, field in places]
    _search(pieces, _FIELDS[places[0][1]], change)
    return _filled(parts, places, pieces, change, keep=keep)


def joined_messages(messages: list[Any], change: Change) -> list[Any]:
    """Return the messages with what neighbours of one role and name hide together masked in each of them."""
    found: list[Any] = []
    for kind, group in groupby(messages, _kind):
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
    texts = [content] if isinstance(content, str) else [content[at][field] for at, field in _places(content)]
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
    """Return the parts with the texts of the pieces in which something was hidden."""
    found, gone = list(parts), set[int]()
    for (at, field), piece in zip(places, pieces, strict=True):
        if piece.shared is None:
            continue
        bare = not keep and parts[at].keys() <= {"type", field} and len(gone) + 1 < len(parts)
        text = piece.changed(change, empty=keep or bare)
        if bare and not text:
            gone.add(at)
        found[at] = {**parts[at], field: RewrittenText(text)}
    return [part for at, part in enumerate(found) if at not in gone]


def _search(pieces: Sequence[_Piece], between: str, change: Change) -> None:
    """Mark the content that is split over the pieces."""
    pieces = [piece for piece in pieces if piece.text]
    if len(pieces) < 2:
        return
    texts = [piece.text for piece in pieces]
    if change(between.join(texts)) == between.join(map(change, texts)):
        return
    if not _look(pieces, between, change, _NEAR):
        far = min(_FAR, _ALL // len(pieces))
        if far > _NEAR and sum(map(len, texts)) > _NEAR:
            _look(pieces, between, change, far)


def _look(pieces: Sequence[_Piece], between: str, change: Change, width: int) -> bool:
    """Look at each border, at `width` characters on both sides of it; give whether anything was hidden."""
    found = False
    # The text before a border: of its message, and of all messages.
    near = far = pieces[0].text[-width:]
    for at, piece in enumerate(pieces[1:], 1):
        after = piece.text[:width]
        hidden = _hidden(near, between, after, change, over=piece.opens)
        if hidden is None and near != far and _hidden(far, between, after, change, over=True) is not None:
            hidden = _shortest(pieces, at, between, change, width)
        if hidden is not None:
            _mark(pieces, at, len(between), hidden)
            found = True
        tail = between + piece.text[-width:]
        near, far = piece.text[-width:] if piece.opens else (near + tail)[-width:], (far + tail)[-width:]
    return found


def _shortest(
    pieces: Sequence[_Piece], border: int, between: str, change: Change, width: int
) -> tuple[str, str, str] | None:
    """Return what a border hides, read with as few of the preceding messages as possible."""
    before, after = "", pieces[border].text[:width]
    for at in range(border - 1, -1, -1):
        before = pieces[at].text + between + before if before else pieces[at].text
        if pieces[at].opens or not at or len(before) >= width:
            hidden = _hidden(before[-width:], between, after, change, over=True)
            if hidden is not None or len(before) >= width:
                return hidden
    return None


def _hidden(before: str, between: str, after: str, change: Change, *, over: bool) -> tuple[str, str, str] | None:
    """Return what a border hides: the end of the text before it, the start of the text after it, and their mask.

    `over` messages, it has text on both sides of the border, and a letter.
    """
    left, right = change(before), change(after)
    whole = change(before + between + after)
    if whole == left + between + right or before[-_SHOWN:] + between + after[:_SHOWN] in whole:
        return None
    start = _common(left, whole)
    end = _common(right[::-1], whole[start:][::-1])
    taken, given, mask = left[start:], right[: len(right) - end], whole[start : len(whole) - end]
    # Where a guardrail has masked on one side already, what is hidden ends elsewhere, or the mask there stays.
    of_left, of_right = before.endswith(taken), after.startswith(given)
    if of_left and taken and not of_right:
        given, mask = _behind(after, whole[start:], change)
    elif of_right and given and not of_left:
        turned, mask = _behind(before[::-1], whole[: len(whole) - end][::-1], lambda text: change(text[::-1])[::-1])
        taken, mask = turned[::-1], mask[::-1]
    elif not (of_left and of_right):
        return None
    if over:
        return (taken, given, mask) if taken and given and any(map(str.isalpha, taken + given)) else None
    # A complete match before a border takes nothing from behind it, except further digits of a number.
    if taken or (given and (mask.strip() or given.lstrip()[:1].isdigit())):
        return taken, given, mask
    return None


def _behind(after: str, whole: str, change: Change) -> tuple[str, str]:
    """Return how much of the text after a border is hidden, and its mask. `whole` is the mask and the changed rest."""
    near = range(min(len(after), _SCANNED))
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


def _mark(pieces: Sequence[_Piece], at: int, between: int, hidden: tuple[str, str, str]) -> None:
    taken, given, mask = hidden
    one = pieces[at]
    one.start = len(given)
    left, place = len(taken), at - 1
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
    return [(at, field) for at, part in enumerate(parts) if (field := _field(part))]


def _field(part: Any) -> str:
    """Return the name of the member with the text of a part; empty where there is none."""
    if not isinstance(part, dict):
        return ""
    return next((name for name in _FIELDS if isinstance(part.get(name), str)), "")


def _kind(message: Any) -> tuple[str, str] | None:
    """Return the role and name of a message with content and without tool calls; None for others."""
    if not isinstance(message, dict) or message.get("tool_calls") or message.get("role") not in _ROLES:
        return None
    if not isinstance(message.get("content"), str | list):
        return None
    return str(message["role"]), repr(message.get("name"))
