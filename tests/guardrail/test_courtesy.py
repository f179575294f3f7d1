"""Courtesies are left out before anything is read, and nothing else is."""

from __future__ import annotations

import pytest

from assistant.guardrail.courtesy import without


@pytest.mark.parametrize(
    ("message", "left"),
    [
        ("Hi all, my back hurts. Thanks so much in advance!", "my back hurts."),
        ("hey guys my back hurts when i run thank you", "my back hurts when i run"),
        ("Sorry for the long post. My legs are numb! Any help appreciated", "My legs are numb!"),
        ("Hello doctor, I have a sore back. Kindly advise, thanks.", "I have a sore back."),
        ("no thanks", "no"),
        ("yes please", "yes"),
    ],
)
def test_courtesy_is_left_out(message: str, left: str) -> None:
    assert without(message) == left


@pytest.mark.parametrize(
    "message",
    [
        "hello",
        "Thanks!",
        "Please share: my aunt felt short of breath and her upper back ached.",
        "thanks to your plan my back hurts less",
        "My back, please believe me, has hurt for weeks",
        "What is good for my back",
        "",
        "…",
    ],
)
def test_what_says_something_stays(message: str) -> None:
    assert without(message) == message
