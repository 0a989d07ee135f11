"""Standard streams: characters that a terminal cannot show, failures to write, input that is not text."""

from __future__ import annotations

import codecs
import json
import os
import sys
import unicodedata
from contextlib import suppress
from typing import Any, Final, TextIO

from .._core.errors import SDKError

__all__ = ["InputError", "flush", "json_text", "prepare", "read_input", "silence"]

_REPLACING: Final = "onceward-plain"
_PLAIN: Final = {
    "\u2013": "-",
    "\u2014": "--",
    "\u2018": "'",
    "\u2019": "'",
    "\u201c": '"',
    "\u201d": '"',
    "\u2192": "->",
    "\u00d7": "x",
    "\u2500": "-",
    "\u2502": "|",
    "\u2514": "+",
    "\u2588": "#",
}
_BYTE_ORDERS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class InputError(SDKError):
    """Standard input could not be read as text."""


def prepare() -> bool:
    """Make the standard streams safe to write to. Return False if standard output is closed."""
    codecs.register_error(_REPLACING, _replaced)
    open_for_output = sys.stdout is not None  # pyright: ignore[reportUnnecessaryComparison]  # None where it is closed
    for name in ("stdin", "stdout", "stderr"):
        stream: Any = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "r" if name == "stdin" else "w", encoding="utf-8"))  # noqa: SIM115
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace" if name == "stdin" else _REPLACING)
    return open_for_output


def _replaced(error: UnicodeError) -> tuple[str | bytes, int]:
    """Return replacements for characters that the stream's encoding lacks: the nearest ones of ASCII, or `?`."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = "".join(map(_plain, error.object[error.start : error.end]))
    return text, error.end


def _plain(character: str) -> str:
    if character in _PLAIN:
        return _PLAIN[character]
    return unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode() or "?"


def flush() -> None:
    """Write buffered output, so that a failure is noticed here and not when the interpreter exits."""
    sys.stdout.flush()


def silence(stream: TextIO | None = None) -> None:
    """Redirect a stream (standard output) to nothing: after a failure the interpreter would try again when it exits."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), (stream or sys.stdout).fileno())


def json_text(value: Any, indent: int | None = None) -> str:
    """Return `value` as JSON that standard output can carry, escaped if its encoding lacks a character."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return json.dumps(value, indent=indent)
    return text


def read_input(stream: TextIO | None = None) -> str:
    """Read all of standard input, which is UTF-8 (or UTF-16 with a byte order mark). Raises `InputError`."""
    source: Any = sys.stdin if stream is None else stream
    buffer = getattr(source, "buffer", None)
    if buffer is None:
        return str(source.read())
    try:
        data: bytes = buffer.read()
    except OSError as error:
        raise InputError(f"standard input cannot be read: {error.strerror or error}") from error
    encoding = next((name for mark, name in _BYTE_ORDERS if data.startswith(mark)), "utf-8")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(
            f"standard input is not UTF-8 text: byte 0x{data[error.start]:02x} at position {error.start}. "
            "Convert it first, for example: iconv -f latin1 -t utf-8"
        ) from error
