"""Conversations, messages, feedback, call-backs, the outbox and plans."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _clinic() -> "sa.Column[str]":
    return sa.Column("clinic", sa.String(64), nullable=False, index=True)


def upgrade() -> None:
    """Create the first tables."""
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(64), primary_key=True),
        _clinic(),
        sa.Column("updated", sa.Float, nullable=False, index=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("state", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.String(64), primary_key=True),
        _clinic(),
        sa.Column("conversation_id", sa.String(64), nullable=False, index=True),
        sa.Column("created", sa.Float, nullable=False, index=True),
        sa.Column("topic", sa.String(32), nullable=False),
        sa.Column("level", sa.String(16), nullable=False),
        sa.Column("signals", sa.String(256), nullable=False),
        sa.Column("covered", sa.Boolean, nullable=False),
        sa.Column("text", sa.LargeBinary),
    )
    op.create_table(
        "feedback",
        sa.Column("message_id", sa.String(64), primary_key=True),
        _clinic(),
        sa.Column("created", sa.Float, nullable=False, index=True),
        sa.Column("helpful", sa.Boolean, nullable=False),
        sa.Column("comment", sa.LargeBinary),
    )
    op.create_table(
        "callbacks",
        sa.Column("id", sa.String(64), primary_key=True),
        _clinic(),
        sa.Column("created", sa.Float, nullable=False, index=True),
        sa.Column("done", sa.Float, index=True),
        sa.Column("topic", sa.String(32), nullable=False),
        sa.Column("details", sa.LargeBinary, nullable=False),
        sa.Column("contact_digest", sa.String(64), nullable=False, index=True),
        sa.Column("conversation_id", sa.String(64)),
        sa.Column("idempotency_key", sa.String(64), unique=True),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column(
            "callback_id",
            sa.String(64),
            sa.ForeignKey("callbacks.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due", sa.Float, nullable=False),
        sa.Column("claimed", sa.Float),
        sa.Column("delivered", sa.Float),
        sa.Column("problem", sa.Text, nullable=False),
        sa.Index("ix_outbox_waiting", "delivered", "due"),
    )
    op.create_table(
        "plans",
        sa.Column("id", sa.String(64), primary_key=True),
        _clinic(),
        sa.Column("conversation_id", sa.String(64), nullable=False, index=True),
        sa.Column("created", sa.Float, nullable=False, index=True),
        sa.Column("plan", sa.Text, nullable=False),
    )


def downgrade() -> None:
    """Drop them again."""
    for table in ("plans", "outbox", "callbacks", "feedback", "messages", "conversations"):
        op.drop_table(table)
