"""Pictures: real PNGs that follow from the prompt; edits keep what the mask covers."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onceward_gateway.core.media_info import image_size
from onceward_gateway.offline import png
from onceward_gateway.offline.image import (
    draw,
    edit,
    size_of,
    variation,
)


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=30), st.integers(1, 80), st.integers(1, 80), st.integers(0, 9))
def test_any_prompt_gives_a_picture_of_the_size(prompt: str, width: int, height: int, index: int) -> None:
    data = draw(prompt, width, height, index)
    assert image_size(data) == ("PNG", width, height)
    pixels = png.read(data)
    assert pixels is not None
    assert len(pixels.rows) == height
    assert draw(prompt, width, height, index) == data


def test_prompts_and_numbers_make_a_difference() -> None:
    assert len({draw(prompt, 32, 32, index) for prompt in ("a cat", "a dog") for index in range(3)}) == 6


def test_a_named_colour_is_used() -> None:
    pixels = png.read(draw("all red", 64, 64))
    assert pixels is not None
    red, green, blue, _ = pixels.rows[0][:4]
    assert red > green
    assert red > blue


def _mask(side: int) -> bytes:
    half = b"\xff\xff\xff\xff" * (side // 2) + b"\0\0\0\0" * (side // 2)
    return png.true_colour(png.Pixels(side, side, [half] * side))


def test_an_edit_changes_what_the_mask_clears() -> None:
    before = draw("sea", 32, 32)
    old, new = png.read(before), png.read(edit(before, _mask(32), "a golden fish"))
    assert old is not None
    assert new is not None
    assert all(a[:64] == b[:64] for a, b in zip(old.rows, new.rows, strict=True))
    assert any(a[64:] != b[64:] for a, b in zip(old.rows, new.rows, strict=True))


def test_variations_differ() -> None:
    assert len({variation(draw("sea", 24, 24), index) for index in range(5)}) == 5


@pytest.mark.parametrize("data", [b"", b"not a picture"])
def test_data_that_is_not_an_image_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="not a picture"):
        edit(data, None, "x")


def _guess(kind: int, left: int, up: int, corner: int) -> int:
    """Return the predictions of the five PNG filters for a byte."""
    nearest = min((left, up, corner), key=lambda value: abs(left + up - corner - value))
    return (0, left, up, (left + up) // 2, nearest)[kind]


def test_filtered_and_grey_files_are_read() -> None:
    rows = [bytes((at * 7 + x * 3) & 255 for x in range(10)) for at in range(5)]
    body, above = b"", bytes(10)
    for kind, row in zip((0, 1, 2, 3, 4), rows, strict=True):
        body += bytes((kind,)) + bytes(
            (row[x] - _guess(kind, row[x - 1] if x else 0, above[x], above[x - 1] if x else 0)) & 255 for x in range(10)
        )
        above = row
    head = struct.pack(">IIBBBBB", 10, 5, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(body)), (b"IEND", b""))
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        len(d).to_bytes(4, "big") + n + d + zlib.crc32(n + d).to_bytes(4, "big") for n, d in parts
    )
    pixels = png.read(data)
    assert pixels is not None
    assert [row[0::4] for row in pixels.rows] == rows


@pytest.mark.parametrize("text", ["big", "0x5", "5000x10", "10x", "-1x3"])
def test_odd_sizes_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"size|longer"):
        size_of(text)
