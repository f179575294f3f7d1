from __future__ import annotations

import math

import pytest

from evals.metrics import abstention, citations, facts, latency, ranking, triage
from tests.evals.fake import BRIDGE, GUIDE


def test_ranking_metrics_on_a_worked_example() -> None:
    gains = [0.0, 2.0, 1.0, 0.0]
    assert ranking.recall_at_k(gains, 2, 1) == 0.0
    assert ranking.recall_at_k(gains, 2, 3) == 1.0
    assert ranking.reciprocal_rank(gains) == 0.5
    expected = (2 / math.log2(3) + 1 / 2) / (2 + 1 / math.log2(3))
    assert ranking.ndcg_at_k(gains, [1.0, 2.0], 5) == pytest.approx(expected)
    assert ranking.ndcg_at_k([2.0, 1.0], [2.0, 1.0], 5) == 1.0
    assert ranking.reciprocal_rank([0.0]) == 0.0


def test_recall_needs_something_relevant() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        ranking.recall_at_k([1.0], 0, 5)


def test_key_facts_take_any_alternate() -> None:
    found = facts.key_facts("Do 2-3 sets of RDLs", [["2–3 sets"], ["deadlift", "RDL"], ["balance"]])
    assert found.missing == ("balance",)
    assert found.recall == pytest.approx(2 / 3)
    assert facts.key_facts("", []).recall == 1.0


def test_number_fidelity_names_the_strange_number() -> None:
    judged = facts.number_fidelity(["2–3 sets of 10–12", "hold 30 seconds"], "2-3 sets of 12–15")
    assert judged.strange == ("10-12", "30")
    assert judged.share == pytest.approx(1 / 3)


OWN = citations.Wordings(["Hello from {clinic}, ask away.", "Here is the move:"])
QUOTE = [("Exercises > 3. Glute Bridges", BRIDGE)]


def test_a_supported_claim_and_the_assistants_own_words_need_nothing_more() -> None:
    judged = citations.citations(
        "Hello from Us, ask away.\n\nLie on your back with knees bent.", QUOTE, GUIDE, OWN
    )
    assert judged.recall == 1.0 and judged.precision == 1.0
    assert judged.claims == ("Lie on your back with knees bent.",)


def test_a_wrong_number_is_not_supported() -> None:
    judged = citations.citations("Glute bridges: 2–3 sets of 20–25.", QUOTE, GUIDE, OWN)
    assert judged.unsupported and judged.recall == 0.0


def test_an_invented_claim_is_not_supported() -> None:
    judged = citations.citations("Magnesium tablets stop cramps overnight.", QUOTE, GUIDE, OWN)
    assert judged.recall == 0.0


def test_a_sentence_is_held_to_the_quote_that_it_names() -> None:
    quotes = [*QUOTE, ("Tips", "Hard pavement raises impact; mix in trails or tracks.")]
    answer = "Lie on your back with knees bent. [{}]\n- Hard pavement raises impact. [{}]"
    right = citations.citations(answer.format(1, 2), quotes, GUIDE, OWN)
    assert right.recall == 1.0 and right.precision == 1.0
    assert citations.citations(answer.format(2, 1), quotes, GUIDE, OWN).recall == 0.0


def test_a_line_of_a_plan_claims_only_what_is_more_than_names_and_minutes() -> None:
    answer = (
        "| Mon | Glute Bridges, Side Planks (10–15 min) |\n| Tue | Magnesium tablets stop cramps overnight |"
    )
    names = ["Glute Bridges", "Side Planks"]
    judged = citations.citations(answer, QUOTE, GUIDE, OWN, names=names)
    assert judged.unsupported == ("Magnesium tablets stop cramps overnight",)


def test_an_idle_or_foreign_quote_costs_precision() -> None:
    quotes = [
        *QUOTE,
        ("Tips", "Hard pavement raises impact; mix in trails or tracks."),
        ("Else", "Drink two litres."),
    ]
    judged = citations.citations("Lie on your back with knees bent.", quotes, GUIDE, OWN)
    assert judged.foreign == ("Drink two litres.",)
    assert len(judged.idle) == 2
    assert judged.precision == pytest.approx(1 / 3)


def test_triage_observations_touch_only_their_figures() -> None:
    missed = triage.observations("check", "urgent")
    assert missed["urgent_sensitivity"] == 0.0 and missed["under_triage"] == 1.0
    assert "none_left_none" not in missed and "over_triage_to_urgent" not in missed
    fine = triage.observations("check", "none", ["check"])
    assert fine["none_left_none"] == 1.0 and fine["over_triage"] == 0.0
    over = triage.observations("urgent", "none")
    assert over["over_triage_to_urgent"] == 1.0 and over["none_not_referred"] == 0.0
    assert triage.observations("urgent", "refer")["referral_sensitivity"] == 1.0
    assert triage.observations("refer", "check")["unclear_asked"] == 1.0
    assert triage.observations("none", "check")["unclear_asked"] == 0.0


def test_confusion_counts_rows_and_columns() -> None:
    counts = triage.confusion([("refer", "urgent"), ("refer", "refer"), ("none", "none")])
    assert counts["refer"] == {"none": 0, "check": 0, "refer": 1, "urgent": 1}
    assert sum(counts["urgent"].values()) == 0


def test_abstention_precision_and_recall() -> None:
    assert abstention.observations(True, True) == {"abstention_recall": 1.0, "abstention_precision": 1.0}
    assert abstention.observations(True, False) == {"abstention_precision": 0.0}
    assert abstention.observations(False, False) == {}


def test_risk_coverage_by_hand_and_without_order_of_ties() -> None:
    curve = abstention.risk_coverage([0.9, 0.8, 0.8, 0.1], [False, True, False, True])
    assert curve.coverage == (0.25, 0.75, 1.0)
    assert curve.risk == pytest.approx((0.0, 1 / 3, 0.5))
    assert curve.aurc == pytest.approx(0.5 / 3 + 0.25 * 0.5)
    assert abstention.risk_coverage([0.9, 0.8, 0.8, 0.1], [False, False, True, True]) == curve
    with pytest.raises(ValueError, match="one value"):
        abstention.risk_coverage([0.1], [])


def test_latency_percentiles_are_nearest_rank() -> None:
    assert latency.latency([float(n) for n in range(1, 101)])[1:] == (50.0, 95.0, 99.0, 100.0)
    assert latency.latency([]).replies == 0
