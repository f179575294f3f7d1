"""The adapter: it leaves the embeddings as they are, and both backends agree on its scores."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from assistant import resources
from assistant.retrieval.adapter import FILE, Adapter
from assistant.retrieval.embeddings import LocalEmbeddings, load_embeddings
from assistant.retrieval.encoders import Scored
from tests.conftest import fresh_settings

TEXTS = [
    "How do I do a bird dog?",
    "my back hurts and my legs are numb",
    "hips",
    "If pain lasts, get help. " * 60,
]


@pytest.fixture(scope="module")
def adapter() -> Adapter:
    found = Adapter.load(resources.folder("knowledge") / FILE)
    assert found is not None
    return found


def test_it_leaves_the_embeddings_as_they_are(tmp_path: Path, embeddings: LocalEmbeddings) -> None:
    bare = load_embeddings(fresh_settings(tmp_path, embedding_backend="torch"), adapted=False)
    assert bare.scores("my back hurts") is None
    for text, expected in zip(TEXTS, bare.encode(TEXTS), strict=True):
        fresh = LocalEmbeddings(embeddings._encoder, identity="x", scored_from=embeddings._scored_from)
        scores = fresh.scores(text)
        assert scores is not None
        assert fresh.encode([text])[0] @ expected > 0.99999


def test_both_backends_give_the_same_scores(tmp_path: Path, embeddings: LocalEmbeddings) -> None:
    torch = load_embeddings(fresh_settings(tmp_path, embedding_backend="torch"))
    for text in TEXTS:
        assert np.allclose(torch.scores(text), embeddings.scores(text), atol=1e-2)  # type: ignore[arg-type]


def test_one_run_gives_scores_and_embeddings() -> None:
    runs: list[list[tuple[str, bool]]] = []

    def encoder(texts: Sequence[str]) -> np.ndarray:  # type: ignore[type-arg]
        runs.append([(text, isinstance(text, Scored)) for text in texts])
        return np.array(
            [[1, 1, *[0.5 if isinstance(text, Scored) else np.nan] * 3] for text in texts], np.float32
        )

    held = LocalEmbeddings(encoder, identity="x", scored_from=2)
    held.prepare(["a", "b", "b"], scored="a")
    assert runs == [[("a", True), ("b", False)]]
    assert held.scores("a") == pytest.approx([0.5] * 3)
    assert held.encode(["a", "b"]).tolist() == [[1, 1], [1, 1]]
    assert held.scores("b") == pytest.approx([0.5] * 3)
    assert runs[1:] == [[("b", True)]]


@pytest.mark.parametrize("backend", ["onnx", "torch"])
def test_scores_do_not_depend_on_the_texts_beside_it(
    tmp_path: Path, backend: Literal["onnx", "torch"]
) -> None:
    settings = fresh_settings(tmp_path, embedding_backend=backend)
    alone, together = load_embeddings(settings), load_embeddings(settings)
    together.prepare([*TEXTS, "my back hurts and my legs are fine"], scored=TEXTS[1])
    assert np.allclose(together.encode(TEXTS), alone.encode(TEXTS), atol=1e-6)
    assert np.allclose(together.scores(TEXTS[1]), alone.scores(TEXTS[1]), atol=1e-5)  # type: ignore[arg-type]
    assert np.isfinite(together.encode(TEXTS)).all()


def test_it_survives_the_way_to_disk(tmp_path: Path, adapter: Adapter) -> None:
    adapter.save(tmp_path / FILE)
    again = Adapter.load(tmp_path / FILE)
    assert again is not None
    assert again.classes == adapter.classes
    assert again.base == adapter.base
    assert again.sha256
    for name, delta in adapter.deltas.items():
        step = np.abs(delta).max(axis=-1, keepdims=True) / 127 + 1e-6
        assert (np.abs(again.deltas[name] - delta) <= step).all()


def test_without_the_file_there_is_none_and_a_damaged_one_is_named(tmp_path: Path) -> None:
    assert Adapter.load(tmp_path / FILE) is None
    (tmp_path / FILE).write_bytes(b"no array")
    with pytest.raises(ValueError, match="train"):
        Adapter.load(tmp_path / FILE)


def test_differences_that_are_damaged_are_named_when_they_are_read(tmp_path: Path, adapter: Adapter) -> None:
    path = tmp_path / FILE
    adapter.save(path)
    whole = bytearray(path.read_bytes())
    at = whole.index(b":steps.npy") + 400  # within the packed numbers, behind the header
    whole[at : at + 200] = bytes(200)
    path.write_bytes(whole)
    found = Adapter.load(path)
    assert found is not None
    with pytest.raises(ValueError, match="triage_adapter"):
        dict(found.deltas)
