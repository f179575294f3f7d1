"""Tuning the encoder's last layers: it learns the cases it is given, and its file gives the same scores."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from assistant import resources, settings
from assistant.guardrail.head import LEVELS
from assistant.guardrail.train import fingerprint, settle
from assistant.guardrail.tuning import Tuner
from assistant.retrieval.adapter import FILE, Adapter
from assistant.retrieval.embeddings import LocalEmbeddings, load_embeddings, locate_model
from tests.conftest import fresh_settings

PLAIN = [
    "my back hurts and I cannot pee",
    "I wet myself since my back went",
    "no control of my bladder, back pain",
    "back pain and I leak urine",
    "peeing is impossible since my disc slipped",
]
HARMLESS = [
    "how long do I hold a plank",
    "which shoes for a marathon",
    "is running on sand easier",
    "how many sets of the bridge",
    "when should I train my core",
]


def rows() -> list[dict[str, Any]]:
    return [{"turns": [t], "levels": ["urgent"], "signals": ["bladder_bowel"]} for t in PLAIN] + [
        {"turns": [t], "levels": ["none"], "signals": []} for t in HARMLESS
    ]


def test_the_shipped_adapter_was_tuned_on_the_cases_as_they_are() -> None:
    adapter = Adapter.load(resources.folder("knowledge") / FILE)
    assert adapter is not None
    assert adapter.classes[: len(LEVELS)] == list(LEVELS)
    assert adapter.meta["data_sha256"] == fingerprint(), "run `python -m assistant.guardrail.train --all`"


@pytest.mark.filterwarnings("ignore:.*lr_scheduler.*")
def test_it_learns_its_cases_and_the_file_gives_the_same_scores(tmp_path: Path) -> None:
    source, weights = locate_model(settings.Settings().embedding_model)
    tuner = Tuner(source, weights, rows())
    fitted = tuner.fit(range(10), epochs=8)
    scores = tuner.scores(fitted, range(10))
    best = scores[:, : len(LEVELS)].argmax(axis=1)
    assert [LEVELS[i] for i in best] == ["urgent"] * 5 + ["none"] * 5
    tuner.adapter(fitted, cases=10).save(tmp_path / FILE)
    held = Adapter.load(tmp_path / FILE)
    assert held is not None
    assert np.allclose(tuner.judged(held), scores, atol=0.05)
    served: LocalEmbeddings = load_embeddings(
        fresh_settings(tmp_path, embedding_backend="torch"), adapter=held
    )
    for text, expected in zip(PLAIN, scores, strict=False):
        assert np.allclose(served.scores(text), expected, atol=0.05)  # type: ignore[arg-type]


def test_what_settles_is_learned_from_messages_and_both_opinions_on_them() -> None:
    source, weights = locate_model(settings.Settings().embedding_model)
    adapter = Adapter.load(resources.folder("knowledge") / FILE)
    assert adapter is not None
    more = [
        {"turns": ["my back hurts"], "levels": ["check"], "signals": []},
        {"turns": ["my back has hurt for six weeks"], "levels": ["refer"], "signals": ["duration"]},
    ]
    tuner = Tuner(source, weights, [*rows(), *more])

    def embed(texts: Sequence[str]) -> NDArray[np.float32]:
        return np.full((len(texts), 384), 384**-0.5, dtype=np.float32)

    learned = settle(resources.folder("knowledge"), tuner, adapter, embed)
    weight, bias = np.asarray(learned["settle_w"]), np.asarray(learned["settle_b"])
    assert weight.shape[1] == len(bias) == len(LEVELS)
    assert np.isfinite(weight).all()
    with pytest.raises(ValueError, match="no triage_head"):
        settle(Path("nowhere"), tuner, adapter, embed)
