"""The pages that hold the widget: hostile styles, strict policies, iframes, sites that swap content."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import mock_server
from tests.browser.mock_server import MockServer
from tests.browser.states import ask, open_chat

Visit = Callable[..., Page]
DOCS = Path(__file__).resolve().parents[2] / "docs" / "embedding.md"

HOSTILE = {
    "all unset": "*{all:unset!important}",
    "all initial, static": "*{all:initial!important;position:static!important;display:inline!important}",
    "huge fonts": "html{font-size:70px!important}"
    "*{font:900 60px/4 cursive!important;letter-spacing:9px!important;"
    "text-transform:uppercase!important;word-spacing:30px!important;text-indent:50px!important}",
    "right to left": "*{direction:rtl!important;text-align:right!important;"
    "unicode-bidi:bidi-override!important}",
    "hidden element": "back-assistant{display:none!important;visibility:hidden!important;opacity:0!important;"
    "pointer-events:none!important;clip-path:inset(50%)!important;content-visibility:hidden!important}",
    "boxes": "*{box-sizing:content-box!important;margin:30px!important;padding:40px!important;"
    "border:10px solid red!important;width:100px!important;max-width:60px!important;float:left!important;"
    "background:lime!important;color:yellow!important}",
    "transformed, clipped, covered": "html,body{transform:rotate(3deg) scale(.5);filter:blur(1px);"
    "overflow:hidden;"
    "perspective:10px;contain:strict;height:300px}body::after{content:'';position:fixed;inset:0;"
    "z-index:2147483647;background:#0f0}",
    "moving": "@keyframes spin{to{transform:rotate(1turn)}}"
    "*,*::before,*::after{animation:spin 1s infinite!important;"
    "transition:all 5s!important;transform:skew(30deg)!important;filter:invert(1)!important;"
    "mix-blend-mode:difference!important;user-select:none!important}back-assistant{zoom:3!important}",
}

MEASURE = """() => {
  const root = document.querySelector('back-assistant').shadowRoot;
  const of = selector => {
    const node = root.querySelector(selector);
    const box = node.getBoundingClientRect();
    const style = getComputedStyle(node);
    return [selector, ...[box.x, box.y, box.width, box.height].map(Math.round), style.fontSize, style.color,
      style.backgroundColor, style.direction, style.textAlign, style.letterSpacing, style.textTransform,
      style.visibility, style.lineHeight, style.opacity];
  };
  return ['.panel', '.head', '.title', '.scroller', '.md p', '.you', '.cite', '.input', '.send', '.foot']
    .map(of);
}"""


def page_with(
    script: str = '<script async src="/widget.js"></script>', style: str = "", head: str = ""
) -> str:
    """Return a small host page."""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Host</title>{head}'
        f"<style>{style}</style></head><body><h1 id=probe>Our clinic</h1>{script}</body></html>"
    )


def measured(page: Page) -> Any:
    """Have a conversation and return how it looks."""
    open_chat(page)
    ask(page, "Why do runners strain their backs?")
    page.wait_for_timeout(300)
    return page.evaluate(MEASURE)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_styles_change_nothing_in_the_widget(visit: Visit, server: MockServer, name: str) -> None:
    server.sites["plain"] = (page_with(), {})
    server.sites["hostile"] = (page_with(style=HOSTILE[name]), {})
    expected = measured(visit("/site/plain"))
    page = visit("/site/hostile")
    launcher = page.locator("back-assistant .launcher").bounding_box()
    assert launcher is not None and launcher["height"] == 58
    assert measured(page) == expected
    on_top = "() => { const b = document.querySelector('back-assistant').shadowRoot.querySelector('.send')"
    on_top += ".getBoundingClientRect(); return document.elementFromPoint(b.x + 20, b.y + 20)?.tagName }"
    assert page.evaluate(on_top) == "BACK-ASSISTANT"


def test_no_style_leaks_out_and_the_layout_does_not_shift(visit: Visit, server: MockServer) -> None:
    server.sites["without"] = (page_with(script=""), {})
    server.sites["with"] = (page_with(), {})
    look = """() => JSON.stringify([...document.querySelectorAll('html, body, #probe')].map(node =>
      [Object.fromEntries([...getComputedStyle(node)].map(k => [k, getComputedStyle(node)[k]])),
       node.getBoundingClientRect()]))"""
    before = visit("/site/without").evaluate(look)
    page = visit(
        "/site/with",
        init="window.shift = 0; new PerformanceObserver(list => list.getEntries().forEach(entry => {"
        "window.shift += entry.value})).observe({type: 'layout-shift', buffered: true})",
    )
    measured(page)
    assert page.evaluate(look) == before
    assert page.evaluate("window.shift") == 0


def documented_policy(address: str) -> str:
    """Return the lines that docs/embedding.md tells a site to add, under a policy that allows nothing."""
    text = DOCS.read_text(encoding="utf-8").split("## Content Security Policy", 1)[1]
    lines = " ".join(text.split("```")[1].split()).replace("https://assistant.example", address)
    assert lines.startswith("script-src")
    return f"default-src 'none'; {lines} require-trusted-types-for 'script'; trusted-types 'none'"


def test_runs_under_the_documented_strict_policy(visit: Visit, server: MockServer) -> None:
    policy = documented_policy(server.url)
    server.sites["strict"] = (
        page_with(style="").replace("<style></style>", ""),
        {"Content-Security-Policy": policy},
    )
    init = "window.broken = [];"
    init += "addEventListener('securitypolicyviolation', e => broken.push(e.violatedDirective))"
    page = visit("/site/strict", init=init)
    open_chat(page)
    ask(page, "Make me a weekly plan")
    expect(page.locator("back-assistant .plan table")).to_be_visible()
    expect(page.locator("back-assistant .figure svg").first).to_be_visible()
    box = page.locator("back-assistant .panel").bounding_box()
    assert box is not None and box["width"] == 420
    assert page.evaluate("window.broken") == []


def test_without_connect_src_there_is_a_plain_booking_link(visit: Visit, server: MockServer) -> None:
    script = '<script async src="/widget.js" data-booking="https://clinic.example/visit"></script>'
    headers = {"Content-Security-Policy": "default-src 'none'; script-src 'self'"}
    server.sites["closed"] = (page_with(script).replace("<style></style>", ""), headers)
    page = visit("/site/closed")
    lines: list[str] = []
    page.on("console", lambda message: lines.append(message.text))
    page.locator("back-assistant .launcher").click()
    link = page.get_by_role("link", name="Contact the clinic")
    expect(link).to_have_attribute("href", "https://clinic.example/visit")
    expect(page.get_by_role("link", name="Open the assistant on its own page")).to_be_visible()
    assert any("connect-src" in line and "[back-assistant]" in line for line in lines)
    assert server.script.requests == []


@pytest.fixture
def choosy() -> Iterator[MockServer]:
    """A server that allows one other site only."""
    server = mock_server.start(origins=["https://clinic.example"])
    yield server
    server.stop()


def test_a_site_that_is_not_allowed_is_told_so(visit: Visit, server: MockServer, choosy: MockServer) -> None:
    server.sites["other"] = (page_with(f'<script async src="{choosy.url}/widget.js"></script>'), {})
    page = visit("/site/other")
    lines: list[str] = []
    page.on("console", lambda message: lines.append(message.text))
    page.locator("back-assistant .launcher").click()
    expect(page.get_by_text("The chat cannot run on this page.")).to_be_visible()
    assert any("allowed_origins" in line and server.url in line for line in lines)


def frame_of(page: Page) -> Any:
    """Return the frame's locator root."""
    return page.frame_locator("iframe").locator("back-assistant")


