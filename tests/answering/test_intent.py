"""Kinds of questions from examples."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant.answering.intent import IntentClassifier, IntentsError
from assistant.retrieval.embeddings import LocalEmbeddings
from assistant.settings import Settings


@pytest.fixture(scope="module")
def intents(guide_settings: Settings, embeddings: LocalEmbeddings) -> IntentClassifier:
    return IntentClassifier.load(guide_settings.knowledge_dir / "intents.toml", embeddings.encode)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("how many repetitions of this exercise", "dose"),
        ("what happens if I add too many miles at once", "causes"),
        ("which move is good for my glutes", "choose"),
        ("what do I do on days without a run", "integrate"),
        ("are worn shoes a problem", "protect"),
        ("is there a charge for the first visit", "clinic_cost"),
    ],
)
def test_a_question_goes_to_its_kind(intents: IntentClassifier, text: str, intent: str) -> None:
    assert intents.classify(text).best == intent


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("is it safe to mix these tablets", "drugs"),
        ("my elbow hurts", "body_part"),
        ("what does my mri say", "imaging"),
    ],
)
def test_what_is_beside_the_guide_is_told_by_kind(intents: IntentClassifier, text: str, kind: str) -> None:
    found = intents.classify(text)
    assert found.best_out == kind
    assert found.margin < 0 and found.scope < 0


def test_masked_and_plain_examples_are_kept_apart() -> None:
    def encode(texts: object) -> np.ndarray:
        rows = [[float("name" in t), float("it" in t), 1.0] for t in texts]  # type: ignore[attr-defined]
        array = np.array(rows, np.float32)
        return array / np.linalg.norm(array, axis=1, keepdims=True)

    made = IntentClassifier(
        {"howto": ["do name"], "dose": ["count"]},
        {"off": ["lose"]},
        encode,
        lambda text: text.replace("name", "it"),
    )
    assert made.classify("do it").scores["howto"] == pytest.approx(1.0)
    assert made.classify("do it", plain=True).scores["howto"] < 0.9


def test_a_list_that_is_none_is_named(tmp_path: Path) -> None:
    path = tmp_path / "intents.toml"
    path.write_text('[in]\nhowto = "how"\n[out]\ndrugs = ["pills"]\n', encoding="utf-8")
    with pytest.raises(IntentsError, match=r"\[in\] howto must be a list"):
        IntentClassifier.load(path, lambda texts: np.zeros((len(texts), 2), np.float32))
