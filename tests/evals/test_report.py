from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from evals import report
from tests.evals.test_runner import NASTY, run

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    sync_api = pytest.importorskip("playwright.sync_api")
    path = tmp_path_factory.mktemp("report") / "report.html"
    done = run(meta={"started": "now"})
    earlier = [{**row, "ok": not row["ok"]} if row["id"] == "a-2" else row for row in done.rows]
    report.write(done, path, earlier)
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        opened = browser.new_page()
        opened.seen = []
        opened.on("request", lambda request: opened.seen.append(request.url))
        opened.on("pageerror", lambda error: opened.seen.append(str(error)))
        opened.on("dialog", lambda dialog: (opened.seen.append("dialog"), dialog.dismiss()))
        opened.goto(path.as_uri())
        opened.wait_for_selector("details")
        yield opened
        browser.close()


@pytest.mark.browser
def test_filters_work_by_keyboard_and_nothing_is_requested(page: Any) -> None:
    def ids() -> list[str]:
        return [str(one) for one in page.locator("summary .id").all_inner_texts()]

    assert ids() == ["r-1", "a-1", "a-2", "s-1"]
    page.keyboard.press("f")
    assert ids() == ["a-2"]
    page.keyboard.press("f")
    page.keyboard.press("c")
    assert ids() == ["a-2"]
    page.keyboard.press("c")
    page.keyboard.press("/")
    page.keyboard.type("pills")
    assert ids() == ["s-1"]
    page.locator("input[type=search]").fill("")
    page.keyboard.press("Escape")
    for _ in range(2):
        page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_selector("details[open] .answer")
    assert page.locator("details[open] .said").inner_text().startswith(NASTY[:20])
    assert page.locator("details img").count() == 0
    assert len(page.seen) == 1 and page.seen[0].startswith("file:")
