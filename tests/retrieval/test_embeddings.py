"""The served vectors are the model's own, and only published weights are trusted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant.retrieval import embeddings as module
from assistant.retrieval.embeddings import LocalEmbeddings, ModelError, load_embeddings, locate_model
from tests.conftest import fresh_settings

TEXTS = ["How do I do a bird dog?", "hips", "If pain lasts, get help. " * 60, "überlastet 🏃 ظهر"]


def test_the_export_gives_the_vectors_of_sentence_transformers(
    tmp_path: Path, embeddings: LocalEmbeddings
) -> None:
    torch = load_embeddings(fresh_settings(tmp_path, embedding_backend="torch"))
    cosines = np.sum(torch.encode(TEXTS) * embeddings.encode(TEXTS), axis=1)
    assert cosines.min() > 0.99999
    assert torch.identity == embeddings.identity


def test_rows_are_unit_vectors_alone_and_in_a_batch(embeddings: LocalEmbeddings) -> None:
    batch = embeddings.encode(TEXTS)
    assert batch.shape == (4, 384)
    assert np.allclose(np.linalg.norm(batch, axis=1), 1.0, atol=1e-5)
    fresh = LocalEmbeddings(embeddings._encoder, identity="x")
    for text, row in zip(TEXTS, batch, strict=True):
        assert np.allclose(fresh.encode([text])[0], row, atol=1e-5)


def test_equal_texts_are_computed_once() -> None:
    seen: list[str] = []

    def encoder(texts: object) -> module.Vectors:
        seen.extend(texts)  # type: ignore[arg-type]
        return np.ones((len(list(texts)), 2), np.float32)  # type: ignore[call-overload]

    cached = LocalEmbeddings(encoder, identity="x")
    cached.encode(["a", "b", "a"])
    cached.encode(["b", "c"])
    assert seen == ["a", "b", "c"]


def test_other_weights_under_the_packages_name_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"other weights")
    monkeypatch.setattr(module, "_packaged_folder", lambda: tmp_path)
    with pytest.raises(ModelError, match="not the published"):
        locate_model(module.DEFAULT_MODEL)


def test_without_the_package_the_published_name_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_packaged_folder", lambda: None)
    source, _ = locate_model(module.DEFAULT_MODEL)
    assert str(source) == module.DEFAULT_MODEL


def test_a_folder_without_weights_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no model\.safetensors"):
        locate_model(str(tmp_path))


def test_the_packages_code_is_never_imported() -> None:
    import subprocess
    import sys

    code = (
        "import sys; from assistant.retrieval.embeddings import locate_model, DEFAULT_MODEL as m; "
        "locate_model(m); print([n for n in sys.modules if n.startswith('gt_')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
