"""The Anthropic wire: chat completions there and back. Pure functions over dicts; nothing here does I/O."""

from __future__ import annotations

from .answer import completion
from .request import request
from .stream import Chunks

__all__ = ["Chunks", "completion", "request"]
