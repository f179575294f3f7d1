"""Train what the guardrail has learned: `python -m assistant.guardrail.train`.

Reads the single-turn cases (the tune part by default, everything with `--all`), tunes the adapter on them
(some minutes), trains the head beside it, and writes `knowledge/triage_adapter.npz` and `triage_head.npz`.
`--settle FOLDER` fits anew how the two opinions and the rules are settled, on the cases that the weights in
that folder had not seen; without it the fit is kept. `--check` prints the head's cross-validated figures.
Needs torch and scikit-learn, which serving does not.
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
from assistant.guardrail import courtesy, head, policy, signals
from assistant.guardrail.head import REFER_ROWS, URGENT_ROWS, sign
from assistant.guardrail.reading import Reading
from assistant.guardrail.triage import Guardrail
from assistant.guardrail.tuning import Tuner, times
from assistant.retrieval.adapter import Adapter

CASES = Path(__file__).resolve().parents[2] / "evals" / "cases" / "triage.jsonl"
STRENGTH = 0.5
"""Inverse regularisation of the logistic regression, chosen by cross-validation."""
SETTLING = 0.1
"""The same of the regression that settles, chosen by cross-validation over writers."""
LEAST_UNSEEN = 500
LEAST_WORDS = 3
FOLDS = 8
LEAST_CASES = 2
"""A run of words counts when at least so many messages hold it."""
THRESHOLDS = {
    "lean_urgent": 0.9, "lean_bare": 0.2, "urgent_short": 0.5, "urgent_void": 0.72,
    "check_short": 0.65, "quiet": 0.55,
    "quiet_short": 0.96, "quiet_sure": 0.97, "drop_firm": 0.8, "refer": 0.5, "refer_short": 0.6,
    "refer_doubt": 0.6, "refer_mild": 0.9, "refer_later": 0.74, "veto_plain": 0.15, "urgent_alone": 0.5,
}  # fmt: skip
"""Chosen on messages that the model of the day had not seen, by chances out of fold: first the urgent
figure, then over-triage."""
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
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=STRENGTH, max_iter=3000, class_weight="balanced")
    # Few of the words are said in a message: as a sparse matrix it is fitted many times as fast.
    return model.fit(csr_matrix(matrix), wanted, sample_weight=counts)


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


def unseen(cases: Path, before: Adapter) -> list[dict[str, Any]]:
    """Return the cases in English that were added after `before` was trained, as the guardrail reads them.

    Raises:
        ValueError: they are too few to learn from.
    """
    rows = read_cases(cases, everything=True, languages=None)[int(before.meta["cases"]) :]
    rows = [r | {"turns": [courtesy.without(r["turns"][0])]} for r in rows if r["lang"] == "en"]
    rows = [r for r in rows if len(r["turns"][0].split()) >= LEAST_WORDS]
    if len(rows) < LEAST_UNSEEN:
        raise ValueError(f"{len(rows)} cases are new to those weights; {LEAST_UNSEEN} are needed to settle")
    return rows


def settle(folder: Path, tuner: Tuner, adapter: Adapter, embed: Embed) -> dict[str, object]:
    """Return the arrays with which opinions and rules are settled (`Head.settle`).

    Args:
        folder: holds the head's weights beside those of `adapter`.
        tuner: over messages that neither has seen.
        adapter: the adapter that judges them.
        embed: embeds them.
    """
    from sklearn.linear_model import LogisticRegression

    judge = head.Head.load(folder / head.FILE)
    if judge is None:
        raise ValueError(f"{folder}: no {head.FILE}")
    rules = Guardrail(policy.load(), lambda: TRAINING_DAY)
    matrix = []
    for text, vector, scores in zip(tuner.texts, embed(tuner.texts), tuner.judged(adapter), strict=True):
        found = rules.assess(text)
        reading = signals.read(text, rules.policy, TRAINING_DAY)
        opinion = judge.judge(vector, reading, scores)
        matrix.append(head.stacked(opinion, reading, found.level, found.present_pain))
    model = LogisticRegression(C=SETTLING, max_iter=4000).fit(np.stack(matrix), tuner.levels)
    return {"settle_w": model.coef_.T, "settle_b": model.intercept_}


def kept(out: Path) -> dict[str, object]:
    """Return how opinions and rules are settled in the weights that `out` holds, if any."""
    if not out.is_file():
        return {}
    with np.load(out, allow_pickle=False) as held:
        return {name: held[name] for name in ("settle_w", "settle_b") if name in held.files}


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
    parser.add_argument("--settle", type=Path, default=None, metavar="FOLDER", help="weights of before")
    parser.add_argument("--out", type=Path, default=None)
    options = parser.parse_args()
    from assistant import settings
    from assistant.retrieval import adapter as adapters
    from assistant.retrieval.embeddings import load_embeddings, locate_model

    loaded = settings.load()
    embed = load_embeddings(loaded, adapted=False).encode
    out = options.out or resources.folder("knowledge") / head.FILE
    beside = out.with_name(adapters.FILE)
    source, weights = locate_model(loaded.embedding_model)
    settled = kept(out)
    if options.settle is not None:
        before = adapters.Adapter.load(options.settle / adapters.FILE)
        if before is None:
            parser.error(f"{options.settle}: no {adapters.FILE}")
        settled = settle(options.settle, Tuner(source, weights, unseen(options.cases, before)), before, embed)
    if not options.keep_adapter:
        rows = read_cases(options.cases, everything=options.all, languages=None)
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
    write(arrays | settled, out)
    print(f"wrote {out} ({out.stat().st_size:,} bytes)")


if __name__ == "__main__":
    main()
