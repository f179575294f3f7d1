"""Texts of about one length run together, and a text's vector does not depend on those beside it."""

from __future__ import annotations

import numpy as np

from assistant.retrieval import encoders as module
from assistant.retrieval.embeddings import LocalEmbeddings


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
