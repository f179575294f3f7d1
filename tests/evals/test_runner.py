from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from evals import report, runner
from evals.bars import Bar
from evals.cases import AnswerCase, AnyCase, CaseError, RetrievalCase, ScopeCase
from evals.exports import junit
from tests.evals.fake import GUIDES, FakeTarget, reply

NASTY = "how do I do </script><img src=x onerror=alert(1)> bridges? \x0b"
RIGHT = reply("Lie on your back with knees bent. 2–3 sets of 12–15.")


def some_cases() -> list[AnyCase]:
    base = {"split": "report", "note": "a <b>test</b>"}
    return [
        RetrievalCase.model_validate(
            {
                **base,
                "id": "r-1",
                "suite": "retrieval",
                "text": "bridge?",
                "relevant": ["exercise:glute-bridges"],
            }
        ),
        AnswerCase.model_validate(
            {**base, "id": "a-1", "suite": "answers", "text": NASTY, "facts": [["12–15"]]}
        ),
        AnswerCase.model_validate(
            {**base, "id": "a-2", "suite": "answers", "text": "lost?", "facts": [["12–15"]]}
        ),
        ScopeCase.model_validate(
            {**base, "id": "s-1", "suite": "scope", "text": "pills?", "kind": "drug", "expect": "decline"}
        ),
    ]


def run(**options: object) -> runner.Run:
    bars = [
        Bar(figure="answers.case_right", at_least=0.9, why="a bar"),
        Bar(figure="retrieval.mrr", at_least=1, why="one"),
    ]
    return runner.execute(
        some_cases(),
        lambda: FakeTarget({NASTY: RIGHT}),
        GUIDES,
        bars=bars,
        **options,  # type: ignore[arg-type]
    )


def test_scores_do_not_depend_on_run_or_workers() -> None:
    first = run()
    assert first.scores() == run().scores() == run(workers=3, threads=True).scores()
    assert [row["ok"] for row in first.rows] == [True, True, False, True]
    assert [verdict.met for verdict in first.verdicts] == [False, True]


def test_progress_counts_every_case() -> None:
    seen: list[int] = []
    run(progress=seen.append)
    assert sum(seen) == 4


def test_a_run_is_written_and_read_back(tmp_path: Path) -> None:
    first = run(meta={"started": "now"})
    runner.write(first, tmp_path)
    again = run()
    runner.write(again, tmp_path / "b")
    assert (tmp_path / "results.jsonl").read_bytes() == (tmp_path / "b" / "results.jsonl").read_bytes()
    assert (tmp_path / "figures.json").read_bytes() == (tmp_path / "b" / "figures.json").read_bytes()
    rows = runner.read(tmp_path)
    assert [row["id"] for row in rows] == ["r-1", "a-1", "a-2", "s-1"]
    assert json.loads((tmp_path / "run.json").read_text())["missed"] == ["answers.case_right"]
    compared = run(against=rows)
    assert compared.changes and not compared.drops


def test_a_run_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="name the folder of a run"):
        runner.read(tmp_path)
    (tmp_path / "results.jsonl").write_text('{"id": 1}\n')
    with pytest.raises(CaseError, match=":1: not a result"):
        runner.read(tmp_path)


def test_the_report_escapes_everything_and_asks_for_nothing() -> None:
    done = run(meta={"started": "<now>", "target": "</script><script>"})
    html = report.render(done, [{**row, "ok": not row["ok"]} for row in done.rows])
    assert "<img src=x" not in html and "</script><script>" not in html and "<now>" not in html
    assert "default-src 'none'" in html and "http" not in html.replace("http-equiv", "")
    assert len(html.encode()) < report.MAX_BYTES


def test_junit_fails_bars_and_skips_cases(tmp_path: Path) -> None:
    junit.write(run(), tmp_path / "junit.xml")
    root = ElementTree.parse(tmp_path / "junit.xml").getroot()
    assert [node.get("name") for node in root] == ["retrieval", "answers", "scope", "bars"]
    assert [test.get("name") for test in root.iter("testcase") if test.find("skipped") is not None] == ["a-2"]
    assert [test.get("name") for test in root.iter("testcase") if test.find("failure") is not None] == [
        "answers.case_right ≥ 0.9"
    ]
