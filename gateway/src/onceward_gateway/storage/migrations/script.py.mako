"""${message}."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from onceward_gateway.storage.migrations.columns import INTEGER, TEXT

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}