@pytest.mark.parametrize("sandbox", ["", "sandbox='allow-scripts'"])
def test_embed_page_in_an_iframe_even_a_sandboxed_one(visit: Visit, server: MockServer, sandbox: str) -> None:
    server.sites["framed"] = (page_with(f"<iframe {sandbox} src=/embed width=420 height=640></iframe>"), {})
    page = visit("/site/framed")
    widget = frame_of(page)
    expect(widget.locator(".chip")).to_have_count(4)
    widget.locator("textarea.input").fill("How do I do a bird dog?")
    widget.locator("textarea.input").press("Enter")
    expect(widget.locator(".turn")).to_have_attribute("data-state", "done")
    expect(widget.locator(".figure.card svg[role=img]")).to_be_visible()
    box = widget.locator(".panel").bounding_box()
    assert box is not None and round(box["width"]) == 420 and round(box["height"]) == 640
    origins = {
        headers.get("origin") for _, path, _, headers in server.script.requests if path.endswith("stream")
    }
    assert origins == ({"null"} if sandbox else {server.url})


@pytest.mark.parametrize(
    "swap",
    [
        "document.body = document.createElement('body')",
        "document.body.innerHTML = '<main>Next page</main>'",
        "document.body.replaceWith(document.createElement('body'))",
        "history.pushState({}, '', '?next'), document.querySelector('back-assistant').remove()",
    ],
)
def test_survives_a_page_that_swaps_its_content(visit: Visit, server: MockServer, swap: str) -> None:
    server.sites["app"] = (page_with(), {})
    page = visit("/site/app")
    open_chat(page)
    ask(page, "Why do runners strain their backs?")
    page.evaluate(f"() => {{ {swap} }}")
    expect(page.locator("back-assistant .panel")).to_be_visible()
    expect(page.locator("back-assistant .turn")).to_have_count(1)
    ask(page, "How do I do a bird dog?")
    assert page.locator("back-assistant").count() == 1
    assert len(server.script.of("/api/chat/stream")) == 2


