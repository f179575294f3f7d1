from __future__ import annotations

import pytest
from langchain_core.language_models import FakeListChatModel
from rich.console import Console

from assistant import settings
from evals import judge
from evals.target import TargetError
from tests.evals.test_runner import run


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ('{"grade": 4, "reason": "fine"}', 4),
        ('Here: {"grade": 1, "reason": "invented"} done', 1),
        ('{"grade": 6}', None),
        ('{"grade": true}', None),
        ('{"grade": "5"}', None),
        ("five", None),
        ("{grade}", None),
    ],
)
def test_only_a_grade_from_1_to_5_counts(text: str, grade: int | None) -> None:
    assert judge.read_grade(text) == grade


def test_agreement_by_hand() -> None:
    votes = [((5, 5, 4), True), ((1, 1, 1), False), ((5, 5, 5), False), ((2, 5, 2), False)]
    found = judge.agreement([judge.Judgement(str(n), "x", v, good) for n, (v, good) in enumerate(votes)])
    assert found["agreement"] == 0.75 and found["votes_agree"] == 0.5
    assert found["mean"] == pytest.approx((5 + 1 + 5 + 2) / 4)
    assert found["kappa"] == pytest.approx((0.75 - 0.5) / 0.5)
    assert judge.agreement([]) == {}


def test_three_votes_each_and_no_gate() -> None:
    model = FakeListChatModel(
        responses=['{"grade": 5, "reason": "ok"}', "no", '{"grade": 3, "reason": "hm"}']
    )
    done = run()
    missed = done.missed
    found = judge.opinions(done, settings.load(), Console(quiet=True), model)
    assert set(found["rubrics"]) == {"faithfulness", "helpfulness"}
    assert found["grades"]["a-1 helpfulness"] == (5, 3)
    assert done.missed == missed


def test_without_a_model_the_remedy_is_named() -> None:
    with pytest.raises(TargetError, match="set ASSISTANT_MODEL"):
        judge.opinions(run(), settings.load(model=""), Console(quiet=True))
