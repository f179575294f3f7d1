from __future__ import annotations

from pathlib import Path

import pytest

from evals import readme, runner
from evals.fingerprint import fingerprint
from tests.evals.test_runner import run

FRAME = f"# Title\n\n{readme.BEGIN}\nold\n{readme.END}\n\nAfter.\n"


def a_run(folder: Path, mark: str) -> Path:
    done = run(meta={"started": "2026-11-22T10:00:00+00:00", "cases": 4, "fingerprint": mark})
    runner.write(done, folder)
    return folder


def test_the_table_stands_between_the_markers_and_the_rest_stays(tmp_path: Path) -> None:
    file = tmp_path / "README.md"
    file.write_text(FRAME)
    readme.write(a_run(tmp_path / "run", fingerprint()), file)
    text = file.read_text()
    assert text.startswith("# Title\n") and text.endswith("\n\nAfter.\n") and "old" not in text
    assert "| answers.key_fact_recall | 50.0 % |" in text and "**missed**" in text
    assert readme.stated(text) == fingerprint()


def test_a_stale_run_or_a_readme_without_markers_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "README.md"
    file.write_text(FRAME)
    with pytest.raises(readme.ReadmeError, match="run `make eval` again"):
        readme.write(a_run(tmp_path / "run", "0" * 12), file)
    file.write_text("# Title\n")
    with pytest.raises(readme.ReadmeError, match="put the two markers"):
        readme.write(a_run(tmp_path / "run", fingerprint()), file)
    with pytest.raises(readme.ReadmeError, match="run `make eval`"):
        readme.write(tmp_path / "gone", file)
    assert readme.stated("# Title\n") is None


def test_the_fingerprint_follows_what_is_measured(tmp_path: Path) -> None:
    (tmp_path / "knowledge").mkdir()
    (tmp_path / "knowledge" / "guide.md").write_text("one")
    first = fingerprint(tmp_path)
    (tmp_path / "notes.md").write_text("not measured")
    assert fingerprint(tmp_path) == first
    (tmp_path / "knowledge" / "guide.md").write_text("two")
    assert fingerprint(tmp_path) != first


def test_the_projects_table_is_todays() -> None:
    text = readme.README.read_text(encoding="utf-8") if readme.README.is_file() else ""
    if readme.BEGIN not in text:
        pytest.skip("README.md has no results table yet")
    assert readme.stated(text) == fingerprint(), "run `make eval`: the table in README.md is not today's"
