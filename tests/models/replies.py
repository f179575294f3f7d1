"""The sentences in `evals/sentences/`, and faults planted into the guide's own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from assistant.answering.claims import units
from assistant.answering.train import read
from assistant.ingestion.chunks import Chunk

OTHERS = 4
"""Further passages that stand beside the one a sentence is about."""
_SWAPS = {
    "left": "right", "right": "left", "Inhale": "Exhale", "Exhale": "Inhale", "reduce": "increase",
    "reducing": "increasing", "reduces": "increases", "forward": "backward", "Improves": "Worsens",
    "Avoid": "Keep", "After": "Before", "easy": "hard", "Builds": "Weakens", "Strengthens": "Weakens",
    "weak": "strong", "lower": "raise", "prevents": "causes", "prevent": "cause", "gently": "hard",
}  # fmt: skip


class Line(NamedTuple):
    """One scripted sentence with the passages it is about, their slugs with commas between."""

    kind: str
    slug: str
    text: str


def faithful(hands: str = "back") -> list[Line]:
    """Return the faithful sentences of every hand on a guide, or of one: "back.a"."""
    return [line for line in _lines(hands) if line.kind == "faithful"]


def faulty(hands: str = "back") -> list[Line]:
    """Return those with one planted fault each."""
    return [line for line in _lines(hands) if line.kind != "faithful"]


def _lines(hands: str) -> list[Line]:
    rows = [row for row in read() if hands in (row.hand, row.hand.split(".")[0])]
    return [Line(row.kind, row.slug, row.text) for row in rows]


def slug_of(chunk: Chunk) -> str:
    return chunk.id.split(":", 1)[1]


def given(chunks: Sequence[Chunk], line: Line) -> list[Chunk]:
    """Return the passages for a line: its own first, and their neighbours of the guide."""
    by_slug = {slug_of(chunk): chunk for chunk in chunks}
    own = [by_slug[slug] for slug in line.slug.split(",")]
    others = [chunk for chunk in chunks if chunk not in own]
    at = (own[0].position * 7) % max(len(others) - OTHERS, 1)
    return [*own, *others[at : at + OTHERS]]


def marks_of(line: Line) -> str:
    """Return the marks of a line's own passages."""
    return "".join(f" [{n + 1}]" for n in range(len(line.slug.split(","))))


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
