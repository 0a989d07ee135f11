"""The decoder of server-sent events: the rules, and that no cut changes what they give."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onceward._core.jsonlines import JSONLinesDecoder
from onceward._core.sse import ServerEvent, SSEDecoder

CASES: list[tuple[str, bytes, list[ServerEvent]]] = [
    ("one", b"data: a\n\n", [(b"a", None, None)]),
    ("no space", b"data:a\n\n", [(b"a", None, None)]),
    ("one space only is cut", b"data:  a\n\n", [(b" a", None, None)]),
    ("crlf", b"data: a\r\n\r\ndata: b\r\n\r\n", [(b"a", None, None), (b"b", None, None)]),
    ("cr", b"data: a\r\rdata: b\r\r", [(b"a", None, None), (b"b", None, None)]),
    ("mixed", b"data: a\r\n\ndata: b\n\r\n", [(b"a", None, None), (b"b", None, None)]),
    ("bom", b"\xef\xbb\xbfdata: a\n\n", [(b"a", None, None)]),
    ("bom only at the start", b"data: a\n\n\xef\xbb\xbfdata: b\n\n", [(b"a", None, None)]),
    ("multi-line", b"data: a\ndata: b\ndata\n\n", [(b"a\nb\n", None, None)]),
    ("event", b"event: tick\ndata: a\n\n", [(b"a", b"tick", None)]),
    ("event is of one block", b"event: tick\ndata: a\n\ndata: b\n\n", [(b"a", b"tick", None), (b"b", None, None)]),
    ("comment", b": ping\n\ndata: a\n\n", [(b"a", None, None)]),
    ("comment within", b"data: a\n: ping\ndata: b\n\n", [(b"a\nb", None, None)]),
    ("id stays", b"id: 1\ndata: a\n\ndata: b\n\n", [(b"a", None, "1"), (b"b", None, "1")]),
    ("id alone", b"id: 7\n\ndata: b\n\n", [(b"b", None, "7")]),
    ("id after data", b"data: a\nid: 2\n\n", [(b"a", None, "2")]),
    ("id emptied", b"id: 1\ndata: a\n\nid\ndata: b\n\n", [(b"a", None, "1"), (b"b", None, "")]),
    ("id with null is ignored", b"id: 1\ndata: a\n\nid: 2\0\ndata: b\n\n", [(b"a", None, "1"), (b"b", None, "1")]),
    ("retry alone", b"retry: 3000\n\ndata: a\n\n", [(b"a", None, None)]),
    ("empty data", b"data:\n\ndata\n\ndata: a\n\n", [(b"a", None, None)]),
    ("unknown field", b"foo: 1\ndata: a\n\n", [(b"a", None, None)]),
    ("many blank lines", b"\n\n\ndata: a\n\n\n\ndata: b\n\n", [(b"a", None, None), (b"b", None, None)]),
    ("no final blank line", b"data: a\n\ndata: b", [(b"a", None, None), (b"b", None, None)]),
    ("one final line end", b"data: a\n\ndata: b\n", [(b"a", None, None), (b"b", None, None)]),
    ("utf-8", "data: grüße 🚀\n\n".encode(), [("grüße 🚀".encode(), None, None)]),
    ("unicode line separators are text", "data: a\u2028b\x85c\n\n".encode(), [("a\u2028b\x85c".encode(), None, None)]),
    ("colon in data", b"data: a:b: c\n\n", [(b"a:b: c", None, None)]),
    ("nothing", b"", []),
    ("only comments", b": ping\n\n: ping\n\n", []),
]


def decode(pieces: list[bytes]) -> list[ServerEvent]:
    decoder = SSEDecoder()
    events = [event for piece in pieces for event in decoder.feed(piece)]
    return events + decoder.finish()


@pytest.mark.parametrize(("data", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_the_rules(data: bytes, expected: list[ServerEvent]) -> None:
    assert decode([data]) == expected
    assert decode([bytes([byte]) for byte in data]) == expected
    for cut in range(len(data)):
        assert decode([data[:cut], data[cut:]]) == expected


LINES = st.sampled_from(
    [
        b"data: a",
        b"data:",
        b'data: {"x":1}',
        b"id: 1",
        b"id: 2\0",
        b"event: e",
        b": c",
        b"retry: 5",
        b"",
        b"",
        b"junk",
        "data: ü".encode(),
    ]
)
ENDS = st.sampled_from([b"\n", b"\r\n", b"\r"])


@given(st.lists(st.tuples(LINES, ENDS), max_size=40), st.lists(st.integers(0, 400), max_size=12), st.booleans())
def test_no_cut_changes_the_events(lines: list[tuple[bytes, bytes]], cuts: list[int], bom: bool) -> None:
    data = (b"\xef\xbb\xbf" if bom else b"") + b"".join(line + end for line, end in lines)
    places = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    assert decode([data[a:b] for a, b in pairwise(places)]) == decode([data])


@given(st.lists(st.tuples(LINES, ENDS), max_size=40))
def test_the_quick_way_gives_what_the_rules_say(lines: list[tuple[bytes, bytes]]) -> None:
    data = b"".join(line + end for line, end in lines)
    assert decode([data]) == by_the_book(data)


def by_the_book(data: bytes) -> list[ServerEvent]:
    """The specification's algorithm, line by line, and nothing clever."""
    events: list[ServerEvent] = []
    buffer: list[bytes] = []
    name: bytes | None = None
    last: str | None = None
    for line in [*data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n"), b""]:
        if not line:
            if buffer and b"\n".join(buffer) != b"":
                events.append((b"\n".join(buffer), name, last))
            buffer, name = [], None
            continue
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"data":
            buffer.append(value)
        elif field == b"event":
            name = value or None
        elif field == b"id" and b"\0" not in value:
            last = value.decode()
    return events


def test_the_retry_field_is_kept() -> None:
    decoder = SSEDecoder()
    decoder.feed(b"retry: 3000\n\nretry: soon\n\n")
    assert decoder.retry == 3000


def test_a_large_event_takes_linear_time() -> None:
    decoder = SSEDecoder()
    block = b"x" * 1400
    started = time.process_time()
    decoder.feed(b"data: ")
    for _ in range(12_000):
        assert decoder.feed(block) == []
    (event,) = decoder.feed(b"\n\n")
    assert len(event[0]) == 12_000 * 1400
    assert time.process_time() - started < 1.0


@given(
    st.lists(st.sampled_from([b'{"a":1}', b"[]", b"", b"  ", b'{"b":"\xc3\xbc"}']), max_size=20),
    st.lists(st.integers(0, 200), max_size=9),
)
def test_json_lines_in_any_cut(lines: list[bytes], cuts: list[int]) -> None:
    data = b"\n".join(lines)
    places = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    decoder = JSONLinesDecoder()
    events = [event for a, b in pairwise(places) for event in decoder.feed(data[a:b])]
    events += decoder.finish()
    assert [event[0] for event in events] == [line.strip() for line in lines if line.strip()]
