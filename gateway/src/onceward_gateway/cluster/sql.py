"""The SQL statements of the nodes, and the clock of the database: nodes compare only times of that clock.

node    one row per process that serves: the time of its last heartbeat. Only PostgreSQL has rows.
"""

from __future__ import annotations

__all__ = ["BEAT", "DEAD", "DROP_NODE", "JOIN", "NOW"]

# Seconds since the epoch in PostgreSQL: no other database has more than one node.
NOW = "CAST(EXTRACT(EPOCH FROM clock_timestamp()) AS DOUBLE PRECISION)"

JOIN = f"INSERT INTO node (id, started_at, seen_at) VALUES (?, {NOW}, {NOW})"
BEAT = f"UPDATE node SET seen_at = {NOW} WHERE id = ?"
DEAD = f"SELECT id FROM node WHERE id <> ? AND seen_at < {NOW} - CAST(? AS DOUBLE PRECISION)"
DROP_NODE = "DELETE FROM node WHERE id = ?"
