"""The Anthropic protocol: translation of chat completions in both directions. Pure functions, without I/O."""

from __future__ import annotations

from .answer import BrokenMessage, completion
from .request import request
from .stream import EVENTS, Chunks

__all__ = ["EVENTS", "BrokenMessage", "Chunks", "completion", "request"]
