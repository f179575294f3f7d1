"""Every vector store answers as the exact look-up in memory, and finds its own clinic's passages alone."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from assistant.ingestion import index
from assistant.retrieval import pgvectors, vectorstore
from assistant.retrieval.embeddings import LocalEmbeddings
from assistant.settings import Settings
from tests.conftest import FIXTURES, fresh_settings
from tests.services.engines import Postgres, fresh_database

QUERIES = ["my hips are tight", "how do I do a bird dog?", "when can I run again", "shoes", "🏃"]


def opened(settings: Settings) -> vectorstore.Store:
    build = index.current(settings)
    return vectorstore.open_store(settings, build.name, [chunk.id for chunk in build.chunks], build.vectors)


@pytest.fixture
def chroma(
    guide_settings: Settings, embeddings: LocalEmbeddings, monkeypatch: pytest.MonkeyPatch
) -> vectorstore.Store:
    monkeypatch.setattr(vectorstore, "HELD_PASSAGES", 0)
    store = opened(guide_settings)
    assert isinstance(store, vectorstore.ChromaStore)
    return store


@pytest.fixture(scope="module")
def two_clinics(
    pgvector: Postgres, embeddings: LocalEmbeddings, tmp_path_factory: pytest.TempPathFactory
) -> list[Settings]:
    """Two clinics' settings on one table: one with the project's guide, one with another."""
    url = fresh_database(pgvector)
    made = []
    for clinic, guide in (("one", None), ("other", FIXTURES / "knee-guide.txt")):
        folder = tmp_path_factory.mktemp(clinic)
        made.append(fresh_settings(folder, vector_url=url, clinic_id=clinic))
        index.ingest(made[-1], embeddings.encode, embeddings.identity, [guide] if guide else [])
    return made


@pytest.fixture
def postgres_store(two_clinics: list[Settings], embeddings: LocalEmbeddings) -> vectorstore.Store:
    store = opened(two_clinics[0])
    assert isinstance(store, vectorstore.GuardedStore)
    return store


@pytest.mark.parametrize("name", ["chroma", pytest.param("postgres_store", marks=pytest.mark.service)])
@pytest.mark.parametrize("query", QUERIES)
def test_every_store_ranks_as_the_exact_look_up_in_memory(
    guide_settings: Settings,
    embeddings: LocalEmbeddings,
    request: pytest.FixtureRequest,
    name: str,
    query: str,
) -> None:
    build = index.current(guide_settings)
    held = vectorstore.HeldStore([chunk.id for chunk in build.chunks], build.vectors)
    store: vectorstore.Store = request.getfixturevalue(name)
    vector = embeddings.encode([query])[0]
    near, other = held.nearest(vector, 10), store.nearest(vector, 10)
    assert list(near) == list(other)
    assert list(near.values()) == pytest.approx(list(other.values()), abs=1e-5)
    if isinstance(store, vectorstore.GuardedStore):
        assert store._back_at == 0.0, "the copy answered, not the store"


@pytest.mark.service
def test_clinics_on_one_table_find_their_own_passages_alone(
    two_clinics: list[Settings], embeddings: LocalEmbeddings
) -> None:
    vector = embeddings.encode(["how do I do clamshells?"])[0]
    for settings in two_clinics:
        own = {chunk.id for chunk in index.current(settings).chunks}
        found = opened(settings).nearest(vector, 1_000)
        assert set(found) == own


@pytest.mark.service
def test_a_new_build_takes_the_place_of_the_old_and_two_are_kept(
    pgvector: Postgres, embeddings: LocalEmbeddings, tmp_path: Path
) -> None:
    settings = fresh_settings(tmp_path, vector_url=fresh_database(pgvector), clinic_id="one")
    guide = Path(shutil.copy(FIXTURES / "knee-guide.txt", tmp_path / "guide.txt"))
    builds = []
    for number in range(3):
        guide.write_text(guide.read_text() + f"\n\n\nStep {number}\n\nRest on day {number}.\n")
        builds.append(index.ingest(settings, embeddings.encode, embeddings.identity, [guide]).build)
    counts = [pgvectors.count(settings, build) for build in builds]
    assert sum(count > 0 for count in counts) == 2 and counts[2] == len(index.current(settings).chunks)
    assert index.stale(settings, embeddings.identity) == ""
    pgvectors.drop(settings, builds[2])
    assert "damaged" in index.stale(settings, embeddings.identity)


@pytest.mark.service
def test_a_store_that_is_away_is_stood_in_for_and_asked_again(
    pgvector: Postgres, embeddings: LocalEmbeddings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = fresh_settings(tmp_path, vector_url=fresh_database(pgvector), clinic_id="one")
    index.ingest(settings, embeddings.encode, embeddings.identity)
    store = opened(settings)
    assert isinstance(store, vectorstore.GuardedStore)
    vector = embeddings.encode(["tight hips"])[0]
    there = store.nearest(vector, 5)
    pgvector.kill()
    assert list(store.nearest(vector, 5)) == list(there)
    assert store._back_at > 0.0
    with pytest.raises(vectorstore.StoreError, match=r"vector store at 127\.0\.0\.1"):
        vectorstore.fill(settings, "another", index.current(settings).chunks, index.current(settings).vectors)
    pgvector.start()
    monkeypatch.setattr(store, "_back_at", 0.0)
    assert list(store.nearest(vector, 5)) == list(there)
    assert store._back_at == 0.0


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
