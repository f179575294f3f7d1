"""The care card of each level."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.guardrail import Guardrail, PolicyError
from assistant.guardrail.referral import load_numbers, render
from assistant.settings import Clinic, ClinicAction
from assistant.wording import Wording

CLINIC = Clinic(
    name="Stride Clinic",
    country="GB",
    actions=[ClinicAction(id="call_back", kind="form", label="Call me back", url="#call_back")],
)


@pytest.fixture(scope="module")
def wording() -> Wording:
    return Wording.load()


def test_none_has_no_card(guardrail: Guardrail, wording: Wording) -> None:
    card = render(guardrail.assess("how do I do a plank?"), CLINIC, wording)
    assert card == ("", [], [])


def test_check_asks_with_tappable_replies(guardrail: Guardrail, wording: Wording) -> None:
    card = render(guardrail.assess("my back hurts"), CLINIC, wording)
    assert wording.say("care.ask.duration.question") in card.lead
    assert card.suggestions == wording.all("care.ask.duration.replies")


def test_refer_says_why_and_offers_the_clinic(guardrail: Guardrail, wording: Wording) -> None:
    card = render(guardrail.assess("my back has hurt for three weeks, I had to stop my run"), CLINIC, wording)
    assert "3 weeks" in card.lead and "Stride Clinic" in card.lead
    assert [action.label for action in card.actions] == ["Call me back"]


@pytest.mark.parametrize(
    ("message", "number"),
    [
        ("can't pee since my back went", "tel:999"),
        ("back pain and a fever", "tel:111"),
        ("I want to end my life", "tel:116123"),
    ],
)
def test_urgent_phones_first_and_never_books(
    guardrail: Guardrail, wording: Wording, message: str, number: str
) -> None:
    card = render(guardrail.assess(message), CLINIC, wording)
    assert card.actions[0].url == number
    assert all(action.kind == "phone" for action in card.actions)
    assert card.suggestions == []


def test_unknown_country_has_words_and_no_number(guardrail: Guardrail, wording: Wording) -> None:
    card = render(guardrail.assess("can't pee since my back went"), Clinic(), wording)
    assert "local emergency number" in card.lead
    assert not any(action.url.startswith("tel:") for action in card.actions)


def test_every_row_has_words_for_both_subjects(guardrail: Guardrail, wording: Wording) -> None:
    for row in guardrail.policy.flags:
        assert wording.has(f"care.because.self.{row}"), row
        assert wording.has(f"care.because.other.{row}"), row


def test_other_language_says_which_language_the_guide_is_in(guardrail: Guardrail, wording: Wording) -> None:
    card = render(guardrail.assess("me duele la espalda desde hace tres semanas"), CLINIC, wording)
    assert wording.say("care.language.es") in card.lead


def test_wrong_number_is_named(tmp_path: Path) -> None:
    (tmp_path / "emergency.toml").write_text('[default]\n[GB]\nemergency = "call us"\n', encoding="utf-8")
    with pytest.raises(PolicyError, match=r"emergency\.toml, line 2: GB\.emergency"):
        load_numbers(tmp_path)
