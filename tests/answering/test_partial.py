"""Questions that the guide answers in part, and changes of a plan that was drawn."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.answering import cues
from assistant.answering.week import Week, read, work_days
from assistant.conversation import Conversation
from assistant.pipeline import Assistant
from assistant.retrieval.embeddings import LocalEmbeddings
from assistant.schema import Reply
from assistant.settings import Settings
from assistant.wording import Wording


@pytest.fixture(scope="module")
def assistant(guide_settings: Settings, embeddings: LocalEmbeddings) -> Assistant:
    return Assistant.load(guide_settings, embeddings=embeddings, today=lambda: date(2026, 5, 20))


def last(assistant: Assistant, *messages: str) -> Reply:
    conversation = Conversation.new()
    return [assistant.reply(message, conversation) for message in messages][-1]


def said(key: str, **variables: str) -> str:
    return Wording.load().say(key, **variables)


@pytest.mark.parametrize(
    ("messages", "key"),
    [
        (["Should I do these the day before my half marathon?"], "race"),
        (["I'm 74, are these exercises right for my age?"], "suits"),
        (["how do I do dead bugs?", "what if it gets too easy"], "harder"),
        (["morning or evening?"], "daytime"),
        (["how do I do bird dogs?", "my legs tremble, is that normal?"], "feel"),
        (["show me all the exercises", "all of them in one session?"], "together"),
        (["I skipped two weeks, do I catch up?"], "missed"),
        (["how many bridges?", "6 sets ok?"], "no_more"),
        (["is it fine to do them daily?"], "no_more"),
        (["once a week enough?"], "no_fewer"),
    ],
)
def test_what_the_guide_lacks_is_said_first(assistant: Assistant, messages: list[str], key: str) -> None:
    reply = last(assistant, *messages)
    assert said(f"answers.partly.{key}") in reply.answer
    assert reply.topic != "out_of_scope"
    assert reply.plan is None


def test_a_thing_that_the_guide_does_not_mention_is_named(assistant: Assistant) -> None:
    answer = last(assistant, "what causes back strains?", "and what about stairs?").answer
    assert answer.startswith(said("answers.partly.unspoken", thing="stairs"))
    assert "Overstriding" not in answer


def test_what_is_told_of_an_exercise_is_not_answered_with_its_steps_again(assistant: Assistant) -> None:
    answer = last(assistant, "how do I do side planks?", "I fall over every time").answer
    assert said("answers.exercise.steps") not in answer


PLAN = "Plan my week: easy Mon and Wed, intervals Fri, long run Sunday"


def test_a_session_is_made_shorter_within_the_guides_minutes(assistant: Assistant) -> None:
    whole, short = last(assistant, PLAN).plan, last(assistant, PLAN, "make the wednesday one shorter").plan
    assert whole is not None
    assert short is not None
    wednesday = {day.day: day for day in short.days}["Wed"]
    assert wednesday.minutes == [10, 15]
    assert len(wednesday.exercises) < len({day.day: day for day in whole.days}["Wed"].exercises)
    assert [day for day in short.days if day.day != "Wed"] == [day for day in whole.days if day.day != "Wed"]


@pytest.mark.parametrize(
    "change",
    ["make the friday one shorter", "make the wednesday one harder", "add the stretch on tuesday"],
)
def test_a_change_that_changes_nothing_says_so(assistant: Assistant, change: str) -> None:
    reply = last(assistant, PLAN, change)
    assert said("plan.unchanged") in reply.answer
    assert said("plan.head") not in reply.answer
    drawn = last(assistant, PLAN).plan
    assert reply.plan is not None
    assert drawn is not None
    assert reply.plan.days == drawn.days


def test_an_exercise_on_a_day_of_rest_is_no_run() -> None:
    week = Week(runs={"Mon": "easy", "Wed": "easy"}, planned=2)
    assert work_days("can you add the stretch on tuesday", week, names=True) == ["Tue"]
    assert read("can you add the stretch on tuesday", week, names=True).runs == week.runs
    assert read("add an easy run on tuesday", week).runs == {**week.runs, "Tue": "easy"}


def test_only_some_days_replace_the_others() -> None:
    week = Week(runs={"Mon": "easy", "Wed": "easy"}, planned=2)
    assert read("weekends only actually", week).runs == {"Sat": "easy", "Sun": "easy"}


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("twice a week", 2),
        ("5x per week", 5),
        ("every single day", 7),
        ("every other day", None),
        ("often", None),
    ],
)
def test_times_a_week(text: str, times: int | None) -> None:
    assert cues.times_a_week(text) == times


@pytest.mark.parametrize(
    ("text", "thing"),
    [("and what about hills", "hills"), ("ok how about the stairs?", "stairs"), ("and how many?", "")],
)
def test_what_a_follow_up_asks_about(text: str, thing: str) -> None:
    assert cues.subject(text) == thing
