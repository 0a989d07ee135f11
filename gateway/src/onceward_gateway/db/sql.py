"""SQL of blobs in a shared database. Values are bound, never written into a text."""

from __future__ import annotations

__all__: list[str] = []

ADD_BLOB = "INSERT INTO content (kind, name, bytes, parts, created_at) VALUES (?, ?, ?, ?, ?)"
GET_BLOB = "SELECT bytes, parts, created_at FROM content WHERE kind = ? AND name = ?"
BLOBS_BEFORE = "SELECT name FROM content WHERE kind = ? AND created_at < ?"
DELETE_BLOB = "DELETE FROM content WHERE kind = ? AND name = ?"
ADD_PART = "INSERT INTO content_part (kind, name, part, body) VALUES (?, ?, ?, ?)"
GET_PART = "SELECT body FROM content_part WHERE kind = ? AND name = ? AND part = ?"
DELETE_PARTS = "DELETE FROM content_part WHERE kind = ? AND name = ?"
