"""Chromium and the scripted server. Under CI what is missing fails; elsewhere it skips with the reason."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.server.pages import WIDGET
from tests.browser import mock_server
from tests.browser.mock_server import MockServer

sync_api = pytest.importorskip("playwright.sync_api") if not os.environ.get("CI") else None
if sync_api is None:
    from playwright import sync_api
Browser, Page = sync_api.Browser, sync_api.Page


def missing(what: str) -> None:
    """Fail where CI is set, else skip: a browser test that silently does not run proves nothing."""
    (pytest.fail if os.environ.get("CI") else pytest.skip)(what)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The browser: Debian's, or the one that CHROMIUM names."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not path:
        missing("no Chromium: apt-get install chromium, or set CHROMIUM to its path")
    with sync_api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def running() -> Iterator[MockServer]:
    """The scripted server, which every site may use."""
    server = mock_server.start()
    yield server
    server.stop()


@pytest.fixture
def server(running: MockServer) -> Iterator[MockServer]:
    """The scripted server as new."""
    running.reset()
    yield running
    running.reset()


@pytest.fixture
def visit(chromium: Browser, server: MockServer) -> Iterator[Callable[..., Page]]:
    """Open a page of the server in a context of its own; any error in the page fails the test."""
    contexts: list[Any] = []
    errors: list[str] = []

    def open_page(path: str = "/", *, base: str = "", init: str = "", **options: Any) -> Page:
        options.setdefault("viewport", {"width": 1280, "height": 800})
        context = chromium.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(8000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        if init:
            page.add_init_script(init)
        page.goto((base or server.url) + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture(scope="package")
def axe() -> str:
    """Source of axe-core, from the widget's own lock file."""
    path = WIDGET / "node_modules" / "axe-core" / "axe.min.js"
    if not path.is_file():
        missing(f"axe-core is missing: run `npm ci` in {WIDGET}")
    return path.read_text(encoding="utf-8")