def test_a_page_that_keeps_removing_it_wins_in_the_end(visit: Visit, server: MockServer) -> None:
    fight = "<script>new MutationObserver(() => document.querySelector('body > back-assistant')?.remove())"
    fight += ".observe(document.documentElement, {childList: true, subtree: true})</script>"
    server.sites["fight"] = (page_with(fight + '<script async src="/widget.js"></script>'), {})
    page = visit("/site/fight")
    page.wait_for_timeout(500)
    assert page.evaluate("1 + 1") == 2, "the page still answers"


@pytest.mark.parametrize(
    "script",
    [
        '<script async src="/widget.js"></script><script async src="/widget.js"></script>',
        '<script type="module" src="/widget.js"></script>',
        '<script defer src="/widget.js"></script>',
        "<script>setTimeout(() => { const s = document.createElement('script'); s.src = '/widget.js';"
        " document.head.append(s) }, 300)</script>",
        '<script async src="/site/hosted" data-api="{server}"></script>',
        '<script data-api="{server}">{source}</script>',
        '<script type="module" data-api="{server}">{source}</script>',
        '<back-assistant></back-assistant><script async src="/widget.js"></script>',
    ],
    ids=[
        "pasted twice",
        "module",
        "defer",
        "delayed",
        "re-hosted",
        "inlined",
        "inlined module",
        "placed by hand",
    ],
)
def test_survives_what_sites_do_to_scripts(visit: Visit, server: MockServer, script: str) -> None:
    source = (mock_server.pages.WIDGET / "dist" / "widget.js").read_text(encoding="utf-8")
    server.sites["hosted"] = (source, {"Content-Type": "text/javascript"})
    server.sites["odd"] = (page_with(script.replace("{server}", server.url).replace("{source}", source)), {})
    page = visit("/site/odd")
    expect(page.locator("back-assistant .launcher")).to_have_count(1)
    open_chat(page)
    ask(page, "How do I do a bird dog?")
    expect(page.locator("back-assistant .figure.card svg[role=img]")).to_be_visible()


def test_inline_in_the_page(visit: Visit, server: MockServer) -> None:
    body = (
        '<div style="width:500px"><back-assistant inline style="--ba-height: 480px"></back-assistant></div>'
    )
    server.sites["inline"] = (page_with(body + '<script async src="/widget.js"></script>'), {})
    page = visit("/site/inline")
    expect(page.locator("back-assistant .chip")).to_have_count(4)
    expect(page.locator("back-assistant .launcher")).to_have_count(0)
    box = page.locator("back-assistant .panel").bounding_box()
    assert box is not None and (box["width"], box["height"]) == (500, 480)
    assert page.evaluate("document.activeElement.tagName") == "BODY", "an inline chat does not take the focus"
    ask(page, "How do I do a bird dog?")


