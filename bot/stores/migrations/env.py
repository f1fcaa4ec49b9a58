"""Runs the migrations over the connection that `migrate()` opened, in its transaction."""

from alembic import context

from bot.stores.tables.every import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
