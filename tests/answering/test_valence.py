"""What is denied: turned away, lost, or denied without sense."""

from __future__ import annotations

import pytest

from assistant import resources
from assistant.answering.rules import Rules
from assistant.answering.valence import Valence


@pytest.fixture(scope="module")
def valence() -> Valence:
    return Valence(Rules.load(resources.folder("knowledge") / "claims.toml"))


@pytest.mark.parametrize(
    ("text", "sensible"),
    [
        ("Build up gradually so that your back isn't overloaded.", True),
        ("Try not to hunch forward.", True),
        ("Stiff hips don't let you move freely.", True),
        ("Don't let your back sag.", True),
        ("Tight hips don't strain your back.", False),
        ("A strong back doesn't make running smoother.", False),
        ("Do not keep your back flat.", False),
        ("Bird dogs do not help with stiffness.", False),
        ("Hold for 3–5 seconds.", False),
    ],
)
def test_a_denial_turns_something_bad_away_or_has_a_bad_cause(
    valence: Valence, text: str, sensible: bool
) -> None:
    assert valence.sensible(text) is sensible


def test_good_lost_to_a_bad_cause_is_not_turned_away(valence: Valence) -> None:
    assert valence.sensible("Stiff hips don't let you move freely.")
    assert not valence.sensible("Stiff hips don't let you move freely.", turned_away=True)


@pytest.mark.parametrize(
    ("text", "cures"),
    [
        ("Strong hips help, because weak ones strain your back.", {"strong"}),
        ("Strong hips make your back absorb more impact.", set()),
        ("If these muscles are strong, your back absorbs too much impact.", set()),
        ("Jumping into more miles makes your back strong.", set()),
    ],
)
def test_the_good_of_a_clause_cures_where_nothing_bad_comes_of_it(
    valence: Valence, text: str, cures: set[str]
) -> None:
    assert valence.cures(text) == cures
