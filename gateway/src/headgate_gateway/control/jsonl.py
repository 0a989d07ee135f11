"""Files of one JSON object a line: what batches and fine-tuning read, with the line's number in every complaint."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from ..config import Limits
from ..errors import ApiError, invalid
from ..json_body import parse_json
from ..offline.learned import Example

__all__ = ["LineFault", "check_upload", "examples_in", "read_lines"]

_MOST_COMPLAINTS = 5
_LONGEST_LINE = 16 * 1024 * 1024
_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class LineFault:
    """What is wrong with a line (numbered from 1)."""

    line: int
    code: str
    message: str
    param: str | None = None


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
            yield number, LineFault(number, "invalid_json_line", "The line is no JSON object.")


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file; of one that is too long only as much as tells that it is."""
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
    for number, value in read_lines(file):
        lines += 1
        if isinstance(value, LineFault):
            faults.append(value)
        elif purpose == "fine-tune":
            found = examples_in(value, number)
            faults += [found] if isinstance(found, LineFault) else []
        if len(faults) >= _MOST_COMPLAINTS:
            break
    if faults:
        raise _refused(purpose, faults)
    if not lines:
        raise invalid(
            f"The file holds no lines. A file for {purpose!r} holds one JSON object a line.",
            param="file",
            code="empty_file",
        )


def _refused(purpose: str, faults: list[LineFault]) -> ApiError:
    told = " ".join(f"Line {fault.line}: {fault.message}" for fault in faults)
    lines = [{"line": fault.line, "code": fault.code, "message": fault.message} for fault in faults]
    return ApiError(
        400,
        f"The file is no good for {purpose!r}. {told}",
        code="invalid_file_format",
        param="file",
        details={"lines": lines},
    )


def examples_in(value: dict[str, Any], number: int) -> list[Example] | LineFault:
    """The examples of a training line: `{"messages": [...]}` or `{"prompt": ..., "completion": ...}`."""
    if "messages" not in value:
        prompt, completion = value.get("prompt"), value.get("completion")
        if isinstance(prompt, str) and isinstance(completion, str):
            return [Example(prompt, completion.strip())]
        return LineFault(
            number, "invalid_example", "The line has neither `messages` nor `prompt` and `completion` as texts."
        )
    messages = value["messages"]
    if not isinstance(messages, list) or not all(
        isinstance(item, dict) and isinstance(item.get("role"), str) for item in messages
    ):
        return LineFault(number, "invalid_example", "`messages` must be a list of objects with a `role`.", "messages")
    out: list[Example] = []
    asked = ""
    for item in messages:
        text = _text(item.get("content"))
        if item["role"] == "user":
            asked = text
        elif item["role"] == "assistant" and text and item.get("weight", 1):
            out.append(Example(asked, text))
    if not any(item["role"] == "assistant" for item in messages):
        return LineFault(
            number, "invalid_example", "`messages` holds no answer of the role 'assistant' to learn.", "messages"
        )
    return out


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "\n".join(
            str(part["text"]) for part in content if isinstance(part, dict) and isinstance(part.get("text"), str)
        )
    return ""
