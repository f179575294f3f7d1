"""Plain text, such as a web page copied into a file: headings are found by their shape."""

from __future__ import annotations

import re

from assistant.ingestion.blocks import Block

MAX_HEADING_CHARS = 90
_BULLET = re.compile(r"^\s*[•◦▪●‣·*–-]\s+(?=\S)")
_NUMBERED = re.compile(r"^\s*\d{1,2}[.)]\s+(?=\S)")
_LABEL = re.compile(r"^[A-Z][\w ’'-]{1,24}:(\s|$)")
_NOT_HEADING = re.compile(r"https?://|www\.|@|[.;,:!…]$")
_SMALL_WORDS = frozenset(
    {"a", "an", "and", "as", "at", "but", "by", "for", "from", "if", "in", "into", "is", "it", "of", "on"}
    | {"or", "so", "than", "that", "the", "then", "to", "up", "via", "vs", "when", "with", "you", "your"}
)


def parse(text: str) -> list[Block]:
    """Return the blocks of `text`.

    A line that stands alone and is written like a title is a heading; a numbered one is a part of the
    section above it. Lines that follow each other without a blank line are one paragraph, unless each
    begins with a bullet or a label such as "Reps:".
    """
    blocks: list[Block] = []
    for group in re.split(r"\n\s*\n", text.replace("\r\n", "\n").replace("\u00a0", " ")):
        lines = [line for line in group.split("\n") if line.strip()]
        blocks += _group(lines)
    return _levelled(blocks)


def _group(lines: list[str]) -> list[Block]:
    if len(lines) == 1 and looks_like_heading(lines[0]):
        numbered = bool(_NUMBERED.match(lines[0]))
        return [Block("heading", _clean(lines[0]), level=3 if numbered else 2)]
    blocks: list[Block] = []
    for line in lines:
        mark = _BULLET.match(line) or _NUMBERED.match(line)
        if mark:
            blocks.append(Block("item", _clean(line[mark.end() :]), mark=f"{mark[0].strip()} "))
        elif blocks and not _LABEL.match(line.strip()) and not blocks[-1].text.endswith((".", ":", "?", "!")):
            blocks[-1] = Block(blocks[-1].kind, f"{blocks[-1].text} {_clean(line)}")
        else:
            blocks.append(Block("paragraph", _clean(line)))
    return blocks


def looks_like_heading(line: str) -> bool:
    """Say whether a line of its own reads as a title: short, unpunctuated, most words capitalised."""
    line = line.strip()
    if not line or len(line) > MAX_HEADING_CHARS or _BULLET.match(line) or _NOT_HEADING.search(line):
        return False
    if not re.match(r"[\w(\"“‘¿]", line):
        return False
    words = [w for w in re.findall(r"[A-Za-zÀ-ÿ][\w’'-]*", line) if w.lower() not in _SMALL_WORDS]
    capitalised = sum(word[0].isupper() for word in words)
    return bool(words) and len(line.split()) <= 14 and capitalised >= max(1, 0.6 * len(words))


def _levelled(blocks: list[Block]) -> list[Block]:
    """Make the first heading the title and leave its repetitions out."""
    if not blocks or blocks[0].kind != "heading":
        return blocks
    title = blocks[0].text
    rest = [b for b in blocks[1:] if not (b.kind == "heading" and b.text == title)]
    return [Block("heading", title, level=1), *rest]


def _clean(line: str) -> str:
    return " ".join(line.split())
