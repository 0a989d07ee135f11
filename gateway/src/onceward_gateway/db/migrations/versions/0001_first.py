"""Every table of the gateway on one node.

A SQLite file that an earlier gateway made by its own steps has these tables, or some of them: what is there stays.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from onceward_gateway.db.migrations.columns import (
    BLOB,
    FLAG,
    INTEGER,
    REAL,
    TEXT,
    position,
)

__all__ = ["down_revision", "revision", "upgrade"]

revision = "0001_first"
down_revision = None


def upgrade() -> None:
    """Create every table of the first release."""
    _calls()
    _control()
    _platform()
    _routing()
    _usage()
    _money()


def _table(name: str, *columns: Any, **options: Any) -> None:
    op.create_table(name, *columns, if_not_exists=True, **options)


def _index(name: str, table: str, columns: list[str], *, unique: bool = False, where: str | None = None) -> None:
    condition: dict[str, Any] = (
        {} if where is None else {"sqlite_where": sa.text(where), "postgresql_where": sa.text(where)}
    )
    op.create_index(name, table, columns, unique=unique, if_not_exists=True, **condition)


def _text(name: str, *, primary_key: bool = False) -> sa.Column[Any]:
    return sa.Column(name, TEXT, nullable=False, primary_key=primary_key)


def _text_or_null(name: str) -> sa.Column[Any]:
    return sa.Column(name, TEXT)


def _integer(name: str) -> sa.Column[Any]:
    return sa.Column(name, INTEGER, nullable=False, autoincrement=False)


def _integer_or_null(name: str) -> sa.Column[Any]:
    return sa.Column(name, INTEGER)


def _flag(name: str) -> sa.Column[Any]:
    return sa.Column(name, FLAG, nullable=False)


def _real(name: str) -> sa.Column[Any]:
    return sa.Column(name, REAL, nullable=False)


def _real_or_null(name: str) -> sa.Column[Any]:
    return sa.Column(name, REAL)


def _blob(name: str) -> sa.Column[Any]:
    return sa.Column(name, BLOB, nullable=False)


def _calls() -> None:
    _table(
        "call",
        position(),
        sa.Column("id", TEXT, nullable=False, unique=True),
        *map(_text, ("principal", "operation", "model", "provider", "status")),
        _flag("stream"),
        _text_or_null("key"),
        _integer("attempts"),
        _text("request_id"),
        _real("created_at"),
        _real_or_null("finished_at"),
        _text_or_null("usage"),
        _integer_or_null("cost_nano"),
        _integer_or_null("error_status"),
        _text_or_null("error"),
    )
    _index("call_by_principal", "call", ["principal", "position"])
    _index("call_in_progress", "call", ["status"], where="status = 'in_progress'")
    _table(
        "once_key",
        _text("principal", primary_key=True),
        _text("key", primary_key=True),
        _text("operation"),
        _blob("fingerprint"),
        _text("call_id"),
        _real("expires_at"),
        sqlite_with_rowid=False,
    )
    _index("once_key_by_expiry", "once_key", ["expires_at"])
    _index("once_key_by_call", "once_key", ["call_id"])
    _table(
        "answer",
        _text("call_id", primary_key=True),
        _integer("status"),
        _text("content_type"),
        _text("headers"),
        _blob("body"),
    )
    _table(
        "event",
        _text("call_id", primary_key=True),
        sa.Column("first", INTEGER, primary_key=True, autoincrement=False),
        _integer("last"),
        _blob("data"),
    )


def _control() -> None:
    _table(
        "file",
        position("seq"),
        sa.Column("id", TEXT, nullable=False, unique=True),
        *map(_text, ("principal", "purpose", "filename")),
        _integer("bytes"),
        _integer("created_at"),
        _integer_or_null("expires_at"),
        sqlite_autoincrement=True,
    )
    _index("file_by_principal", "file", ["principal", "seq"])
    for name in ("batch", "tuning_job"):
        _table(
            name,
            position("seq"),
            sa.Column("id", TEXT, nullable=False, unique=True),
            *map(_text, ("principal", "status", "body")),
            sqlite_autoincrement=True,
        )
        _index(f"{name}_by_principal", name, ["principal", "seq"])
    _table(
        "batch_result",
        _text("batch_id", primary_key=True),
        sa.Column("line", INTEGER, primary_key=True, autoincrement=False),
        _flag("good"),
        _integer("input_tokens"),
        _integer("output_tokens"),
        _text("body"),
        sqlite_with_rowid=False,
    )
    _table(
        "tuning_note",
        position("seq"),
        sa.Column("id", TEXT, nullable=False, unique=True),
        *map(_text, ("job_id", "kind", "body")),
        sqlite_autoincrement=True,
    )
    _index("tuning_note_by_job", "tuning_note", ["job_id", "kind", "seq"])
    _table(
        "tuned_model",
        _text("name", primary_key=True),
        *map(_text, ("principal", "job_id", "base")),
        _integer("created_at"),
    )
    _index("tuned_model_by_principal", "tuned_model", ["principal", "created_at"])


def _object(name: str, *columns: sa.Column[Any]) -> None:
    common = (_text("id", primary_key=True), _real("created_at"), _real_or_null("deleted_at"), _text("body"))
    _table(name, *common, *columns)


def _platform() -> None:
    _object(
        "platform_key",
        _text("hash"),
        _text_or_null("alias"),
        _text("owner"),
        *map(_text_or_null, ("organization_id", "team_id", "user_id", "parent_id")),
    )
    _index("platform_key_hash", "platform_key", ["hash"], unique=True)
    _index("platform_key_alias", "platform_key", ["owner", "alias"], unique=True)
    for column in ("team", "user", "organization", "parent"):
        _index(f"platform_key_{column}", "platform_key", [f"{column}_id"])
    _object("platform_user", _text_or_null("email"), _text("role"))
    _index("platform_user_email", "platform_user", ["email"])
    _object("platform_team", _text_or_null("organization_id"), _text_or_null("alias"))
    _index("platform_team_organization", "platform_team", ["organization_id"])
    _object("platform_organization", _text_or_null("alias"))
    _object("platform_customer", _text("name"), _text("organization_id"))
    _index("platform_customer_name", "platform_customer", ["organization_id", "name"])
    _object("platform_budget", _text_or_null("organization_id"))
    _table(
        "platform_member",
        *(_text(name, primary_key=True) for name in ("group_kind", "group_id", "user_id")),
        _text("role"),
        _text("body"),
    )
    _index("platform_member_user", "platform_member", ["user_id"])
    _table(
        "audit_log",
        _text("id", primary_key=True),
        _real("at"),
        *map(_text, ("actor", "action", "kind", "object_id", "request_id")),
        _text_or_null("before_body"),
        _text_or_null("after_body"),
    )
    _index("audit_log_object", "audit_log", ["kind", "object_id", "at"])


def _stamps() -> tuple[sa.Column[Any], ...]:
    return _real("created_at"), _text("created_by"), _real("updated_at"), _text("updated_by")


def _routing() -> None:
    _table(
        "deployment",
        _text("id", primary_key=True),
        *map(_text, ("model_name", "params", "info")),
        sa.Column("secrets", BLOB),
        *_stamps(),
    )
    _index("deployment_by_name", "deployment", ["model_name"])
    _table("credential", _text("name", primary_key=True), _text("info"), _blob("secrets"), *_stamps())
    _table(
        "cache_entry",
        _text("key", primary_key=True),
        _text("scope"),
        _blob("body"),
        _integer("bytes"),
        _real("created_at"),
        _real("expires_at"),
    )
    _index("cache_entry_by_expiry", "cache_entry", ["expires_at"])
    _index("cache_entry_by_scope", "cache_entry", ["scope"])
    _index("cache_entry_by_age", "cache_entry", ["created_at"])


def _usage() -> None:
    _table(
        "usage",
        _text("id", primary_key=True),
        _text("call_id"),
        _integer("attempt"),
        _text("request_id"),
        _text_or_null("idempotency_key"),
        _text("principal"),
        *map(_text_or_null, ("key_id", "key_alias", "user_id", "team_id", "organization_id", "customer")),
        *map(_text, ("operation", "model", "model_served")),
        _text_or_null("deployment"),
        _text("provider"),
        *map(_integer, ("prompt_tokens", "completion_tokens", "total_tokens", "cached_tokens", "cache_write_tokens")),
        *map(_integer, ("reasoning_tokens", "audio_tokens", "cost_nano")),
        _flag("priced"),
        _integer("credits_milli"),
        *map(_text_or_null, ("band", "account")),
        *map(_flag, ("estimated", "cached", "stream")),
        _text("status"),
        _integer_or_null("error_status"),
        *map(_text_or_null, ("error_code", "error_message")),
        _real("started_at"),
        _real("ended_at"),
        _integer("latency_ms"),
        _integer_or_null("first_token_ms"),
        _text("hour"),
        _text_or_null("tags"),
    )
    _index("usage_by_start", "usage", ["started_at"])
    _index("usage_by_request", "usage", ["request_id"])
    for owner in ("key_id", "user_id", "team_id", "organization_id", "customer", "account"):
        name = f"usage_by_{owner.removesuffix('_id')}"
        _index(name, "usage", [owner, "started_at"], where=f"{owner} IS NOT NULL")
    _table("usage_tag", _text("tag", primary_key=True), _text("usage_id", primary_key=True))
    _index("usage_tag_by_usage", "usage_tag", ["usage_id"])
    _table("usage_charge", *(_text(name, primary_key=True) for name in ("scope", "id", "usage_id")))


def _money() -> None:
    _table("spend_total", *(_text(name, primary_key=True) for name in ("scope", "id", "model")), _integer("spent"))
    _table("spend_reset", position(), _text("scope"), _text("id"), _real("at"), _integer("spend"), _integer("amount"))
    _index("spend_reset_by_owner", "spend_reset", ["scope", "id", "position"])
    _table(
        "budget_window",
        *(_text(name, primary_key=True) for name in ("scope", "id", "model")),
        sa.Column("start_at", REAL, primary_key=True),
        _real_or_null("end_at"),
        *map(_integer, ("spent", "held", "overrun")),
    )
    _index("budget_window_by_end", "budget_window", ["end_at"])
    _table(
        "hold",
        _text("id", primary_key=True),
        _text("call_id"),
        _text("holder"),
        _real("expires_at"),
        _text("lines"),
    )
    _index("hold_by_call", "hold", ["call_id"])
    _index("hold_by_expiry", "hold", ["expires_at"])
    _table(
        "credit_entry",
        _text("id", primary_key=True),
        _text("account"),
        _text("kind"),
        _integer("amount_milli"),
        *map(_real, ("at", "period_start")),
        _text("tier"),
        _text_or_null("usage_id"),
    )
    _index("credit_entry_by_account", "credit_entry", ["account", "at"])
