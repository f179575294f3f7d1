"""Markdown (CommonMark), by markdown-it-py."""

from __future__ import annotations

from markdown_it import MarkdownIt
from markdown_it.token import Token

from assistant.ingestion.blocks import Block


def parse(text: str) -> list[Block]:
    """Return the blocks of a Markdown body; inline marks, images and raw HTML are left out."""
    blocks: list[Block] = []
    heading = 0
    depth = 0
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        if token.type == "heading_open":
            heading = int(token.tag[1:])
        elif token.type == "heading_close":
            heading = 0
        elif token.type == "list_item_open":
            depth += 1
        elif token.type == "list_item_close":
            depth -= 1
        elif token.type == "inline" and (plain := _plain(token)):
            if heading:
                blocks.append(Block("heading", plain, level=heading))
            else:
                blocks.append(Block("item" if depth else "paragraph", plain))
    return blocks


def _plain(token: Token) -> str:
    parts: list[str] = []
    for child in token.children or []:
        if child.type in ("text", "code_inline"):
            parts.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            parts.append(" ")
    return " ".join("".join(parts).split())
