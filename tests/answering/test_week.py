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
