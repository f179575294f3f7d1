"""Answers to what was asked, and complaints that the visitor takes back."""

from __future__ import annotations

import pytest

from assistant.guardrail import Guardrail, Triage


def turns(guardrail: Guardrail, *messages: str) -> list[Triage]:
    found: list[Triage] = []
    for message in messages:
        found.append(guardrail.assess(message, found[-1].state if found else None))
    return found


def levels(guardrail: Guardrail, *messages: str) -> list[str]:
    return [t.level for t in turns(guardrail, *messages)]


@pytest.mark.parametrize(
    "answer",
    [
        "no, did my 8 miles",
        "I ran last night, normal",
        "gym was fine, worked out fine",
        "not missed a session",
        "non, je cours comme d'habitude",
    ],
)
def test_what_went_well_answers_whether_it_stops_them(guardrail: Guardrail, answer: str) -> None:
    last = turns(guardrail, "sore lower back since yesterday", answer)[-1]
    assert (last.level, last.state.settled.keys()) == ("check", {"duration", "interference"})


@pytest.mark.parametrize(
    "answer",
    [
        "better than on Monday actually",
        "no, same as the first day",
        "it isn't growing",
        "same all the time",
        "ça n'empire pas",
    ],
)
def test_a_steady_or_easing_pain_answers_whether_it_gets_worse(guardrail: Guardrail, answer: str) -> None:
    said = turns(guardrail, "sore lower back since yesterday", "ran as usual", answer)
    assert [t.level for t in said] == ["check", "check", "none"]


def test_an_answer_to_another_question_leaves_the_one_asked_open(guardrail: Guardrail) -> None:
    said = turns(guardrail, "lower back pain", "3", "days. 3 days", "no it doesn't stop me")
    assert said[-1].level == "check"
    assert "worsening" not in said[-1].state.settled


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("can't get out of bed with this back", "sorry, wrong chat, that was for my sister"),
        ("my back has hurt for a month", "ignore that, the kids typed it, I have no back pain"),
        ("my daughter says her back hurts", "ha, turns out she was faking. no pain"),
        ("and if both feet go numb?", "nothing hurts, I'm revising for an exam"),
    ],
)
def test_a_complaint_that_was_none_is_taken_back(guardrail: Guardrail, first: str, second: str) -> None:
    opening, after = levels(guardrail, first, second)
    assert opening != "none"
    assert after == "none"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("my back has hurt for a month", "ignore that and just give me the exercises"),
        ("my back has hurt for a month", "no pain today though"),
        ("my back hurts and I can't feel my saddle area", "just kidding, no pain, forget that"),
        ("my back hurts and my knee keeps buckling", "prob just tired from the hike"),
        ("back pain, can't sit for long", "no pain when I lie down"),
    ],
)
def test_a_wish_or_a_good_hour_takes_nothing_back(guardrail: Guardrail, first: str, second: str) -> None:
    opening, after = levels(guardrail, first, second)
    assert opening in ("refer", "urgent")
    assert after == opening


def test_a_healthy_bladder_is_no_denied_pain(guardrail: Guardrail) -> None:
    assert levels(guardrail, "sore back, 2 days", "no numbness", "peeing is fine too")[-1] == "check"


def test_ice_explains_a_numb_patch(guardrail: Guardrail) -> None:
    said = ("back aches and my inner thighs are numb", "silly me, I was sitting on an ice pack, normal again")
    assert levels(guardrail, *said) == ["urgent", "check"]


@pytest.mark.parametrize(
    ("message", "level"),
    [
        ("2 days. 24 weeks is the baby", "check"),
        ("well, it'll be a fortnight on Friday", "refer"),
        ("it was about Easter when that started", "refer"),
    ],
)
def test_whose_time_it_is(guardrail: Guardrail, message: str, level: str) -> None:
    assert levels(guardrail, "a bit of low back ache", message)[-1] == level
