"""The embedding model as a cross-encoder: a text and a passage read together, scored by an adapter.

Pairs are long (a hundred word pieces), and only an opinion is wanted of them, not a vector that others were
compared with: so this graph is quantised to eight bits, which makes it more than twice as fast.
"""

from __future__ import annotations

import logging
import os
import shutil
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np

from assistant import resources
from assistant.retrieval.adapter import Adapter, pooled, through, tuned_layers
from assistant.retrieval.embeddings import DEFAULT_MODEL, locate_model, threads_of
from assistant.retrieval.encoders import ModelError, session_options
from assistant.settings import Settings

FILE = "entailment.npz"
"""The installation's weights; they say whether a passage entails a sentence."""
VERSION = 1
MOST_PIECES = 192
MOST_WORDS = 80
"""Words of a text that are read; a sentence is shorter."""
MOST_OFF = 0.15
"""How far the quantised graph's chances may be from the model's own on the mean of the check's pairs. Over
162 sentences that it had not learnt they were 0.025 off, and as many were read right."""
_CHECK_PAIRS = (
    ("Hold for 20 to 40 seconds.", "Side Planks: Lift your hips. Hold for 20–40 seconds."),
    ("Hold your breath for a minute.", "Side Planks: Lift your hips. Hold for 20–40 seconds."),
    ("Tight hips make the back work harder.", "Limited mobility there forces the back to work harder."),
    ("Tight hips spare the back some work.", "Limited mobility there forces the back to work harder."),
    ("Worn shoes may strain your back.", "Old or worn-out shoes may change your gait and strain your back."),
    ("Drink more coffee.", "Proper nutrition supports muscle recovery and prevents fatigue."),
)


class CrossEncoder:
    """Returns the log odds that an adapter gives a text and a passage."""

    def __init__(self, folder: Path, threads: int) -> None:
        import onnxruntime
        import tokenizers

        try:
            self._session = onnxruntime.InferenceSession(
                str(folder / "model.onnx"), session_options(threads), providers=["CPUExecutionProvider"]
            )
            self._tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:
            raise ModelError(
                f"the exported cross-encoder in {folder} cannot be loaded ({type(error).__name__}); "
                "delete that folder: it is made anew"
            ) from error
        self._tokenizer.enable_truncation(MOST_PIECES, strategy="only_second")
        self._tokenizer.no_padding()

    @classmethod
    def load(cls, data_dir: Path, source: Path, adapter: Adapter, threads: int) -> CrossEncoder:
        """Open the export of a model with an adapter; the first time it is made, which takes torch.

        Raises:
            ModelError: it cannot be made, or is damaged.
        """
        folder = export_folder(data_dir, adapter)
        if not (folder / "model.onnx").is_file():
            export(source, folder, adapter)
        return cls(folder, threads)

    def __call__(self, text: str, passage: str) -> float:
        """Return the log odds of one pair."""
        pair = self._tokenizer.encode(" ".join(text.split()[:MOST_WORDS]), passage)
        feed = {
            "input_ids": np.array([pair.ids], dtype=np.int64),
            "token_type_ids": np.array([pair.type_ids], dtype=np.int64),
        }
        return float(self._session.run(None, feed)[0][0])


def installed() -> Adapter | None:
    """Return the installation's weights; None where there are none for the packaged model, or not that model.

    Raises:
        ValueError: the weights are damaged.
    """
    found = Adapter.load(resources.folder("knowledge") / FILE)
    try:
        source, weights = locate_model(DEFAULT_MODEL)
    except ModelError:
        return None
    return found if found is not None and found.base == weights and source.is_dir() else None


def is_exported(settings: Settings) -> bool:
    """Say whether the installation's cross-encoder can be opened without being exported first."""
    return (found := installed()) is None or (
        export_folder(settings.data_dir, found) / "model.onnx"
    ).is_file()


def open_installed(settings: Settings) -> tuple[CrossEncoder, Adapter] | None:
    """Return the installation's cross-encoder with what it was written with; None where there is none.

    Raises:
        ModelError, ValueError: the export cannot be made, or it or the weights are damaged.
    """
    if (found := installed()) is None:
        return None
    source = locate_model(DEFAULT_MODEL)[0]
    return CrossEncoder.load(settings.data_dir, source, found, threads_of(settings)), found


