"""Chunks follow the guide's structure, whatever the guide is about."""

from __future__ import annotations

import itertools

import pytest

from assistant.ingestion import loaders
from assistant.ingestion.chunks import MAX_CHARS, Chunk, cut
from assistant.ingestion.sections import Topics
from assistant.retrieval.embeddings import LocalEmbeddings
from assistant.settings import load
from tests.conftest import FIXTURES


@pytest.fixture(scope="module")
def topics(embeddings: LocalEmbeddings) -> Topics:
    return Topics.load(load().knowledge_dir / "topics.toml", embeddings.encode)


def titles(chunks: list[Chunk], kind: str) -> list[str]:
    return [chunk.title for chunk in chunks if chunk.kind == kind]


def test_the_knee_guide_is_cut_like_the_back_guide(topics: Topics) -> None:
    chunks = cut(loaders.load(FIXTURES / "knee-guide.txt"), topics)
    assert len(titles(chunks, "exercise")) == 10
    assert titles(chunks, "cause") == ["Weak Hips", "Tight Quadriceps", "Low Cadence"]
    assert titles(chunks, "integration") == ["Before runs", "After short runs"]
    assert titles(chunks, "tip") == ["Shorten your stride", "Choose gentle hills"]
    clam = next(chunk for chunk in chunks if chunk.title == "Clamshells")
    assert clam.section == "10 Knee Exercises for Runners > 2. Clamshells"
    assert clam.exercise is not None
    assert clam.exercise.dose == "3 sets of 15 per side."
    assert clam.exercise.steps == (
        "Lie on your side with knees bent.",
        "Open the top knee like a shell.",
        "Close it slowly.",
    )


def test_another_layout_with_other_labels_gives_the_same_fields(topics: Topics) -> None:
    chunks = cut(loaders.load(FIXTURES / "ankle-guide.html"), topics)
    raises = next(chunk.exercise for chunk in chunks if chunk.title == "Calf Raises")
    assert raises is not None
    assert raises.why == "Strengthens the calf and the Achilles tendon."
    assert raises.steps[-1] == "Lower for 3 seconds."
    assert raises.dose == "3 sets of 15."
    assert titles(chunks, "cause") == ["Tired calves", "Stiff joints"]
    assert titles(chunks, "integration") == ["On rest days", "Before trail runs"]


def test_the_list_of_contents_is_no_passage(topics: Topics) -> None:
    chunks = cut(loaders.load(FIXTURES / "knee-guide.txt"), topics)
    assert not any("Ten moves to try" in chunk.text for chunk in chunks)


def test_ids_are_unique_and_positions_follow_the_guide(topics: Topics) -> None:
    chunks = cut(loaders.load(FIXTURES / "knee-guide.txt"), topics)
    assert len({chunk.id for chunk in chunks}) == len(chunks)
    assert [chunk.position for chunk in chunks] == list(range(len(chunks)))


def test_a_long_section_is_split_with_overlap(
    topics: Topics, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("long") / "long.md"
    body = " ".join(f"Sentence number {n} says something about hips." for n in range(120))
    path.write_text(f"# Guide\n\n## Long Part\n\n{body}\n")
    chunks = [c for c in cut(loaders.load(path), topics) if c.section == "Long Part"]
    assert len(chunks) > 3
    assert all(len(chunk.text) <= MAX_CHARS for chunk in chunks)
    assert all(chunk.quote in body for chunk in chunks)
    assert any(before.text[-40:] in after.text for before, after in itertools.pairwise(chunks))


def test_a_chunk_survives_the_way_to_disk(topics: Topics) -> None:
    for chunk in cut(loaders.load(FIXTURES / "ankle-guide.html"), topics):
        assert Chunk.from_dict(chunk.to_dict()) == chunk
