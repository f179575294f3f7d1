"""Naive triage is judged on the same messages and by the same figures as the guardrail."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assistant.schema import Level
from evals import baselines
from evals.cases import Split, TriageCase

WORDS = ("numb", "weeks", "hurts", "run")


def embed(texts: Sequence[str]) -> np.ndarray:  # type: ignore[type-arg]
    rows = np.array([[float(word in text) for word in WORDS] + [0.1] for text in texts], np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def case(number: int, split: Split, message: str, level: Level) -> TriageCase:
    return TriageCase.model_validate(
        {
            "id": f"t{number}",
            "suite": "triage",
            "split": split,
            "turns": [message],
            "levels": [level],
            "also_ok": [[]],
        }
    )


CASES = [
    case(n, split, message, level)
    for n, (split, message, level) in enumerate(
        (split, f"{message}{mark}", level)
        for split, mark in (("tune", ""), ("report", "!"))
        for message, level in (
            ("my legs are numb", "urgent"),
            ("it hurts for weeks", "refer"),
            ("it hurts", "check"),
            ("I run on Sunday", "none"),
            ("my fingers are numb from the cold run", "none"),
        )
    )
]
ROWS = [
    {"id": one.id, "scores": {"triage.level_right": [1.0], "triage.urgent_sensitivity": [1.0]}}
    for one in CASES
]


def test_each_is_judged_on_the_report_split_alone() -> None:
    table = baselines.measure(CASES, ROWS, embed)
    assert table["this assistant"] == {"level_right": 1.0, "urgent_sensitivity": 1.0}
    keywords, nearest = table["keyword list"], table["nearest labelled example"]
    assert keywords["urgent_sensitivity"] == 1.0
    assert keywords["none_not_referred"] == 0.5
    assert keywords["over_triage_to_urgent"] == 0.25
    assert nearest["level_right"] == 1.0
    assert table["regression on the message"]["referral_sensitivity"] == 1.0


def test_without_messages_to_learn_from_there_is_no_table() -> None:
    assert baselines.measure([one for one in CASES if one.split == "report"], ROWS, embed) == {}
    assert baselines.html({}) == ""


def test_the_tables_hold_every_figure_and_escape_names() -> None:
    table = {"<b>": {"level_right": 0.5}}
    assert "&lt;b&gt;" in baselines.html(table) and "50.0 %" in baselines.html(table)
    assert baselines.text(table).splitlines()[-1].count("|") == len(baselines.FIGURES) + 2
