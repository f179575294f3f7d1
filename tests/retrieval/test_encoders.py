"""Texts of about one length run together, and a text's vector does not depend on those beside it."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from assistant import settings as settings_module
from assistant.pipeline import Assistant
from assistant.retrieval import encoders as module
from assistant.retrieval.embeddings import LocalEmbeddings, load_embeddings, threads_of
from assistant.settings import Settings


def test_texts_run_beside_texts_of_about_their_length() -> None:
    lengths = [5, 6, 7, 20, 22, 250, 256, 256, 256, 256, 256]
    runs = list(module.together(lengths))
    assert [place for start, end in runs for place in range(start, end)] == list(range(len(lengths)))
    for start, end in runs:
        assert (end - start) * lengths[end - 1] <= module.MOST_PIECES
        assert lengths[end - 1] <= lengths[start] * module.MOST_PADDING + module.SPARE_PIECES
    assert (0, 3) in runs and (3, 5) in runs
    assert max(end - start for start, end in module.together([4] * 100)) == module.BATCH
    assert list(module.together([])) == []


def test_a_short_text_beside_a_long_one_keeps_its_vector(embeddings: LocalEmbeddings) -> None:
    long = "my back has hurt since the race and I wonder what to do about it " * 40
    fresh = LocalEmbeddings(embeddings._encoder, identity="x")
    both = fresh.encode([long, "hips", "bird dogs"])
    for text, row in zip([long, "hips", "bird dogs"], both, strict=True):
        alone = LocalEmbeddings(embeddings._encoder, identity="x").encode([text])[0]
        assert np.array_equal(alone, row) or np.allclose(alone, row, atol=1e-6)


def test_the_number_of_threads_changes_no_vector() -> None:
    texts = ["bird dogs", "my hips are tight after a day at the desk, what should I do first?"]
    rows = [
        load_embeddings(settings_module.load(embedding_threads=threads)).encode(texts)
        for threads in (1, 2, 3)
    ]
    assert np.array_equal(rows[0], rows[1]) and np.array_equal(rows[0], rows[2])


def test_the_processors_are_shared_among_the_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    for processors, workers, given, threads in (
        (2, 1, 0, 2),
        (2, 2, 0, 1),
        (1, 4, 0, 1),
        (64, 2, 0, 4),
        (8, 1, 6, 6),
    ):
        monkeypatch.setattr(os, "cpu_count", lambda number=processors: number)
        assert threads_of(Settings(workers=workers, embedding_threads=given)) == threads


def test_a_damaged_export_ends_the_start_and_names_its_folder(
    guide_settings: Settings, embeddings: LocalEmbeddings, tmp_path: Path
) -> None:
    (tmp_path / "model.onnx").write_bytes(b"not a model")
    (tmp_path / "export.json").write_text('{"max_word_pieces": 256}')
    whole = next(settings_module.load().data_dir.glob("models/*/tokenizer.json"))
    shutil.copy(whole, tmp_path / "tokenizer.json")
    broken = LocalEmbeddings(module.OnnxEncoder(tmp_path, 1), identity=embeddings.identity)
    with pytest.raises(module.ModelError, match=re.escape(str(tmp_path))):
        Assistant.load(guide_settings, embeddings=broken)
