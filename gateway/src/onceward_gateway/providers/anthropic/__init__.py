"""The Anthropic wire: chat completions there and back. Pure functions over dicts; nothing here does I/O."""

from __future__ import annotations

from .answer import BrokenMessage, completion
from .request import request
from .stream import EVENTS, Chunks

__all__ = ["EVENTS", "BrokenMessage", "Chunks", "completion", "request"]
