"""The learned head: what it may change, that it embeds once, and that it is optional and current."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from assistant import resources
from assistant.guardrail import Guardrail, policy, signals, train
from assistant.guardrail.head import FILE, LEVELS, Head, HeadError, Opinion, stacked
from assistant.guardrail.reading import Reading
from assistant.retrieval import adapter as adapters
from assistant.retrieval.adapter import Adapter


class CountingEmbed:
    """Gives a fixed unit vector for every text and counts the calls."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.calls.append(list(texts))
        return np.full((len(texts), 384), 384**-0.5, dtype=np.float32)


def test_embed_is_called_at_most_once_with_the_message_first() -> None:
    embed = CountingEmbed()
    message = "My back hurts a lot after the long run. " * 8
    Guardrail.load(today=lambda: date(2026, 11, 22)).assess(message, embed=embed)
    assert len(embed.calls) == 1
    assert embed.calls[0][0] == message


def test_the_adapter_and_the_head_must_share_an_opinion(guardrail: Guardrail) -> None:
    head = Head.load(resources.folder("knowledge") / FILE)
    assert head is not None
    reading = signals.read("which shoes are best", guardrail.policy, date(2026, 11, 22))
    vector = CountingEmbed()(["one"])[0]
    scores = np.zeros(len(LEVELS) + len(head.signals), dtype=np.float32)
    scores[LEVELS.index("urgent")] = 4.0
    scores[len(LEVELS) + head.signals.index("despair")] = 20.0
    alone, both = head.judge(vector, reading), head.judge(vector, reading, scores)
    adapters_own = float(np.exp(4.0) / (np.exp(4.0) + 3))
    assert alone.chances[3] < both.chances[3] < adapters_own
    assert both.chances.sum() == pytest.approx(1.0, abs=1e-5)
    assert both.urgent_row == "self_harm"


def test_scores_are_asked_for_once() -> None:
    asked: list[str] = []

    def score(text: str) -> None:
        asked.append(text)

    Guardrail.load().assess("My back hurts after the long run", embed=CountingEmbed(), score=score)
    assert asked == ["My back hurts after the long run"]


def test_rules_alone_work_without_the_file(tmp_path: Path) -> None:
    for path in resources.folder("knowledge").glob("*.toml"):
        shutil.copy(path, tmp_path / path.name)
    guardrail = Guardrail.load(tmp_path)
    assert guardrail.head is None
    assert guardrail.assess("I can't pee and my back hurts", embed=CountingEmbed()).level == "urgent"


def test_broken_weights_are_named(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"not a head")
    with pytest.raises(HeadError, match="triage_head"):
        Head.load(tmp_path / FILE)


def test_shipped_head_names_its_model_and_data() -> None:
    head = Head.load(resources.folder("knowledge") / FILE)
    assert head is not None
    assert head.model.endswith("all-MiniLM-L6-v2")
    assert head.data_sha256 == train.fingerprint(), "run `python -m assistant.guardrail.train --all`"


class Opinionated(Head):
    """A head of one fixed opinion."""

    def __init__(self, none: float, check: float, refer: float, urgent: float) -> None:
        shipped = Head.load(resources.folder("knowledge") / FILE)
        assert shipped is not None
        self.thresholds = shipped.thresholds
        self._chances = np.array([none, check, refer, urgent], dtype=np.float32)

    def judge(
        self, vector: NDArray[np.float32], reading: Reading, scores: NDArray[np.float32] | None = None
    ) -> Opinion:
        return Opinion(self._chances, "leg_weakness", "interference", self._chances, np.zeros(0, np.float32))

    def settle(self, opinion: Opinion, reading: Reading, level: str, hurts: bool) -> NDArray[np.float32]:
        return self._chances


def level_with(head: Head, *turns: str) -> str:
    guardrail = Guardrail.load(today=lambda: date(2026, 11, 22))
    guardrail.head = head
    verdict = guardrail.assess(turns[0], embed=CountingEmbed())
    for turn in turns[1:]:
        verdict = guardrail.assess(turn, verdict.state, embed=CountingEmbed())
    return verdict.level


STORY = (
    "I lift, row and run, three times a week each. I had to stop my rows early because my lower back aches. "
    "Anyway, I am looking for a belt and for straps."
)


