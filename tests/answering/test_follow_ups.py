"""What a message means through the ones before it."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.conversation import Conversation
from assistant.pipeline import Assistant
from assistant.retrieval.embeddings import LocalEmbeddings
from assistant.schema import Reply
from assistant.settings import Settings
from assistant.wording import Wording


@pytest.fixture(scope="module")
def assistant(guide_settings: Settings, embeddings: LocalEmbeddings) -> Assistant:
    return Assistant.load(guide_settings, embeddings=embeddings, today=lambda: date(2026, 5, 20))


def replies(assistant: Assistant, *messages: str) -> list[Reply]:
    conversation = Conversation.new()
    return [assistant.reply(message, conversation) for message in messages]


@pytest.mark.parametrize(
    ("messages", "holds"),
    [
        (["how do I do the plank with shoulder taps?", "and the other plank?"], "Lift your hips"),
        (["how do I do glute bridges?", "and superman"], "Lift arms, chest and legs"),
        (["hip flexor stretch", "what's the difference to cat-cow?"], "Inhale|spinal mobility"),
        (["dead bugs or bird dogs?", "how is the second done?"], "Begin on all fours"),
        (["is running on concrete bad for my back?", "what instead"], "trails or tracks"),
        (["10 minutes after a run, what?", "and before"], "bird dogs and lunges with rotation"),
        (["I hate planks, any alternative?"], "Dead Bugs"),
        (["which exercises start on all fours?"], "Bird Dogs"),
        (["how do I do bird dogs, and what are they good for?"], "Trains coordination"),
    ],
)
def test_a_follow_up_goes_on_from_what_was_said(
    assistant: Assistant, messages: list[str], holds: str
) -> None:
    answer = replies(assistant, *messages)[-1].answer
    assert any(part in answer for part in holds.split("|")), answer


@pytest.mark.parametrize(
    "message", ["my cat is asleep on the sofa", "is superman stronger than batman", "can toddlers do planks"]
)
def test_a_word_of_an_exercise_does_not_hide_what_a_message_is_about(
    assistant: Assistant, message: str
) -> None:
    assert replies(assistant, message)[0].topic == "out_of_scope"


def test_the_card_is_whole_once_and_a_line_now_and_then(assistant: Assistant) -> None:
    told = replies(
        assistant,
        "my back has hurt for three weeks",
        "how do I do a bird dog?",
        "how many?",
        "why?",
        "it's getting worse now",
    )
    wording = Wording.load()
    line = wording.say("care.refer.reminder")
    assert {reply.referral.level for reply in told} == {"refer"}
    assert all(reply.referral.actions for reply in told)
    assert "3 weeks" in told[0].answer
    assert told[1].answer.startswith(line) and "3 weeks" not in told[1].answer
    assert line not in told[2].answer
    assert "getting worse" in told[4].answer


def test_whoever_has_pain_and_asks_is_answered(assistant: Assistant) -> None:
    told = replies(
        assistant, "my back has hurt for a month", "yes but how do I do cat cow", "and the bird dog"
    )
    assert "Inhale" in told[1].answer and "all fours" in told[2].answer


def test_a_question_beside_the_guide_gets_what_the_guide_has_nearby(assistant: Assistant) -> None:
    reply = replies(assistant, "which foam roller is best for tight hips?")[0]
    assert reply.topic == "out_of_scope" and reply.citations


def test_the_calendar_is_one_line_behind_a_plan(assistant: Assistant) -> None:
    plan, calendar = replies(assistant, "make me a weekly plan", "can I get that in my calendar?")
    assert calendar.plan is not None and plan.plan is not None
    assert "| Mon |" not in calendar.answer


def test_the_first_question_is_remembered(assistant: Assistant) -> None:
    told = replies(assistant, "do old shoes matter?", "and surfaces?", "what did I ask you first?")
    assert "do old shoes matter?" in told[2].answer


def test_nothing_is_listed_again_when_all_was_shown(assistant: Assistant) -> None:
    told = replies(assistant, "show me all ten exercises", "more")
    assert len(told[0].exercises) == 10
    assert told[1].answer == Wording.load().say("answers.partly.all_shown")
