"""The access log: a line with a JSON object for each answered request, without keys, bodies or queries.

Lines are collected for a moment and written together. A file that was renamed by log rotation is created again.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TextIO

import msgspec

from ..config.table import ConfigError

if TYPE_CHECKING:
    from .request_span import RequestSpan

__all__ = ["AccessLog"]

_log = logging.getLogger("onceward_gateway.telemetry")
_FLUSH_SECONDS = 0.1
_MAX_LINES = 1000
_MAX_LENGTH = 128
_ODD = re.compile(r"[^A-Za-z0-9._:/@+\-]")
_SECRET = re.compile(r"sk-[A-Za-z0-9_\-]{8,}")
_encode = msgspec.json.Encoder().encode


class AccessLog:
    """Writes the log to a stream of the process, or to a file."""

    def __init__(self, to: str) -> None:
        self._path = None if to in ("stdout", "stderr") else to
        self._stream: TextIO | None = {"stdout": sys.stdout, "stderr": sys.stderr}.get(to)
        self._file = -1
        self._lines: list[bytes] = []
        self._timer: asyncio.TimerHandle | None = None
        try:
            self._open()
        except OSError as error:
            raise ConfigError(
                f"`access_log.to` is {to!r}, which cannot be written: {error.strerror}. "
                "Check the folder, or write to 'stdout'."
            ) from error

    def add(self, request: RequestSpan, status: int, seconds: float) -> None:
        """Add the line of a request."""
        try:
            line = _encode(_entry(request, status, seconds))
        except Exception:  # noqa: BLE001 - a call with unexpected values is logged all the same
            _log.exception("the request %s is logged without its call", request.request_id)
            line = _encode(_request(request, status, seconds))
        self._lines.append(line)
        if len(self._lines) >= _MAX_LINES:
            self.flush()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_FLUSH_SECONDS, self.flush)

    def flush(self) -> None:
        """Write the collected lines."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        lines, self._lines = self._lines, []
        if not lines:
            return
        data = b"\n".join(lines) + b"\n"
        try:
            if self._stream is not None:
                self._stream.buffer.write(data)
                self._stream.flush()
            else:
                self._open()
                os.write(self._file, data)
        except OSError as error:
            _log.error("%d lines of the access log are lost: %s", len(lines), error.strerror or error)

    def close(self) -> None:
        """Write the remaining lines and close the file."""
        self.flush()
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _open(self) -> None:
        """Open the file, or open it again where its name refers to another file now."""
        if self._path is None:
            return
        if self._file >= 0:
            try:
                if os.path.samestat(os.fstat(self._file), os.stat(self._path)):
                    return
            except FileNotFoundError:
                pass
            os.close(self._file)
            self._file = -1
        # Each write appends, so that several processes can share a file.
        self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)


def _request(span: RequestSpan, status: int, seconds: float) -> dict[str, Any]:
    return {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "request_id": span.request_id,
        "method": span.method if len(span.method) <= 16 else "",
        "operation": span.operation,
        "status": status,
        "ms": round(seconds * 1000, 3),
    }


def _entry(span: RequestSpan, status: int, seconds: float) -> dict[str, Any]:
    entry = _request(span, status, seconds)
    request = span.request
    if request is not None:
        entry["caller"] = request.caller.id
        if request.caller.team_id is not None:
            entry["team"] = request.caller.team_id
        record = request.record
        if record is not None:
            entry |= {"call_id": record.id, "model": _plain(record.model), "provider": record.provider}
            entry |= {"outcome": record.status, "stream": record.stream}
            if request.repeated:
                entry["repeated"] = request.repeated
            if record.usage is not None:
                tokens = record.tokens
                entry |= {"input_tokens": tokens["prompt_tokens"], "output_tokens": tokens["completion_tokens"]}
            if record.cost_nano is not None:
                entry["cost_nano_usd"] = record.cost_nano
        elif request.model:
            entry["model"] = _plain(request.model)
    if span.trace_id:
        entry["trace_id"] = span.trace_id
    if span.code:
        entry["error"] = _plain(span.code)
    return entry


def _plain(text: str) -> str:
    """Return a name sent by a client: shortened, in plain characters, and with keys masked."""
    return _ODD.sub("?", _SECRET.sub("sk-...REDACTED", text[:_MAX_LENGTH]))
