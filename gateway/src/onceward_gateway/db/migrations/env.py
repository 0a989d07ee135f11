"""The connection of Alembic: `upgrade` opened it and holds the lock.

Every revision is one transaction, on SQLite too.
"""

from alembic import context

__all__: list[str] = []

context.configure(
    connection=context.config.attributes["connection"], transaction_per_migration=True, transactional_ddl=True
)
with context.begin_transaction():
    context.run_migrations()
