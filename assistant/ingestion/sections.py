"""The tree of a guide's headings, and what each section is about."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.ingestion.blocks import Block
from assistant.ingestion.labels import label_of

Encode = Callable[[Sequence[str]], NDArray[np.float32]]


class TopicsError(ValueError):
    """`topics.toml` cannot be used; the message names what to mend."""


@dataclass
class Section:
    """One heading with the blocks under it, up to the next heading."""

    heading: str
    level: int
    path: tuple[str, ...]
    """Headings from the top down to this one, without the guide's title."""
    blocks: list[Block] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Return the path as a citation shows it."""
        return " > ".join(self.path)


def split(title: str, blocks: Sequence[Block]) -> list[Section]:
    """Cut a guide at its headings.

    A heading that is a label ("How to do it") belongs to the section above it. The blocks before the
    first heading go under the title.
    """
    blocks = _without_lone_titles(title, blocks)
    sections = [Section(title, 1, ())]
    above: list[tuple[int, str]] = []
    for block in blocks:
        if block.kind == "heading" and block.text == title:
            continue
        if block.kind != "heading":
            sections[-1].blocks.append(block)
        elif label_of(block.text) is not None and len(sections) > 1:
            sections[-1].blocks.append(Block("paragraph", f"{block.text.rstrip(':')}:"))
        else:
            above = [item for item in above if item[0] < block.level]
            above.append((block.level, block.text))
            sections.append(Section(block.text, block.level, tuple(text for _, text in above)))
    return sections


def _without_lone_titles(title: str, blocks: Sequence[Block]) -> list[Block]:
    """Leave out headings above everything that only repeat the title in other words."""
    levels = [b.level for b in blocks if b.kind == "heading" and b.text != title]
    tops = [
        b for b in blocks if b.kind == "heading" and levels and b.level == min(levels) and b.text != title
    ]
    if len(tops) == 1 and len(levels) > 3 and tops[0] == next(b for b in blocks if b.kind == "heading"):
        return [b for b in blocks if b is not tops[0]]
    return list(blocks)


class Topics:
    """Which topic a heading belongs to: that of the nearest example in `topics.toml` by embedding."""

    def __init__(self, examples: dict[str, list[str]], encode: Encode) -> None:
        self._names = [topic for topic, texts in examples.items() for _ in texts]
        self._vectors = encode([text for texts in examples.values() for text in texts])
        self._encode = encode

    @classmethod
    def load(cls, path: Path, encode: Encode) -> Topics:
        """Read the examples.

        Raises:
            TopicsError: the file is missing, not TOML, or a topic is not a list of texts.
        """
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise TopicsError(f"{path}: {error}; restore or mend it") from error
        for topic, texts in table.items():
            if not isinstance(texts, list) or not texts or not all(isinstance(text, str) for text in texts):
                raise TopicsError(f"{path}: {topic} must be a list of headings in quotes")
        return cls(table, encode)

    def of(self, headings: Sequence[str]) -> list[str]:
        """Return one topic per heading."""
        if not headings:
            return []
        plain = [re.sub(r"^\s*\d{1,3}[.)]\s+", "", heading) for heading in headings]
        nearest = np.argmax(self._encode(plain) @ self._vectors.T, axis=1)
        return [self._names[int(index)] for index in nearest]
