from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.console import Console

from evals import cli
from evals.exports import inspect_log
from tests.evals.fake import GUIDES, FakeTarget, reply

ROW = {"id": "a-1", "split": "report", "text": "bridges?", "facts": [["12–15"]], "note": "dose"}
RIGHT = reply("Lie on your back with knees bent. 2–3 sets of 12–15.")
WRONG = reply("Lie on your back with knees bent.")


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    replies: dict[str, object] = {"bridges?": RIGHT}
    monkeypatch.setattr(cli, "OpenLibrary", lambda: lambda: FakeTarget(replies))  # type: ignore[arg-type]
    monkeypatch.setattr(cli.Guides, "read", lambda *_, **__: GUIDES)
    return replies


def run(tmp_path: Path, *rows: dict[str, object], **options: object) -> int:
    file = tmp_path / "answers.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    console = Console(file=(tmp_path / "out.txt").open("w"), width=120)
    code = cli.run([], file, tmp_path / "run", console=console, **options)  # type: ignore[arg-type]
    console.file.close()
    return code


def test_a_run_that_meets_its_bars_exits_0_and_writes_everything(
    tmp_path: Path, fake: dict[str, object]
) -> None:
    assert run(tmp_path, ROW, junit_file=tmp_path / "ci" / "junit.xml") == 0
    written = {path.name for path in (tmp_path / "run").iterdir()}
    assert written == {"results.jsonl", "figures.json", "run.json", "report.html"}
    assert (tmp_path / "ci" / "junit.xml").is_file()
    assert "answers.key_fact_recall" in (tmp_path / "out.txt").read_text()


def test_a_missed_bar_exits_1_and_says_which(tmp_path: Path, fake: dict[str, object]) -> None:
    fake["bridges?"] = WRONG
    assert run(tmp_path, ROW) == 1
    assert "missed answers.key_fact_recall 0.0 %" in (tmp_path / "out.txt").read_text()


def test_a_significant_drop_exits_1(
    tmp_path: Path, fake: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli.bars, "load", lambda: [])
    rows: list[dict[str, object]] = [ROW | {"id": f"a-{n}", "text": f"bridges {n}?"} for n in range(20)]
    fake.update({str(row["text"]): RIGHT for row in rows})
    assert run(tmp_path, *rows) == 0
    earlier = (tmp_path / "run").rename(tmp_path / "earlier")
    assert run(tmp_path, *rows, against=earlier) == 0
    fake.update({str(row["text"]): WRONG for row in rows})
    assert run(tmp_path, *rows, against=earlier) == 1
    assert "dropped answers.key_fact_recall" in (tmp_path / "out.txt").read_text()


def test_losing_a_case_that_must_hold_exits_1(
    tmp_path: Path, fake: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli.bars, "load", lambda: [])
    assert run(tmp_path, ROW | {"must": True}) == 0
    earlier = (tmp_path / "run").rename(tmp_path / "earlier")
    fake["bridges?"] = WRONG
    assert run(tmp_path, ROW, against=earlier) == 0
    assert run(tmp_path, ROW | {"must": True}, against=earlier) == 1
    assert "lost cases that must hold: a-1" in (tmp_path / "out.txt").read_text()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"workers": 0}, "--workers 0: give 1 to 64"),
        ({"against": Path("nowhere")}, "name the folder of a run"),
        ({"url": "http://127.0.0.1:9"}, "start the server, or mend --url"),
        ({"judge": True}, "set ASSISTANT_MODEL, or leave out --judge"),
    ],
)
def test_wrong_use_exits_2_with_a_sentence(
    tmp_path: Path,
    fake: dict[str, object],
    capsys: pytest.CaptureFixture[str],
    options: dict[str, object],
    sentence: str,
) -> None:
    assert run(tmp_path, ROW, **options) == 2
    assert sentence in capsys.readouterr().err


def test_inspect_without_inspect_ai_exits_2(
    tmp_path: Path,
    fake: dict[str, object],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(inspect_log.importlib.util, "find_spec", lambda name: None)
    assert run(tmp_path, ROW, inspect=True) == 2
    assert "install it in an environment of its own" in capsys.readouterr().err


@pytest.mark.parametrize("content", ["", "{", '{"id": "a-1"}', json.dumps(ROW) + "\n" + json.dumps(ROW)])
def test_bad_case_files_exit_2_with_the_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str
) -> None:
    file = tmp_path / "answers.jsonl"
    file.write_text(content, encoding="utf-8")
    assert cli.main(["answers", "--cases", str(file), "--out", str(tmp_path / "run")]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"{file}:") and ";" in error
