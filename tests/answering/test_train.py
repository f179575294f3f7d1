"""Training the cross-encoder: the sentences are read, learnt, written and served as they were learnt."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant import resources
from assistant.answering.train import SENTENCES, Row, Tuner, fingerprint, passages, read
from assistant.retrieval import cross_encoder
from assistant.retrieval.adapter import Adapter
from assistant.retrieval.cross_encoder import CrossEncoder
from assistant.retrieval.embeddings import DEFAULT_MODEL, locate_model


def test_every_hand_wrote_faithful_and_faulty_sentences_on_known_passages() -> None:
    rows = read()
    hands = {row.hand for row in rows}
    for hand in hands:
        kinds = [row.faithful for row in rows if row.hand == hand]
        assert any(kinds) and not all(kinds), hand
    assert len(hands) >= 8 and all(row.premise for row in rows)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("faithful | squat | Squat low.", "no passage 'squat'"),
        ("faithful | bridge", "three fields"),
        (" | bridge | Lie down.", "three fields"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(tmp_path: Path, line: str, says: str) -> None:
    (tmp_path / "hip.passages.txt").write_text("bridge | Bridge | Lie on your back.\n")
    (tmp_path / "hip.a.txt").write_text(f"# ours\nfaithful | bridge | Lie down.\n{line}\n")
    with pytest.raises(ValueError, match=f"hip.a.txt:3: {says}"):
        read(tmp_path)


def test_the_weights_were_trained_on_the_sentences_as_they_are() -> None:
    adapter = Adapter.load(resources.folder("knowledge") / cross_encoder.FILE)
    assert adapter is not None
    assert adapter.meta["data_sha256"] == fingerprint(), "run python -m assistant.answering.train"


def test_what_is_learnt_is_written_and_served_in_eight_bits(tmp_path: Path) -> None:
    lines = passages(SENTENCES / "back.passages.txt")
    rows = [row for row in read() if row.hand == "back.a" and row.slug == "bird-dogs"][:48]
    assert lines["bird-dogs"].name == "Bird Dogs"
    source, base = locate_model(DEFAULT_MODEL)
    tuner = Tuner(source, base)
    adapter = tuner.fit(rows, epochs=1)
    before = tuner.chances(adapter, rows)
    path = tmp_path / cross_encoder.FILE
    adapter.save(path)
    again = Adapter.load(path)
    assert again is not None
    served = CrossEncoder.load(tmp_path, source, again, threads=1)
    chances = np.array([1 / (1 + np.exp(-served(row.text, row.premise))) for row in rows])
    assert np.abs(chances - before).max() < 0.05


def test_it_learns_what_the_rows_say(tmp_path: Path) -> None:
    source, base = locate_model(DEFAULT_MODEL)
    tuner = Tuner(source, base)
    premise = "Side Planks: Hold for 20–40 seconds."
    rows = [
        Row(f"Hold it for {n} seconds{end}", premise, "faithful" if 20 <= n <= 40 else "number", "x", "x")
        for n in (20, 25, 30, 35, 40, 90, 100, 120, 150, 180)
        for end in (".", ", please.", " each time.", " on your side.")
    ]
    chances = tuner.chances(tuner.fit(rows, epochs=40), rows)
    right = np.array([row.faithful for row in rows])
    assert chances[right].mean() > chances[~right].mean() + 0.3
