"""An assistant with the scripted server as its language model, through the real client."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from assistant.answering.breaker import Breaker
from assistant.answering.keep import Keep
from assistant.pipeline import Assistant
from assistant.retrieval.embeddings import LocalEmbeddings
from assistant.settings import Settings
from tests.models.server import ScriptedServer, serving

KEY = "sk-scripted-0123456789-never-to-be-seen"
SILENCE = 0.6
BUDGET = 2.0


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedServer]:
    with serving() as running:
        yield running


@pytest.fixture(scope="module")
def loaded(
    guide_settings: Settings, embeddings: LocalEmbeddings, server: ScriptedServer
) -> Iterator[Assistant]:
    patch = pytest.MonkeyPatch()
    patch.setenv("OPENAI_API_KEY", KEY)
    settings = guide_settings.model_copy(
        update={
            "model": "openai:scripted",
            "model_base_url": server.url,
            "model_timeout_seconds": SILENCE,
            "model_budget_seconds": BUDGET,
        }
    )
    yield Assistant.load(settings, embeddings=embeddings)
    patch.undo()


@pytest.fixture
def spoken(loaded: Assistant, server: ScriptedServer) -> Assistant:
    """The assistant with a closed circuit, nothing kept, and no requests seen."""
    speaker = loaded.speaker
    assert speaker is not None
    speaker.breaker = Breaker()
    speaker.keep = Keep(loaded.retriever.embeddings.encode, "tests", 0.95, 16)
    server.requests.clear()
    server.keys.clear()
    server.sent.clear()
    return loaded


@pytest.fixture(scope="session")
def plain(guide_settings: Settings, embeddings: LocalEmbeddings) -> Assistant:
    """The same assistant without a language model."""
    return Assistant.load(guide_settings, embeddings=embeddings)
