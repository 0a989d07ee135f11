"""The access log: one JSON object a line for each request that was answered. Never a key, a body, or a query.

Lines are gathered for a moment and written together; a file that was moved away by a rotation is made anew.
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
    from .request_span import Seen

__all__ = ["AccessLog"]

_log = logging.getLogger("onceward_gateway.telemetry")
_FLUSH_SECONDS = 0.1
_MOST_HELD = 1000
_LONGEST = 128
_ODD = re.compile(r"[^A-Za-z0-9._:/@+\-]")
_SECRET = re.compile(r"sk-[A-Za-z0-9_\-]{8,}")
_encode = msgspec.json.Encoder().encode


class AccessLog:
    """Where lines go: a stream of the process, or a file."""

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

    def add(self, seen: Seen, status: int, seconds: float) -> None:
        """Write of one request."""
        try:
            line = _encode(_entry(seen, status, seconds))
        except Exception:  # noqa: BLE001 - a call of odd parts has its line too
            _log.exception("the request %s is logged without its call", seen.request_id)
            line = _encode(_request(seen, status, seconds))
        self._lines.append(line)
        if len(self._lines) >= _MOST_HELD:
            self.flush()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_FLUSH_SECONDS, self.flush)

    def flush(self) -> None:
        """Write what was gathered."""
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
        """Write what is left and close the file."""
        self.flush()
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _open(self) -> None:
        """Open the file, or open it again where its name stands for another one now."""
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
        # Each write goes to the end, so that several processes may share a file.
        self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)


def _request(seen: Seen, status: int, seconds: float) -> dict[str, Any]:
    return {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "request_id": seen.request_id,
        "method": seen.method if len(seen.method) <= 16 else "",
        "operation": seen.operation,
        "status": status,
        "ms": round(seconds * 1000, 3),
    }


def _entry(seen: Seen, status: int, seconds: float) -> dict[str, Any]:
    entry = _request(seen, status, seconds)
    call = seen.call
    if call is not None:
        entry["caller"] = call.caller.id
        if call.caller.team_id is not None:
            entry["team"] = call.caller.team_id
        record = call.record
        if record is not None:
            entry |= {"call_id": record.id, "model": _plain(record.model), "provider": record.provider}
            entry |= {"outcome": record.status, "stream": record.stream}
            if call.repeated:
                entry["repeated"] = call.repeated
            if record.usage is not None:
                tokens = record.tokens
                entry |= {"input_tokens": tokens["prompt_tokens"], "output_tokens": tokens["completion_tokens"]}
            if record.cost_nano is not None:
                entry["cost_nano_usd"] = record.cost_nano
        elif call.model:
            entry["model"] = _plain(call.model)
    if seen.trace_id:
        entry["trace_id"] = seen.trace_id
    if seen.code:
        entry["error"] = _plain(seen.code)
    return entry


def _plain(text: str) -> str:
    """A name that came from outside: short, of plain letters, and no key that somebody put in its place."""
    return _ODD.sub("?", _SECRET.sub("sk-...REDACTED", text[:_LONGEST]))
