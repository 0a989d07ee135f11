"""The forms in which a file can be passed for upload, and their name, type and length."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import IO, Any, Protocol, TypeAlias, runtime_checkable

from .errors import ParameterError
from .narrow import class_of, is_mapping

__all__ = ["FileContent", "FileInput", "Readable", "Upload", "as_upload", "is_file_input"]


@runtime_checkable
class Readable(Protocol):
    """An object with a binary ``read(size)``."""

    def read(self, size: int = -1, /) -> bytes: ...


FileContent: TypeAlias = "bytes | bytearray | memoryview | str | os.PathLike[str] | IO[bytes] | Readable"
"""Bytes, a path (``str`` or ``PathLike``), or a file opened in binary mode."""

_NamedContent: TypeAlias = "tuple[str | None, FileContent] | tuple[str | None, FileContent, str | None]"
FileInput: TypeAlias = "FileContent | _NamedContent | tuple[str | None, FileContent, str | None, Mapping[str, str]]"
"""Content, ``(name, content)``, ``(name, content, mime type)``, or ``(name, content, mime type, headers)``, where the
headers are those of the part in a multipart body."""


@dataclass(frozen=True, slots=True)
class Upload:
    """One file of a request: bytes, a path, or an open file with its position."""

    name: str
    mime: str
    content: bytes | str | Readable
    length: int | None
    start: int | None = None
    explicit: bool = False
    """True if the caller gave the type."""
    headers: Mapping[str, str] | None = None

    @property
    def replayable(self) -> bool:
        """True if the content can be sent a second time."""
        return isinstance(self.content, (bytes, str)) or self.start is not None


def is_file_input(value: Any) -> bool:
    if isinstance(value, tuple):
        parts: tuple[Any, ...] = value  # pyright: ignore[reportUnknownVariableType]
        return (
            (len(parts) in (2, 3) or (len(parts) == 4 and is_mapping(parts[3])))
            and (parts[0] is None or isinstance(parts[0], str))
            and is_file_input(parts[1])
        )
    return isinstance(value, (bytes, bytearray, memoryview, str, os.PathLike)) or hasattr(value, "read")


def as_upload(value: Any, argument: str) -> Upload:
    """Return a `FileInput` as an `Upload`, or raise `ParameterError` about ``argument``."""
    name: str | None = None
    mime: str | None = None
    content: Any = value
    if isinstance(value, tuple):
        parts: tuple[Any, ...] = value  # pyright: ignore[reportUnknownVariableType]
        if not is_file_input(parts):
            raise ParameterError(
                [f"`{argument}` is a tuple of {len(parts)}; give (name, content) or (name, content, mime type)"]
            )
        name, content = parts[0], parts[1]
        mime = parts[2] if len(parts) > 2 else None
        upload = _as_upload(content, name, mime, argument)
        return replace(upload, explicit=mime is not None, headers=parts[3] if len(parts) > 3 else None)
    return _as_upload(content, name, mime, argument)


def _as_upload(content: Any, name: str | None, mime: str | None, argument: str) -> Upload:
    if isinstance(content, (bytearray, memoryview)):
        content = bytes(content)  # pyright: ignore[reportUnknownArgumentType]
    if isinstance(content, bytes):
        return Upload(name or "upload", mime or _mime(name), content, len(content))
    if isinstance(content, (str, os.PathLike)):
        path: str = os.fspath(content)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
        return Upload(name or os.path.basename(path), mime or _mime(name or path), path, _size_of(path, argument))
    if hasattr(content, "read"):
        return _of_file_object(content, name, mime, argument)
    hint = "give bytes, a path, a file opened with 'rb', or (name, content, mime type)"
    raise ParameterError([f"`{argument}` is {class_of(content).__name__}; {hint}"])


def _size_of(path: str, argument: str) -> int:
    try:
        if os.path.isfile(path):
            return os.stat(path).st_size
        folder = os.path.isdir(path)
    except (OSError, ValueError) as error:
        raise ParameterError([f"`{argument}`: cannot read {path!r}: {error}"]) from error
    if folder:
        raise ParameterError([f"`{argument}`: {path!r} is a directory; give a file"])
    raise ParameterError([f"`{argument}`: there is no file {path!r}; to send text as a file, give its bytes"])


def _of_file_object(content: Any, name: str | None, mime: str | None, argument: str) -> Upload:
    if hasattr(content, "encoding"):
        raise ParameterError([f"`{argument}` is a file opened as text; open it with mode 'rb'"])
    if getattr(content, "closed", False) is True:
        raise ParameterError([f"`{argument}` is a closed file; give an open one"])
    given: Any = getattr(content, "name", None)
    name = name or (os.path.basename(given) if isinstance(given, str) and given else None)
    start: int | None = None
    length: int | None = None
    if getattr(content, "seekable", lambda: False)():
        start = content.tell()
        length = content.seek(0, 2) - start
        content.seek(start)
    return Upload(name or "upload", mime or _mime(name), content, length, start)


def _mime(name: str | None) -> str:
    if name:
        from mimetypes import guess_type  # Reads the system's tables, so only when a file is uploaded.

        guessed = guess_type(name)[0]
        if guessed:
            return guessed
    return "application/octet-stream"
