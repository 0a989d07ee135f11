"""A new SQLite file gets its tables from a script, which holds what all revisions make of an empty one.

So a first start is as quick, and as small, as any other: Alembic takes a second and 25 MB. The script is generated:

    python -m onceward_gateway.db.bootstrap write     after a revision was added
    python -m onceward_gateway.db.bootstrap check     fails where the script is not what the revisions make
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from .schema import migrate_sqlite

__all__ = ["main", "rendered"]

SCRIPT = Path(__file__).parent / "migrations" / "new_file.sql"


def rendered() -> str:
    """Return the script, as the revisions make it now."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "new.db"
        migrate_sqlite(file)
        with closing(sqlite3.connect(file)) as connection:
            return "\n".join(["-- Generated from the revisions by `make generate`.", *connection.iterdump(), ""])


def main(arguments: Sequence[str] | None = None) -> int:
    """`write` or `check`; gives the exit status."""
    (word,) = sys.argv[1:] if arguments is None else arguments
    script = rendered()
    if word == "write":
        SCRIPT.write_text(script, encoding="utf-8")
    elif not SCRIPT.exists() or SCRIPT.read_text(encoding="utf-8") != script:
        print(f"{SCRIPT}: not what the revisions make. Run `make generate`.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
