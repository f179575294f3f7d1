from __future__ import annotations

from pathlib import Path

from assistant import resources
from evals.guides import Guides

GUIDE = """---
title: x
---
# Guide

## 2. Tips

- Vary surfaces.

### More

Rest 3 days.

## 10 Moves

End.
"""


def test_guides_of_every_format_are_read_and_own_sentences_known(tmp_path: Path) -> None:
    (tmp_path / "guide.md").write_text(GUIDE)
    (tmp_path / "page.html").write_text("<h1>Page</h1><h2>Knees</h2><p>Bend https://a.example/x slowly.</p>")
    (tmp_path / "broken.pdf").write_bytes(b"no pdf")
    guides = Guides.read(tmp_path, urls=["#call_back"])
    assert "title: x" not in guides.text and "## Knees" in guides.text
    assert {"https://a.example/x", "#call_back"} <= guides.urls
    prompts = resources.folder("prompts") / "answers.toml"
    greeting = next(line for line in prompts.read_text().splitlines() if line.startswith("thanks = "))
    assert guides.own.claim(greeting.split('"')[1].split(". ")[-1]) == ""
    assert guides.own.claim("Magnesium cures cramps.") == "Magnesium cures cramps."


def test_text_under_a_heading_ends_at_the_next_of_its_rank(tmp_path: Path) -> None:
    (tmp_path / "guide.md").write_text(GUIDE)
    guides = Guides.read(tmp_path)
    under = guides.under("2. Tips")
    assert under is not None and "Rest 3 days" in under and "End." not in under
    assert guides.under("Nothing") is None
    assert "10 Moves" not in guides.numbers() and "3 days" in guides.numbers()
