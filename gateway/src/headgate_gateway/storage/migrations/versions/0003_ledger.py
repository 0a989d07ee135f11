"""The ledger of several nodes."""

from __future__ import annotations

__all__ = ["down_revision", "revision", "upgrade"]

revision = "0003_ledger"
down_revision = "0002_calls"


def upgrade() -> None:
    pass
