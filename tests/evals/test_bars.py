from __future__ import annotations

from pathlib import Path

import pytest

from evals import bars
from evals.figures import Figure
from evals.statistics import Interval


def figure(name: str, value: float) -> Figure:
    return Figure(name, "report", value, Interval(0, 1, "Wilson"), 10, 10)


def test_the_projects_own_bars_can_be_read() -> None:
    read = bars.load()
    assert {"triage.urgent_sensitivity", "answers.key_fact_recall"} <= {bar.figure for bar in read}


def test_bars_are_held_against_their_figures() -> None:
    least = bars.Bar(figure="answers.x", at_least=0.9, why="because")
    most = bars.Bar(figure="answers.y", at_most=0.0, why="because")
    absent = bars.Bar(figure="style.z", at_least=0.9, why="because")
    verdicts = bars.judge([least, most, absent], [figure("answers.x", 0.9), figure("answers.y", 0.01)])
    assert [verdict.met for verdict in verdicts] == [True, False]
    assert (least.wording(), most.wording()) == ("≥ 0.9", "≤ 0")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[[bar]\n", "mend the TOML"),
        ('[[bar]]\nfigure = "a.b"\nwhy = "because"\n', "either at_least or at_most"),
        (
            '[[bar]]\nfigure = "a.b"\nat_least = 1\nat_most = 1\nwhy = "because"\n',
            "either at_least or at_most",
        ),
        ('[[bar]]\nfigure = "a.b"\nat_least = "high"\nwhy = "because"\n', "bar 1: at_least"),
        ('[[bar]]\nfigure = "a.b"\nat_least = 1\nwhy = "because"\n' * 2, "two bars for a.b"),
        ("[bars]\n", "unknown table 'bars'"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "bars.toml"
    path.write_text(text)
    with pytest.raises(bars.BarError, match=problem.replace("[", r"\[")) as caught:
        bars.load(path)
    assert str(path) in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(bars.BarError, match="restore it"):
        bars.load(tmp_path / "bars.toml")
