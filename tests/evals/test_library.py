"""The evals on the real assistant, in small: they run, notice a fault, and leave a harmless edit alone."""

from __future__ import annotations

from assistant import settings as settings_module
from assistant.retrieval.embeddings import LocalEmbeddings
from assistant.settings import Settings
from evals import ablation, cases, mutations, runner, selftest
from evals.guides import Guides
from evals.library import OpenLibrary

PLAIN = {
    "glute bridge reps",
    "How often should I do the exercises?",
    "Can I take ibuprofen before a long run?",
}


def plain() -> list[cases.AnyCase]:
    return [case for case in cases.load(["answers", "scope"]) if case.messages()[0] in PLAIN]


def test_plain_questions_are_answered_right_and_twice_the_same(
    guide_settings: Settings, embeddings: LocalEmbeddings
) -> None:
    guides = Guides.read(guide_settings.knowledge_dir)
    opened = OpenLibrary({"data_dir": guide_settings.data_dir}, embeddings=embeddings)
    first = runner.execute(plain(), opened, guides)
    assert len(first.rows) == 3
    assert [row["why"] for row in first.rows] == [[], [], []]
    assert first.scores() == runner.execute(plain(), opened, guides).scores()


def test_a_planted_fault_is_noticed_and_a_harmless_edit_is_not() -> None:
    settings_module.load()
    planned = [mutations.FAULTS[0], mutations.HARMLESS[0]]
    fault, harmless = selftest.check(plain(), planned)
    assert fault.caught and any("lost answers-" in reason for reason in fault.by)
    assert not harmless.caught, harmless.by


def test_ablations_are_compared_with_the_default() -> None:
    chosen = cases.load(["retrieval"])[:40]
    planned = [
        variant for variant in ablation.variants() if variant.name in ("default", "retrieval: BM25 only")
    ]
    default, lexical = ablation.measure(chosen, planned, lambda name: None)
    assert set(default.figures) == set(lexical.figures) == set(ablation.RETRIEVAL)
    assert default.p == {} and set(lexical.p) == set(ablation.RETRIEVAL)
    assert default.figures["retrieval.recall@5"].value >= lexical.figures["retrieval.recall@5"].value