def export_folder(data_dir: Path, adapter: Adapter) -> Path:
    """Return where the export for an adapter belongs."""
    return data_dir / "models" / f"{adapter.base[:16]}-pairs{VERSION}-{adapter.sha256[:16]}"


def crossed(model: Any, adapter: Adapter) -> Any:
    """Return a torch module from pairs to log odds.

    `model` is a BERT encoder of transformers. Inputs `input_ids` and `token_type_ids`, shape `(1, word
    pieces)`: 0 for the text, 1 for the passage. Output `(1,)`. The score is linear in the mean of the text's
    states and the state of the first piece.
    """
    import torch

    class Crossed(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.words = model.embeddings
            tuned = tuned_layers(model.encoder.layer, adapter)
            self.layers = torch.nn.ModuleList([*model.encoder.layer[: -len(tuned)], *tuned])
            self.register_buffer("weight", torch.from_numpy(adapter.weight))
            self.register_buffer("bias", torch.from_numpy(adapter.bias))

        def forward(self, input_ids: Any, token_type_ids: Any) -> Any:
            states = self.words(input_ids=input_ids, token_type_ids=token_type_ids)
            return (
                scored(self.layers, states, token_type_ids, torch.ones_like(input_ids), self.weight)
                + self.bias
            )

    return Crossed().eval()


def scored(layers: Any, states: Any, types: Any, mask: Any, weight: Any) -> Any:
    """Return the scores without bias, shape `(pairs,)`, of embedded pairs; `weight` has one column."""
    import torch

    mask = mask.to(weight.dtype)
    states = through(layers, states, mask)
    text = mask * (1.0 - types.to(weight.dtype))
    return (torch.cat([pooled(states, text), states[:, 0]], 1) @ weight)[:, 0]


def export(source: Path, folder: Path, adapter: Adapter) -> None:
    """Write the graph in eight bits and check it against the model.

    Raises:
        ModelError: torch or its tools are not installed, or the quantised graph is too far from the model.
    """
    try:
        import torch
        from onnxruntime.quantization import QuantType, quantize_dynamic
        from transformers import AutoModel, AutoTokenizer
        from transformers.utils import logging as transformers_logging
    except ImportError as error:
        raise ModelError(
            f"the check of a language model's sentences cannot be exported without {error.name}; "
            "install it, or copy the data folder's models/ from a machine that has it"
        ) from error
    import warnings

    transformers_logging.disable_progress_bar()
    tokenizer = AutoTokenizer.from_pretrained(str(source), local_files_only=True)
    model = crossed(AutoModel.from_pretrained(str(source), local_files_only=True), adapter)
    temporary = folder.with_name(f"{folder.name}.{os.getpid()}.tmp")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    try:
        sample = tokenizer("one text", "and a longer passage", return_tensors="pt")
        axes = {0: "pairs", 1: "word_pieces"}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                model,
                (sample["input_ids"], sample["token_type_ids"]),
                str(temporary / "whole.onnx"),
                input_names=["input_ids", "token_type_ids"],
                output_names=["log_odds"],
                dynamic_axes={"input_ids": axes, "token_type_ids": axes, "log_odds": {0: "pairs"}},
                opset_version=17,
                dynamo=False,
            )
        # It advises at the root of all logs to optimise the graph first, which changes nothing here.
        logging.disable(logging.WARNING)
        try:
            quantize_dynamic(
                str(temporary / "whole.onnx"),
                str(temporary / "model.onnx"),
                weight_type=QuantType.QInt8,
                op_types_to_quantize=["MatMul"],
                per_channel=True,
            )
        finally:
            logging.disable(logging.NOTSET)
        (temporary / "whole.onnx").unlink()
        tokenizer.backend_tokenizer.save(str(temporary / "tokenizer.json"))
        quantised = CrossEncoder(temporary, threads=2)
        off = []
        for text, passage in _CHECK_PAIRS:
            feed = tokenizer(text, passage, return_tensors="pt")
            with torch.inference_mode():
                wanted = float(model(feed["input_ids"], feed["token_type_ids"])[0])
            off.append(abs(_chance(quantised(text, passage)) - _chance(wanted)))
        if fmean(off) > MOST_OFF:
            raise ModelError(
                f"the quantised cross-encoder is {fmean(off):.2f} off the model; please report it"
            )
        shutil.rmtree(folder, ignore_errors=True)
        temporary.rename(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _chance(log_odds: float) -> float:
    return float(1.0 / (1.0 + np.exp(-log_odds)))
