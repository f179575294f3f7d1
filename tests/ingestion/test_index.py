"""The index: incremental, atomic, and rebuilt with a reason."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from assistant.ingestion import index
from assistant.retrieval.embeddings import LocalEmbeddings
from assistant.settings import Settings
from tests.conftest import FIXTURES


@pytest.fixture
def guide(tmp_path: Path) -> Path:
    folder = tmp_path / "guides"
    folder.mkdir()
    return Path(shutil.copy(FIXTURES / "knee-guide.txt", folder / "knee.txt"))


def ingest(settings: Settings, embeddings: LocalEmbeddings, *paths: Path, **options: bool) -> index.Report:
    return index.ingest(settings, embeddings.encode, embeddings.identity, paths, **options)


def test_only_what_changed_is_embedded_again(
    empty_settings: Settings, embeddings: LocalEmbeddings, guide: Path
) -> None:
    first = ingest(empty_settings, embeddings, guide)
    assert len(first.added) == len(index.current(empty_settings).chunks) > 20
    guide.write_text(
        guide.read_text().replace(
            "3 sets of 15 per side.\n\n\n3. Step", "3 sets of 16 per side.\n\n\n3. Step"
        )
    )
    asked: list[str] = []

    def counting(texts: list[str]) -> object:
        asked.extend(texts)
        return embeddings.encode(texts)

    second = index.ingest(empty_settings, counting, embeddings.identity)  # type: ignore[arg-type]
    assert [i.split("/")[1] for i in second.changed] == ["exercise:clamshells"]
    assert not second.added and not second.removed
    assert [text for text in asked if "Clamshells" in text and "per side" in text] == asked[-1:]
    third = ingest(empty_settings, embeddings)
    assert not (third.added or third.changed or third.removed)
    assert third.build == second.build


def test_a_removed_exercise_leaves_the_index(
    empty_settings: Settings, embeddings: LocalEmbeddings, guide: Path
) -> None:
    ingest(empty_settings, embeddings, guide)
    text = guide.read_text()
    guide.write_text(text[: text.index("10. Copenhagen")] + text[text.index("How to Fit") :])
    assert [i.split("/")[1] for i in ingest(empty_settings, embeddings).removed] == [
        "exercise:copenhagen-planks"
    ]


def test_a_dry_run_changes_nothing(
    empty_settings: Settings, embeddings: LocalEmbeddings, guide: Path
) -> None:
    report = ingest(empty_settings, embeddings, guide, dry_run=True)
    assert report.added
    with pytest.raises(index.IndexMissing):
        index.current(empty_settings)


def test_a_crash_leaves_the_old_index_serving(
    empty_settings: Settings, embeddings: LocalEmbeddings, guide: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest(empty_settings, embeddings, guide)
    before = index.current(empty_settings)
    guide.write_text(guide.read_text().replace("4 rounds", "5 rounds"))

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("assistant.ingestion.index.np.save", crash)
    with pytest.raises(KeyboardInterrupt):
        ingest(empty_settings, embeddings)
    monkeypatch.undo()
    assert index.current(empty_settings).name == before.name
    assert ingest(empty_settings, embeddings).changed


def test_a_broken_file_is_named_and_the_rest_is_ingested(
    empty_settings: Settings, embeddings: LocalEmbeddings, guide: Path
) -> None:
    (guide.parent / "broken.pdf").write_bytes(b"%PDF nothing")
    report = ingest(empty_settings, embeddings, guide.parent)
    assert [file.path.name for file in report.failed] == ["broken.pdf"]
    assert len(index.current(empty_settings).chunks) > 20


def test_a_guide_that_breaks_later_keeps_its_passages(
    empty_settings: Settings, embeddings: LocalEmbeddings, guide: Path
) -> None:
    ingest(empty_settings, embeddings, guide)
    guide.write_bytes(b"\xff\xfe broken")
    report = ingest(empty_settings, embeddings)
    assert report.failed and not report.removed
    assert len(index.current(empty_settings).chunks) > 20


def test_another_model_rebuilds_with_one_line_of_explanation(
    empty_settings: Settings, embeddings: LocalEmbeddings, guide: Path
) -> None:
    ingest(empty_settings, embeddings, guide)
    assert "other@1" in index.stale(empty_settings, "other@1")
    report = index.ingest(empty_settings, embeddings.encode, "other@1")
    assert "rebuilt" in report.note
    assert index.current(empty_settings).manifest["embeddings"] == "other@1"


def test_a_second_edition_of_a_guide_takes_the_place_of_the_first(
    empty_settings: Settings, embeddings: LocalEmbeddings, guide: Path, tmp_path: Path
) -> None:
    ingest(empty_settings, embeddings, guide)
    edition = tmp_path / "second-edition.txt"
    edition.write_text(guide.read_text().replace("4 rounds", "6 rounds"))
    ingest(empty_settings, embeddings, edition)
    doses = [
        c.exercise.dose for c in index.current(empty_settings).chunks if c.title == "Wall Sits" and c.exercise
    ]
    assert doses == ["6 rounds."]
    ingest(empty_settings, embeddings)
    assert len(index.current(empty_settings).chunks) < 40


def test_a_damaged_index_counts_as_missing(
    empty_settings: Settings, embeddings: LocalEmbeddings, guide: Path
) -> None:
    build = index.current_name(empty_settings)
    ingest(empty_settings, embeddings, guide)
    build = index.current_name(empty_settings)
    (empty_settings.data_dir / "index" / build / "chunks.json").write_text("[")
    with pytest.raises(index.IndexMissing):
        index.current(empty_settings)
    assert index.stale(empty_settings, embeddings.identity)
    assert ingest(empty_settings, embeddings, guide).added
