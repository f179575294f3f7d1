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


def test_one_thing_over_another_is_a_relation() -> None:
    assert facts.relations("Shoulders over wrists") == facts.relations("your wrists under your shoulders")
    assert facts.relations("elbow under shoulder") != facts.relations("elbow under your hip")


def test_a_breath_goes_with_the_shape_of_its_clause() -> None:
    told = {("inhale", "arch"), ("exhale", "round")}
    assert facts.bindings("Cat-Cow: arch on the inhale, round on the exhale.") == told
    assert facts.bindings("As you breathe in, let your back arch; breathing out, round it.") >= {
        ("inhale", "arch")
    }
    assert facts.bindings("Breathe in as you arch for the cat.") != {("inhale", "arch")}


def test_limbs_that_move_in_turn() -> None:
    assert facts.in_turn("Lower your right arm first and then your left leg.")
    assert not facts.in_turn("Lower your right arm and left leg, then switch sides.")


@pytest.mark.parametrize(
    ("text", "added"),
    [("It isn't just about legs.", True), ("Miles alone won't do.", True), ("Only miles count.", False)],
)
def test_what_is_not_all_there_is(text: str, added: bool) -> None:
    assert facts.additive(text) is added


def test_minutes_are_of_something() -> None:
    ((number, what),) = facts.complements("Add 10–15 minutes of core and back work after easy runs.")
    assert number == Number("10", "15", "minute") and what == "core and back work"
