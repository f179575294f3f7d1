"""Which of the guide's sentences are nearest to what was said."""

from __future__ import annotations

import pytest

from assistant import resources
from assistant.answering.evidence import Evidence, units
from assistant.answering.likeness import Likeness
from assistant.answering.nearness import NEAREST, Nearness
from assistant.answering.rules import Rules
from assistant.ingestion.chunks import Chunk


@pytest.fixture(scope="module")
def nearness(chunks: dict[str, Chunk]) -> Nearness:
    rules = Rules.load(resources.folder("knowledge") / "claims.toml")
    evidence = {c.id: Evidence(c, texts) for c in chunks.values() if (texts := units(c))}
    return Nearness(evidence, Likeness(rules))


@pytest.fixture(scope="module")
def known(chunks: dict[str, Chunk]) -> list[Chunk]:
    return [c for c in chunks.values() if units(c)]


def test_each_line_of_the_guide_is_nearest_to_its_own_passage(nearness: Nearness, known: list[Chunk]) -> None:
    """Lines that stand in several passages ("Return to standing.") may be any of theirs."""
    words = Likeness(Rules.load(resources.folder("knowledge") / "claims.toml"))
    lines = [(line, chunk) for chunk in known for line in units(chunk) if words.meaning(line)]
    assert len(lines) > len(known)
    for line, chunk in lines:
        holders = {other.id for text, other in lines if text == line}
        found, source = nearness.line(f"{chunk.title}: {line}" if chunk.exercise else line, known)
        assert source is not None and found == line and source.id in holders


@pytest.mark.parametrize(
    ("said", "held"),
    [
        ("In a Side Plank you stay up for a whole minute.", "Hold for"),
        ("The glute bridge is good for hamstrings that are too strong.", "hamstrings"),
        ("Shoes that are worn do wonders for your gait.", "shoes"),
    ],
)
def test_what_is_said_wrongly_finds_the_sentence_that_puts_it_right(
    nearness: Nearness, known: list[Chunk], said: str, held: str
) -> None:
    assert held.lower() in nearness.line(said, known)[0].lower()


def test_what_the_guide_does_not_speak_of_finds_no_sentence(nearness: Nearness, known: list[Chunk]) -> None:
    assert nearness.line("Magnesium tablets and a kettlebell cure anything.", known) == ("", None)
    assert nearness.line("", known) == ("", None)


def test_few_passages_are_near_and_the_one_meant_comes_first(
    nearness: Nearness, known: list[Chunk], chunks: dict[str, Chunk]
) -> None:
    near = nearness.nearest("Old trainers may change your gait and strain your back.", known)
    assert 1 <= len(near) <= NEAREST
    assert "shoes" in near[0].text.lower()
    assert nearness.nearest("Anything", []) == []
