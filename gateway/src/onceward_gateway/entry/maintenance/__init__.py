"""What an operator does to the database: back it up, restore it, bring its schema up to date, check it.

commands.py   `onceward db ...`
backup.py     one file with the database and what lies beside it, and back
check.py      whether the database is whole and the ledger's sums agree with its records
"""

__all__: list[str] = []
