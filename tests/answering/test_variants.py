"""Sentences made of a guide's lines: the faithful ones hold only its words, the faulty ones one change."""

from __future__ import annotations

import re

import numpy as np
import pytest

from assistant import resources
from assistant.answering.entailment import Passage
from assistant.answering.rules import Rules
from assistant.answering.train import SENTENCES, passages
from assistant.answering.variants import Variants

GUIDE = [
    Passage(
        "Wall Sits", ["Slide down until your knees are bent at 60°.", "Hold for 30 seconds, twice per leg."]
    ),
    Passage("Step-Downs", ["Stand on a low step.", "Tap the floor with your left heel."]),
]


@pytest.fixture(scope="module")
def variants() -> Variants:
    return Variants(Rules.load(resources.folder("knowledge") / "claims.toml"))


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def test_a_faithful_one_says_nothing_that_the_passage_does_not(variants: Variants) -> None:
    guide = list(passages(SENTENCES / "back.passages.txt").values())
    chance = np.random.default_rng(0)
    made = [one for _ in range(300) if (one := variants.faithful(guide, chance))]
    assert len({text for text, _ in made}) > 80
    for text, passage in made:
        assert {*words(text)} <= {*words(f"{passage.name} {' '.join(passage.lines)}"), "then"}, text


def test_a_faulty_one_is_not_a_line_of_its_passage(variants: Variants) -> None:
    chance = np.random.default_rng(0)
    made = [one for _ in range(200) if (one := variants.faulty(GUIDE, chance))]
    assert all(text not in passage.lines for text, passage in made)
    texts = {text for text, _ in made}
    assert "Don't stand on a low step." in texts
    assert "Tap the floor with your right heel." in texts
    assert "Stand on a high step." in texts
    assert any(re.fullmatch(r"Hold for 3[1-5] seconds, twice per leg\.", text) for text in texts)
    assert "Wall Sits: stand on a low step." in texts
    assert "Stand on a low step, and hold for 30 seconds, twice per leg." in texts


def test_the_same_seed_makes_the_same_sentences(variants: Variants) -> None:
    once, again = (
        [variants.faulty(GUIDE, chance) for _ in range(20)]
        for chance in (np.random.default_rng(3), np.random.default_rng(3))
    )
    assert once == again
