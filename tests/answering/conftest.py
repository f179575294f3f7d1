"""What several tests of answering stand on."""

from __future__ import annotations

import pytest

from assistant.ingestion import index
from assistant.ingestion.chunks import Chunk
from assistant.settings import Settings


@pytest.fixture(scope="module")
def chunks(guide_settings: Settings) -> dict[str, Chunk]:
    """Return the passages of the project's own guide by slug."""
    return {c.id.split(":", 1)[1]: c for c in index.current(guide_settings).chunks}
