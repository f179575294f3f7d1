"""A model may raise a level with the visitor's own words, and do nothing else."""

from __future__ import annotations

import pytest

from assistant import escalation
from assistant.guardrail import Guardrail, Triage
from assistant.schema import LEVELS

MESSAGE = "my back hurts today and my balance feels odd on stairs"


@pytest.fixture(scope="module")
def triage() -> Triage:
    return Guardrail.load().assess(MESSAGE)


def raised(triage: Triage, level: str, evidence: str, message: str = MESSAGE, steers: bool = False) -> Triage:
    return escalation.raised(triage, level, evidence, message, lambda _text: steers)


@pytest.mark.parametrize("level", ["refer", "urgent"])
def test_it_rises_on_the_visitors_words(triage: Triage, level: str) -> None:
    after = raised(triage, level, "My balance feels odd")
    assert after.level == level and after.sources[0] == "model" and after.ask is None
    assert after.when == {"refer": "soon", "urgent": "today"}[level]
    assert after.reasons[0].evidence == "My balance feels odd"
    again = Guardrail.load().assess("how do I do a bird dog?", after.state)
    assert again.level == level


@pytest.mark.parametrize(
    ("level", "evidence"),
    [
        ("none", "my balance feels odd"),
        ("check", "my balance feels odd"),
        ("URGENT", "my balance feels odd"),
        ("urgent", ""),
        ("urgent", "odd"),
        ("urgent", "cannot feel my legs"),
        ("urgent", "my balance feels odd " * 30),
    ],
)
def test_nothing_else_changes_it(triage: Triage, level: str, evidence: str) -> None:
    assert raised(triage, level, evidence) is triage


def test_it_never_falls(triage: Triage) -> None:
    high = Guardrail.load().assess("my back hurts and I can't feel anything between my legs")
    for level in LEVELS:
        assert raised(high, level, "my back hurts and", "my back hurts and so on") is high


def test_a_steering_message_raises_nothing(triage: Triage) -> None:
    assert raised(triage, "urgent", "my balance feels odd", steers=True) is triage


def test_without_present_pain_nothing_rises() -> None:
    calm = Guardrail.load().assess("how do I do a bird dog?")
    assert raised(calm, "urgent", "how do I do", "how do I do a bird dog?") is calm
