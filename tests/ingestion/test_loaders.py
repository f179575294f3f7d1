"""Five formats give the same guide; what cannot be read is named with its reason."""

from __future__ import annotations

from pathlib import Path

import docx
import pytest
from fpdf import FPDF

from assistant.ingestion import loaders
from assistant.ingestion.blocks import Block
from assistant.ingestion.loaders import LoadError
from tests.conftest import FIXTURES

KNEE = loaders.load(FIXTURES / "knee-guide.txt")


def as_docx(path: Path, blocks: tuple[Block, ...], *, styled: bool) -> Path:
    document = docx.Document()
    for block in blocks:
        if block.kind == "heading" and styled:
            document.add_heading(block.text, level=block.level - 1)
        elif block.kind == "item" and styled:
            document.add_paragraph(block.text, style="List Bullet")
        else:
            document.add_paragraph(f"• {block.text}" if block.kind == "item" else block.text)
    document.save(str(path))
    return path


def as_pdf(path: Path, blocks: tuple[Block, ...]) -> Path:
    pdf = FPDF()
    pdf.add_page()
    for block in blocks:
        size = {1: 22, 2: 17, 3: 14}.get(block.level, 11)
        pdf.set_font("helvetica", style="B" if block.kind == "heading" else "", size=size)
        text = block.text.replace("–", "-").replace("’", "'").replace("°", " degrees").replace("👉 ", "")
        pdf.multi_cell(0, 7, f"- {text}" if block.kind == "item" else text, new_x="LMARGIN", new_y="NEXT")
    pdf.output(str(path))
    return path


def headings(source: loaders.Source) -> list[str]:
    return [block.text.replace("’", "'") for block in source.blocks if block.kind == "heading"]


def test_a_page_copied_as_text_has_its_title_once_and_its_exercises_numbered() -> None:
    assert KNEE.title == "Knee Exercises for Runners: How to Keep Both Knees Happy"
    assert headings(KNEE).count(KNEE.title) == 1
    numbered = [block for block in KNEE.blocks if block.kind == "heading" and block.level == 3]
    assert [block.text.split(".")[0] for block in numbered] == [str(n) for n in range(1, 11)]


@pytest.mark.parametrize("styled", [True, False])
def test_docx_reads_like_the_text_it_was_made_from(tmp_path: Path, styled: bool) -> None:
    source = loaders.load(as_docx(tmp_path / "knee.docx", KNEE.blocks, styled=styled))
    assert headings(source) == headings(KNEE)
    assert [b.text for b in source.blocks if b.kind == "item"] == [
        b.text for b in KNEE.blocks if b.kind == "item"
    ]


def test_pdf_reads_like_the_text_it_was_made_from(tmp_path: Path) -> None:
    source = loaders.load(as_pdf(tmp_path / "knee.pdf", KNEE.blocks))
    assert [h.replace("-", "–") for h in headings(source)] == [h.replace("-", "–") for h in headings(KNEE)]
    items = [b.text for b in source.blocks if b.kind == "item"]
    assert len(items) == len([b for b in KNEE.blocks if b.kind == "item"])


def test_html_keeps_the_article_and_leaves_the_page_around_it_out() -> None:
    source = loaders.load(FIXTURES / "ankle-guide.html")
    text = " ".join(block.text for block in source.blocks)
    assert source.title == "Steady Ankles on Any Trail"
    assert source.page == "https://trail.example/ankles"
    assert source.publisher == "Trail Clinic"
    assert "Menu text" not in text and "Footer text" not in text and "color" not in text


def test_markdown_front_matter_gives_title_and_page(tmp_path: Path) -> None:
    path = tmp_path / "guide.md"
    path.write_text(
        '---\ntitle: "Hips"\npage: https://clinic.example/hips\n---\n# Hips\n\nText **bold** <b>raw</b>.\n'
    )
    source = loaders.load(path)
    assert (source.title, source.page) == ("Hips", "https://clinic.example/hips")
    assert source.blocks[-1].text == "Text bold raw."


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("notes.rtf", b"text", "not supported"),
        ("empty.md", b"", "holds no text"),
        ("only-title.md", b"# Title\n", "holds no text"),
        ("broken.docx", b"not a zip", "cannot be read as DOCX"),
        ("broken.pdf", b"%PDF-1.7 nothing", "cannot be read as PDF"),
        ("latin1.txt", "Rücken".encode("latin-1"), "not UTF-8"),
        ("binary.txt", b"a\x00b", "NUL"),
        ("bad-page.md", b"---\npage: javascript:alert(1)\n---\ntext", "page must be"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(LoadError, match=reason):
        loaders.load(path)


def test_a_missing_file_is_named() -> None:
    with pytest.raises(LoadError, match="no such file"):
        loaders.load(Path("nowhere.md"))
