"""The guide as a page, for citations of a guide that has no page of its own."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from assistant.ingestion.chunks import Chunk
from assistant.server.chat import Shared
from assistant.server.errors import IN_JSON, ApiError

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><link rel="stylesheet" href="/guide.css"></head>
<body><main><h1>{title}</h1>
{body}
</main></body></html>
"""
CSS = """:root{color-scheme:light dark}
body{font:1.0625rem/1.6 system-ui,sans-serif;margin:0;color:#15333d;background:#fbfaf7}
main{max-width:42rem;margin:0 auto;padding:2rem 1.25rem 5rem}
h1{font-size:1.9rem;line-height:1.2}h2{margin-top:2.5rem;line-height:1.25}h3{margin-top:1.75rem}
::target-text{background:#ffe2a8;color:#15333d}
@media(prefers-color-scheme:dark){body{color:#e6eff1;background:#0f2128}}
"""


def render(chunks: Sequence[Chunk]) -> str:
    """Return the guide that the chunks were cut from as an HTML page; everything is escaped."""
    parts: list[str] = []
    open_path: tuple[str, ...] = ()
    title = chunks[0].guide
    for chunk in chunks:
        path = () if chunk.section == title else tuple(chunk.section.split(" > "))
        for depth, heading in enumerate(path):
            if path[: depth + 1] != open_path[: depth + 1]:
                level = min(depth + 2, 6)
                parts.append(f"<h{level}>{escape(heading)}</h{level}>")
        open_path = path
        parts.append(_blocks(chunk))
    return _PAGE.format(title=escape(title), body="\n".join(parts).replace("</ul>\n<ul>", ""))


def _blocks(chunk: Chunk) -> str:
    if chunk.title and not chunk.exercise:
        return f"<ul><li>{escape(chunk.quote)}</li></ul>"
    html: list[str] = []
    for line in chunk.quote.split("\n"):
        if line.startswith(("- ", "• ")):
            html.append(f"<ul><li>{escape(line[2:])}</li></ul>")
        elif line.strip():
            html.append(f"<p>{escape(line)}</p>")
    return "\n".join(html).replace("</ul>\n<ul>", "")


def build_router() -> APIRouter:
    """Return the route of the guide's page."""
    router = APIRouter(tags=["pages"])

    @router.get(
        "/guides/{guide_id}",
        response_class=HTMLResponse,
        responses={404: IN_JSON, 503: IN_JSON},
    )
    def guide(guide_id: str, runtime: Shared) -> HTMLResponse:
        """Show a guide, so that a citation opens its passage."""
        chunks = [c for c in runtime.assistant().retriever.chunks if c.guide_id == guide_id]
        if not chunks:
            raise ApiError(404, "not_found")
        return HTMLResponse(render(chunks))

    @router.get("/guide.css", include_in_schema=False)
    def style() -> HTMLResponse:
        return HTMLResponse(CSS, media_type="text/css", headers={"Cache-Control": "public, max-age=86400"})

    return router
