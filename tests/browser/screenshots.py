"""`python -m tests.browser.screenshots [STATE …]` writes docs/screenshots: 12 states, 2 widths, 2 schemes."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser import mock_server
from tests.browser.states import SCHEMES, SIZES, STATES

OUT = Path(__file__).resolve().parents[2] / "docs" / "screenshots"


def main(names: list[str]) -> int:
    """Write the pictures of the named states, or of all."""
    unknown = set(names) - set(STATES)
    if unknown:
        print(f"no such state: {', '.join(sorted(unknown))}; there are {', '.join(STATES)}", file=sys.stderr)
        return 2
    OUT.mkdir(parents=True, exist_ok=True)
    server = mock_server.start()
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    try:
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=path, args=["--no-sandbox"])
            for size, viewport in SIZES.items():
                for scheme in SCHEMES:
                    for name in names or STATES:
                        server.reset()
                        context = browser.new_context(viewport=viewport, color_scheme=scheme)
                        page = context.new_page()
                        page.goto(server.url + "/")
                        STATES[name](page, server)
                        page.screenshot(path=OUT / f"{name}-{size}-{scheme}.png")
                        context.close()
                    print(f"{size} {scheme}: {len(names or STATES)} pictures", flush=True)
            browser.close()
    finally:
        server.stop()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
