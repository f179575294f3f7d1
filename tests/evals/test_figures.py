from __future__ import annotations

import pytest

from evals import figures


def row(number: int, split: str = "report", **scores: list[float]) -> dict[str, object]:
    return {"id": f"c-{number}", "split": split, "scores": {f"answers.{k}": v for k, v in scores.items()}}


def test_splits_are_never_mixed() -> None:
    rows = [row(1, case_right=[1.0]), row(2, "tune", case_right=[0.0])]
    assert [f.value for f in figures.summarise(rows, "report")] == [1.0]
    assert [f.value for f in figures.summarise(rows, "tune")] == [0.0]


def test_yes_or_no_gets_wilson_and_the_rest_a_bootstrap() -> None:
    rows = [row(n, case_right=[float(n % 2)], recall=[0.5, 1.0]) for n in range(10)]
    by_name = {figure.name: figure for figure in figures.summarise(rows, "report")}
    assert by_name["answers.case_right"].interval.method == "Wilson"
    assert by_name["answers.recall"].interval.method == "bootstrap"
    assert by_name["answers.recall"].value == 0.75
    assert (by_name["answers.recall"].cases, by_name["answers.recall"].observations) == (10, 20)


def test_a_drop_is_found_and_its_direction_known() -> None:
    before = [row(n, case_right=[1.0], wrongly_declined=[0.0]) for n in range(20)]
    after = [row(n, case_right=[float(n > 8)], wrongly_declined=[float(n <= 8)]) for n in range(20)]
    changes = {change.name: change for change in figures.compare(before, after)}
    right, declined = changes["answers.case_right"], changes["answers.wrongly_declined"]
    assert (right.lost, right.gained, right.test) == (9, 0, "McNemar exact")
    assert right.significant_drop and declined.significant_drop
    assert right.p == pytest.approx(2 * 2 / 2**9, abs=1e-6)
    back = {change.name: change for change in figures.compare(after, before)}
    assert not back["answers.case_right"].worse and not back["answers.wrongly_declined"].significant_drop


def test_a_small_change_is_no_drop_and_strangers_are_left_out() -> None:
    before = [row(n, case_right=[1.0]) for n in range(20)]
    after = [row(n, case_right=[float(n != 3)]) for n in range(25)]
    (change,) = figures.compare(before, after)
    assert change.worse and not change.significant_drop and change.lost == 1


def test_figures_that_depend_on_the_replies_are_not_paired() -> None:
    rows = [{"id": "c", "split": "report", "scores": {"scope.abstention_precision": [1.0]}}]
    assert figures.compare(rows, rows) == []


def test_all_right_over_several_turns_still_has_an_interval() -> None:
    (figure,) = figures.summarise([row(n, kept=[1.0, 1.0]) for n in range(10)], "report")
    assert figure.interval.method == "Wilson" and 0.6 < figure.interval.low < 0.8
