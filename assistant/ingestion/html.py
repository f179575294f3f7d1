"""HTML pages, by Beautiful Soup: the article's headings, paragraphs and list items."""

from __future__ import annotations

from bs4 import BeautifulSoup, Tag

from assistant.ingestion.blocks import Block

_AROUND = ("script", "style", "noscript", "template", "nav", "footer", "aside", "form", "header nav")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


def parse(data: bytes) -> tuple[list[Block], dict[str, str]]:
    """Return the blocks of the page's main part, and its title, publisher and address."""
    soup = BeautifulSoup(data, "html.parser")
    meta = _meta(soup)
    for tag in soup.select(", ".join(_AROUND)):
        tag.decompose()
    root = soup.find("main") or soup.find("article") or soup.body or soup
    blocks: list[Block] = []
    for tag in root.find_all([*_HEADINGS, "p", "li", "dt", "dd", "blockquote", "div", "td"]):
        if tag.name in ("div", "td", "li", "dd", "blockquote") and tag.find(
            ["p", "div", "ul", "ol", *_HEADINGS]
        ):
            text = _own_text(tag) if tag.name == "li" else ""
        else:
            text = " ".join(tag.get_text(" " if tag.find("br") else "").split())
        if not text:
            continue
        if tag.name in _HEADINGS:
            blocks.append(Block("heading", text, level=int(tag.name[1])))
        elif tag.name in ("li", "dd") or tag.find_parent("li"):
            blocks.append(Block("item", text))
        else:
            blocks.append(Block("paragraph", text))
    return blocks, meta


def _own_text(tag: Tag) -> str:
    return " ".join("".join(str(part) for part in tag.find_all(string=True, recursive=False)).split())


def _meta(soup: BeautifulSoup) -> dict[str, str]:
    meta: dict[str, str] = {}
    heading = soup.find("h1")
    if heading is not None:
        meta["title"] = " ".join(heading.get_text(" ").split())
    elif soup.title is not None:
        meta["title"] = " ".join(soup.title.get_text().split())
    link = soup.find("link", rel="canonical")
    if isinstance(link, Tag) and str(link.get("href", "")).startswith(("http://", "https://")):
        meta["page"] = str(link["href"])
    site = soup.find("meta", property="og:site_name")
    if isinstance(site, Tag):
        meta["publisher"] = str(site.get("content", ""))
    return meta
