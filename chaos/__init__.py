"""Chaos: a complete Onceward under load while its parts are killed, and an audit of the result."""

from __future__ import annotations

__all__: list[str] = []
