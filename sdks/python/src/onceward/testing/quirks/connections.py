"""Quirks of the connection: cuts, slow parts, and answers that never end."""

from __future__ import annotations

from ..faults import Fault
from .draft import Draft, Kind
from .registry import quirk
from .streams import keep_events

__all__: list[str] = []

_TEXT: tuple[Kind, ...] = ("chat", "completions", "messages")


def _length(draft: Draft) -> int:
    body = draft.reply().body
    return len(body) if isinstance(body, bytes) else sum(map(len, body))


@quirk("hang-up", "The connection is closed before any answer.", whole=False)
def _hang_up(draft: Draft) -> None:
    draft.fault = Fault(hang_up=True)


@quirk("hang-up-reset", "The connection is reset before any answer.", whole=False)
def _reset(draft: Draft) -> None:
    draft.fault = Fault(hang_up=True, cut="rst")


@quirk("cut-head", "The connection breaks inside the head.", whole=False)
def _cut_head(draft: Draft) -> None:
    draft.fault = Fault(cut_wire_at=25)


@quirk(
    "cut-body",
    "The connection breaks in the middle of a body whose length was declared.",
    whole=False,
    parts=("unary",),
)
def _cut_body(draft: Draft) -> None:
    draft.fault = Fault(cut_at=_length(draft) // 2)


@quirk("cut-chunked", "The connection breaks in the middle of a chunked body.", whole=False, parts=("unary",))
def _cut_chunked(draft: Draft) -> None:
    draft.framing, draft.fault = "chunked", Fault(cut_at=_length(draft) // 2)


@quirk("cut-stream", "The connection breaks in the middle of the text.", whole=False, parts=("stream",), kinds=_TEXT)
def _cut_stream(draft: Draft) -> None:
    keep_events(draft)
    draft.fault = Fault(cut_at=len(draft.sse()))


@quirk(
    "cut-stream-reset",
    "The connection is reset in the middle of the text.",
    whole=False,
    parts=("stream",),
    kinds=_TEXT,
)
def _cut_stream_reset(draft: Draft) -> None:
    keep_events(draft)
    draft.fault = Fault(cut_at=len(draft.sse()), cut="rst")


@quirk("cut-in-event", "The connection breaks inside an event.", whole=False, parts=("stream",), kinds=_TEXT)
def _cut_in_event(draft: Draft) -> None:
    keep_events(draft)
    draft.fault = Fault(cut_at=len(draft.sse()) - 9)


@quirk(
    "cut-last-chunk",
    "All events come; the connection breaks where the chunked body should end.",
    parts=("stream",),
    kinds=_TEXT,
)
def _cut_last_chunk(draft: Draft) -> None:
    draft.fault = Fault(cut_at=_length(draft))


@quirk("until-close", "The end of the body is marked by closing the connection.")
def _until_close(draft: Draft) -> None:
    draft.framing = "close"


@quirk("slow-start", "The answer begins after a second.", slow=True)
def _slow_start(draft: Draft) -> None:
    draft.fault = Fault(delay=1.0)


@quirk("drip", "The body comes one byte every 50 ms.", slow=True)
def _drip(draft: Draft) -> None:
    draft.fault = Fault(pieces=1, pace=0.05)


@quirk("drip-head", "The head comes one byte every 50 ms.", slow=True)
def _drip_head(draft: Draft) -> None:
    draft.fault = Fault(drip=0.05)


@quirk("stall", "Nothing comes after the first half of the body.", whole=False, slow=True)
def _stall(draft: Draft) -> None:
    draft.fault = Fault(stall_at=_length(draft) // 2)


@quirk("stall-head", "Nothing comes at all.", whole=False, slow=True)
def _stall_head(draft: Draft) -> None:
    draft.fault = Fault(delay=3600.0)


@quirk(
    "stall-pings", "Only comments come after the first words.", whole=False, parts=("stream",), kinds=_TEXT, slow=True
)
def _stall_pings(draft: Draft) -> None:
    keep_events(draft)
    draft.fault = Fault(stall_at=len(draft.sse()), pings=0.2)


@quirk("white-space-endless", "White space comes every 50 ms, and no answer.", whole=False, parts=("unary",), slow=True)
def _endless(draft: Draft) -> None:
    draft.raw = b" " * 100_000
    draft.fault = Fault(pieces=1, pace=0.05)
