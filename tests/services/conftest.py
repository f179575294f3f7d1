"""A data folder with an index, for servers in processes of their own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from assistant.settings import Settings
from tests.conftest import share


@pytest.fixture
def data_dir(guide_settings: Settings, tmp_path: Path) -> Path:
    """A folder with a copy of the guide's index, and the exported model."""
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copytree(guide_settings.data_dir / "index", folder / "index")
    share(folder)
    return folder
