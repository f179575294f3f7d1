"""Tuning the encoder's last layers on the triage cases: the adapter that reads a message beside the rules.

Full fine-tuning of the last two of MiniLM's six layers with a linear head over the mean of the states, on
the level and, at a third of the weight, on the signal (AdamW, Loshchilov and Hutter 2019; linear warm-up and
decay; label smoothing). Training needs torch and a few minutes; serving runs in the model's one ONNX graph.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.guardrail.head import LEVELS, sign
from assistant.retrieval.adapter import LAYERS, Adapter, differences, pooled, through, tuned_layers

EPOCHS = 5
BATCH = 32
RATE = 3e-4
HEAD_RATE = 2e-3
WARM_UP = 0.1
SMOOTHING = 0.05
SIGNAL_SHARE = 0.3
BUCKET = 16 * BATCH
"""Cases that are sorted by length before they are cut into batches, so that little is padding."""
MAX_WORD_PIECES = 256
LONG_WORDS = 25
LONG_TIMES = 2
"""A message of more words than that counts so often: most cases are one sentence, most messages are not."""

Matrix = NDArray[np.float32]


def times(text: str) -> int:
    """Return how often a case counts in training."""
    return LONG_TIMES if len(text.split()) > LONG_WORDS else 1


class Tuner:
    """The cases run through the shared layers once, and layers tuned on any part of them.

    Args:
        source: folder of the sentence-transformers model.
        base: SHA-256 of its weights.
        rows: cases with `turns`, `levels` and `signals`; the first turn counts.
    """

    def __init__(self, source: Path, base: str, rows: Sequence[dict[str, Any]]) -> None:
        from sentence_transformers import SentenceTransformer

        self._model: Any = SentenceTransformer(str(source), device="cpu", local_files_only=True)
        self._base = base
        self.texts = [str(row["turns"][0]) for row in rows]
        self.levels = np.array([LEVELS.index(row["levels"][0]) for row in rows])
        named = [sign(row) for row in rows]
        self.signals = sorted({name for name in named if name})
        self._signals = np.array([self.signals.index(name) if name else -1 for name in named])
        self._states = self._shared()

    def _shared(self) -> list[Any]:
        import torch

        encoder = self._model[0].auto_model
        states: list[Any] = [None] * len(self.texts)
        order = sorted(range(len(self.texts)), key=lambda i: len(self.texts[i]))
        with torch.no_grad():
            for start in range(0, len(order), BATCH):
                chosen = order[start : start + BATCH]
                feed = self._model.tokenizer(
                    [self.texts[i] for i in chosen],
                    padding=True, truncation=True, max_length=MAX_WORD_PIECES, return_tensors="pt",
                )  # fmt: skip
                mask = feed["attention_mask"].to(torch.float32)
                words = encoder.embeddings(input_ids=feed["input_ids"])
                found = through(encoder.encoder.layer[:-LAYERS], words, mask)
                for place, i in enumerate(chosen):
                    states[i] = found[place, : int(mask[place].sum())].clone()
        return states

    def _batch(self, numbers: NDArray[Any]) -> tuple[Any, Any]:
        import torch

        longest = max(len(self._states[i]) for i in numbers)
        states = torch.zeros(len(numbers), longest, self._states[0].shape[1])
        mask = torch.zeros(len(numbers), longest)
        for place, i in enumerate(numbers):
            states[place, : len(self._states[i])] = self._states[i]
            mask[place, : len(self._states[i])] = 1.0
        return states, mask

    def fit(self, numbers: Sequence[int], *, epochs: int = EPOCHS, seed: int = 0) -> tuple[Any, Any]:
        """Return layers and a linear head tuned on the cases `numbers`."""
        import torch
        from torch.nn.functional import cross_entropy

        torch.manual_seed(seed)
        chance = np.random.default_rng(seed)
        layers = copy.deepcopy(self._model[0].auto_model.encoder.layer[-LAYERS:]).train()
        head = torch.nn.Linear(self._states[0].shape[1], len(LEVELS) + len(self.signals))
        dropout = torch.nn.Dropout(0.1)
        groups = [
            {"params": list(layers.parameters()), "lr": RATE},
            {"params": head.parameters(), "lr": HEAD_RATE},
        ]
        optimiser = torch.optim.AdamW(groups, weight_decay=0.01, fused=True)
        counted = np.repeat(np.asarray(numbers), [times(self.texts[i]) for i in numbers])
        counts = np.bincount(self.levels[counted], minlength=len(LEVELS))
        weight = torch.tensor(len(counted) / len(LEVELS) / np.maximum(counts, 1), dtype=torch.float32)
        total = epochs * -(-len(counted) // BATCH)
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimiser, lambda step: min(1.0, (step + 1) / (WARM_UP * total)) * (1 - step / total)
        )
        for epoch in range(epochs):
            print(f"epoch {epoch + 1} of {epochs}", flush=True)
            order = chance.permutation(counted)
            buckets = [
                sorted(order[a : a + BUCKET], key=lambda i: len(self._states[i]))
                for a in range(0, len(order), BUCKET)
            ]
            order = np.concatenate(buckets).astype(int)
            for start in range(0, len(order), BATCH):
                chosen = order[start : start + BATCH]
                states, mask = self._batch(chosen)
                # Half precision is several times as fast where the processor knows it; the loss stays alike.
                with torch.autocast("cpu", dtype=torch.bfloat16):
                    scores = head(dropout(pooled(through(layers, states, mask), mask))).float()
                loss = cross_entropy(
                    scores[:, : len(LEVELS)], torch.from_numpy(self.levels[chosen]),
                    weight=weight, label_smoothing=SMOOTHING,
                )  # fmt: skip
                named = torch.from_numpy(self._signals[chosen])
                if bool((named >= 0).any()):
                    told = scores[named >= 0][:, len(LEVELS) :]
                    loss = loss + SIGNAL_SHARE * cross_entropy(told, named[named >= 0])
                optimiser.zero_grad()
                loss.backward()
                torch.nn.utils.clip_grad_norm_(layers.parameters(), 1.0)
                optimiser.step()
                schedule.step()
        return layers.eval(), head.eval()

    def scores(self, fitted: tuple[Any, Any], numbers: Sequence[int]) -> Matrix:
        """Return the scores of the cases `numbers`, one row each."""
        import torch

        layers, head = fitted
        rows = []
        with torch.no_grad():
            for i in numbers:
                states, mask = self._batch(np.array([i]))
                rows.append(head(pooled(through(layers, states, mask), mask))[0].numpy())
        return np.stack(rows).astype(np.float32)

    def judged(self, adapter: Adapter) -> Matrix:
        """Return the scores that `adapter` gives to the cases, one row each."""
        import torch

        layers = tuned_layers(self._model[0].auto_model.encoder.layer, adapter).eval()
        head = torch.nn.Linear(*adapter.weight.shape)
        head.weight.data, head.bias.data = torch.from_numpy(adapter.weight.T), torch.from_numpy(adapter.bias)
        return self.scores((layers, head), range(len(self.texts)))

    def adapter(self, fitted: tuple[Any, Any], **meta: object) -> Adapter:
        """Return what is written to the file."""
        layers, head = fitted
        own = self._model[0].auto_model.encoder.layer[-LAYERS:]
        return Adapter(
            differences(layers, own),
            head.weight.detach().numpy().T.copy(),
            head.bias.detach().numpy().copy(),
            {"base": self._base, "classes": [*LEVELS, *self.signals], **meta},
        )
