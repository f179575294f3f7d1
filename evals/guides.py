"""What the evals know of the guides and of the assistant's own sentences, read from the files themselves."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from assistant import resources
from evals.metrics.citations import Wordings
from evals.text import slug

_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)

_PLAIN = frozenset([".md", ".markdown", ".txt"])
_READ = _PLAIN | {".html", ".htm", ".docx", ".pdf"}
_HEADING = re.compile(r"^(#{1,6})\s+(.*)$")
JUDGE = "judge"
"""The file in `prompts/` that no visitor reads."""
CARE = "care"
"""The file in `prompts/` whose sentences speak of the visitor, not of the guide."""


class Guides(NamedTuple):
    """The ground on which replies are judged."""

    text: str
    """Every guide, without front matter."""
    own: Wordings
    """The assistant's own sentences."""
    urls: frozenset[str]
    """Addresses that a reply may show."""

    def under(self, heading: str) -> str | None:
        """Return the text under the heading, down to the next one of its rank; None without it."""
        wanted = slug(heading)
        found: list[str] | None = None
        rank = 0
        for line in self.text.splitlines():
            if match := _HEADING.match(line):
                if found is not None and len(match[1]) <= rank:
                    break
                if found is None and slug(match[2]) == wanted:
                    found, rank = [], len(match[1])
            if found is not None:
                found.append(line)
        return None if found is None else "\n".join(found)

    def headings(self) -> list[str]:
        """Return the headings, without their marks and list numbers."""
        found = (_HEADING.match(line) for line in self.text.splitlines())
        return [re.sub(r"^\d+[.)]\s*", "", match[2]) for match in found if match]

    def numbers(self) -> str:
        """Return the guide without the numbers of its headings, which are no facts."""
        return "\n".join(line for line in self.text.splitlines() if not _HEADING.match(line))

    @classmethod
    def read(cls, knowledge: Path, prompts: Path | None = None, urls: Sequence[str] = ()) -> Guides:
        """Read the guides of `knowledge` and the sentences of `prompts`.

        Markdown and text are read as they stand, so that a fault of the ingestion cannot hide itself; the
        other formats by the ingestion's loaders.
        """
        raw = [_read(path) for path in sorted(knowledge.rglob("*")) if path.suffix.lower() in _READ]
        pages = re.findall(r"https?://[^\s\"'<>)\]]+", "\n".join(raw))
        templates: list[str] = []
        about_visitor: list[str] = []
        for path in sorted((prompts or resources.folder("prompts")).glob("*.toml")):
            if path.stem == JUDGE:
                continue
            found = _texts(tomllib.loads(path.read_text(encoding="utf-8")))
            (about_visitor if path.stem == CARE else templates).extend(found)
        text = "\n\n".join(_FRONT_MATTER.sub("", page) for page in raw)
        return cls(text, Wordings(templates, about_visitor), frozenset([*pages, *urls]))


def _read(path: Path) -> str:
    if path.suffix.lower() in _PLAIN:
        return path.read_text(encoding="utf-8")
    from assistant.ingestion import loaders

    try:
        blocks = loaders.load(path).blocks
    except loaders.LoadError:
        return ""  # left out of the index too, which `assistant ingest` says
    return "\n\n".join(f"{'#' * max(b.level, 1)} {b.text}" if b.kind == "heading" else b.text for b in blocks)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part)
