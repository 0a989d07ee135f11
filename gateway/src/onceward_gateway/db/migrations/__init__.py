"""The schema, as Alembic revisions that run on SQLite and on PostgreSQL.

columns.py    the types that stand for the same thing in both
versions/     one file a revision, named like its id: `NNNN_name.py`; a chain without branches
env.py        where Alembic gets its connection

A revision only adds: tables, columns with a default, indexes. A table that is renamed keeps its old name as a view in
PostgreSQL. The writes of an older node of the same cluster must go on to work beside it. It imports nothing of the
gateway but `columns`.
"""

__all__: list[str] = []
