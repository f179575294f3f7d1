"""Trains the cross-encoder that reads a language model's sentences against the guide.

Run by a person, not by a server: `python -m assistant.answering.train` takes the sentences in
`evals/sentences/`, tunes the layers of the packaged model on whether a passage entails a sentence, and writes
`knowledge/entailment.npz`. `--hold back.b` leaves one hand's sentences out and prints how they are read.

Fine-tuning of all encoder layers with a linear head (AdamW, Loshchilov and Hutter 2019; linear warm-up and
decay; label smoothing), the weights averaged over the last steps (Polyak and Juditsky 1992). Word embeddings
stay as they are. Passages of other facts stand in as further faulty cases, and the guides' own lines, as they
are and with one thing changed (`variants`), as cases of both kinds.
"""

from __future__ import annotations

import argparse
import copy
import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant import resources
from assistant.answering.entailment import Passage, premise
from assistant.answering.rules import Rules
from assistant.answering.variants import Guide, Variants
from assistant.retrieval.adapter import Adapter, differences, tuned_layers
from assistant.retrieval.cross_encoder import FILE, MOST_PIECES, scored
from assistant.retrieval.embeddings import DEFAULT_MODEL, locate_model

SENTENCES = Path(__file__).parents[2] / "evals" / "sentences"
PASSAGES = ".passages.txt"
EPOCHS = 5
BATCH = 16
BUCKET = 20 * BATCH
"""Pairs that are sorted by length before they are cut into batches, so that little is padding."""
RATE = 1e-4
HEAD_RATE = 1e-3
FURTHER = 0.5
"""Share of both rates where training goes on from weights that are there."""
WARM_UP = 100
SMOOTHING = 0.03
STRANGE = 0.2
"""Share of the faithful sentences that are shown once more in each epoch with a passage of other facts."""
VARIED = 0.12
"""Sentences made of the guides' own lines that are shown in each epoch, of either kind, as a share of all."""
AVERAGED, EVERY = 0.97, 5
"""Weight of the average before, and the steps after which a step is taken into it."""
SURE, DOUBTFUL = 0.85, 0.1
"""Chances from which on a sentence stands, and below which it falls, whatever its words; chosen on 900
sentences of two hands that were not learnt."""


class Row(NamedTuple):
    """A sentence with what it is held against."""

    text: str
    premise: str
    kind: str
    """`faithful`, or the kind of its fault."""
    slug: str
    hand: str
    """Name of the file, which one author wrote."""

    @property
    def faithful(self) -> bool:
        return self.kind == "faithful"


def read(folder: Path = SENTENCES) -> list[Row]:
    """Return the sentences of every file in `folder`, `kind | slug[,slug] | sentence` a line.

    Raises:
        ValueError: a line cannot be read, or names a passage that the file of passages lacks.
    """
    rows: list[Row] = []
    for path in sorted(folder.glob("*.txt")):
        if path.name.endswith(PASSAGES):
            continue
        guide, hand = path.name.split(".")[0], path.name.removesuffix(".txt")
        known = passages(folder / f"{guide}{PASSAGES}")
        for number, (kind, slugs, text) in _lines(path):
            missing = [slug for slug in slugs.split(",") if slug not in known]
            if missing:
                raise ValueError(f"{path}:{number}: no passage {missing[0]!r}; correct it")
            against = [known[slug] for slug in slugs.split(",")]
            rows.append(Row(text, premise(text, against), kind, slugs, hand))
    return rows


def passages(path: Path) -> dict[str, Passage]:
    """Return the passages of a guide by slug, as they were when its sentences were written."""
    lines: dict[str, list[str]] = defaultdict(list)
    names: dict[str, str] = {}
    for _, (slug, name, line) in _lines(path):
        lines[slug].append(line)
        names[slug] = name
    return {slug: Passage(names[slug], found) for slug, found in lines.items()}


def _lines(path: Path) -> Iterator[tuple[int, tuple[str, str, str]]]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line and not line.startswith("#"):
            fields = [field.strip() for field in line.split("|", 2)]
            if len(fields) != 3 or not fields[0] or not fields[2]:
                raise ValueError(f"{path}:{number}: three fields with | between them are wanted")
            yield number, (fields[0], fields[1], fields[2])


