"""The scripted sentences of `faithful.txt` and `faulty.txt`, and faults planted into the guide's own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from assistant.answering.claims import units
from assistant.ingestion.chunks import Chunk

HERE = Path(__file__).parent
OTHERS = 4
"""Further passages that stand beside the one a sentence is about."""
_SWAPS = {
    "left": "right", "right": "left", "Inhale": "Exhale", "Exhale": "Inhale", "reduce": "increase",
    "reducing": "increasing", "reduces": "increases", "forward": "backward", "Improves": "Worsens",
    "Avoid": "Keep", "After": "Before", "easy": "hard", "Builds": "Weakens", "Strengthens": "Weakens",
    "weak": "strong", "lower": "raise", "prevents": "causes", "prevent": "cause", "gently": "hard",
}  # fmt: skip


class Line(NamedTuple):
    """One scripted sentence with the passage it is about."""

    kind: str
    slug: str
    text: str


def faithful() -> list[Line]:
    return [Line("faithful", *parts) for parts in _rows("faithful.txt")]


def faulty() -> list[Line]:
    return [Line(*parts) for parts in _rows("faulty.txt")]


def on(guide: str) -> list[Line]:
    """Return the sentences on a fixture guide, faithful and faulty ones."""
    return [Line(*parts) for parts in _rows(f"{guide}.txt")]


def _rows(name: str) -> Iterator[list[str]]:
    for row in (HERE / name).read_text(encoding="utf-8").splitlines():
        if row and not row.startswith("#"):
            yield [part.strip() for part in row.split("|", row.count(" | "))]


def slug_of(chunk: Chunk) -> str:
    return chunk.id.split(":", 1)[1]


def given(chunks: Sequence[Chunk], line: Line) -> list[Chunk]:
    """Return the passages for a line: its own first, and its neighbours of the guide."""
    own = next(c for c in chunks if slug_of(c) == line.slug)
    others = [c for c in chunks if c is not own]
    at = (own.position * 7) % max(len(others) - OTHERS, 1)
    return [own, *others[at : at + OTHERS]]


def planted(chunks: Sequence[Chunk]) -> list[Line]:
    """Plant one fault by rule in each sentence of the guide that has a place for it."""
    found: list[Line] = []
    for chunk in chunks:
        for text in units(chunk):
            if numbers := list(re.finditer(r"\d+", text)):
                match = numbers[-1]
                changed = f"{text[: match.start()]}{int(match[0]) + 3}{text[match.end() :]}"
                found.append(Line("number", slug_of(chunk), changed))
            for word, other in _SWAPS.items():
                if re.search(rf"\b{word}\b", text) and not (
                    word == "lower" and "lower back" in text + " back"
                ):
                    changed = re.sub(rf"\b{word}\b", other, text, count=1)
                    found.append(Line("swap", slug_of(chunk), changed))
                    break
    return found


def mark(body: dict[str, list[dict[str, str]]], section: str) -> str:
    """Return the mark under which a prompt lists the passage that `section` names."""
    lines = body["messages"][-1]["content"].splitlines()
    return next(line[: line.index("]") + 1] for line in lines if line.startswith("[") and section in line)
