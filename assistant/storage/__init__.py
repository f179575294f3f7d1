"""SQLAlchemy models and the outbox: SQLite by default, PostgreSQL by URL."""
