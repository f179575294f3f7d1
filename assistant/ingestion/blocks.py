"""The smallest pieces of a guide: headings, paragraphs and list items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Block:
    """One heading, paragraph or list item, as plain text on one line.

    `level` is a heading's: 1 for the title, 2 for a section, 3 for a part of it. `mark` is the list mark
    of an item as the file shows it.
    """

    kind: Literal["heading", "paragraph", "item"]
    text: str
    level: int = 0
    mark: str = "- "

    @property
    def raw(self) -> str:
        """Return the block as a quotation shows it."""
        return f"{self.mark}{self.text}" if self.kind == "item" else self.text


def quotation(blocks: Sequence[Block]) -> str:
    """Return consecutive blocks as the guide has them: items close together, the rest a blank line apart."""
    text = ""
    for before, block in zip([None, *blocks], blocks, strict=False):
        if before is not None:
            text += "\n" if before.kind == block.kind == "item" else "\n\n"
        text += block.raw
    return text
