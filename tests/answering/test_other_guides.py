"""Guides never seen before, on other parts of the body and in another layout, need no code change."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.conversation import Conversation
from assistant.ingestion import index
from assistant.pipeline import Assistant
from assistant.retrieval.embeddings import LocalEmbeddings
from tests.conftest import FIXTURES, fresh_settings

KNEE = [
    ("why do my knees matter when I run", "Guide the kneecap in its groove"),
    ("what do weak hips do", "The thigh drifts inward"),
    ("tight quads, is that a problem?", "presses the kneecap onto the bone"),
    ("is a low cadence bad", "make each landing harder"),
    ("what causes knee pain in runners", "Weak Hips"),
    ("how often should I do the exercises", "twice a week"),
    ("how long is one session", "25 minutes"),
    ("how do I do wall sits", "30–45 seconds"),
    ("what are clamshells good for", "gluteus medius"),
    ("how many step downs", "3 sets of 8 per side"),
    ("how do monster walks go", "Walk sideways in a half squat"),
    ("what do spanish squats do", "Loads the patellar tendon"),
    ("terminal knee extension dose", "3 sets of 15 per side"),
    ("nordic curls how many", "2 sets of 5"),
    ("heel slides, what for", "Restores bending after long sitting"),
    ("how do I stretch my quads", "Pull the other foot to your bottom"),
    ("copenhagen plank how", "top leg on a bench"),
    ("what should I do before a run", "5 minutes on clamshells and heel slides"),
    ("what about after a short run", "15 minutes of strength"),
    ("should I shorten my stride", "softens each landing"),
    ("are hills bad for the knee", "Long descents load the kneecap most"),
    ("when should I see a professional", "more than 10 days"),
]
ANKLE = [
    ("what makes ankles roll", "Tired calves"),
    ("why are stiff joints bad", "the foot tips outward"),
    ("how often do I train", "three times per week"),
    ("how do I do calf raises", "Rise onto your toes"),
    ("how many calf raises", "3 sets of 15"),
    ("what are calf raises good for", "Achilles tendon"),
    ("towel scrunches please", "Pull it in with your toes"),
    ("towel scrunches how many", "2 sets of 20"),
    ("single leg balance, how", "Close your eyes"),
    ("why single-leg balance", "sense of position"),
    ("what do I do on rest days", "15 minutes for the whole workout"),
    ("anything before trail runs", "one round of balance"),
    ("how should I lace my shoes", "A firm heel"),
    ("when do I need a doctor", "longer than 4 days"),
]


@pytest.mark.parametrize(("fixture", "facts"), [("knee-guide.txt", KNEE), ("ankle-guide.html", ANKLE)])
def test_at_least_85_percent_of_the_facts_are_told(
    tmp_path: Path, embeddings: LocalEmbeddings, fixture: str, facts: list[tuple[str, str]]
) -> None:
    settings = fresh_settings(tmp_path)
    index.ingest(settings, embeddings.encode, embeddings.identity, [FIXTURES / fixture])
    assistant = Assistant.load(settings, embeddings=embeddings)
    missed = [
        (question, fact)
        for question, fact in facts
        if fact not in assistant.reply(question, Conversation.new()).answer
    ]
    assert len(missed) <= 0.15 * len(facts), missed
