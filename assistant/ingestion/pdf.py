"""PDF, by pypdf: lines with their font size, larger ones being headings."""

from __future__ import annotations

import io
import logging
import re
from collections import Counter

from pypdf import PdfReader

from assistant.ingestion import plaintext
from assistant.ingestion.blocks import Block

_BULLET = re.compile(r"^[•◦▪●‣·*–\-\uf0b7]\s*(?=\S)")
_LABEL = re.compile(r"^[A-Z][\w ’'-]{1,24}:(\s|$)")


def parse(data: bytes) -> list[Block]:
    """Return the blocks of a PDF with a text layer; wrapped lines are joined again."""
    logging.getLogger("pypdf").setLevel(logging.ERROR)
    lines = [line for page in PdfReader(io.BytesIO(data)).pages for line in _lines(page)]
    if not lines:
        return []
    body = Counter[float]()
    for text, size in lines:
        body[size] += len(text)
    normal = body.most_common(1)[0][0]
    larger = sorted({size for _, size in lines if size > normal * 1.08}, reverse=True)
    if not larger:
        return plaintext.parse("\n\n".join(_joined([text for text, _ in lines])))
    blocks: list[Block] = []
    previous = 0.0
    for text, size in lines:
        if size in larger:
            level = larger.index(size) + 1
            if previous == size and blocks and blocks[-1].kind == "heading" and not text[0].isdigit():
                blocks[-1] = Block("heading", f"{blocks[-1].text} {text}", level=level)
            else:
                blocks.append(Block("heading", text, level=level))
        elif mark := _BULLET.match(text):
            blocks.append(Block("item", text[mark.end() :]))
        elif _continues(blocks, text):
            blocks[-1] = Block(blocks[-1].kind, f"{blocks[-1].text} {text}")
        else:
            blocks.append(Block("paragraph", text))
        previous = size
    return blocks


def _lines(page: object) -> list[tuple[str, float]]:
    pieces: list[tuple[str, float]] = []

    def visit(text: str, _cm: object, matrix: list[float], _font: object, size: float) -> None:
        pieces.append((text, round(abs(size * (matrix[3] or 1.0)), 1)))

    page.extract_text(visitor_text=visit)  # type: ignore[attr-defined]
    lines: list[tuple[str, float]] = []
    current, current_size = "", 0.0
    for text, size in pieces:
        for index, part in enumerate(text.split("\n")):
            if index:
                if current.strip():
                    lines.append((" ".join(current.split()), current_size))
                current, current_size = "", 0.0
            if part.strip():
                current_size = max(current_size, size)
            current += part
    if current.strip():
        lines.append((" ".join(current.split()), current_size))
    return lines


def _continues(blocks: list[Block], text: str) -> bool:
    if not blocks or blocks[-1].kind == "heading" or _LABEL.match(text):
        return False
    return not blocks[-1].text.endswith((".", ":", "?", "!"))


def _joined(lines: list[str]) -> list[str]:
    """Join the lines of one paragraph where a PDF has one font size throughout."""
    joined: list[str] = []
    for line in lines:
        starts = _BULLET.match(line) or _LABEL.match(line) or re.match(r"\d{1,2}[.)]\s", line)
        heading = plaintext.looks_like_heading(line)
        open_line = joined and not joined[-1].endswith((".", ":", "?", "!"))
        if open_line and not starts and not heading and not plaintext.looks_like_heading(joined[-1]):
            joined[-1] = f"{joined[-1]} {line}"
            continue
        joined.append(_BULLET.sub("• ", line))
    return joined
