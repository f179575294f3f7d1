"""What turns texts into vectors: a sentence-transformers model on torch, or its export on onnxruntime."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.retrieval import adapter as adapters
from assistant.retrieval.adapter import Adapter

MAX_WORD_PIECES = 256
BATCH = 32
MOST_PIECES = 1_024
"""Word pieces of one run, padding counted; a run of four of the longest texts."""
MOST_PADDING = 1.25
SPARE_PIECES = 8
"""A run's longest text is at most so much longer than its shortest; one more run costs about as much."""
_CHECK_TEXTS = (
    "How do I do a bird dog?",
    "Back",
    "If back pain lasts longer than a week or two, or gets worse, see a professional. " * 8,
)

Vectors = NDArray[np.float32]


class ModelError(RuntimeError):
    """The embedding model cannot be used; the message says why and what to do."""


class Scored(str):
    """A text whose scores by the adapter are wanted with its embedding."""

    __slots__ = ()


class Encoder(Protocol):
    """Returns one row a text: its embedding and, of a `Scored` one, the adapter's scores behind it."""

    def __call__(self, texts: Sequence[str], /) -> Vectors: ...


class TorchEncoder:
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
        self._adapted = adapter is not None

    def _scored(self, texts: Sequence[str]) -> Vectors:
        """Return for each text its embedding and behind it the adapter's scores."""
        import torch

        feed = self.model.tokenizer(
            list(texts), truncation=True, max_length=self.limit, padding=True, return_tensors="pt"
        )
        with torch.inference_mode():
            outputs = self.branched(feed["input_ids"], feed["attention_mask"], torch.tensor(len(texts)))
        return np.hstack([output.numpy().astype(np.float32) for output in outputs])

    @property
    def limit(self) -> int:
        """Word pieces from which on a text is cut."""
        return min(int(self.model.max_seq_length or MAX_WORD_PIECES), 512)

    def __call__(self, texts: Sequence[str], /) -> Vectors:
        plain = [text for text in texts if not isinstance(text, Scored)]
        vectors = self.model.encode(
            plain, batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False
        )
        if len(plain) == len(texts):
            return np.asarray(vectors, dtype=np.float32)
        scored = iter(self._scored([text for text in texts if isinstance(text, Scored)]))
        bare = iter(vectors)
        return beside([next(scored) if isinstance(text, Scored) else next(bare) for text in texts])


class OnnxEncoder:
    """The fp32 export under onnxruntime: the same vectors, and no torch at run time."""

    def __init__(self, folder: Path, threads: int) -> None:
        import onnxruntime
        import tokenizers

        self._folder = folder
        # Loading holds no lock of Python's, so the rest of a start goes on beside it.
        pool = ThreadPoolExecutor(1)
        self._loading = pool.submit(
            onnxruntime.InferenceSession,
            str(folder / "model.onnx"),
            session_options(threads),
            providers=["CPUExecutionProvider"],
        )
        pool.shutdown(wait=False)
        self._tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
        limit = json.loads((folder / "export.json").read_text())["max_word_pieces"]
        self.vocabulary = frozenset(self._tokenizer.get_vocab())
        self._tokenizer.enable_truncation(limit)
        self._tokenizer.no_padding()

    @cached_property
    def _session(self) -> Any:
        try:
            return self._loading.result()
        except Exception as error:
            raise ModelError(
                f"the exported model in {self._folder} cannot be loaded ({type(error).__name__}); "
                "delete that folder: it is made anew"
            ) from error

    @cached_property
    def _inputs(self) -> frozenset[str]:
        return frozenset(item.name for item in self._session.get_inputs())

    def __call__(self, texts: Sequence[str], /) -> Vectors:
        """Run texts of about one length together.

        Raises:
            ModelError: the export is damaged; it is loaded in the background and missed only here.
        """
        pieces = [item.ids for item in self._tokenizer.encode_batch(list(texts))]
        order = sorted(range(len(pieces)), key=lambda index: len(pieces[index]))
        rows: list[Vectors] = [np.zeros(0, np.float32)] * len(pieces)
        for start, end in together([len(pieces[index]) for index in order]):
            group = sorted(order[start:end], key=lambda index: not isinstance(texts[index], Scored))
            scored = sum(isinstance(texts[index], Scored) for index in group)
            found, *scores = self._session.run(None, self._feed([pieces[index] for index in group], scored))
            for place, index in enumerate(group):
                rows[index] = np.append(found[place], scores[0][place]) if place < scored else found[place]
        return beside(rows)

    def _feed(self, pieces: list[list[int]], scored: int) -> dict[str, NDArray[np.int64]]:
        ids = np.zeros((len(pieces), max(len(row) for row in pieces)), dtype=np.int64)
        mask = np.zeros_like(ids)
        for number, row in enumerate(pieces):
            ids[number, : len(row)] = row
            mask[number, : len(row)] = 1
        # The graph cannot reshape nothing, so one text at least is scored.
        feed = {
            "input_ids": ids,
            "attention_mask": mask,
            "token_type_ids": np.zeros_like(ids),
            "scored": np.array(max(1, scored)),
        }
        return {name: feed[name] for name in self._inputs}


def session_options(threads: int) -> Any:
    """Return how an exported model is run, one call on so many threads."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Within a call, threads that are woken for every small matrix cost more than they wait; between calls,
    # threads that wait by spinning take the processor from whatever else answers.
    options.add_session_config_entry("session.intra_op.allow_spinning", "1")
    options.add_session_config_entry("session.force_spinning_stop", "1")
    return options


def beside(rows: Sequence[Vectors]) -> Vectors:
    """Return rows as one array; those without scores get NaN where others have theirs."""
    width = max((len(row) for row in rows), default=0)
    joined = np.full((len(rows), width), np.nan, np.float32)
    for place, row in enumerate(rows):
        joined[place, : len(row)] = row
    return joined


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
    reference = TorchEncoder(source, threads=2, adapter=adapter)
    temporary = folder.with_name(f"{folder.name}.{os.getpid()}.tmp")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    try:
        _write_graph(reference, temporary / "model.onnx", scores=adapter is not None)
        reference.model.tokenizer.backend_tokenizer.save(str(temporary / "tokenizer.json"))
        (temporary / "export.json").write_text(json.dumps({"max_word_pieces": reference.limit}))
        ours = OnnxEncoder(temporary, threads=2)
        closeness = float(np.min(np.sum(ours(_CHECK_TEXTS) * reference(_CHECK_TEXTS), axis=1)))
        if adapter is not None:
            texts = [*_CHECK_TEXTS[:-1], Scored(_CHECK_TEXTS[-1])]
            (*_, got), (*_, wanted) = ours(texts), reference(texts)
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


def _write_graph(reference: TorchEncoder, path: Path, *, scores: bool) -> None:
    import warnings

    import onnx
    import torch

    sample = reference.model.tokenizer(["one text", "and a longer one"], padding=True, return_tensors="pt")
    axes = {0: "texts", 1: "word_pieces"}
    inputs = {"input_ids": sample["input_ids"], "attention_mask": sample["attention_mask"]}
    outputs = {"embedding": {0: "texts"}}
    if scores:
        inputs["scored"] = torch.tensor(1)
        outputs["scores"] = {0: "scored"}
    with warnings.catch_warnings():
        # The exporter that onnxruntime accepts announces its own retirement on every call.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            reference.branched,
            tuple(inputs.values()),
            str(path),
            input_names=list(inputs),
            output_names=list(outputs),
            dynamic_axes={"input_ids": axes, "attention_mask": axes, **outputs},
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
