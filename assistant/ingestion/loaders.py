"""Guide files of five formats, read into one shape: a text and the blocks that it consists of."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from assistant.ingestion import plaintext
from assistant.ingestion.blocks import Block

MAX_FILE_BYTES = 20 * 1024 * 1024
SUFFIXES = (".md", ".markdown", ".html", ".htm", ".txt", ".docx", ".pdf")


class LoadError(ValueError):
    """A file cannot be read as a guide; the message says why."""


@dataclass(frozen=True)
class Source:
    """One guide as it was read."""

    path: Path
    title: str
    blocks: tuple[Block, ...]
    sha256: str
    publisher: str = ""
    page: str = ""
    """Address of the page that carries this very text; empty where there is none."""
    kind: Literal["markdown", "html", "text", "docx", "pdf"] = "text"

    @property
    def id(self) -> str:
        """Slug of the title: two files with one title are two editions of one guide."""
        return slug(self.title)[:60].strip("-")


def slug(text: str) -> str:
    """Return `text` as lower-case words joined by hyphens, without a leading number."""
    text = re.sub(r"^\s*\d{1,3}[.)]\s+", "", text)
    return re.sub(r"[^a-z0-9]+", "-", text.lower().replace("’", "").replace("'", "")).strip("-")


def find(paths: Iterable[Path]) -> list[Path]:
    """Return the guide files that `paths` name: files as they are, folders searched by suffix."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(p for p in path.iterdir() if p.suffix.lower() in SUFFIXES and p.is_file())
        else:
            found.append(path)
    return list(dict.fromkeys(p.resolve() for p in found))


def load(path: Path) -> Source:
    """Read one guide.

    Raises:
        LoadError: the file is missing, of an unsupported kind, too large, broken, or holds no text.
    """
    if not path.is_file():
        raise LoadError("there is no such file")
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise LoadError(
            f"{path.suffix or 'a file without suffix'} is not supported; use {', '.join(SUFFIXES)}"
        )
    if path.stat().st_size > MAX_FILE_BYTES:
        raise LoadError(f"larger than {MAX_FILE_BYTES // 1024 // 1024} MiB")
    data = path.read_bytes()
    try:
        source = reader(path, data)
    except LoadError:
        raise
    except UnicodeDecodeError as error:
        raise LoadError(f"not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    except Exception as error:  # parsers of foreign formats raise of every kind
        raise LoadError(f"cannot be read as {path.suffix[1:].upper()} ({type(error).__name__})") from error
    if not any(block.kind != "heading" for block in source.blocks):
        raise LoadError("holds no text")
    return source


def _text(path: Path, data: bytes) -> Source:
    text = data.decode("utf-8-sig")
    if "\x00" in text:
        raise LoadError("holds NUL bytes; it is no text file")
    return _source(path, data, plaintext.parse(text), "text")


def _markdown(path: Path, data: bytes) -> Source:
    import frontmatter

    from assistant.ingestion import markdown

    post = frontmatter.loads(data.decode("utf-8-sig"))
    meta = {str(key): str(value or "") for key, value in post.metadata.items()}
    return _source(path, data, markdown.parse(post.content), "markdown", meta)


def _html(path: Path, data: bytes) -> Source:
    from assistant.ingestion import html

    blocks, meta = html.parse(data)
    return _source(path, data, blocks, "html", meta)


def _docx(path: Path, data: bytes) -> Source:
    import io

    import docx

    blocks: list[Block] = []
    for paragraph in docx.Document(io.BytesIO(data)).paragraphs:
        text = " ".join(paragraph.text.split())
        style = (paragraph.style.name or "") if paragraph.style is not None else ""
        if not text:
            continue
        if match := re.match(r"(?:Heading (\d)|(Title))", style):
            blocks.append(Block("heading", text, level=int(match[1]) + 1 if match[1] else 1))
        elif style.startswith("List") or paragraph._p.find(".//{*}numPr") is not None:
            blocks.append(Block("item", text))
        else:
            blocks.append(Block("paragraph", text))
    if not any(block.kind == "heading" for block in blocks):
        # Nobody set heading styles: read it as a page copied as text.
        lines = [f"• {b.text}" if b.kind == "item" else b.text for b in blocks]
        blocks = plaintext.parse("\n\n".join(lines))
    return _source(path, data, blocks, "docx")


def _pdf(path: Path, data: bytes) -> Source:
    from assistant.ingestion import pdf

    return _source(path, data, pdf.parse(data), "pdf")


def _source(
    path: Path,
    data: bytes,
    blocks: list[Block],
    kind: Literal["markdown", "html", "text", "docx", "pdf"],
    meta: dict[str, str] | None = None,
) -> Source:
    meta = meta or {}
    headings = [block for block in blocks if block.kind == "heading"]
    title = meta.get("title") or (headings[0].text if headings and headings[0].level == 1 else "")
    page = meta.get("page", "")
    if page and not re.match(r"https?://[^\s\"'<>]+$", page):
        raise LoadError("front matter: page must be an http(s) address, or empty")
    return Source(
        path=path,
        title=title or path.stem.replace("-", " ").replace("_", " ").title(),
        blocks=tuple(blocks),
        sha256=hashlib.sha256(data).hexdigest(),
        publisher=meta.get("publisher", ""),
        page=page,
        kind=kind,
    )


_READERS: dict[str, Callable[[Path, bytes], Source]] = {
    ".md": _markdown,
    ".markdown": _markdown,
    ".html": _html,
    ".htm": _html,
    ".txt": _text,
    ".docx": _docx,
    ".pdf": _pdf,
}
