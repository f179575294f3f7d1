"""A stream of Markdown cut into sentences as it arrives, each with the place it had in the layout."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

Place = Literal["same", "item", "paragraph"]
_BULLET = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+")
_END = re.compile(r"[.!?…](?:[\"”’)*_]*)(?:\s*\[\d{1,3}\])*\s+(?=[^\s\[])")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|approx|dr|mr|mrs|ms|min|sec|no)|\b\d{1,2}|\b[a-z])\.\s*$", re.IGNORECASE
)
LONGEST = 1_200
"""Characters without an end of sentence after which the text is cut anyway."""


class Piece(NamedTuple):
    """One sentence."""

    place: Place
    text: str


class Cutter:
    """Cuts text into pieces.

    Example:
        >>> cutter = Cutter()
        >>> [piece.text for piece in [*cutter.feed("Hold. [1] Then "), *cutter.end()]]
        ['Hold. [1]', 'Then']
    """

    def __init__(self) -> None:
        self._buffer = ""
        self._place: Place = "paragraph"

    def feed(self, text: str) -> Iterator[Piece]:
        """Take text and yield the sentences that it completes."""
        self._buffer += text.replace("\r", "")
        while "\n" in self._buffer:
            line, self._buffer = self._buffer.split("\n", 1)
            yield from self._line(line)
            self._place = "paragraph" if not line.strip() or self._place == "paragraph" else "item"
            self._place = "paragraph"
        while (cut := self._cut()) or len(self._buffer) > LONGEST:
            cut = cut or LONGEST
            head, self._buffer = self._buffer[:cut], self._buffer[cut:]
            yield from self._sentence(head)

    def end(self) -> Iterator[Piece]:
        """Yield what is left."""
        rest, self._buffer = self._buffer, ""
        yield from self._line(rest)

    def _line(self, line: str) -> Iterator[Piece]:
        while match := self._ending(line):
            yield from self._sentence(line[:match])
            line = line[match:]
        yield from self._sentence(line)

    def _cut(self) -> int:
        return self._ending(self._buffer)

    def _ending(self, text: str) -> int:
        for match in _END.finditer(text):
            head = text[: match.start() + 1]
            if not _ABBREVIATION.search(head) or re.search(r"[a-z]{3}\s\d{1,2}\.\s*$|°\.$|–\d+\.$", head):
                return match.end()
        return 0

    def _sentence(self, text: str) -> Iterator[Piece]:
        place = self._place
        if bullet := _BULLET.match(text):
            place = "item"
            text = text[bullet.end() :]
        text = re.sub(r"^\s*(?:#{1,6}|>)\s*", "", text).strip()
        if text:
            yield Piece(place, text)
            self._place = "same"


def layout(place: Place, before: Place | None) -> str:
    """Return what stands between a released piece and the one before it."""
    if before is None:
        return "- " if place == "item" else ""
    if place == "same":
        return " "
    if place == "item":
        return "\n- " if before == "item" else "\n\n- "
    return "\n\n"


class Layout:
    """Where the next sentence goes when sentences before it were left out."""

    def __init__(self) -> None:
        self._wanted: Place | None = None
        self._line: Place | None = None
        self.lead = ""
        """An introduction that waits for what it introduces."""

    def take(self, place: Place) -> None:
        """Note the place of the next sentence; a line that lost its first sentence begins with the next."""
        if place != "same" or self._wanted is None:
            self._wanted = place if self._wanted in (None, "same") or place != "same" else self._wanted

    def place(self, text: str) -> str:
        """Return `text` with what stands before it."""
        wanted: Place = self._wanted or "same"
        lead, self.lead = self.lead, ""
        if lead:
            wanted = "item" if wanted == "item" else "same"
            out = layout("paragraph", self._line) + lead
            self._line = "paragraph"
            out += layout(wanted, self._line) + text
        else:
            out = layout(wanted, self._line) + text
        if wanted != "same":
            self._line = wanted
        elif self._line is None:
            self._line = "paragraph"
        self._wanted = "same"
        return out
