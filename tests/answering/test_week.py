"""What people say of their week."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.answering.week import Week, read


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        (
            "Tue, Thu and Sat easy, long on Sunday",
            {"Tue": "easy", "Thu": "easy", "Sat": "easy", "Sun": "long"},
        ),
        ("intervals wednesday, long run saturday", {"Wed": "speed", "Sat": "long"}),
        ("Monday: easy 5k, Wednesday: track", {"Mon": "easy", "Wed": "speed"}),
        (
            "I swim on Friday and run Mon-Wed",
            {"Fri": "cross-training", "Mon": "easy", "Tue": "easy", "Wed": "easy"},
        ),
        ("long runs at the weekend", {"Sat": "long", "Sun": "long"}),
        ("I rest on Mondays", {"Mon": "rest"}),
        (
            "mon wed fri and sat long",
            {"Mon": "easy", "Wed": "easy", "Fri": "easy", "Sat": "long"},
        ),
        ("Sat and Sun both long", {"Sat": "long", "Sun": "long"}),
        (
            "every day except friday, tempo on tue",
            {"Mon": "easy", "Tue": "speed", "Wed": "easy", "Thu": "easy", "Sat": "easy", "Sun": "easy"},
        ),
        ("every day except sunday", dict.fromkeys(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat"], "easy")),
    ],
)
def test_days_take_the_kind_of_run_next_to_them(text: str, runs: dict[str, str]) -> None:
    assert read(text, Week()).runs == runs


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("I run four times a week", "run_count", 4),
        ("3 runs a week", "run_count", 3),
        ("I have 25 minutes", "minutes", 25),
        ("only half an hour", "minutes", 30),
        ("not on Thursday", "excluded", ["Thu"]),
        ("no time on tuesdays or fridays", "excluded", ["Tue", "Fri"]),
        ("mondays are for football so no", "excluded", ["Mon"]),
        ("Tuesday doesn't work", "excluded", ["Tue"]),
        ("remove saturday", "excluded", ["Sat"]),
        ("I run a lot, 2 strength sessions please", "sessions", 2),
        ("I'm away next week", "weeks_away", 1),
        ("next week I'm on holiday", "weeks_away", 1),
    ],
)
def test_wishes_are_read(text: str, field: str, value: Any) -> None:
    assert getattr(read(text, Week()), field) == value


def test_what_is_not_mentioned_stays() -> None:
    before = read("easy Tue and Thu, long Sunday", Week())
    after = read("only two days", before)
    assert after.runs == before.runs and after.sessions == 2
    assert read("my long run is on Saturday", before).runs["Sat"] == "long"


def test_a_day_that_is_free_again_is_no_longer_left_out() -> None:
    week = read("not on Thursday", read("easy Tue and Thu", Week()))
    assert read("Thursday is fine after all", week).excluded == []


def test_one_day_changes_the_week_that_was_assumed_and_more_replace_it() -> None:
    before = Week(assumed={"Tue": "easy", "Thu": "easy", "Sun": "long"}, planned=2)
    assert read("long run is on saturday", before).runs == {"Tue": "easy", "Thu": "easy", "Sat": "long"}
    assert read("I run mon and wed", before).runs == {"Mon": "easy", "Wed": "easy"}
    assert read("swap tuesday for friday", before).runs == {"Thu": "easy", "Sun": "long", "Fri": "easy"}


def test_it_is_the_day_that_was_spoken_of_last() -> None:
    before = read("not on Thursday", read("easy Tue and Thu, long Sunday", Week()))
    assert read("move it to friday", before).runs["Fri"] == "cross-training"
    before = read("my long run is on Saturday", read("easy Tue and Thu, long Sunday", Week()))
    assert read("move it to wednesday", before).runs == {"Tue": "easy", "Thu": "easy", "Wed": "long"}


def test_a_day_without_a_run_is_not_closed_to_back_work() -> None:
    week = read("I don't run on fridays any more", read("easy Tue and Fri", Week()))
    assert week.runs == {"Tue": "easy"} and not week.excluded


def test_a_question_about_a_day_changes_nothing() -> None:
    before = read("easy Tue and Fri", Week()).model_copy(update={"planned": 2})
    assert read("what do I do on Wednesday?", before) == before


@pytest.mark.parametrize(("text", "sessions"), [("add another strength day", 3), ("one day less", 1)])
def test_sessions_are_counted_from_the_plan_that_was_drawn(text: str, sessions: int) -> None:
    before = read("easy Tue and Fri", Week()).model_copy(update={"planned": 2})
    assert read(text, before).sessions == sessions
