"""Chaos: a whole Onceward under load while its parts are killed, and the proof that no call was lost or paid twice."""

from __future__ import annotations

__all__: list[str] = []
