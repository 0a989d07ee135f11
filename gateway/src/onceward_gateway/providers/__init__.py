"""Providers: the upstream side. One file of pure functions a protocol, one client for all."""

from __future__ import annotations

__all__: list[str] = []
