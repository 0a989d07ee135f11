"""Files of one JSON object a line, which batches and fine-tuning read. Every fault has the number of its line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from ..config.load import RequestLimits
from ..core import error_codes
from ..core.errors import ApiError, invalid
from ..http.json_body import parse_json
from .training_examples import (
    LineFault,
    examples_in,
    method_of,
)

__all__ = ["LineFault", "check_upload", "examples_in", "read_lines"]

_MOST_FAULTS = 5
_LONGEST_LINE = 16 * 1024 * 1024
_LIMITS = RequestLimits()


def read_lines(file: BinaryIO) -> Iterator[tuple[int, dict[str, Any] | LineFault]]:
    """Number and object of each line that is not blank; a `LineFault` for one that holds no object."""
    file.seek(0)
    for number, line in enumerate(_lines(file), 1):
        if not line.strip():
            continue
        if len(line) > _LONGEST_LINE:
            yield number, LineFault(number, "line_too_large", f"The line has more than {_LONGEST_LINE} bytes.")
            continue
        try:
            value = parse_json(line.removeprefix(b"\xef\xbb\xbf"), _LIMITS)
        except ApiError as error:
            message = error.message.replace("The body", "The line")
            yield number, LineFault(number, "invalid_json_line", message)
            continue
        if isinstance(value, dict):
            yield number, value
        else:
            yield number, LineFault(number, "invalid_json_line", "The line is not a JSON object.")


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Yield the lines of a file; of one that is too long only as much as shows it."""
    while line := file.readline(_LONGEST_LINE + 2):
        rest = line
        while len(rest) == _LONGEST_LINE + 2 and not rest.endswith(b"\n"):
            rest = file.readline(_LONGEST_LINE + 2)
        yield line


def check_upload(file: BinaryIO, purpose: str) -> None:
    """Raise ApiError 400 when a file for `batch` or `fine-tune` does not hold what its purpose needs."""
    if purpose not in ("batch", "fine-tune"):
        return
    faults: list[LineFault] = []
    lines = 0
    methods: dict[str, int] = {}
    for number, value in read_lines(file):
        lines += 1
        if isinstance(value, LineFault):
            faults.append(value)
        elif purpose == "fine-tune":
            found = examples_in(value, number)
            faults += [found] if isinstance(found, LineFault) else []
            first = next(iter(methods), method_of(value))
            methods.setdefault(method_of(value), number)
            if method_of(value) != first and methods[method_of(value)] == number:
                faults.append(_mixed(number, method_of(value), first, methods[first]))
        if len(faults) >= _MOST_FAULTS:
            break
    if faults:
        raise _refused(purpose, faults)
    if not lines:
        raise invalid(
            f"The file has no lines. A file for {purpose!r} has one JSON object a line.",
            param="file",
            code=error_codes.EMPTY_FILE,
        )


def _mixed(number: int, method: str, first: str, line: int) -> LineFault:
    message = f"The line is one of the method {method!r}, and line {line} one of {first!r}. A file has one kind."
    return LineFault(number, "mixed_examples", message)


def _refused(purpose: str, faults: list[LineFault]) -> ApiError:
    message = " ".join(f"Line {fault.line}: {fault.message}" for fault in faults)
    lines = [{"line": fault.line, "code": fault.code, "message": fault.message} for fault in faults]
    return ApiError(
        400,
        f"The file cannot be used for {purpose!r}. {message}",
        code=error_codes.INVALID_FILE_FORMAT,
        param="file",
        details={"lines": lines},
    )
