"""What a browser loads: the embed, the demonstration, settings and iframe pages, the figures."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from pathlib import Path
from string import Template

from fastapi import APIRouter, Request, Response

from assistant.server.figures import FigureError, figure_svg, find_figure, load_figure
from assistant.settings import Settings
from assistant.wording import Wording

log = logging.getLogger(__name__)

WIDGET = Path(__file__).resolve().parent / "widget"
_HOUR, _DAY, _YEAR = 3600, 86_400, 31_536_000


class PagesError(RuntimeError):
    """A file that the pages need is missing; the message names it and the remedy."""


@dataclass(frozen=True)
class Asset:
    """One served file, with its compressed form and the hash that names its content."""

    body: bytes
    packed: bytes
    digest: str
    """First 16 hexadecimal digits of the SHA-256 of `body`."""
    integrity: str
    """Value of the `integrity` attribute (Subresource Integrity, SHA-384)."""

    @classmethod
    def of(cls, body: bytes) -> Asset:
        """Compress and hash `body`; the same bytes give the same asset everywhere."""
        return cls(
            body=body,
            packed=gzip.compress(body, compresslevel=9, mtime=0),
            digest=hashlib.sha256(body).hexdigest()[:16],
            integrity="sha384-" + base64.b64encode(hashlib.sha384(body).digest()).decode(),
        )


@lru_cache
def script(name: str) -> Asset:
    """Return a built file of the widget.

    Raises:
        PagesError: the installation lacks it.
    """
    path = WIDGET / "dist" / name
    if not path.is_file():
        raise PagesError(
            f"{path} is missing; reinstall, or build it with `npm ci && npm run build` in {WIDGET}"
        )
    return Asset.of(path.read_bytes())


def _serve(request: Request, asset: Asset, media_type: str, headers: Mapping[str, str]) -> Response:
    """Answer with the asset: 304 where the browser has it, compressed where it understands gzip."""
    packed = (
        re.search(r"\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))", request.headers.get("accept-encoding", ""))
        is not None
    )
    # One entity tag per representation (RFC 9110, 8.8.3.3).
    tag = f'"{asset.digest}{"-gz" if packed else ""}"'
    common = {"ETag": tag, "Vary": "Accept-Encoding", "X-Content-Type-Options": "nosniff", **headers}
    known = [item.strip().removeprefix("W/") for item in request.headers.get("if-none-match", "").split(",")]
    if tag in known or "*" in known:
        return Response(status_code=304, headers=common)
    if packed:
        return Response(asset.packed, media_type=media_type, headers={**common, "Content-Encoding": "gzip"})
    return Response(asset.body, media_type=media_type, headers=common)


def _shared(request: Request, asset: Asset) -> dict[str, str]:
    """Headers of a file that other sites load: open to all, and kept for good under its hash."""
    pinned = request.query_params.get("v") == asset.digest
    age = (
        f"public, max-age={_YEAR}, immutable"
        if pinned
        else f"public, max-age={_HOUR}, stale-while-revalidate={_DAY}"
    )
    return {
        "Cache-Control": age,
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Timing-Allow-Origin": "*",
    }


_INLINE_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


def _page(name: str, variables: Mapping[str, str], *, ancestors: str) -> tuple[Asset, dict[str, str]]:
    """Fill in a page and write its Content-Security-Policy: its own style by hash, nothing else inline."""
    source = (WIDGET / "pages" / f"{name}.html").read_text(encoding="utf-8")
    styles = (WIDGET / "pages" / "site.css").read_text(encoding="utf-8")
    html = Template(source).substitute({key: escape(value) for key, value in variables.items()})
    html = html.replace("/* site.css */", styles)
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'"
        for style in _INLINE_STYLE.findall(html)
    )
    policy = (
        f"default-src 'none'; script-src 'self'; style-src {hashes}; img-src 'self' data:;"
        f" connect-src 'self'; base-uri 'none'; form-action 'none'; frame-src 'self';"
        f" frame-ancestors {ancestors};"
        " require-trusted-types-for 'script'"
    )
    headers = {
        "Content-Security-Policy": policy,
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Cache-Control": "no-cache",
    }
    return Asset.of(html.encode()), headers


def _ancestors(settings: Settings) -> str:
    """Sites that may hold `/embed` in an iframe: those that may embed the widget."""
    if "*" in settings.allowed_origins:
        return "*"
    sites = [site for site in settings.allowed_origins if re.fullmatch(r"https?://[\w.:*-]+", site)]
    return " ".join(["'self'", *sites])


def build_router(settings: Settings) -> APIRouter:
    """Return the routes of the pages, the widget's files and the figures.

    Raises:
        PagesError: the built widget is missing from the installation.
    """
    router = APIRouter(tags=["pages"])
    wording = Wording.load(own=settings.prompts_dir)
    main, extra = script("widget.js"), script("widget-extra.js")
    folders = (settings.knowledge_dir / "figures",)
    clinic = settings.clinic
    book = next((action.url for action in clinic.actions if action.kind == "link"), "")
    variables = {
        "clinic": clinic.name,
        "book_url": book,
        "book_label": next((action.label for action in clinic.actions if action.kind == "link"), ""),
        "title": wording.say("widget.page.title"),
        "summary": wording.say("widget.page.summary"),
        "launcher": wording.say("widget.page.launcher"),
        "version": main.digest,
        "integrity": main.integrity,
    }
    pages = {
        name: _page(name, variables, ancestors=_ancestors(settings) if name == "embed" else "'self'")
        for name in ("index", "settings-demo", "embed")
    }
    settings_script = Asset.of((WIDGET / "pages" / "settings-demo.js").read_bytes())

    def page(request: Request, name: str) -> Response:
        asset, headers = pages[name]
        return _serve(request, asset, "text/html; charset=utf-8", headers)

    @router.get("/", include_in_schema=False)
    def index(request: Request) -> Response:
        """Show the demonstration page: a clinic's article with the assistant on it."""
        return page(request, "index")

    @router.get("/settings-demo", include_in_schema=False)
    def settings_demo(request: Request) -> Response:
        """Show every setting of the widget live, with the line to copy."""
        return page(request, "settings-demo")

    @router.get("/settings-demo.js", include_in_schema=False)
    def settings_demo_script(request: Request) -> Response:
        """Return the script of the settings page."""
        return _serve(
            request, settings_script, "text/javascript; charset=utf-8", {"Cache-Control": "no-cache"}
        )

    @router.get("/embed", include_in_schema=False)
    def embed(request: Request) -> Response:
        """Show the assistant alone, for an iframe."""
        return page(request, "embed")

    @router.get("/widget.js", responses={200: {"content": {"text/javascript": {}}}}, response_class=Response)
    def widget(request: Request) -> Response:
        """Return the embed: one script with all that the first message needs."""
        return _serve(request, main, "text/javascript; charset=utf-8", _shared(request, main))

    @router.get(
        "/widget-extra.js", responses={200: {"content": {"text/javascript": {}}}}, response_class=Response
    )
    def widget_extra(request: Request) -> Response:
        """Return the part that the first exercise or plan loads: figures, routine, weekly plan."""
        return _serve(request, extra, "text/javascript; charset=utf-8", _shared(request, extra))

    def figure_headers() -> dict[str, str]:
        return {
            "Cache-Control": f"public, max-age={_HOUR}, stale-while-revalidate={_DAY}",
            "Access-Control-Allow-Origin": "*",
            "Cross-Origin-Resource-Policy": "cross-origin",
            # Opened by itself, a figure may style and move itself, and nothing else.
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
        }

    @router.get(
        "/figures/{exercise_id}.svg",
        responses={200: {"content": {"image/svg+xml": {}}}, 404: {}},
        response_class=Response,
    )
    def figure(exercise_id: str, request: Request) -> Response:
        """Return the moving figure of an exercise as a picture."""
        try:
            svg = figure_svg(exercise_id, folders)
        except FigureError as error:
            log.warning("%s", error)
            svg = None
        if svg is None:
            return _no_figure(wording)
        return _serve(request, Asset.of(svg.encode()), "image/svg+xml", figure_headers())

    @router.get("/figures/{exercise_id}.json", responses={404: {}}, response_class=Response)
    def figure_data(exercise_id: str, request: Request) -> Response:
        """Return the joints of an exercise's figure, which the widget draws itself."""
        path = find_figure(exercise_id, folders)
        try:
            data = load_figure(path).model_dump_json(exclude_none=True) if path else None
        except FigureError as error:
            log.warning("%s", error)
            data = None
        if data is None:
            return _no_figure(wording)
        return _serve(request, Asset.of(data.encode()), "application/json", figure_headers())

    return router


def _no_figure(wording: Wording) -> Response:
    body = {"error": {"code": "no_figure", "message": wording.say("widget.no_figure")}}
    return Response(
        json.dumps(body),
        404,
        {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-cache"},
        "application/json",
    )
