from __future__ import annotations

import json
from pathlib import Path

import pytest

from evals import cases

GOOD = {"id": "x-1", "text": "how many bridges?", "relevant": ["exercise:glute-bridges"], "note": "dose"}


def write(path: Path, *rows: object) -> Path:
    path.write_text(
        "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), encoding="utf-8"
    )
    return path


def refused(path: Path, *suites: str) -> str:
    with pytest.raises(cases.CaseError) as caught:
        cases.load(suites or cases.SUITES, path)
    return str(caught.value)


def test_a_file_of_ones_own_names_its_suite_by_name_or_field_or_command(tmp_path: Path) -> None:
    by_name = write(tmp_path / "retrieval_mine.jsonl", GOOD)
    by_field = write(tmp_path / "a.jsonl", GOOD | {"suite": "retrieval"})
    neither = write(tmp_path / "b.jsonl", GOOD)
    assert cases.load(file=by_name)[0].suite == "retrieval"
    assert cases.load(file=by_field)[0].suite == "retrieval"
    assert cases.load(["retrieval"], neither)[0].suite == "retrieval"
    assert f"{neither}:1: which suite?" in refused(neither)


def test_the_split_is_fixed_by_the_id_and_may_be_given(tmp_path: Path) -> None:
    path = write(tmp_path / "retrieval.jsonl", GOOD, GOOD | {"id": "x-2", "text": "else", "split": "tune"})
    first, second = cases.load(file=path)
    assert first.split == cases.split_of("x-1")
    assert second.split == "tune"
    shares = [cases.split_of(f"case-{n}") for n in range(400)]
    assert 150 < shares.count("tune") < 250


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('{"id": "x-2",}', "column 14"),
        ("[1]", "a list, not an object"),
        ({**GOOD, "id": "x-2", "text": "", "split": "tune"}, "text:"),
        ({**GOOD, "id": "x-2", "text": "a" * 4001}, "text:"),
        ({**GOOD, "id": "x-2", "text": "b", "colour": "red"}, "remove it or mend its spelling"),
        ({**GOOD, "id": "x-2", "text": "c", "note": ""}, "note:"),
        ({**GOOD, "text": "d"}, "also stands at"),
        ({**GOOD, "id": "x-2", "text": "How many  BRIDGES?"}, "remove one of the two"),
        ({**GOOD, "id": "x-2", "text": "e", "relevant": ["Glute Bridges"]}, "relevant.0"),
        ('{"id": "x-2", "text": "' + "f" * 70_000 + '"}', "shorten its texts"),
        ({**GOOD, "id": "x-2", "text": "g", "split": "train"}, "split"),
        ("[" * 5000, "too deep"),
    ],
)
def test_a_bad_line_is_named_with_its_remedy(tmp_path: Path, line: object, problem: str) -> None:
    path = write(tmp_path / "retrieval.jsonl", GOOD, line)
    message = refused(path)
    assert message.startswith(f"{path}:2: ") and problem in message and ";" in message


def test_empty_missing_huge_and_binary_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ":1: the file is empty; write" in refused(write(tmp_path / "retrieval.jsonl", "\n \n"))
    assert ":1: No such file or directory; name" in refused(tmp_path / "gone.jsonl")
    binary = tmp_path / "retrieval_b.jsonl"
    binary.write_bytes(b'{"id": "\xff\xfe"}\n')
    assert f"{binary}:1: byte 9 is not UTF-8; save" in refused(binary)
    monkeypatch.setattr(cases, "MAX_FILE_BYTES", 10)
    assert "split the file" in refused(write(tmp_path / "retrieval_c.jsonl", GOOD))


def test_many_problems_are_counted(tmp_path: Path) -> None:
    path = write(tmp_path / "retrieval.jsonl", *["{" for _ in range(30)])
    with pytest.raises(cases.CaseError) as caught:
        cases.load(file=path)
    assert len(caught.value.problems) == cases.MAX_PROBLEMS + 1
    assert caught.value.problems[-1] == "… and 10 more"


def test_too_many_cases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cases, "MAX_CASES", 1)
    path = write(tmp_path / "retrieval.jsonl", GOOD, GOOD | {"id": "x-2", "text": "else"})
    assert "more than 1 cases; split the file" in refused(path)


def test_an_unknown_suite_and_a_file_without_that_suite(tmp_path: Path) -> None:
    path = write(tmp_path / "retrieval.jsonl", GOOD)
    assert refused(path, "nonsense").startswith("no suite 'nonsense'; choose from retrieval")
    assert ":1: no case for style;" in refused(
        write(tmp_path / "x.jsonl", GOOD | {"suite": "retrieval"}), "style"
    )


def test_a_triage_case_has_a_level_per_turn(tmp_path: Path) -> None:
    row = {
        "id": "t-1",
        "turns": ["a", "b"],
        "levels": ["none"],
        "also_ok": [[]],
        "note": "lengths",
        "lang": "en",
    }
    path = write(tmp_path / "triage_x.jsonl", row)
    assert "2 turns, 1 levels and 1 also_ok; give one level" in refused(path)


def test_a_broken_pattern_is_named(tmp_path: Path) -> None:
    row = {"id": "a-1", "text": "re: my (back", "facts": [["core"]], "forbidden": ["re:("], "note": "pattern"}
    path = write(tmp_path / "answers.jsonl", row)
    assert "in a re: pattern; mend the regular expression" in refused(path)
    path = write(tmp_path / "answers.jsonl", row | {"forbidden": []})
    assert cases.load(file=path)[0].messages() == ["re: my (back"]
