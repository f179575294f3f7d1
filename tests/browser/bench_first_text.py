"""`python -m tests.browser.bench_first_text` compares the time from sending to the first text on screen.

The widget and deep-chat (from the widget's development dependencies) ask the same server, in turn, in
the same browser; the time runs in the page from the send to the frame after the first text is drawn.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys

from playwright.sync_api import Page, sync_playwright

from assistant.server.pages import WIDGET
from tests.browser import mock_server

ROUNDS = 15

DEEP_CHAT = """<!doctype html><title>deep-chat</title><script type=module src=/site/deep-chat.js></script>
<deep-chat id=chat></deep-chat><script type=module>
await customElements.whenDefined('deep-chat');
chat.connect = {url: '/api/chat/stream', method: 'POST', stream: true};
chat.requestInterceptor = d => ({...d, body: {message: d.body.messages.at(-1).text}});
chat.responseInterceptor = r => ({text: r.text ?? ''});
window.ready = true;
</script>"""
OURS = "<!doctype html><title>widget</title><body><script async src=/widget.js data-open></script>"

MEASURE = """([tag, selector, before]) => new Promise(resolve => {
  const root = document.querySelector(tag).shadowRoot;
  const words = () => [...root.querySelectorAll(selector)].at(-1)?.textContent.trim() ?? '';
  const count = () => root.querySelectorAll(selector).length;
  let start;
  const look = () => {
    if (count() > before && words().startsWith('Usually'))
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - start)));
    else requestAnimationFrame(look);
  };
  start = performance.now();
  if (tag === 'deep-chat') document.querySelector(tag).submitUserMessage({text: 'Why do runners strain?'});
  else {
    const field = root.querySelector('textarea.input');
    field.value = 'Why do runners strain?';
    field.dispatchEvent(new Event('input'));
    field.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', bubbles: true}));
  }
  look();
})"""


def measure(page: Page, tag: str, selector: str) -> list[float]:
    """Return the milliseconds of each round, the first left out."""
    times = []
    for _ in range(ROUNDS + 1):
        before = page.locator(f"{tag} {selector}").count()
        times.append(float(page.evaluate(MEASURE, [tag, selector, before])))
        page.wait_for_timeout(700)
    return times[1:]


def main() -> int:
    """Print the figures; 1 where the widget's median is over 150 ms."""
    bundle = WIDGET / "node_modules" / "deep-chat" / "dist" / "deepChat.bundle.js"
    if not bundle.is_file():
        print(f"deep-chat is missing: run `npm ci` in {WIDGET}", file=sys.stderr)
        return 2
    server = mock_server.start()
    server.script.delay = 0.02
    server.sites["deep-chat.js"] = (bundle.read_text(encoding="utf-8"), {"Content-Type": "text/javascript"})
    server.sites["deep-chat"] = (DEEP_CHAT, {})
    server.sites["ours"] = (OURS, {})
    try:
        with sync_playwright() as play:
            path = os.environ.get("CHROMIUM") or shutil.which("chromium")
            browser = play.chromium.launch(executable_path=path, args=["--no-sandbox"])
            results = {}
            for name, tag, selector in (
                ("widget", "back-assistant", ".turn .md"),
                ("deep-chat", "deep-chat", ".ai-message-text"),
            ):
                page = browser.new_page()
                page.goto(f"{server.url}/site/{'ours' if name == 'widget' else name}")
                page.wait_for_timeout(1500)
                results[name] = measure(page, tag, selector)
                page.close()
            browser.close()
    finally:
        server.stop()
    for name, times in results.items():
        middle, worst = statistics.median(times), max(times)
        print(f"{name}: first text after {middle:.0f} ms (median of {len(times)}; worst {worst:.0f} ms)")
    return 0 if statistics.median(results["widget"]) <= 150 else 1


if __name__ == "__main__":
    raise SystemExit(main())
