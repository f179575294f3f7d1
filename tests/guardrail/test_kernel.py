"""The second opinion: red flags told in words that no list holds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant.guardrail import Guardrail
from assistant.guardrail.kernel import FILE, THRESHOLD, Kernel
from assistant.guardrail.train import fingerprint
from assistant.resources import folder
from assistant.retrieval.embeddings import LocalEmbeddings


@pytest.fixture(scope="module")
def kernel() -> Kernel:
    found = Kernel.load(folder("knowledge") / FILE)
    assert found is not None
    return found


def test_it_was_trained_on_the_cases_as_they_are(kernel: Kernel) -> None:
    assert kernel.data_sha256 == fingerprint()


def test_a_red_flag_in_unheard_words_is_nearer_than_a_question(
    kernel: Kernel, embeddings: LocalEmbeddings
) -> None:
    flag, question = embeddings.encode(
        [
            "my saddle area went dead after lifting and now the loo is a guessing game",
            "which of the ten is best for my glutes",
        ]
    )
    assert kernel.near(flag).value > THRESHOLD > kernel.near(question).value


def test_it_raises_and_never_lowers(embeddings: LocalEmbeddings) -> None:
    both, without = Guardrail.load(), Guardrail.load()
    without.kernel = None
    ranks = {"none": 0, "check": 1, "refer": 2, "urgent": 3}
    for message in (
        "my back hurts",
        "three weeks of back pain now",
        "I can't feel my bottom and my back is in spasm",
        "what is a side plank",
        "bum is numb since I lifted the fridge",
    ):
        raised = both.assess(message, embed=embeddings.encode).level
        assert ranks[raised] >= ranks[without.assess(message, embed=embeddings.encode).level]


def test_it_survives_the_way_to_disk(tmp_path: Path, kernel: Kernel, embeddings: LocalEmbeddings) -> None:
    kernel.save(tmp_path / FILE)
    again = Kernel.load(tmp_path / FILE)
    assert again is not None
    vector = embeddings.encode(["my legs gave way"])[0]
    assert np.isclose(again.near(vector).value, kernel.near(vector).value, atol=1e-3)
    assert again.near(vector).row == kernel.near(vector).row


def test_without_the_file_there_is_none_and_a_damaged_one_is_named(tmp_path: Path) -> None:
    assert Kernel.load(tmp_path / FILE) is None
    (tmp_path / FILE).write_bytes(b"no array")
    with pytest.raises(ValueError, match="train"):
        Kernel.load(tmp_path / FILE)
