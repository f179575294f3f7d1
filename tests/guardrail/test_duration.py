"""Time spans relative to a fixed day, and whose they are."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.guardrail import Guardrail
from assistant.guardrail.clauses import sentences
from assistant.guardrail.duration import time_spans

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("for 3wks", 21, 21),
        ("10 d", 10, 10),
        ("a fortnight", 14, 14),
        ("a couple of weeks", 14, 14),
        ("going on two years now", 730, 731),
        ("2-3 weeks", 21, 21),
        ("a week or two", 14, 14),
        ("3/52", 21, 21),
        ("since easter", 200, 260),
        ("since september", 60, 75),
        ("since yesterday", 1, 1),
        ("since monday", 6, 6),
        ("over a week", 8, 9),
        ("twenty days", 20, 20),
        ("half a year", 180, 185),
        ("for the past month", 30, 31),
        ("seit drei wochen", 21, 21),
        ("depuis deux mois", 60, 62),
        ("desde hace tres semanas", 21, 21),
        ("ha dois meses", 60, 62),
        ("since 2019", 2600, 2800),
        ("an hour", 0, 1),
        ("hold for 30 seconds", 0, 1),
    ],
)
def test_span_in_days(text: str, low: float, high: float) -> None:
    (sentence,) = sentences(text)
    spans = time_spans(sentence.words, {}, TODAY)
    assert len(spans) == 1
    assert low <= spans[0].days <= high


def test_eight_days_is_the_border(guardrail: Guardrail) -> None:
    assert guardrail.assess("my back has hurt for 7 days").level == "check"
    assert guardrail.assess("my back has hurt for 8 days").level == "refer"


@pytest.mark.parametrize(
    "message",
    [
        "my race is in 4 weeks and my back is sore",
        "ran for 20 years, today my back aches",
        "12 weeks into marathon training and my back aches today",
    ],
)
def test_spans_of_other_things_are_not_the_pain(guardrail: Guardrail, message: str) -> None:
    assert guardrail.assess(message).level == "check"
