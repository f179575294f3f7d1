"""A second reading of a text by the embedding model: its last layers tuned for one task, beside its own.

The first layers run once; then the model's own last layers give the embedding and a tuned copy of them gives
scores (branching as in side-tuning, Zhang et al. 2020). So a classifier with a transformer's grasp of word
order costs a third of an embedding and leaves the embedding as it is. The file holds only the differences
from the published weights, in eight bits a number with a scale a row.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

FILE = "triage_adapter.npz"
LAYERS = 2
"""Last layers that are tuned; four did no better and cost twice as much."""
_STEPS = 127

Array = NDArray[np.float32]
_DAMAGE = (OSError, KeyError, ValueError, TypeError, BadZipFile)


class Adapter:
    """Differences of the tuned layers from the model's own, and a linear map from pooled states to scores.

    Args:
        deltas: parameter name within the tuned layers → difference, float32.
        weight: `(dimensions, scores)`.
        bias: `(scores,)`.
        meta: `base` (SHA-256 of the weights it was tuned from), `classes`, and what the trainer adds.
    """

    def __init__(
        self, deltas: Mapping[str, Array], weight: Array, bias: Array, meta: Mapping[str, Any]
    ) -> None:
        self.deltas = deltas
        self.weight = weight
        self.bias = bias
        self.meta = dict(meta)
        self.base = str(meta["base"])
        self.classes = [str(name) for name in meta["classes"]]
        self.sha256 = ""
        """Hash of the file that it was read from."""

    @classmethod
    def load(cls, path: Path) -> Adapter | None:
        """Read `path`; None where it does not exist.

        Raises:
            ValueError: the file is damaged; train again or delete it.
        """
        if not path.is_file():
            return None
        try:
            with np.load(path, allow_pickle=False) as held:
                meta = json.loads(str(held["meta"]))
                weight, bias = held["weight"].astype(np.float32), held["bias"].astype(np.float32)
                found = cls(_Deltas(path, meta["parameters"]), weight, bias, meta)
        except _DAMAGE as error:
            raise ValueError(_damaged(path, error)) from error
        found.sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        return found

    def save(self, path: Path) -> None:
        """Write the file that `load` reads."""
        held: dict[str, Any] = {
            "weight": self.weight.astype(np.float32),
            "bias": self.bias.astype(np.float32),
        }
        for name, delta in self.deltas.items():
            scale = np.abs(delta).max(axis=-1, keepdims=True) / _STEPS + 1e-12
            held[f"{name}:steps"] = np.round(delta / scale).astype(np.int8)
            held[f"{name}:scale"] = scale.astype(np.float32)
        meta = {**self.meta, "parameters": list(self.deltas)}
        with path.open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, meta=np.array(json.dumps(meta)), **held)


class _Deltas(Mapping[str, Array]):
    """The differences in a file, read when first asked for: an export needs them, serving does not."""

    def __init__(self, path: Path, names: Sequence[str]) -> None:
        self._path = path
        self._names = list(names)

    @cached_property
    def _held(self) -> dict[str, Array]:
        try:
            with np.load(self._path, allow_pickle=False) as held:
                return {
                    name: held[f"{name}:steps"].astype(np.float32) * held[f"{name}:scale"].astype(np.float32)
                    for name in self._names
                }
        except _DAMAGE as error:
            raise ValueError(_damaged(self._path, error)) from error

    def __getitem__(self, name: str) -> Array:
        return self._held[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _damaged(path: Path, error: Exception) -> str:
    return f"{path}: damaged ({type(error).__name__}); run python -m assistant.guardrail.train, or delete it"


def branched(model: Any, adapter: Adapter | None) -> Any:
    """Return a torch module from word pieces to embeddings, and to scores where there is an adapter.

    `model` is a SentenceTransformer; with an adapter it must be a BERT encoder with mean pooling. Inputs
    `input_ids` and `attention_mask`, shape `(texts, word pieces)`, and with an adapter `scored`, shape `()`:
    how many texts, from the first on and one at least, are to be scored. Outputs `(texts, dimensions)`,
    normalised, and `(scored, scores)`.
    """
    import torch

    class Pooled(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            features = {"input_ids": input_ids, "attention_mask": attention_mask}
            embedding = self.model(features)["sentence_embedding"]
            return torch.nn.functional.normalize(embedding, p=2, dim=1)

    if adapter is None:
        return Pooled().eval()
    added = adapter

    class Branched(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            encoder = model[0].auto_model
            self.words = encoder.embeddings
            self.shared = encoder.encoder.layer[:-LAYERS]
            self.own = encoder.encoder.layer[-LAYERS:]
            self.tuned = tuned_layers(encoder.encoder.layer, added)
            self.register_buffer("weight", torch.from_numpy(added.weight))
            self.register_buffer("bias", torch.from_numpy(added.bias))

        def forward(self, input_ids: Any, attention_mask: Any, scored: Any) -> Any:
            mask = attention_mask.to(self.weight.dtype)
            shared = through(self.shared, self.words(input_ids=input_ids), mask)
            embedding = pooled(through(self.own, shared, mask), mask)
            first, its = shared[:scored], mask[:scored]
            scores = pooled(through(self.tuned, first, its), its) @ self.weight + self.bias
            return torch.nn.functional.normalize(embedding, p=2, dim=1), scores

    return Branched().eval()


def through(layers: Any, states: Any, mask: Any) -> Any:
    """Run `states`, shape `(texts, word pieces, dimensions)`, through encoder layers."""
    hidden = (1.0 - mask)[:, None, None, :] * -1e9
    for layer in layers:
        states = layer(states, hidden)
        states = states[0] if isinstance(states, tuple) else states
    return states


def pooled(states: Any, mask: Any) -> Any:
    """Return the mean of the states that are not padding."""
    return (states * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)


def tuned_layers(layers: Any, adapter: Adapter) -> Any:
    """Return copies of those last layers that the adapter tunes, with its differences."""
    import torch

    many = 1 + max(int(name.split(".", 1)[0]) for name in adapter.deltas)
    layers = copy.deepcopy(layers[-many:])
    with torch.no_grad():
        for name, parameter in layers.named_parameters():
            parameter += torch.from_numpy(adapter.deltas[name])
    return layers


def differences(tuned: Any, own: Any) -> dict[str, Array]:
    """Return by how much each parameter of `tuned` differs from that of `own`."""
    before = dict(own.named_parameters())
    return {
        name: (parameter - before[name]).detach().numpy().astype(np.float32)
        for name, parameter in tuned.named_parameters()
    }
