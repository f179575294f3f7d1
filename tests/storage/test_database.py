"""The database is migrated once, and the code knows its newest migration."""

from __future__ import annotations

import sys
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from assistant import settings as settings_module
from assistant.storage import database as module
from assistant.storage.models import Base


def test_the_code_names_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(module.MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == module.NEWEST_MIGRATION


def test_the_migrations_make_the_tables_of_the_models(tmp_path: Path) -> None:
    database = module.open_database(settings_module.load(data_dir=tmp_path))
    found = inspect(database.engine)
    for name, table in Base.metadata.tables.items():
        assert {column["name"] for column in found.get_columns(name)} == set(table.columns.keys()), name
    database.close()


def test_a_database_that_is_up_to_date_is_opened_without_migrating(tmp_path: Path) -> None:
    settings = settings_module.load(data_dir=tmp_path)
    module.open_database(settings).close()
    loaded = sys.modules.pop("alembic.command", None)
    try:
        module.open_database(settings).close()
        assert "alembic.command" not in sys.modules
    finally:
        if loaded:
            sys.modules["alembic.command"] = loaded
