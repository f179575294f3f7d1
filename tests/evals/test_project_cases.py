"""The project's own cases, as a set: enough, balanced, and speaking of passages that exist."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from assistant import resources
from evals import cases
from evals.guides import Guides
from evals.target import matches
from evals.text import squeeze

EVERY = cases.load()


def test_there_are_enough_cases_in_both_splits() -> None:
    assert len(EVERY) >= 1_200
    for suite in ("retrieval", "answers", "conversation", "scope", "style", "triage"):
        splits = Counter(case.split for case in EVERY if case.suite == suite)
        assert min(splits["tune"], splits["report"]) >= 0.3 * splits.total(), suite


def test_many_voices_and_languages_speak() -> None:
    voices = Counter(case.voice for case in EVERY if case.voice)
    assert {"new", "experienced", "older", "hurried", "typo", "dictation", "minimising", "worried"} <= set(
        voices
    )
    assert {"en", "es", "fr", "de", "pt"} <= {case.lang for case in EVERY}


def names(case: cases.AnyCase) -> set[str]:
    if isinstance(case, cases.RetrievalCase):
        return {*case.relevant, *case.related}
    wanted: list[cases.Expectation] = []
    if isinstance(case, cases.AnswerCase):
        wanted = [case]
    elif isinstance(case, cases.ConversationCase):
        wanted = list(case.turns)
    return {name for expectation in wanted for group in expectation.cite for name in group}


def test_every_passage_that_a_case_names_stands_in_the_guide() -> None:
    guides = Guides.read(resources.folder("knowledge"))
    headings = [line.lstrip("# ") for line in guides.text.splitlines() if line.startswith("#")]
    called = {name for case in EVERY for name in names(case)}
    assert len(called) >= 25
    missing = {
        name
        for name in called
        if not any(matches(name, h, "") for h in headings) and not matches(name, "", guides.text)
    }
    assert not missing


@pytest.mark.parametrize("kind", ["exercise", "cause", "integration", "tip"])
def test_each_item_of_the_guide_is_asked_for_in_retrieval_and_answers(kind: str) -> None:
    found = {suite: Counter[str]() for suite in ("retrieval", "answers")}
    for case in EVERY:
        if case.suite in found:
            found[case.suite].update(name for name in names(case) if name.startswith(f"{kind}:"))
    assert set(found["retrieval"]) == set(found["answers"])
    assert min(min(counts.values()) for counts in found.values()) >= 3


def test_numbers_of_the_facts_stand_in_the_guide() -> None:
    guide = squeeze(Guides.read(resources.folder("knowledge")).text)
    facts = {
        alternate
        for case in EVERY
        if isinstance(case, cases.AnswerCase)
        for fact in case.facts
        for alternate in fact
        if alternate[:1].isdigit() and "-" in alternate[:4]
    }
    assert len(facts) > 10
    assert not [
        fact for fact in facts if squeeze(fact) not in guide and "a week" not in fact and fact != "1-on-1"
    ]


def test_no_case_file_is_left_out() -> None:
    stems = {path.stem for path in Path(cases.CASES_DIR).glob("*.jsonl")}
    assert all(stem.split("_")[0] in cases.SUITES for stem in stems)
