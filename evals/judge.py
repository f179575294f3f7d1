"""An optional second opinion by a language model: faithfulness and helpfulness. Never a gate.

Model-graded evaluation after Zheng et al. 2023 (Judging LLM-as-a-Judge, NeurIPS), with a fixed rubric in
`prompts/judge.toml`, three votes, the median kept, and its agreement with the deterministic metrics shown,
because judges disagree with themselves.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Any, NamedTuple

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage, SystemMessage
from rich.console import Console

from assistant.settings import Settings
from assistant.wording import Wording
from evals.runner import Run
from evals.target import TargetError

VOTES = 3
MOST_ANSWERS = 60
"""Answers that are judged; the first of the report split, so that two runs judge the same ones."""
GOOD = 4
"""A median grade from here on counts as good."""
RUBRICS: Mapping[str, tuple[str, ...]] = {
    "faithfulness": ("answers.citation_recall", "answers.number_fidelity"),
    "helpfulness": ("answers.key_fact_recall",),
}
"""Each rubric and the deterministic scores that it is compared with; good where all of them are 1."""


class Judgement(NamedTuple):
    """The votes on one answer."""

    case: str
    rubric: str
    votes: tuple[int, ...]
    metric_good: bool

    @property
    def grade(self) -> float:
        """Median of the votes."""
        return float(median(self.votes))


def opinions(
    run: Run, settings: Settings, console: Console, model: BaseChatModel | None = None
) -> dict[str, Any]:
    """Judge answers of `run` and return means, agreement and cost for the report.

    Raises:
        TargetError: no language model is set, or it does not answer.
    """
    if model is None:
        model = _model(settings)
    wording = Wording.load()
    judged: list[Judgement] = []
    tokens = 0
    for row in _rows(run):
        for rubric, names in RUBRICS.items():
            scores = [value for name in names for value in row["scores"].get(name, [])]
            if not scores:
                continue
            votes, used = _votes(model, wording, rubric, row["turns"][0])
            tokens += used
            if votes:
                judged.append(Judgement(row["id"], rubric, votes, all(score == 1.0 for score in scores)))
    rubrics = {name: one for name in RUBRICS if (one := agreement([j for j in judged if j.rubric == name]))}
    result: dict[str, Any] = {
        "model": settings.model,
        "tokens": tokens,
        "rubrics": rubrics,
        "grades": {f"{j.case} {j.rubric}": j.votes for j in judged},
    }
    for name, one in rubrics.items():
        console.print(
            f"judge: {name} mean {one['mean']:.2f}, agrees {one['agreement']:.0%}, kappa {one['kappa']:.2f}"
        )
    return result


def agreement(judged: Sequence[Judgement]) -> dict[str, float]:
    """Return mean grade, agreement with the deterministic metrics, Cohen's kappa, and how often votes agree.

    Source: Cohen 1960, Educational and Psychological Measurement 20(1).
    """
    if not judged:
        return {}
    total = len(judged)
    pairs = [(j.grade >= GOOD, j.metric_good) for j in judged]
    same = sum(a == b for a, b in pairs) / total
    yes_judge, yes_metric = (sum(pair[i] for pair in pairs) / total for i in (0, 1))
    chance = yes_judge * yes_metric + (1 - yes_judge) * (1 - yes_metric)
    kappa = 1.0 if chance == 1.0 else (same - chance) / (1 - chance)
    return {
        "n": float(total),
        "mean": sum(j.grade for j in judged) / total,
        "agreement": same,
        "kappa": kappa,
        "votes_agree": sum(len(set(j.votes)) == 1 for j in judged) / total,
    }


def _rows(run: Run) -> Iterator[Mapping[str, Any]]:
    found = [row for row in run.rows if row["suite"] == "answers" and row["split"] == "report"]
    yield from found[:MOST_ANSWERS]


def _votes(
    model: BaseChatModel, wording: Wording, rubric: str, turn: Mapping[str, Any]
) -> tuple[tuple[int, ...], int]:
    got = turn["got"]
    passages = "\n\n".join(citation["quote"] for citation in got["citations"])
    task = wording.say(f"judge.{rubric}.task", passages=passages, message=turn["said"], answer=got["answer"])
    messages = [SystemMessage(wording.say("judge.system")), HumanMessage(task)]
    votes: list[int] = []
    tokens = 0
    for _ in range(VOTES):
        try:
            reply = model.invoke(messages)
        except Exception as error:
            raise TargetError(
                f"the judge does not answer ({type(error).__name__}); leave out --judge"
            ) from error
        usage = getattr(reply, "usage_metadata", None) or {}
        tokens += int(usage.get("total_tokens", 0))
        if (grade := read_grade(str(reply.text))) is not None:
            votes.append(grade)
    return tuple(votes), tokens


def read_grade(text: str) -> int | None:
    """Return the grade, 1 to 5, of a judge's reply; None where it gave none."""
    match = re.search(r"\{.*\}", text, re.DOTALL)
    try:
        grade = json.loads(match[0])["grade"] if match else None
    except (json.JSONDecodeError, KeyError, TypeError):
        return None
    return grade if isinstance(grade, int) and not isinstance(grade, bool) and 1 <= grade <= 5 else None


def _model(settings: Settings) -> BaseChatModel:
    if not settings.model:
        raise TargetError("no language model is set; set ASSISTANT_MODEL, or leave out --judge")
    try:
        from langchain.chat_models import init_chat_model

        model = init_chat_model(settings.model, temperature=0)
    except (ImportError, ValueError) as error:
        raise TargetError(f"ASSISTANT_MODEL {settings.model}: {error}") from error
    assert isinstance(model, BaseChatModel)
    return model
