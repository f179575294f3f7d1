"""Runs migrations on the connection that `assistant.storage.database` hands over."""

from alembic import context

from assistant.storage.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
