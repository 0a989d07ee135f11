"""Every statement of the nodes, and the database's own clock: what nodes compare, they read from one clock.

node    one row a process that serves: when it was seen last. Only PostgreSQL has any.
"""

from __future__ import annotations

__all__ = ["BEAT", "DEAD", "DROP_NODE", "JOIN", "NOW"]

# Seconds since the epoch, as PostgreSQL says it: no other database has more than one node.
NOW = "CAST(EXTRACT(EPOCH FROM clock_timestamp()) AS DOUBLE PRECISION)"

JOIN = f"INSERT INTO node (id, started_at, seen_at) VALUES (?, {NOW}, {NOW})"
BEAT = f"UPDATE node SET seen_at = {NOW} WHERE id = ?"
DEAD = f"SELECT id FROM node WHERE id <> ? AND seen_at < {NOW} - CAST(? AS DOUBLE PRECISION)"
DROP_NODE = "DELETE FROM node WHERE id = ?"
