"""Several questions in one message, and whether anything is asked at all."""

from __future__ import annotations

import pytest

from assistant.answering.segments import asks, questions


@pytest.mark.parametrize(
    ("message", "count"),
    [
        ("how do I do bird dogs and how many?", 2),
        ("bird dogs: what are they, and do they go before a run?", 2),
        ("My hips are tight. What should I do first and how often?", 2),
        ("how do I do bird dogs?", 1),
    ],
)
def test_questions_are_told_apart(message: str, count: int) -> None:
    assert len(questions(message)) == count


@pytest.mark.parametrize(
    ("message", "asking"),
    [
        ("yes but how do I do cat cow", True),
        ("just tell me how to do bridges", True),
        ("whats my back got to do with it", True),
        ("I would like something gentle", True),
        ("my back has hurt for weeks", False),
        ("it is getting better", False),
    ],
)
def test_a_request_is_told_from_a_report(message: str, asking: bool) -> None:
    assert asks(message) is asking