class Tuner:
    """The packaged model's layers, tuned on rows.

    Args:
        source: folder of the model.
        base: SHA-256 of its weights.
    """

    def __init__(self, source: Path, base: str) -> None:
        from transformers import AutoModel, AutoTokenizer
        from transformers.utils import logging

        logging.disable_progress_bar()
        self._tokenizer: Any = AutoTokenizer.from_pretrained(str(source), local_files_only=True)
        model: Any = AutoModel.from_pretrained(
            str(source), local_files_only=True, attention_probs_dropout_prob=0.0, attn_implementation="eager"
        )
        self._words = model.embeddings.eval()
        self._own = model.encoder.layer.eval()
        self._base = base

    def _pairs(self, rows: Sequence[Row]) -> tuple[Any, Any, Any]:
        """Return embedded pairs, their types and their mask."""
        import torch

        feed = self._tokenizer(
            [row.text for row in rows], [row.premise for row in rows],
            padding=True, truncation="only_second", max_length=MOST_PIECES, return_tensors="pt",
        )  # fmt: skip
        with torch.no_grad():
            states = self._words(input_ids=feed["input_ids"], token_type_ids=feed["token_type_ids"])
        return states, feed["token_type_ids"], feed["attention_mask"]

    def fit(
        self,
        rows: Sequence[Row],
        *,
        guides: Sequence[Guide] = (),
        rules: Rules | None = None,
        epochs: int = EPOCHS,
        seed: int = 0,
        start: Adapter | None = None,
    ) -> Adapter:
        """Return what was learnt from `rows` and the lines of `guides`, averaged over the last steps.

        With `guides`, `rules` are needed: their words of opposite senses make faulty lines. With `start`,
        training goes on from those weights at half the rate.
        """
        import torch
        from torch.nn.functional import binary_cross_entropy_with_logits

        torch.manual_seed(seed)
        chance = np.random.default_rng(seed)
        layers = copy.deepcopy(self._own).train()
        head = torch.nn.Linear(2 * self._words.word_embeddings.embedding_dim, 1)
        pace = 1.0
        if start is not None:
            pace = FURTHER
            layers = tuned_layers(self._own, start).train()
            with torch.no_grad():
                head.weight.copy_(torch.from_numpy(start.weight.T))
                head.bias.copy_(torch.from_numpy(start.bias))
        groups = [
            {"params": layers.parameters(), "lr": pace * RATE},
            {"params": head.parameters(), "lr": pace * HEAD_RATE},
        ]
        optimiser = torch.optim.AdamW(groups, weight_decay=0.01, fused=True)
        learnt = torch.nn.ModuleList([layers, head])
        mean = copy.deepcopy(learnt).eval()
        strange = round(STRANGE * sum(row.faithful for row in rows))
        varied = round(VARIED * len(rows)) if guides and rules else 0
        total = epochs * -(-(len(rows) + strange + 2 * varied) // BATCH)
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimiser, lambda step: min(1.0, (step + 1) / WARM_UP) * max(0.02, 1 - step / total)
        )
        step = 0
        for epoch in range(epochs):
            shown = [*rows, *_mismatched(rows, strange, chance)]
            if varied and rules:
                shown += _varied(Variants(rules), guides, varied, chance)
            lost = 0.0
            for batch in _batches(shown, chance):
                states, types, mask = self._pairs(batch)
                with torch.autocast("cpu", dtype=torch.bfloat16):
                    odds = scored(layers, states, types, mask, head.weight.T) + head.bias
                wanted = torch.tensor([1.0 - SMOOTHING if row.faithful else SMOOTHING for row in batch])
                loss = binary_cross_entropy_with_logits(odds.float(), wanted)
                optimiser.zero_grad()
                loss.backward()
                torch.nn.utils.clip_grad_norm_(learnt.parameters(), 1.0)
                optimiser.step()
                schedule.step()
                step += 1
                lost += float(loss.detach())
                if step % EVERY == 0:
                    kept = AVERAGED if step > WARM_UP else 0.0
                    with torch.no_grad():
                        for old, new in zip(mean.parameters(), learnt.parameters(), strict=True):
                            old.mul_(kept).add_(new, alpha=1.0 - kept)
            print(f"epoch {epoch + 1} of {epochs}, loss {lost * BATCH / len(shown):.3f}", flush=True)
        tuned, linear = mean
        return Adapter(
            differences(tuned, self._own),
            linear.weight.detach().numpy().T.copy(),
            linear.bias.detach().numpy().copy(),
            {"base": self._base, "classes": ["entailed"], "sure": SURE, "doubtful": DOUBTFUL},
        )

    def chances(self, adapter: Adapter, rows: Sequence[Row]) -> NDArray[np.float64]:
        """Return the chance of each of `rows` to be entailed."""
        import torch

        layers = tuned_layers(self._own, adapter).eval()
        weight, bias = torch.from_numpy(adapter.weight), float(adapter.bias[0])
        found = np.zeros(len(rows))
        order = sorted(range(len(rows)), key=lambda at: len(rows[at].text + rows[at].premise))
        with torch.inference_mode():
            for start in range(0, len(order), BATCH):
                chosen = order[start : start + BATCH]
                states, types, mask = self._pairs([rows[at] for at in chosen])
                found[chosen] = torch.sigmoid(scored(layers, states, types, mask, weight) + bias).numpy()
        return found


