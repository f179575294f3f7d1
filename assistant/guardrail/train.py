"""Train the guardrail's head: `python -m assistant.guardrail.train`.

Reads the single-turn cases (the tune part by default, everything with `--all`), embeds them with the
configured model and writes `knowledge/triage_head.npz`. Needs scikit-learn, which serving does not.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant import resources
from assistant.guardrail import head, policy, signals

CASES = Path(__file__).resolve().parents[2] / "evals" / "cases" / "triage.jsonl"
STRENGTH = 0.3
"""Inverse regularisation of the logistic regression, chosen on the tune part."""
THRESHOLDS = {"urgent": 0.7, "refer": 0.82, "check": 0.85}
"""Chosen on the tune part so that over-triage to urgent stays at or under 2 %."""
TRAINING_DAY = date(2026, 11, 22)
URGENT_ROWS = {
    "saddle": "saddle", "bladder_bowel": "bladder_bowel", "both_legs": "both_legs", "leg_weakness": "leg_weakness",  # noqa: E501
    "trauma": "trauma", "fever": "fever", "weight_loss": "weight_loss", "cancer_history": "cancer_history",
    "night_pain": "night_pain", "chest_pain": "chest_pain", "other_red_flag": "other_sign",
}  # fmt: skip
REFER_ROWS = {
    "duration": "persistent", "interference": "interference", "worsening": "worsening", "recurrence": "recurrence",  # noqa: E501
    "numbness": "numbness", "other": "worried",
}  # fmt: skip

Embed = Callable[[Sequence[str]], NDArray[np.float32]]


def train(
    embed: Embed, cases: Path = CASES, *, everything: bool = False, model: str = ""
) -> dict[str, object]:
    """Return the arrays and the description of a head trained on `cases`.

    Raises:
        OSError: the cases cannot be read.
    """
    from sklearn.linear_model import LogisticRegression

    text = cases.read_text(encoding="utf-8")
    rows = [json.loads(line) for line in text.splitlines() if line.strip()]
    rows = [r for r in rows if r["lang"] == "en" and (everything or r["split"] == "tune")]
    rules = policy.load()
    names = sorted(n for n in rules.lexicon.concepts if not n.startswith("="))
    index = {name: i for i, name in enumerate(names)}
    found, levels, signs = [], [], []
    for row in rows:
        message = row["turns"][0]
        reading = signals.read(message, rules, TRAINING_DAY)
        parts = head.units(message, reading)
        # In a long message only the parts of a harmless one are known to be harmless.
        if len(parts) == 1 or (row["levels"][0] == "none" and not row["also_ok"][0]):
            for part in parts:
                found.append((reading, part))
                levels.append(head.LEVELS.index(row["levels"][0]))
                signs.append(row["signals"][0] if row["signals"] else "")
    vectors = embed([part.text for _, part in found])
    matrix = np.vstack(
        [head.features(vectors[i : i + 1], reading, [part], index) for i, (reading, part) in enumerate(found)]
    )
    level = LogisticRegression(C=STRENGTH, max_iter=3000, class_weight="balanced").fit(matrix, levels)
    arrays: dict[str, object] = {"level_w": level.coef_.T, "level_b": level.intercept_}
    meta: dict[str, object] = {"concepts": names, "thresholds": THRESHOLDS, "model": model,
                               "data_sha256": hashlib.sha256(text.encode()).hexdigest(), "cases": len(rows)}  # fmt: skip  # noqa: E501
    for kind, mapping in (("urgent", URGENT_ROWS), ("refer", REFER_ROWS)):
        chosen = [i for i, s in enumerate(signs) if s in mapping and head.LEVELS[levels[i]] == kind]
        signal = LogisticRegression(C=STRENGTH, max_iter=3000, class_weight="balanced")
        signal.fit(matrix[chosen], [signs[i] for i in chosen])
        arrays |= {f"{kind}_w": signal.coef_.T, f"{kind}_b": signal.intercept_}
        meta[f"{kind}_rows"] = [mapping[str(s)] for s in signal.classes_]
    arrays["meta"] = json.dumps(meta)
    return arrays


def write(arrays: dict[str, object], path: Path) -> None:
    """Write a trained head to `path`, in single precision."""
    ready = {k: np.asarray(v) if k == "meta" else np.asarray(v, dtype=np.float32) for k, v in arrays.items()}
    with path.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **ready)


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m assistant.guardrail.train", description=__doc__)
    parser.add_argument("--cases", type=Path, default=CASES)
    parser.add_argument("--all", action="store_true", help="train on every case, not only the tune part")
    parser.add_argument("--out", type=Path, default=None)
    options = parser.parse_args()
    from assistant import settings
    from assistant.retrieval.embeddings import load_embeddings

    loaded = settings.load()
    arrays = train(
        load_embeddings(loaded).encode, options.cases, everything=options.all, model=loaded.embedding_model
    )
    out = options.out or resources.folder("knowledge") / head.FILE
    write(arrays, out)
    print(f"wrote {out} ({out.stat().st_size:,} bytes)")


if __name__ == "__main__":
    main()
