"""Settings of usage and call records: `[records]`.

[records]
retention_days = 400                    # default: records are kept for ever
archive_dir = "/var/lib/onceward/archive"   # default: expired records are deleted without a copy
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .table import Table

__all__ = ["RecordSettings", "read_records"]


@dataclass(frozen=True, slots=True)
class RecordSettings:
    """The days after which records expire, None for never, and the folder that they are archived in."""

    retention_days: float | None = None
    archive_dir: Path | None = None


def read_records(table: Table) -> RecordSettings:
    """Read `[records]`."""
    days, folder = table.number("retention_days", 1), table.text("archive_dir")
    table.finish()
    if folder is not None and days is None:
        raise table.fault(
            "archive_dir", folder, "needs a retention", "Say after how many days records expire: retention_days = 400"
        )
    return RecordSettings(days, Path(folder).expanduser() if folder else None)