def _mismatched(rows: Sequence[Row], many: int, chance: np.random.Generator) -> list[Row]:
    """Return faithful rows with the premise of other facts, which do not entail them."""
    faithful = [row for row in rows if row.faithful]
    found: list[Row] = []
    for at in chance.choice(len(faithful), min(many, len(faithful)), replace=False):
        other = rows[int(chance.integers(len(rows)))]
        if not set(other.slug.split(",")) & set(faithful[at].slug.split(",")):
            found.append(faithful[at]._replace(premise=other.premise, kind="passage"))
    return found


def _varied(variants: Variants, guides: Sequence[Guide], many: int, chance: np.random.Generator) -> list[Row]:
    """Return so many sentences of either kind made of the guides' own lines."""
    found: list[Row] = []
    for kind, make in (("faithful", variants.faithful), ("variant", variants.faulty)):
        while sum(row.kind == kind for row in found) < many:
            if made := make(guides[int(chance.integers(len(guides)))], chance):
                text, passage = made
                found.append(Row(text, premise(text, [passage]), kind, passage.name, "variants"))
    return found


def _batches(rows: Sequence[Row], chance: np.random.Generator) -> Iterator[list[Row]]:
    order = [rows[at] for at in chance.permutation(len(rows))]
    batches: list[list[Row]] = []
    for start in range(0, len(order), BUCKET):
        bucket = sorted(order[start : start + BUCKET], key=lambda row: len(row.text + row.premise))
        batches += [bucket[at : at + BATCH] for at in range(0, len(bucket), BATCH)]
    for at in chance.permutation(len(batches)):
        yield batches[at]


def fingerprint(folder: Path = SENTENCES) -> str:
    """Return the SHA-256 of the sentences, which the weights are written with."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.txt")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m assistant.answering.train", description=__doc__)
    parser.add_argument("--hold", action="append", default=[], help="name of a file to leave out and read")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--further", type=Path, help="weights to go on from, for sentences that came later")
    parser.add_argument("--out", type=Path, default=None)
    options = parser.parse_args()
    rows = read()
    if unknown := sorted({*options.hold} - {row.hand for row in rows}):
        parser.error(f"no file {unknown[0]}.txt in {SENTENCES}")
    tuner = Tuner(*locate_model(DEFAULT_MODEL))
    guides = [list(passages(path).values()) for path in sorted(SENTENCES.glob(f"*{PASSAGES}"))]
    adapter = tuner.fit(
        [row for row in rows if row.hand not in options.hold],
        guides=guides,
        rules=Rules.load(resources.folder("knowledge") / "claims.toml"),
        epochs=options.epochs,
        start=Adapter.load(options.further) if options.further else None,
    )
    held = [row for row in rows if row.hand in options.hold]
    if held:
        chances = tuner.chances(adapter, held)
        right = np.array([row.faithful for row in held])
        print(f"held out: {np.mean((chances > 0.5) == right):.1%} of {len(held)} read right")
        for share in (0.01, 0.02, 0.05, 0.1):
            limit = np.quantile(chances[~right], 1 - share)
            stand = np.mean(chances[right] > limit)
            print(f"  {share:.0%} of the faulty and {stand:.0%} of the faithful stand from {limit:.2f} on")
        if options.out is None:
            return
    adapter.meta |= {"data_sha256": fingerprint(), "sentences": len(rows), "held": options.hold}
    out = options.out or resources.folder("knowledge") / FILE
    adapter.save(out)
    print(f"wrote {out} ({out.stat().st_size:,} bytes)")


if __name__ == "__main__":
    main()
