"""Maintenance of the database: backup, restore, upgrade, check.

commands.py   `onceward db ...`
backup.py     one file with the database and the files beside it
check.py      the integrity of the database, and the ledger's sums against its records
"""

__all__: list[str] = []
