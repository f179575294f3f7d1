"""The tables. Times are UTC seconds since 1970; whatever a visitor typed is encrypted or absent."""

from __future__ import annotations

from sqlalchemy import Boolean, Float, ForeignKey, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

ID_CHARS = 64
CLINIC_CHARS = 64


class Base(DeclarativeBase):
    """Base of every table."""


class ConversationRow(Base):
    """One conversation: the facts that later turns need, encrypted."""

    __tablename__ = "conversations"

    id: Mapped[str] = mapped_column(String(ID_CHARS), primary_key=True)
    clinic: Mapped[str] = mapped_column(String(CLINIC_CHARS), default="", index=True)
    updated: Mapped[float] = mapped_column(Float, index=True)
    version: Mapped[int] = mapped_column(Integer, default=0)
    state: Mapped[bytes] = mapped_column(LargeBinary)


class MessageRow(Base):
    """One reply, for statistics, feedback and gaps; the visitor's text only where settings allow it."""

    __tablename__ = "messages"

    id: Mapped[str] = mapped_column(String(ID_CHARS), primary_key=True)
    clinic: Mapped[str] = mapped_column(String(CLINIC_CHARS), default="", index=True)
    conversation_id: Mapped[str] = mapped_column(String(ID_CHARS), index=True)
    created: Mapped[float] = mapped_column(Float, index=True)
    topic: Mapped[str] = mapped_column(String(32))
    level: Mapped[str] = mapped_column(String(16))
    signals: Mapped[str] = mapped_column(String(256), default="")
    covered: Mapped[bool] = mapped_column(Boolean)
    text: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)


class FeedbackRow(Base):
    """The vote on one reply; a second vote replaces the first."""

    __tablename__ = "feedback"

    message_id: Mapped[str] = mapped_column(String(ID_CHARS), primary_key=True)
    clinic: Mapped[str] = mapped_column(String(CLINIC_CHARS), default="", index=True)
    created: Mapped[float] = mapped_column(Float, index=True)
    helpful: Mapped[bool] = mapped_column(Boolean)
    comment: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)


class CallbackRow(Base):
    """One call-back request; contact details and words are encrypted."""

    __tablename__ = "callbacks"

    id: Mapped[str] = mapped_column(String(ID_CHARS), primary_key=True)
    clinic: Mapped[str] = mapped_column(String(CLINIC_CHARS), default="", index=True)
    created: Mapped[float] = mapped_column(Float, index=True)
    done: Mapped[float | None] = mapped_column(Float, default=None, index=True)
    topic: Mapped[str] = mapped_column(String(32))
    details: Mapped[bytes] = mapped_column(LargeBinary)
    contact_digest: Mapped[str] = mapped_column(String(64), index=True)
    """Keyed hash of the normalised contact, by which access and erasure requests find it."""
    conversation_id: Mapped[str | None] = mapped_column(String(ID_CHARS), default=None)
    idempotency_key: Mapped[str | None] = mapped_column(String(64), default=None, unique=True)


class OutboxRow(Base):
    """One delivery that must happen; written in the transaction of what it tells of."""

    __tablename__ = "outbox"

    id: Mapped[str] = mapped_column(String(ID_CHARS), primary_key=True)
    callback_id: Mapped[str] = mapped_column(
        String(ID_CHARS), ForeignKey("callbacks.id", ondelete="CASCADE"), index=True
    )
    channel: Mapped[str] = mapped_column(String(16))
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    due: Mapped[float] = mapped_column(Float)
    claimed: Mapped[float | None] = mapped_column(Float, default=None)
    delivered: Mapped[float | None] = mapped_column(Float, default=None)
    problem: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (Index("ix_outbox_waiting", "delivered", "due"),)


class PlanRow(Base):
    """One weekly plan, for its calendar file."""

    __tablename__ = "plans"

    id: Mapped[str] = mapped_column(String(ID_CHARS), primary_key=True)
    clinic: Mapped[str] = mapped_column(String(CLINIC_CHARS), default="", index=True)
    conversation_id: Mapped[str] = mapped_column(String(ID_CHARS), index=True)
    created: Mapped[float] = mapped_column(Float, index=True)
    plan: Mapped[str] = mapped_column(Text)


class StaffSessionRow(Base):
    """One signed-in session of the staff page; only a digest of its cookie is kept."""

    __tablename__ = "staff_sessions"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    clinic: Mapped[str] = mapped_column(String(CLINIC_CHARS), default="", index=True)
    password: Mapped[str] = mapped_column(String(64))
    """Digest of the password's hash: another password ends every session."""
    created: Mapped[float] = mapped_column(Float)
    seen: Mapped[float] = mapped_column(Float, index=True)