def test_settings_by_attribute_and_property(visit: Visit, server: MockServer) -> None:
    script = (
        '<script async src="/widget.js" data-position="left" data-label="Ask us" data-title="Back desk"'
        ' data-greeting="**Hi** there" data-starters="One?|Two?" data-lang="fr" data-theme="dark"'
        ' data-accent="#ffee00" data-open></script>'
    )
    style = "back-assistant{--ba-width:500px;--ba-offset-x:40px;--ba-radius:4px}"
    server.sites["set"] = (page_with(script, style=style), {})
    page = visit("/site/set")
    expect(page.locator("back-assistant .greeting .md")).to_have_text("Hi there")
    expect(page.locator("back-assistant .title")).to_have_text("Back desk")
    assert page.locator("back-assistant .chip").all_inner_texts() == ["One?", "Two?"]
    box = page.locator("back-assistant .panel").bounding_box()
    assert box is not None and (box["x"], box["width"]) == (40, 500)
    expect(page.get_by_role("button", name="Fermer la discussion")).to_be_visible()
    panel = page.locator("back-assistant .panel")
    assert panel.evaluate("node => getComputedStyle(node).borderRadius") == "4px"
    assert panel.evaluate("node => getComputedStyle(node).backgroundColor") == "rgb(15, 33, 41)"
    assert (
        page.locator("back-assistant .send").evaluate("node => getComputedStyle(node).color")
        == "rgb(11, 27, 33)"
    )


def test_nothing_is_sent_or_stored_before_the_visitor_opens_it(visit: Visit, server: MockServer) -> None:
    server.sites["plain"] = (page_with(), {})
    page = visit("/site/plain")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    expect(page.locator("back-assistant .launcher")).to_be_visible()
    page.wait_for_timeout(500)
    stored = "() => [sessionStorage.length, localStorage.length, document.cookie]"
    assert page.evaluate(stored) == [0, 0, ""]
    assert server.script.requests == []
    assert sent == []
    open_chat(page)
    assert [path for _, path, _, _ in server.script.requests] == ["/api/config"]


def test_one_request_until_the_first_message_is_answered(visit: Visit, server: MockServer) -> None:
    server.sites["plain"] = (page_with(), {})
    page = visit("/site/plain")
    page.wait_for_load_state("networkidle")
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url.removeprefix(server.url)))
    open_chat(page)
    ask(page, "Why do runners strain their backs?")
    assert sorted(loaded) == ["/api/chat/stream", "/api/config?lang=en"]
    assert (
        page.evaluate(
            "performance.getEntriesByType('resource').filter(e => e.initiatorType == 'script').length"
        )
        == 1
    )


def test_settings_page_applies_a_setting_and_writes_its_line(visit: Visit, server: MockServer) -> None:
    page = visit("/settings-demo")
    page.get_by_label("Position").select_option("left")
    page.get_by_label("Launcher text").fill('Ask "us" & more')
    page.get_by_label("Corner radius").fill("6px")
    line = page.locator("#line")
    expect(line).to_contain_text('data-position="left"')
    expect(line).to_contain_text('data-label="Ask &quot;us&quot; &amp; more"')
    expect(line).to_contain_text("<style>back-assistant { --ba-radius: 6px; }</style>")
    expect(page.locator("#pinned")).to_contain_text('integrity="sha384-')
    launcher = page.locator("back-assistant .launcher")
    expect(launcher).to_have_text('Ask "us" & more')
    box = launcher.bounding_box()
    assert box is not None and box["x"] == 20
    page.get_by_label("Inline in the page").check()
    expect(page.locator("#place back-assistant .panel")).to_be_visible()


def test_the_pinned_line_runs_and_a_changed_script_does_not(visit: Visit, server: MockServer) -> None:
    line = visit("/settings-demo").locator("#pinned").inner_text()
    server.sites["pinned"] = (page_with(line), {})
    expect(visit("/site/pinned").locator("back-assistant .launcher")).to_be_visible()
    wrong = line.replace("sha384-", "sha384-AAAA")
    server.sites["wrong"] = (page_with(wrong), {})
    page = visit("/site/wrong")
    page.wait_for_load_state("networkidle")
    assert page.locator("back-assistant").count() == 0
