"""Validation of the chunks of a stream of the OpenAI protocol, as they pass through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from io import StringIO
from typing import Any

import msgspec

from ..billing.answer_bounds import whole_number
from ..billing.token_count import TOKENS_OF_PICTURE
from ..core.lenient_json import Unreadable
from ..core.threads import LARGE_BODY
from . import failures
from .large import read_json, write_json
from .meter import Meter
from .partial import texts_in
from .plain_chunks import PlainChoice, Shape, decode_plain, decode_text, shape_of

__all__ = [
    "Chunk",
    "ChunkReader",
    "as_delta",
    "choices_asked",
    "count_foreign",
    "count_output",
    "error_of",
    "texts_of",
    "texts_of_events",
]

# Members with a text in events of other protocols, and members that contain those.
_TEXTS = ("content", "text", "response", "delta", "output_text", "completion", "generated_text", "answer", "output")
_HOLDERS = (*_TEXTS, "choices", "message", "candidates", "parts", "token", "part", "item")
_MOST_CHOICES = 1 << 20
_MOST_MISSES = 8
_RAW_PIECE = 1 << 18
_BLOCKS = ("thinking_blocks", "reasoning_details")
_COUNTED_APART = frozenset({"images", *_BLOCKS})
# Members without text of the model, or with a repeated text.
_NOT_SAID = frozenset({"role", "id", "type", "index", "data", "url", "signature", "annotations", "format", *_BLOCKS})


class Chunk:
    """One event: its value, and its bytes for the client."""

    __slots__ = ("data", "event", "value")

    def __init__(self, event: str, data: bytes, value: Mapping[str, Any]) -> None:
        self.event = event
        self.data = data
        self.value = value

    @property
    def only_usage(self) -> bool:
        """Return whether this is the extra chunk of `include_usage`."""
        return not self.value.get("choices") and bool(self.value.get("usage"))

    @property
    def of_answer(self) -> bool:
        """Return whether it is a standard chunk of the answer."""
        return isinstance(self.value.get("choices"), list)


class ChunkReader:
    """Reads the events of one stream. `choices` is the requested number of answers."""

    def __init__(self, provider: str, choices: int, meter: Meter) -> None:
        self._provider = provider
        self._choices = choices
        self._meter = meter
        self._open: set[int] = set()
        self._with_text: set[int] = set()
        # The texts of choices that have messages instead of deltas.
        self._message_texts: dict[int, StringIO] = {}
        self._finished: set[int] = set()
        # The bytes around the text of the last chunk, and how many such shapes in a row no other chunk had.
        self._shape: Shape | None = None
        self._misses = 0

    def read_plain(self, events: list[bytes], most: int) -> int:
        """Read up to `most` events from the beginning, as long as they are plain chunks; return how many.

        The result is that of `read`, which has to read the event after them.
        """
        if events and len(events[0]) > LARGE_BODY:
            # `read` takes long, so it is called in a thread. Only the first event of a read may be so long.
            return 0
        if len(events) == 1:
            data = events[0]
            return 1 if self.read_as_before(data) or self._read_typed(data) else 0
        count, most = 0, min(most, len(events))
        while count < most:
            shape = self._shape
            read = 0 if shape is None else self._read_shaped(shape, events[count:most])
            if not read and not self._read_typed(events[count]):
                break
            count += read or 1
        return count

    def read_as_before(self, data: bytes, *, framed: bool = False) -> bool:
        """Read one event if it has the shape of the last one, else return False.

        A `framed` one comes with its frame: a `data` line and a blank line.
        """
        if self._shape is None:
            return False
        before, after, size, opening, closing = self._shape
        if framed:
            before, after, size = opening, closing, size + len(b"data: \n\n")
        if not (data.startswith(before) and data.endswith(after) and len(data) >= size):
            return False
        try:
            # A text with a line break is refused here, so that a framed event is certainly one.
            text = decode_text(data[len(before) - 1 : len(data) - len(after) + 1])
        except ValueError:
            return False
        self._misses = 0
        if text:
            self._meter.produced(text)
        return True

    def _read_shaped(self, shape: Shape, events: list[bytes]) -> int:
        """Read the events at the beginning that have the shape of the last one; return how many."""
        found = shape.texts_of(events)
        written = b"".join(found)
        try:
            if b"\\" in written:
                texts = [decode_text(b'"%b"' % text) for text in found]
            else:
                whole = decode_text(b'"%b"' % written)
                # A character whose bytes are in two events is valid in neither of them.
                is_whole = written.isascii() and self._meter.has_room(whole)
                texts = [whole] if is_whole else [text.decode() for text in found]
        except ValueError:
            return 0
        self._meter.produced_by(texts)
        self._misses = 0
        return len(found)

    def _read_typed(self, data: bytes) -> bool:
        """Read one event; return False if it is not a plain chunk."""
        self._shape = None
        if len(data) > LARGE_BODY:
            return False
        try:
            chunk = decode_plain(data)
            (choice,) = chunk.choices
            said = _said(choice)
            place = choice.index
            if said is None or (said and place in self._finished):
                return False
            if len(said) == 1 and self._misses < _MOST_MISSES:
                self._misses += 1
                self._shape = shape_of(data, said[0], _said)
        except (ValueError, RecursionError):
            # `read` finds out more about it.
            return False
        if said:
            self._with_text.add(place)
        if place not in self._finished:
            self._open.add(place)
        self._meter.produced_by(said, chunk.model, chunk.service_tier)
        return True

    def read(self, event: str, data: bytes) -> Chunk:
        """Read one event; raise if it is an error, or not a valid event of a stream."""
        self._shape = None
        try:
            # Chunks are accumulated with all their members.
            value, data = read_json(data, unread=frozenset())
        except Unreadable:
            if event == "error":
                raise self._failed(data.decode("utf-8", "replace")) from None
            for text in texts_in(data):
                self._meter.produced(text)
            raise failures.broken_stream(self._provider, "an event is not JSON") from None
        error = error_of(value, event)
        if error is not None:
            if isinstance(value, dict):
                self._meter.read(value)
            raise self._failed(error)
        if not isinstance(value, dict):
            raise failures.broken_stream(self._provider, "an event is not a JSON object")
        try:
            if self._choices_of(value):
                data = write_json(value, len(data))
        finally:
            # After the texts, also where one of them is an error: reported usage is billed.
            self._meter.read(value)
        return Chunk(event, data, value)

    def _choices_of(self, value: Mapping[str, Any]) -> bool:
        """Read the choices; return whether one was rewritten."""
        choices = value.get("choices")
        if choices is not None and not isinstance(choices, list):
            raise failures.broken_stream(self._provider, "`choices` of an event is not a list")
        rewritten = False
        for choice in choices or ():
            rewritten |= self._choice(choice)
        if not choices:
            self._beside(value)
        return rewritten

    def _beside(self, value: Mapping[str, Any]) -> None:
        """Read an event without a choice: a ping, or metadata of a vendor."""
        member = count_foreign(value, self._meter)
        if member:
            raise failures.broken_stream(self._provider, f"an event has a text in `{member}` and no `choices`")

    def _failed(self, error: Any) -> Exception:
        self._meter.refused = True
        return failures.from_event(self._provider, error)

    def _choice(self, choice: Any) -> bool:
        """Read a choice; return whether it was rewritten, because its text was in a nonstandard member."""
        if not isinstance(choice, dict):
            raise failures.broken_stream(self._provider, "a choice is not an object")
        has_text = [count_output(holder, self._meter) for holder in (choice.get("delta"), choice.get("text"))]
        error, reason, index = choice.get("error"), choice.get("finish_reason"), choice.get("index")
        if error or failures.is_failed(reason):
            raise self._failed(error or f"the finish reason of a choice is {reason!r}")
        place = int(index) if isinstance(index, int | float) and abs(index) < 1e6 else 0
        rewritten = False
        if any(has_text):
            self._with_text.add(place)
        elif place not in self._with_text and isinstance(choice.get("message"), dict):
            # A message that repeats the deltas is not counted again.
            message = self._new_in(place, choice["message"])
            rewritten = count_output(message, self._meter)
            if rewritten:
                choice["delta"] = as_delta(message)
                del choice["message"]
                has_text.append(True)
        if place in self._finished:
            if any(has_text):
                raise failures.broken_stream(self._provider, "more text came after the finish reason")
        elif reason:
            self._finished.add(place)
            self._open.discard(place)
        else:
            self._open.add(place)
        return rewritten

    def _new_in(self, place: int, message: dict[str, Any]) -> dict[str, Any]:
        """Return the text that a message adds to earlier ones, which it may repeat or continue."""
        content = message.get("content")
        new = content if isinstance(content, str) else ""
        previous = self._message_texts.setdefault(place, StringIO())
        is_first = not previous.tell()
        if not is_first and len(new) >= previous.tell():
            new = new.removeprefix(previous.getvalue())
        previous.write(new)
        return message if is_first else {"content": new}

    def finish(self, choice: Mapping[str, Any]) -> None:
        """Read a complete choice."""
        self._finished.add(choice["index"])

    def end(self, *, done: bool) -> None:
        """End the stream; raise if a choice has not finished."""
        if self._open or not self._finished:
            raise failures.broken_stream(
                self._provider, "`[DONE]` came before a finish reason" if done else "it ended without a finish reason"
            )
        if len(self._finished) < self._choices:
            raise failures.broken_stream(
                self._provider, f"{len(self._finished)} of {self._choices} choices have finished"
            )


def _said(choice: PlainChoice) -> list[str] | None:
    """Return the texts that a choice adds, or None where it has other output too, such as pictures."""
    delta, text = choice.delta, choice.text
    if delta is None:
        return [text] if text else []
    content = delta.get("content")
    if len(delta) == 1 and type(content) is str:
        said = [content] if content else []
    elif not _COUNTED_APART.isdisjoint(delta):
        return None
    else:
        said = list(texts_of(delta))
    if text:
        said.append(text)
    return said


def error_of(value: Any, event: str = "") -> Any:
    """Return the error in an answer, or in an event of one, in any shape; None if it is not an error."""
    if not isinstance(value, dict):
        return value if event == "error" else None
    error = value.get("error")
    if error:
        return error
    if event == "error" or value.get("object") == "error" or value.get("type") == "error":
        return value
    if "choices" in value or "data" in value or "content" in value:
        return None
    if isinstance(value.get("detail"), str | list | dict) and value["detail"]:
        return {"message": value["detail"], **value}
    if isinstance(value.get("message"), str) and any(name in value for name in ("code", "status", "type")):
        return value
    errors = value.get("errors")
    return errors if isinstance(errors, list) and errors else None


def texts_of(delta: Any) -> Iterator[str]:
    """Yield the texts that a delta or a message adds to the answer: content, reasoning, refusals, tool arguments."""
    if isinstance(delta, str):
        if delta:
            yield delta
    elif isinstance(delta, dict):
        for name, value in delta.items():
            if value and name not in _NOT_SAID and not (name == "reasoning" and delta.get("reasoning_content")):
                yield from texts_of(value)
    elif isinstance(delta, list):
        for value in delta:
            yield from texts_of(value)
    elif isinstance(delta, msgspec.Raw):
        # Large arguments, which stay in their original bytes.
        raw = bytes(delta)
        yield from (raw[at : at + _RAW_PIECE].decode("utf-8", "replace") for at in range(0, len(raw), _RAW_PIECE))


def count_foreign(value: Mapping[str, Any], meter: Meter) -> str:
    """Count the texts of the model in an event of another protocol; return a member with one, or an empty string.

    They are billed, although clients do not read them.
    """
    texts = [(name, text) for name in _HOLDERS for text in _foreign_texts(value.get(name), name in _TEXTS)]
    for _, text in texts:
        meter.produced(text)
    return texts[0][0] if texts else ""


def _foreign_texts(value: Any, is_output: bool) -> Iterator[str]:
    """Yield every text in a member of an event of another protocol; `is_output`: strings here are output."""
    if isinstance(value, str):
        if is_output and value:
            yield value
    elif isinstance(value, list):
        for inner in value:
            yield from _foreign_texts(inner, is_output)
    elif isinstance(value, dict):
        for name in _HOLDERS:
            if name in value:
                yield from _foreign_texts(value[name], name in _TEXTS)


def count_output(message: Any, meter: Meter) -> bool:
    """Count a delta, a message or a text; return whether it has any text."""
    has_text = False
    for text in texts_of(message):
        has_text = True
        meter.produced(text)
    if isinstance(message, dict):
        pictures = message.get("images")
        if isinstance(pictures, list):
            meter.unseen += TOKENS_OF_PICTURE * len(pictures)
        if not has_text:
            # Reasoning without another form.
            blocks = [message.get(name) for name in _BLOCKS]
            meter.unread(sum(len(text) for block in blocks if block for text in texts_of(block)))
    return has_text


def as_delta(message: Mapping[str, Any]) -> dict[str, Any]:
    """Return a message as a delta, with indexed tool calls."""
    calls = message.get("tool_calls")
    if not isinstance(calls, list):
        return dict(message)
    return {**message, "tool_calls": [{"index": at, **call} for at, call in enumerate(calls) if isinstance(call, dict)]}


def texts_of_events(body: bytes) -> Iterator[str]:
    """Yield the texts that the chunks in these events add to the answer; other events are skipped."""
    for block in body.split(b"\n\n"):
        _, _, data = block.rpartition(b"data: ")
        try:
            value, _ = read_json(data)
        except Unreadable:
            continue
        choices = value.get("choices") if isinstance(value, dict) else None
        for choice in choices if isinstance(choices, list) else ():
            if isinstance(choice, dict):
                yield from texts_of(choice.get("delta"))
                yield from texts_of(choice.get("text"))


def choices_asked(request: Mapping[str, Any]) -> int:
    """Return how many answers a request asks for."""
    asked = max(whole_number(request.get("n")), 1)
    prompt = request.get("prompt")
    if isinstance(prompt, list) and prompt and not isinstance(prompt[0], int):
        asked *= len(prompt)
    return min(asked, _MOST_CHOICES)
