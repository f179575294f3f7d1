"""The whole way of a message, on the project's guide and on others."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from assistant.conversation import Conversation
from assistant.ingestion import index
from assistant.pipeline import Assistant
from assistant.retrieval.embeddings import LocalEmbeddings
from assistant.schema import Reply
from assistant.settings import Settings
from tests.conftest import FIXTURES, fresh_settings
from tests.test_guide import EXERCISES

TYPOS = {
    "Plank with Shoulder Taps": "plank with sholder taps",
    "Bird Dogs": "brid dogs",
    "Glute Bridges": "glute brigdes",
    "Dead Bugs": "dead bgus",
    "Side Planks": "side plnaks",
    "Superman Holds": "supreman holds",
    "Single-Leg Romanian Deadlifts (RDLs)": "single-leg romanian deadlfits",
    "Cat-Cow Stretch": "cat-cow strecth",
    "Reverse Lunges with Rotation": "reverse lunges with rotatoin",
    "Hip Flexor Stretch": "hip flexr stretch",
}
MAY = date(2026, 5, 20)


@pytest.fixture(scope="module")
def assistant(guide_settings: Settings, embeddings: LocalEmbeddings) -> Assistant:
    return Assistant.load(guide_settings, embeddings=embeddings, today=lambda: MAY)


def ask(assistant: Assistant, *messages: str) -> Reply:
    conversation = Conversation.new()
    replies = [assistant.reply(message, conversation) for message in messages]
    return replies[-1]


def spelled(name: str) -> list[str]:
    return [name, name.lower(), TYPOS[name]]


@pytest.mark.parametrize("question", [text for name in EXERCISES for text in spelled(name)])
def test_each_exercise_is_explained_whole_however_it_is_spelled(assistant: Assistant, question: str) -> None:
    name = next(n for n in EXERCISES if question in spelled(n))
    reply = ask(assistant, f"How do I do {question}?")
    exercise = reply.exercises[0]
    assert exercise.name == name
    assert exercise.why in reply.answer and exercise.dose in reply.answer
    assert all(step in reply.answer for step in exercise.steps)
    assert reply.citations[0].section.endswith(name)


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("RDLs", "Single-Leg Romanian Deadlifts (RDLs)"),
        ("birddog", "Bird Dogs"),
        ("cat cow", "Cat-Cow Stretch"),
        ("the superman", "Superman Holds"),
        ("deadbugs", "Dead Bugs"),
        ("glute bridge", "Glute Bridges"),
        ("a side plank", "Side Planks"),
        ("reverse lunge", "Reverse Lunges with Rotation"),
    ],
)
def test_short_and_joined_names_are_understood(assistant: Assistant, alias: str, name: str) -> None:
    assert [e.name for e in ask(assistant, f"how do you do {alias}").exercises] == [name]


def test_quotations_stand_in_the_guide_word_for_word(assistant: Assistant, guide_settings: Settings) -> None:
    guide = (guide_settings.knowledge_dir / "back-exercises-for-runners.md").read_text(encoding="utf-8")
    for question in (
        "what causes back strains",
        "why does my back matter",
        "how often",
        "tips for my back",
        "Bird Dogs",
    ):
        for citation in ask(assistant, question).citations:
            assert citation.quote in guide


@pytest.mark.parametrize(
    ("question", "topic", "holds"),
    [
        ("why does the back matter for running?", "why", "transfer force"),
        ("what causes back strains in runners", "causes", "Sudden Training Increases"),
        ("how many glute bridges", "exercises", "2–3 sets of 12–15."),
        ("how often should I do the exercises", "exercises", "2–3 times per week"),
        ("when do I fit the exercises into my training?", "integration", "10–15 minutes"),
        ("any other tips to protect my back", "protection", "Vary surfaces"),
        ("when should I see a professional", "seek_help", "beyond a week or two"),
        ("how do I book a visit", "clinic", "Discovery Visit"),
        ("hello", "smalltalk", "Hi!"),
        ("thanks a lot", "smalltalk", "welcome"),
        ("are you a real doctor?", "smalltalk", "not a doctor"),
    ],
)
def test_each_kind_of_question_gets_its_own_answer(
    assistant: Assistant, question: str, topic: str, holds: str
) -> None:
    reply = ask(assistant, question)
    assert reply.topic == topic
    assert holds in reply.answer
    assert reply.grounding.supported == 1.0


@pytest.mark.parametrize(
    "question",
    [
        "can I take ibuprofen before a run",
        "what does my mri report mean",
        "who won the world cup",
        "can my eight year old do this",
        "how do I bake bread",
    ],
)
def test_what_the_guide_lacks_is_said_and_not_guessed(assistant: Assistant, question: str) -> None:
    reply = ask(assistant, question)
    assert reply.topic == "out_of_scope"
    assert reply.citations == [] and reply.exercises == []


def test_booking_offers_the_four_ways_to_a_person(assistant: Assistant) -> None:
    actions = ask(assistant, "I'd like to book an appointment").referral.actions
    assert [action.kind for action in actions] == ["link", "form", "form", "form"]
    assert actions[0].url == "https://www.endurance-unleashed.com/free-discovery-visit/"


@pytest.mark.parametrize(
    ("message", "level"),
    [
        ("How do I do a bird dog?", "none"),
        ("my lower back hurts", "check"),
        ("my back has hurt for three weeks", "refer"),
        ("my back hurts and I can't feel anything between my legs", "urgent"),
    ],
)
def test_the_guardrail_speaks_before_the_guide(assistant: Assistant, message: str, level: str) -> None:
    reply = ask(assistant, message)
    assert reply.referral.level == level
    if level == "urgent":
        assert reply.exercises == [] and reply.citations == [] and reply.plan is None
        assert reply.referral.when in ("now", "today")
    if level == "refer":
        assert reply.referral.when == "soon" and reply.referral.actions
        assert reply.referral.reasons[0].signal == "duration"
    if level == "check":
        assert reply.suggestions


def test_a_level_holds_when_the_subject_changes(assistant: Assistant) -> None:
    reply = ask(assistant, "my back has hurt for three weeks", "ok. how do I do a side plank?")
    assert reply.referral.level == "refer"
    assert [e.name for e in reply.exercises] == ["Side Planks"]


def test_a_follow_up_is_about_what_was_shown(assistant: Assistant) -> None:
    assert "2–3 sets of 12–15." in ask(assistant, "explain glute bridges", "how many?").answer


def test_the_stream_says_the_referral_first_and_then_the_answer(assistant: Assistant) -> None:
    events = list(assistant.stream("how many bird dogs?", Conversation.new()))
    assert [event.kind for event in events[:2]] == ["referral", "delta"]
    assert events[-1].kind == "done"
    done = events[-1].data
    assert isinstance(done, Reply)
    assert "".join(str(event.data) for event in events if event.kind == "delta") == done.answer


@pytest.mark.parametrize("fixture", ["knee-guide.txt", "ankle-guide.html"])
def test_another_clinics_guide_works_without_a_code_change(
    tmp_path: Path, embeddings: LocalEmbeddings, fixture: str
) -> None:
    settings = fresh_settings(tmp_path)
    index.ingest(settings, embeddings.encode, embeddings.identity, [FIXTURES / fixture])
    other = Assistant.load(settings, embeddings=embeddings)
    for chunk in index.current(settings).chunks:
        if chunk.exercise:
            answer = ask(other, f"how do I do {chunk.title.lower()}?").answer
            assert all(step in answer for step in chunk.exercise.steps), chunk.title
            assert chunk.exercise.dose in answer


def test_marks_point_at_citations_that_exist(assistant: Assistant) -> None:
    for question in (
        "what causes strains",
        "exercises for a weak core",
        "Bird Dogs",
        "why does the back matter",
    ):
        reply = ask(assistant, question)
        marks = {int(n) for n in re.findall(r"\[(\d+)\]", reply.answer)}
        assert marks == set(range(1, len(reply.citations) + 1))