@pytest.mark.parametrize(
    ("opinion", "message", "expected"),
    [
        ((1, 0, 0, 0), "I can't pee since this morning and my back hurts", "urgent"),
        ((1, 0, 0, 0), "my back has hurt for six weeks", "refer"),
        ((0.95, 0.05, 0, 0), STORY, "none"),
        ((0.1, 0.85, 0.05, 0), STORY, "check"),
        ((0, 0, 1, 0), "my back hurts when I run", "refer"),
        ((0.4, 0.1, 0.4, 0.1), "my knee hurts when I run", "none"),
        ((0.2, 0, 0.1, 0.7), "what if my back hurt one day?", "none"),
        ((1, 0, 0, 0), "jelly legs off the bike, how do I train that?", "none"),
        ((0.8, 0, 0, 0.2), "my legs are weak and numb", "urgent"),
    ],
)
def test_what_the_head_may_change(
    opinion: tuple[float, float, float, float], message: str, expected: str
) -> None:
    assert level_with(Opinionated(*opinion), message) == expected


ODD = (
    "Out with the club on Tuesday, our usual loop by the river and over the two bridges, and then my back "
    "hurt and I thought nothing of it."
)


def test_a_pain_that_is_let_go_is_remembered_for_what_comes_later() -> None:
    torn = Opinionated(0.7, 0.3, 0, 0)
    assert level_with(Opinionated(0.3, 0.7, 0, 0), ODD) == "check"
    assert level_with(torn, ODD) == "none"
    assert level_with(torn, ODD, "about three weeks now") == "refer"
    assert level_with(Opinionated(0.97, 0.03, 0, 0), ODD, "about three weeks ago") == "none"


def test_in_a_short_message_the_opinion_must_agree() -> None:
    class Carried(Opinionated):
        """One whose settled chances are urgent."""

        def settle(self, opinion: Opinion, reading: Reading, level: str, hurts: bool) -> NDArray[np.float32]:
            return np.array([0.1, 0.1, 0.1, 0.7], dtype=np.float32)

    assert level_with(Carried(0.7, 0.1, 0.1, 0.1), "my back feels odd today") == "check"
    assert level_with(Carried(0.1, 0.1, 0.1, 0.7), "my back feels odd today") == "urgent"


def test_in_a_later_turn_the_head_never_lowers() -> None:
    sure = Opinionated(1, 0, 0, 0)
    assert (
        level_with(sure, "my back has hurt for six weeks", "I love running in the rain with my dog")
        == "refer"
    )


def test_training_gives_a_head_that_tells_the_levels_apart(tmp_path: Path) -> None:
    cases = tmp_path / "cases.jsonl"
    lines = train.CASES.read_text(encoding="utf-8").splitlines()[:400]
    cases.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def embed(texts: Sequence[str]) -> NDArray[np.float32]:
        return np.full((len(texts), 384), 384**-0.5, dtype=np.float32)

    train.write(train.train(embed, cases, everything=True, model="test"), tmp_path / FILE)
    head = Head.load(tmp_path / FILE)
    assert head is not None
    assert head.data_sha256 == train.fingerprint(cases)
    guardrail = Guardrail.load(today=lambda: date(2026, 11, 22))
    reading = signals.read("I can't pee since my back went", guardrail.policy, date(2026, 11, 22))
    opinion = head.judge(embed(["one"])[0], reading)
    assert int(opinion.chances.argmax()) == 3
    assert opinion.urgent_row == "bladder_bowel"


def test_what_settles_needs_cases_that_the_weights_had_not_seen(tmp_path: Path) -> None:
    adapter = Adapter.load(resources.folder("knowledge") / adapters.FILE)
    assert adapter is not None
    with pytest.raises(ValueError, match="are needed to settle"):
        train.unseen(train.CASES, adapter)
    adapter.meta["cases"] = 0
    assert len(train.unseen(train.CASES, adapter)) > train.LEAST_UNSEEN
    assert train.kept(tmp_path / "none.npz") == {}


def test_settling_follows_the_rules_where_the_opinions_are_torn() -> None:
    head = Head.load(resources.folder("knowledge") / FILE)
    assert head is not None
    held = train.kept(resources.folder("knowledge") / FILE)
    reading = signals.read("my back is sore", policy.load(), date(2026, 11, 22))
    torn = np.full(4, 0.25, dtype=np.float32)
    scores = np.zeros(4 + len(head.signals), dtype=np.float32)
    opinion = Opinion(torn, "trauma", "interference", torn, scores)
    assert np.asarray(held["settle_w"]).shape == (len(stacked(opinion, reading, "none", False)), 4)
    none, urgent = (head.settle(opinion, reading, level, True) for level in ("none", "urgent"))
    assert urgent[3] > none[3]
    assert none[0] > urgent[0]
    assert float(urgent.sum()) == pytest.approx(1.0, abs=1e-4)
    without = Opinion(torn, "trauma", "interference", torn, np.zeros(0, dtype=np.float32))
    assert head.settle(without, reading, "urgent", True) is torn
