"""What must be exact in a sentence."""

from __future__ import annotations

import pytest

from assistant.answering import facts
from assistant.answering.facts import Number


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2–3 sets of 8–10", [Number("2", "3", "set"), Number("8", "10", "")]),
        ("two to three sets of eight to ten reps", [Number("2", "3", "set"), Number("8", "10", "")]),
        ("between 8 and 10 reps", [Number("8", "10", "")]),
        ("bent at 90°", [Number("90", "90", "degree")]),
        ("beyond a week or two", [Number("1", "2", "week")]),
        ("2–3 times per week", [Number("2", "3", "/week")]),
        ("this one helps", []),
        ("stand on one leg", [Number("1", "1", "leg")]),
    ],
)
def test_numbers_carry_their_units(text: str, found: list[Number]) -> None:
    assert facts.numbers(text) == [n if n.unit != "/week" else Number("2", "3", "time/week") for n in found]


def test_sides_belong_to_parts() -> None:
    assert facts.sides("Extend your right arm forward and your left leg back.") == [
        ("right", "arm"),
        ("left", "leg"),
    ]


def test_directions_and_breath_are_bound() -> None:
    assert facts.bindings("right arm forward and left leg back") == {("arm", "forward"), ("leg", "back")}
    assert facts.bindings("Inhale while you arch your back.") == {("inhale", "arch")}


def test_a_negation_reaches_what_stands_behind_it() -> None:
    assert "rocking" in facts.denied("Avoid rocking your hips.", str)
    assert "hold" not in facts.denied("Avoid rocking, but hold still.", str)
    assert facts.denied("Keep your back flat.", str) == frozenset()


@pytest.mark.parametrize(
    ("text", "periods"), [("every day", ["day"]), ("daily", ["day"]), ("a week", ["week"])]
)
def test_periods_are_read(text: str, periods: list[str]) -> None:
    assert facts.per_period(text) == periods
