"""A first question asked before is answered from memory, and nothing of one visitor's own is kept."""

from __future__ import annotations

from datetime import date

import pytest

from assistant import schema
from assistant.conversation import Conversation
from assistant.openings import MOST_CHARACTERS, Openings
from assistant.pipeline import Assistant
from assistant.retrieval.embeddings import LocalEmbeddings
from assistant.settings import Settings

QUESTIONS = [
    "How do I do a bird dog?",
    "Which exercises are good for tight hips?",
    "why do runners get back pain, and how often should I train?",
    "what is the capital of France?",
    "thanks!",
]
OWN = [
    "my back hurts, which exercise helps?",
    "my lower back has hurt for three weeks, what can I do?",
    "plan my week: I run Tuesday and Thursday",
    "I can't feel my legs",
]


def lasting(reply: schema.Reply) -> dict[str, object]:
    """Return what does not change from one conversation to the next."""
    return reply.model_dump(exclude={"conversation_id", "message_id"})


def remembered(conversation: Conversation) -> dict[str, object]:
    """Return what a conversation remembers."""
    return conversation.model_dump(exclude={"id", "started"})


@pytest.fixture(scope="module")
def assistant(guide_settings: Settings, embeddings: LocalEmbeddings) -> Assistant:
    return Assistant.load(guide_settings, embeddings=embeddings)


@pytest.fixture
def forgetful(assistant: Assistant) -> Assistant:
    """The assistant, with no opening kept."""
    assistant._openings = Openings()
    return assistant


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_second_time_gives_the_same_reply_and_the_same_conversation(
    forgetful: Assistant, question: str
) -> None:
    first, second = Conversation.new(), Conversation.new()
    once = forgetful.reply(question, first)
    assert len(forgetful._openings) == 1
    again = forgetful.reply(question, second)
    assert lasting(once) == lasting(again)
    assert again.conversation_id == second.id
    assert once.message_id != again.message_id
    assert remembered(first) == remembered(second)
    for follow in ("and how many?", "the second one", "it has hurt for three weeks", "why?"):
        assert lasting(forgetful.reply(follow, first)) == lasting(forgetful.reply(follow, second))
    assert remembered(first) == remembered(second)
    assert lasting(forgetful.reply(question, Conversation.new())) == lasting(once)


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_stream_says_the_same(forgetful: Assistant, question: str) -> None:
    fresh = list(forgetful.stream(question, Conversation.new()))
    again = list(forgetful.stream(question, Conversation.new()))
    assert [event.kind for event in fresh] == [event.kind for event in again]
    for one, other in zip(fresh, again, strict=True):
        if isinstance(one.data, schema.Reply) and isinstance(other.data, schema.Reply):
            assert lasting(one.data) == lasting(other.data)
        else:
            assert one.data == other.data


@pytest.mark.parametrize("message", OWN)
def test_nothing_of_ones_own_is_kept(forgetful: Assistant, message: str) -> None:
    forgetful.reply(message, Conversation.new())
    assert len(forgetful._openings) == 0


def test_only_a_first_question_is_kept_and_answered_from_memory(forgetful: Assistant) -> None:
    conversation = Conversation.new()
    forgetful.reply("my lower back has hurt for three weeks", conversation)
    later = forgetful.reply(QUESTIONS[0], conversation)
    assert len(forgetful._openings) == 0
    assert later.referral.level == "refer"
    assert forgetful.reply(QUESTIONS[0], Conversation.new()).referral.level == "none"
    assert forgetful.reply(QUESTIONS[0], conversation).referral.level == "refer"


def test_another_day_is_another_question(forgetful: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    forgetful.reply(QUESTIONS[0], Conversation.new())
    monkeypatch.setattr(forgetful, "_today", lambda: date(2031, 1, 1))
    forgetful.reply(QUESTIONS[0], Conversation.new())
    assert len(forgetful._openings) == 2


def test_the_oldest_goes_first_and_a_long_one_is_not_kept() -> None:
    openings = Openings[int](most=2)
    for number, key in enumerate(["a", "b"]):
        openings.keep(key, number)
    assert openings.get("a") == 0
    openings.keep("c", 2)
    assert (openings.get("a"), openings.get("b"), openings.get("c")) == (0, None, 2)
    openings.keep("x" * (MOST_CHARACTERS + 1), 3)
    assert len(openings) == 2
