"""The platform of several nodes."""

from __future__ import annotations

__all__ = ["down_revision", "revision", "upgrade"]

revision = "0004_platform"
down_revision = "0003_ledger"


def upgrade() -> None:
    pass
