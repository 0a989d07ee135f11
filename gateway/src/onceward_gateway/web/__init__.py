"""Requests of browsers: the check of `Host` and `Origin`, CORS, and the page at `/`."""

from __future__ import annotations

__all__: list[str] = []
