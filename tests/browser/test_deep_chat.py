"""A chat component of others, deep-chat, with the code that the docs give for it, on the real server."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from assistant.server.pages import WIDGET
from tests.browser.conftest import missing
from tests.browser.mock_server import MockServer
from tests.conftest import share
from tests.services.processes import Server

DOCS = Path(__file__).resolve().parents[2] / "docs" / "embedding.md"
EXAMPLE = "https://assistant.example"
PAGE = """<!doctype html><title>somebody's site</title><body><script type=module>
import "/site/deep-chat.js";
await customElements.whenDefined("deep-chat");
{code}
</script>"""


def documented() -> str:
    """Return the script of the docs that puts deep-chat on a page."""
    found = [
        block
        for block in re.findall(r"```js\n(.*?)```", DOCS.read_text("utf-8"), re.S)
        if "deep-chat" in block
    ]
    assert len(found) == 1
    return str(found[0])


@pytest.fixture
def real(server: MockServer, tmp_path: Path) -> Iterator[Server]:
    """The assistant as a process, open to the site that the scripted server plays."""
    share(tmp_path)
    running = Server(tmp_path, tmp_path / "log", ASSISTANT_ALLOWED_ORIGINS=f'["{server.url}"]')
    running.start_ready()
    yield running
    running.stop()


def test_deep_chat_talks_to_the_openai_compatible_endpoint(
    visit: Callable[..., Page], server: MockServer, real: Server
) -> None:
    bundle = WIDGET / "node_modules" / "deep-chat" / "dist" / "deepChat.bundle.js"
    if not bundle.is_file():
        missing(f"deep-chat is missing: run `npm ci` in {WIDGET}")
    code = documented()
    assert EXAMPLE in code
    server.sites["deep-chat.js"] = (bundle.read_text("utf-8"), {"Content-Type": "text/javascript"})
    server.sites["deep-chat"] = (PAGE.replace("{code}", code.replace(EXAMPLE, real.base)), {})
    page = visit("/site/deep-chat")
    expect(page.locator("deep-chat #text-input")).to_be_visible()

    def asked(text: str, number: int) -> str:
        page.locator("deep-chat #text-input").fill(text)
        page.locator("deep-chat #text-input").press("Enter")
        answer = page.locator("deep-chat .ai-message-text").nth(number)
        expect(answer).to_contain_text(re.compile(r"\w+ \w+"))
        page.wait_for_timeout(600)
        return answer.inner_text()

    assert "8–10 per side" in asked("How many bird dogs should I do?", 0)
    # The second request carries the first: what it names is found, and a level once reached holds.
    assert "3–5 seconds" in asked("and how long do I hold it?", 1)
    refer = asked("it has hurt for three weeks", 2)
    assert re.search(r"professional|clinic|call", refer, re.I)
