"""Train what the guardrail has learned: `python -m assistant.guardrail.train`.

Reads the single-turn cases (the tune part by default, everything with `--all`), tunes the adapter on them
(some minutes), trains the head beside it, and writes `knowledge/triage_adapter.npz` and `triage_head.npz`.
`--check` prints the head's cross-validated figures. Needs torch and scikit-learn, which serving does not.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant import resources
from assistant.guardrail import head, policy, signals
from assistant.guardrail.head import REFER_ROWS, URGENT_ROWS, sign
from assistant.guardrail.reading import Reading
from assistant.guardrail.tuning import times

CASES = Path(__file__).resolve().parents[2] / "evals" / "cases" / "triage.jsonl"
STRENGTH = 0.5
"""Inverse regularisation of the logistic regression, chosen by cross-validation."""
FOLDS = 8
LEAST_CASES = 2
"""A run of words counts when at least so many messages hold it."""
THRESHOLDS = {
    "urgent": 0.5, "urgent_void": 0.8, "urgent_bare": 0.65, "refer": 0.5, "refer_short": 0.65,
    "refer_void": 0.85, "refer_doubt": 0.7, "refer_later": 0.74, "check": 0.6, "quiet": 0.65,
    "quiet_short": 0.93, "keep": 0.4, "drop_short": 0.85, "veto": 0.15, "veto_pain": 0.05,
    "urgent_alone": 0.15,
}  # fmt: skip
"""Chosen among some 80 settings: by out-of-fold chances, folds of whole blocks of cases, then on messages
that the model of the day had not seen, 480 long ones and later 470 of all lengths: so figures on those
flatter. First the urgent figure, then over-triage."""
TRAINING_DAY = date(2026, 11, 22)
Embed = Callable[[Sequence[str]], NDArray[np.float32]]
Matrix = NDArray[np.float32]


def fingerprint(cases: Path = CASES) -> str:
    """Return the SHA-256 of the cases, which the head records."""
    return hashlib.sha256(cases.read_bytes()).hexdigest()


def _words(readings: Sequence[Reading]) -> dict[str, float]:
    """Return the runs of words that count, with their inverse document frequency (smoothed)."""
    held: Counter[str] = Counter()
    for reading in readings:
        held.update(set(head.ngrams(reading)))
    total = len(readings)
    kept = sorted(run for run, n in held.items() if n >= LEAST_CASES)
    return {run: float(np.log((1 + total) / (1 + held[run])) + 1) for run in kept}


def _fit(matrix: Matrix, wanted: Sequence[Any] | NDArray[Any], counts: Sequence[int] | None = None) -> Any:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=STRENGTH, max_iter=3000, class_weight="balanced")
    return model.fit(matrix, wanted, sample_weight=counts)


class Material:
    """The cases read and embedded once, for training and for cross-validation."""

    def __init__(self, embed: Embed, rows: Sequence[dict[str, Any]]) -> None:
        rules = policy.load()
        self.concepts = sorted(n for n in rules.lexicon.concepts if not n.startswith("="))
        self.flags = sorted(rules.flags)
        self.readings = [signals.read(r["turns"][0], rules, TRAINING_DAY) for r in rows]
        self.vectors = embed([r["turns"][0] for r in rows])
        self.levels = np.array([head.LEVELS.index(r["levels"][0]) for r in rows])
        self.also = [[head.LEVELS.index(a) for a in r["also_ok"][0]] for r in rows]
        self.signs = [sign(r) for r in rows]
        self.times = [times(r["turns"][0]) for r in rows]

    def features(self, numbers: Sequence[int]) -> head.Features:
        """Return the features whose words are counted in the cases `numbers`."""
        return head.Features(self.concepts, self.flags, _words([self.readings[i] for i in numbers]))

    def matrix(self, features: head.Features, numbers: Sequence[int]) -> Matrix:
        """Return one row per case of `numbers`."""
        return np.stack([features.row(self.vectors[i], self.readings[i]) for i in numbers])

    def chances(self) -> Matrix:
        """Return the out-of-fold chance of each level for each case."""
        from sklearn.model_selection import StratifiedKFold

        result = np.zeros((len(self.levels), len(head.LEVELS)), dtype=np.float32)
        folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
        for learn, judge in folds.split(self.levels, self.levels):
            features = self.features(learn)
            model = _fit(self.matrix(features, learn), self.levels[learn], [self.times[i] for i in learn])
            result[judge] = model.predict_proba(self.matrix(features, judge))
        return result


def read_cases(
    cases: Path = CASES, *, everything: bool = False, languages: tuple[str, ...] | None = ("en",)
) -> list[dict[str, Any]]:
    """Return the single-turn cases in `languages` (None: in any), only the tune part unless `everything`."""
    rows = [json.loads(line) for line in cases.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [
        r
        for r in rows
        if (languages is None or r["lang"] in languages)
        and len(r["turns"]) == 1
        and (everything or r["split"] == "tune")
    ]


def train(
    embed: Embed,
    cases: Path = CASES,
    *,
    everything: bool = False,
    model: str = "",
    signals: Sequence[str] = (),
) -> dict[str, object]:
    """Return the arrays and the description of a head trained on `cases`.

    `signals` are those that the adapter scores, where there is one.

    Raises:
        OSError: the cases cannot be read.
    """
    rows = read_cases(cases, everything=everything)
    material = Material(embed, rows)
    numbers = list(range(len(rows)))
    features = material.features(numbers)
    matrix = material.matrix(features, numbers)
    level = _fit(matrix, material.levels, material.times)
    arrays: dict[str, object] = {
        "level_w": level.coef_.T, "level_b": level.intercept_,
        "words": np.array(list(features.words)), "word_idf": [w for _, w in features.words.values()],
    }  # fmt: skip
    meta: dict[str, object] = {
        "concepts": material.concepts, "rows": material.flags, "thresholds": THRESHOLDS, "model": model,
        "data_sha256": fingerprint(cases), "cases": len(rows), "everything": everything,
        "signals": list(signals),
    }  # fmt: skip
    for kind, mapping in (("urgent", URGENT_ROWS), ("refer", REFER_ROWS)):
        chosen = [
            i
            for i, s in enumerate(material.signs)
            if s in mapping and head.LEVELS[material.levels[i]] == kind
        ]
        signal = _fit(matrix[chosen], [material.signs[i] for i in chosen])
        arrays |= {f"{kind}_w": signal.coef_.T, f"{kind}_b": signal.intercept_}
        meta[f"{kind}_rows"] = [mapping[str(s)] for s in signal.classes_]
    arrays["meta"] = json.dumps(meta)
    return arrays


def write(arrays: dict[str, object], path: Path) -> None:
    """Write a trained head to `path`; the weights in half precision, which moves no chance by 0.01."""
    ready = {
        name: np.asarray(value) if name in ("meta", "words") else np.asarray(value, dtype=np.float16)
        for name, value in arrays.items()
    }
    with path.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **ready)


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m assistant.guardrail.train", description=__doc__)
    parser.add_argument("--cases", type=Path, default=CASES)
    parser.add_argument("--all", action="store_true", help="train on every case, not only the tune part")
    parser.add_argument("--check", action="store_true", help="print the cross-validated figures too")
    parser.add_argument(
        "--keep-adapter", action="store_true", help="train the head beside the adapter as it is"
    )
    parser.add_argument("--out", type=Path, default=None)
    options = parser.parse_args()
    from assistant import settings
    from assistant.guardrail.tuning import Tuner
    from assistant.retrieval import adapter as adapters
    from assistant.retrieval.embeddings import load_embeddings, locate_model

    loaded = settings.load()
    embed = load_embeddings(loaded, adapted=False).encode
    out = options.out or resources.folder("knowledge") / head.FILE
    beside = out.with_name(adapters.FILE)
    if not options.keep_adapter:
        rows = read_cases(options.cases, everything=options.all, languages=None)
        source, weights = locate_model(loaded.embedding_model)
        tuner = Tuner(source, weights, rows)
        fitted = tuner.fit(range(len(rows)))
        tuner.adapter(fitted, data_sha256=fingerprint(options.cases), cases=len(rows)).save(beside)
        print(f"wrote {beside} ({beside.stat().st_size:,} bytes)")
    if options.check:
        material = Material(embed, read_cases(options.cases, everything=options.all))
        best = material.chances().argmax(axis=1)
        right = [
            int(p) == int(level) or int(p) in also
            for p, level, also in zip(best, material.levels, material.also, strict=True)
        ]
        print(f"cross-validated, the head alone: {np.mean(right):.1%} of {len(right)} cases")
    adapter = adapters.Adapter.load(beside)
    signals = adapter.classes[len(head.LEVELS) :] if adapter else []
    arrays = train(
        embed, options.cases, everything=options.all, model=loaded.embedding_model, signals=signals
    )
    write(arrays, out)
    print(f"wrote {out} ({out.stat().st_size:,} bytes)")


if __name__ == "__main__":
    main()
