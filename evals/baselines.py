"""Naive baselines for triage: a keyword list, the nearest labelled example, a regression on the message.

They are what a clinic might try first; `assistant eval --baselines` prints them beside the guardrail. Those
that learn are fitted on the tune split; all are judged on the single messages of the report split.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from importlib.util import find_spec
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.schema import LEVELS, Level
from evals.cases import AnyCase, TriageCase
from evals.figures import Row
from evals.metrics import triage

Embed = Callable[[Sequence[str]], NDArray[np.float32]]

_URGENT = re.compile(
    r"\b(?:numb\w*|bladder|bowel|incontinen\w*|can'?t pee|paraly\w*|weak\w*|fever|cancer|tumou?r|"
    r"chest pain|accident|crash|fell|suicid\w*|weight loss|night sweats|faint\w*)\b",
    re.I,
)
_REFER = re.compile(
    r"\b(?:weeks?|months?|years?|worse|worsening|can'?t run|stopped|chronic|keeps coming back|"
    r"for ages|tingl\w*)\b",
    re.I,
)
_PAIN = re.compile(r"\b(?:pain\w*|hurt\w*|ache\w*|aching|sore|twinge\w*|strain\w*)\b", re.I)


class Baseline(Protocol):
    """Answers a level for each message."""

    name: str

    def predict(self, messages: Sequence[str]) -> list[Level]: ...


@dataclass
class KeywordBaseline:
    """A list of alarming words, then of lasting words beside a word for pain, then of words for pain."""

    name: str = "keyword list"

    def predict(self, messages: Sequence[str]) -> list[Level]:
        """Return the level of each message."""
        return [self._level(m) for m in messages]

    @staticmethod
    def _level(message: str) -> Level:
        if _URGENT.search(message):
            return "urgent"
        if not _PAIN.search(message):
            return "none"
        return "refer" if _REFER.search(message) else "check"


class NearestBaseline:
    """The level of the labelled message whose embedding is nearest by cosine."""

    name = "nearest labelled example"

    def __init__(self, messages: Sequence[str], levels: Sequence[Level], embed: Embed) -> None:
        self._levels = list(levels)
        self._vectors = embed(list(messages))
        self._embed = embed

    def predict(self, messages: Sequence[str]) -> list[Level]:
        """Return the level of each message."""
        nearest = np.argmax(self._embed(list(messages)) @ self._vectors.T, axis=1)
        return [self._levels[int(i)] for i in nearest]


class RegressionBaseline:
    """Logistic regression on the embedding of the whole message; needs scikit-learn."""

    name = "regression on the message"

    def __init__(self, messages: Sequence[str], levels: Sequence[Level], embed: Embed) -> None:
        from sklearn.linear_model import LogisticRegression

        self._embed = embed
        self._model = LogisticRegression(max_iter=2000, class_weight="balanced")
        self._model.fit(embed(list(messages)), [LEVELS.index(level) for level in levels])

    def predict(self, messages: Sequence[str]) -> list[Level]:
        """Return the level of each message."""
        return [LEVELS[int(i)] for i in self._model.predict(self._embed(list(messages)))]


FIGURES = {
    "urgent_sensitivity": "urgent answered urgent",
    "referral_sensitivity": "referred",
    "none_not_referred": "harmless, not referred",
    "none_left_none": "harmless, left alone",
    "unclear_asked": "unclear, asked",
    "over_triage_to_urgent": "wrongly urgent",
    "level_right": "level right",
}
"""The figures that are compared, and what they are called in the table."""
Table = dict[str, dict[str, float]]
"""Name → figure → share, 0 to 1."""


def measure(chosen: Iterable[AnyCase], rows: Sequence[Row], embed: Embed) -> Table:
    """Return the figures of the guardrail, as `rows` observed it, and of each baseline on the same cases."""
    single = [case for case in chosen if isinstance(case, TriageCase) and len(case.turns) == 1]
    tune = [case for case in single if case.split == "tune"]
    report = [case for case in single if case.split == "report"]
    if not tune or not report:
        return {}
    messages, levels = [case.turns[0] for case in tune], [case.levels[0] for case in tune]
    asked = [case.turns[0] for case in report]
    ids = {case.id for case in report}
    table = {
        "this assistant": _means(
            {name.partition(".")[2]: float(np.mean(values)) for name, values in row["scores"].items()}
            for row in rows
            if row["id"] in ids
        )
    }
    baselines: list[Baseline] = [
        KeywordBaseline(),
        NearestBaseline(messages, levels, embed),
    ]
    if find_spec("sklearn"):
        baselines.append(RegressionBaseline(messages, levels, embed))
    for baseline in baselines:
        table[baseline.name] = _means(
            triage.observations(got, case.levels[0], case.also_ok[0])
            for got, case in zip(baseline.predict(asked), report, strict=True)
        )
    return table


def _means(observed: Iterable[dict[str, float]]) -> dict[str, float]:
    collected: dict[str, list[float]] = {}
    for one in observed:
        for name, value in one.items():
            collected.setdefault(name, []).append(value)
    return {name: float(np.mean(collected[name])) for name in FIGURES if name in collected}


def html(table: Table) -> str:
    """Return the table for the report; nothing where nothing was measured."""
    if not table:
        return ""
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in FIGURES.values())
    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th>'
        + "".join(
            f"<td>{100 * shares[figure]:.1f} %</td>" if figure in shares else "<td>–</td>"
            for figure in FIGURES
        )
        + "</tr>"
        for name, shares in table.items()
    )
    return (
        "<h2>Naive baselines for triage, on the same single messages</h2>"
        f'<table><thead><tr><th scope="col"></th>{head}</tr></thead><tbody>{body}</tbody></table>'
    )


def text(table: Table) -> str:
    """Return the table in Markdown."""
    lines = ["| | " + " | ".join(FIGURES.values()) + " |", "|---|" + "---:|" * len(FIGURES)]
    for name, shares in table.items():
        cells = (f"{100 * shares[figure]:.1f} %" if figure in shares else "–" for figure in FIGURES)
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
