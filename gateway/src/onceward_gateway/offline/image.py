"""`onceward/image`: drawings that follow from the prompt.

The words decide the colours (a colour that is named is used), the slant of the ground and the discs and bars on it;
the same prompt gives the same bytes. An edit keeps the picture and draws where the mask is clear; without a mask it
draws a disc over the middle. A variation turns the picture or mixes it with a drawing named by its bytes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from ..core.media_info import image_size
from . import png
from .draw import Draw, digest

__all__ = ["LARGEST_SIDE", "draw", "edit", "size_of", "variation"]

LARGEST_SIDE = 2048
_SIZE = re.compile(r"([1-9]\d{0,4})x([1-9]\d{0,4})")
_DEFAULT_SIZE = (1024, 1024)
_NAMED = {
    "red": (214, 40, 57), "orange": (244, 132, 44), "yellow": (250, 205, 60), "green": (56, 158, 84),
    "blue": (42, 98, 204), "purple": (120, 70, 180), "pink": (240, 130, 170), "brown": (130, 90, 60),
    "black": (24, 24, 30), "white": (244, 244, 240), "grey": (128, 132, 140), "gray": (128, 132, 140),
    "gold": (212, 172, 60), "teal": (20, 140, 140), "cyan": (60, 190, 210), "sea": (30, 110, 170),
    "ocean": (24, 90, 160), "sky": (110, 180, 235), "sunset": (246, 120, 70), "forest": (38, 100, 60),
    "night": (26, 30, 70), "sun": (252, 200, 60), "snow": (235, 240, 248), "fire": (230, 80, 30),
    "grass": (90, 170, 70),
}  # fmt: skip
_SHADES = 64


def size_of(text: str | None) -> tuple[int, int]:
    """Width and height of `1024x1536`; 1024 x 1024 for `auto` or nothing. Raises ValueError for anything else."""
    if text in (None, "", "auto"):
        return _DEFAULT_SIZE
    match = _SIZE.fullmatch(text or "")
    if match is None:
        raise ValueError(f"{text!r} is not a size")
    width, height = int(match.group(1)), int(match.group(2))
    if max(width, height) > LARGEST_SIDE:
        raise ValueError(f"no side may be longer than {LARGEST_SIDE}")
    return width, height


def draw(prompt: str, width: int, height: int, index: int = 0, style: str = "", *, clear: bool = False) -> bytes:
    """Return a PNG for a prompt; `index` distinguishes the pictures of one call. `clear` leaves out the ground."""
    return png.indexed(width, height, *_drawn(prompt, width, height, index, style), clear=_SHADES if clear else 0)


def _drawn(prompt: str, width: int, height: int, index: int, style: str) -> tuple[list[bytes], bytes]:
    choice = Draw("image", " ".join(prompt.lower().split()), index, style)
    ground, shapes = _colours(prompt, choice)
    palette = bytearray()
    for first, last in (ground, *shapes):
        palette += bytes(
            round(a + (b - a) * at / (_SHADES - 1)) for at in range(_SHADES) for a, b in zip(first, last, strict=True)
        )
    rows = [bytearray(row) for row in _slanted(width, height, choice)]
    for number in range(choice.integer(3, 6)):
        shade = _SHADES * (1 + number % len(shapes))
        if choice.integer(0, 2):
            _disc(rows, width, height, shade, choice)
        else:
            _bar(rows, width, height, shade, choice)
    return [bytes(row) for row in rows], bytes(palette)


_Colour = tuple[int, int, int]


def _colours(prompt: str, choice: Draw) -> tuple[tuple[_Colour, _Colour], list[tuple[_Colour, _Colour]]]:
    """Return the two ends of the ground and of three kinds of shapes; colours that the prompt names come first."""
    named = [_NAMED[word] for word in re.findall(r"[a-z]+", prompt.lower()) if word in _NAMED][:4]
    while len(named) < 4:
        named.append(_wheel(choice.unit()))
    ground = (_lighter(named[0], 0.35), _lighter(named[0], -0.25))
    return ground, [(_lighter(colour, 0.25), _lighter(colour, -0.3)) for colour in named[1:]]


def _wheel(turn: float) -> _Colour:
    red, green, blue = (int(150 + 90 * math.cos(2 * math.pi * (turn + at / 3))) for at in range(3))
    return red, green, blue


def _lighter(colour: _Colour, share: float) -> _Colour:
    goal = 255 if share > 0 else 0
    red, green, blue = (round(value + (goal - value) * abs(share)) for value in colour)
    return red, green, blue


def _slanted(width: int, height: int, choice: Draw) -> Iterator[bytes]:
    """Rows of a slanted gradient: slices of one long ramp, so that a row costs nothing."""
    slant = choice.unit() * 1.5
    ramp = _ramp(int(width + height * slant) + 2, 0)
    for row in range(height):
        at = int(row * slant)
        yield ramp[at : at + width]


def _ramp(length: int, shade: int) -> bytes:
    return bytes(shade + min(_SHADES - 1, at * _SHADES // max(1, length)) for at in range(length))


def _disc(rows: list[bytearray], width: int, height: int, shade: int, choice: Draw) -> None:
    radius = max(2, int(min(width, height) * (0.08 + choice.unit() * 0.2)))
    x, y = choice.integer(0, width - 1), choice.integer(0, height - 1)
    ramp = _ramp(2 * radius + 1, shade)
    for row in range(max(0, y - radius), min(height, y + radius + 1)):
        half = math.isqrt(radius * radius - (row - y) * (row - y))
        left, right = max(0, x - half), min(width, x + half + 1)
        if left < right:
            rows[row][left:right] = ramp[left - (x - radius) : right - (x - radius)]


def _bar(rows: list[bytearray], width: int, height: int, shade: int, choice: Draw) -> None:
    wide, tall = max(2, int(width * (0.1 + choice.unit() * 0.4))), max(2, int(height * (0.02 + choice.unit() * 0.06)))
    x, y = choice.integer(0, max(0, width - wide)), choice.integer(0, max(0, height - tall))
    ramp = _ramp(wide, shade)
    for row in range(y, min(height, y + tall)):
        rows[row][x : x + wide] = ramp[: max(0, min(wide, width - x))]


def _pixels(prompt: str, width: int, height: int, index: int) -> png.Pixels:
    drawn = png.read(draw(prompt, width, height, index))
    assert drawn is not None
    return drawn


def edit(picture: bytes, mask: bytes | None, prompt: str, index: int = 0, size: tuple[int, int] | None = None) -> bytes:
    """Return the picture with a drawing where the mask is clear.

    A picture that is not a plain PNG is drawn anew in its size, and any in another `size` than its own is in that.
    """
    kind, width, height = image_size(picture)
    if kind is None or width is None or height is None:
        raise ValueError("the upload is not a picture")
    width, height = min(width, LARGEST_SIDE), min(height, LARGEST_SIDE)
    if size not in (None, (width, height)):
        width, height = size
        return png.true_colour(_pixels(prompt, width, height, index))
    held = png.read(picture)
    fresh = _pixels(prompt, width, height, index)
    if held is None or (held.width, held.height) != (width, height):
        return png.true_colour(fresh)
    cover = png.read(mask) if mask is not None else None
    if mask is not None and (cover is None or (cover.width, cover.height) != (width, height)):
        raise ValueError(f"the mask is not a PNG of {width} x {height} pixels")
    rows = [
        _mixed(old, new, cover.rows[at] if cover is not None else None, at, width, height)
        for at, (old, new) in enumerate(zip(held.rows, fresh.rows, strict=True))
    ]
    return png.true_colour(png.Pixels(width, height, rows))


def _mixed(old: bytes, new: bytes, cover: bytes | None, row: int, width: int, height: int) -> bytes:
    if cover is None:
        if 0 in old[3::4]:
            return _mixed(old, new, old, row, width, height)
        radius = min(width, height) // 4
        inside = radius * radius - (row - height // 2) ** 2
        if inside < 0:
            return old
        left, right = (width // 2 - math.isqrt(inside)) * 4, (width // 2 + math.isqrt(inside)) * 4
        return old[:left] + new[left:right] + old[right:]
    clear = cover[3::4]
    if clear.count(0) == 0:
        return old
    if clear.count(0) == len(clear):
        return new
    out = bytearray(old)
    for match in re.finditer(b"\0+", clear):
        out[match.start() * 4 : match.end() * 4] = new[match.start() * 4 : match.end() * 4]
    return bytes(out)


def variation(picture: bytes, index: int = 0, size: tuple[int, int] | None = None) -> bytes:
    """Another picture like this one: mirrored, turned upside down, both, then drawings named by it."""
    kind, width, height = image_size(picture)
    if kind is None or width is None or height is None:
        raise ValueError("the upload is not a picture")
    held = png.read(picture)
    wanted = size or (min(width, LARGEST_SIDE), min(height, LARGEST_SIDE))
    if held is None or index > 2 or (held.width, held.height) != wanted:
        return draw(digest(picture).hex(), *wanted, index)
    rows = list(reversed(held.rows)) if index in (1, 2) else held.rows
    if index in (0, 2):
        rows = [b"".join(row[at : at + 4] for at in range(len(row) - 4, -1, -4)) for row in rows]
    return png.true_colour(png.Pixels(held.width, held.height, rows))
