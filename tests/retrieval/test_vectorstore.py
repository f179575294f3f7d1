"""A small collection looked up in memory answers as Chroma does."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.ingestion import index
from assistant.retrieval import vectorstore
from assistant.retrieval.embeddings import LocalEmbeddings
from assistant.settings import Settings

QUERIES = ["my hips are tight", "how do I do a bird dog?", "when can I run again", "shoes", "🏃"]


def stores(
    settings: Settings, embeddings: LocalEmbeddings, monkeypatch: pytest.MonkeyPatch
) -> tuple[vectorstore.Store, vectorstore.Store]:
    build = index.current(settings)
    ids = [chunk.id for chunk in build.chunks]
    held = vectorstore.open_store(settings, build.name, embeddings, ids, build.vectors)
    monkeypatch.setattr(vectorstore, "HELD_PASSAGES", 0)
    chroma = vectorstore.open_store(settings, build.name, embeddings, ids, build.vectors)
    assert isinstance(held, vectorstore.HeldStore) and isinstance(chroma, vectorstore.ChromaStore)
    return held, chroma


@pytest.mark.parametrize("query", QUERIES)
def test_memory_and_chroma_rank_alike(
    guide_settings: Settings, embeddings: LocalEmbeddings, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    held, chroma = stores(guide_settings, embeddings, monkeypatch)
    vector = embeddings.encode([query])[0]
    near, other = held.nearest(vector, 10), chroma.nearest(vector, 10)
    assert list(near) == list(other)
    assert list(near.values()) == pytest.approx(list(other.values()), abs=1e-5)


def test_the_vectors_in_memory_are_those_that_chroma_holds(guide_settings: Settings) -> None:
    build = index.current(guide_settings)
    ids = [chunk.id for chunk in build.chunks]
    other = np.zeros_like(build.vectors)
    assert np.array_equal(vectorstore.stored(guide_settings, build.name, ids, other), build.vectors)
    with pytest.raises(vectorstore.StoreError, match="lacks 1 of"):
        vectorstore.stored(guide_settings, build.name, [*ids, "missing"], other)


def test_nothing_is_nearest_in_an_empty_store_and_k_may_be_large() -> None:
    vector = np.array([1.0, 0.0], np.float32)
    assert vectorstore.HeldStore([], np.zeros((0, 1), np.float32)).nearest(vector, 3) == {}
    rows = np.array([[0.0, 2.0], [3.0, 0.0], [1.0, 1.0]], np.float32)
    assert list(vectorstore.HeldStore(["a", "b", "c"], rows).nearest(vector, 9)) == ["b", "c", "a"]


def test_serving_a_small_index_needs_no_chroma(guide_settings: Settings) -> None:
    import subprocess
    import sys

    code = (
        "import sys; from assistant import settings as s; from assistant.pipeline import Assistant; "
        "from assistant.conversation import Conversation; from pathlib import Path; "
        f"a = Assistant.load(s.load(data_dir=Path({str(guide_settings.data_dir)!r}))); "
        "assert a.reply('side planks', Conversation.new()).citations; "
        "print([m for m in ('chromadb', 'torch', 'transformers', 'alembic') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
