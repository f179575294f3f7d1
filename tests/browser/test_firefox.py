"""The main job in Firefox, which Playwright's own drivers cannot reach in Debian: through WebDriver BiDi."""

from __future__ import annotations

import json
import os
import shutil
import subprocess

from assistant.server.pages import WIDGET
from tests.browser.conftest import missing
from tests.browser.mock_server import MockServer


def test_main_job_in_firefox(server: MockServer) -> None:
    firefox = os.environ.get("FIREFOX") or shutil.which("firefox-esr") or shutil.which("firefox")
    node = shutil.which("node")
    if not firefox:
        missing("no Firefox: apt-get install firefox-esr, or set FIREFOX to its path")
    if not node or not (WIDGET / "node_modules" / "puppeteer-core").is_dir():
        missing(f"node and `npm ci` in {WIDGET} are needed to drive Firefox")
    done = subprocess.run(
        [str(node), "test/firefox.mjs", server.url + "/", str(firefox)],
        cwd=WIDGET,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["ok"] is True
