"""What a sentence says must stand in its quotation."""

from __future__ import annotations

import pytest

from assistant import schema
from assistant.answering.grounding import supported

QUOTE = "Hold for 3–5 seconds and keep your back flat.\n\nReps: 2–3 sets of 8–10 per side."


def citation(quote: str = QUOTE) -> schema.Citation:
    return schema.Citation(id="x", guide="g", section="2. Bird Dogs", url="", quote=quote)


@pytest.mark.parametrize(
    "answer",
    [
        "Hold for 3–5 seconds and keep your back flat. [1]",
        "How much: 2–3 sets of 8–10 per side. [1]",
        "3. Hold for 3–5 seconds and keep your back flat. [1]",
        "**Bird Dogs**: 2–3 sets of 8–10 per side. [1]",
        "Hello there!",
    ],
)
def test_what_the_quotation_holds_is_supported(answer: str) -> None:
    assert supported(answer, [citation()]) == 1.0


@pytest.mark.parametrize(
    "answer",
    [
        "Hold for 30 seconds and keep your back flat. [1]",
        "2–3 sets of 12–15 per side. [1]",
        "Squeeze your glutes at the very top of the movement. [1]",
        "Hold for 3–5 seconds and keep your back flat. [2]",
    ],
)
def test_other_numbers_words_and_marks_are_not(answer: str) -> None:
    assert supported(answer, [citation()]) == 0.0


def test_the_share_is_of_the_cited_statements() -> None:
    answer = "Keep your back flat. [1] Jump as high as possible afterwards. [1]"
    assert supported(answer, [citation()]) == 0.5
