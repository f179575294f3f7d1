"""The states that a visitor can meet, each reached as a visitor would: for axe, for the screenshots."""

from __future__ import annotations

import threading
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.mock_server import MockServer

State = Callable[[Page, MockServer], None]


def open_chat(page: Page) -> None:
    """Tap the launcher and wait for the greeting."""
    page.locator("back-assistant .launcher").click()
    expect(page.locator("back-assistant .greeting .md")).to_be_visible()
    page.wait_for_timeout(260)


def ask(page: Page, text: str, *, wait: bool = True) -> None:
    """Type a question and send it; with `wait`, until the answer is whole."""
    field = page.locator("back-assistant textarea.input")
    field.fill(text)
    field.press("Enter")
    if wait:
        expect(page.locator("back-assistant .turn").last).to_have_attribute("data-state", "done")
        page.wait_for_timeout(150)


def asked(question: str) -> State:
    """Return the state after one question and its answer."""

    def reach(page: Page, server: MockServer) -> None:
        open_chat(page)
        ask(page, question)

    return reach


def closed(page: Page, server: MockServer) -> None:
    """Only the launcher."""
    expect(page.locator("back-assistant .launcher")).to_be_visible()


def opened(page: Page, server: MockServer) -> None:
    """The greeting with its starters."""
    open_chat(page)
    expect(page.locator("back-assistant .chip")).to_have_count(4)


def answering(page: Page, server: MockServer) -> None:
    """Half an answer."""
    open_chat(page)
    server.script.hold, server.script.hold_before = threading.Event(), 10
    ask(page, "Why do runners strain their backs?", wait=False)
    expect(page.locator("back-assistant .md li")).to_have_count(2)


def cards(page: Page, server: MockServer) -> None:
    """Several exercises, the first one opened."""
    open_chat(page)
    ask(page, "Show me the ten exercises")
    expect(page.locator("back-assistant .figure svg").first).to_be_visible()
    page.locator("back-assistant details.card summary").first.click()
    expect(page.locator("back-assistant .stage-slot svg[role=img]")).to_be_visible()
    page.locator("back-assistant .turn").last.scroll_into_view_if_needed()
    page.wait_for_timeout(500)


def passage(page: Page, server: MockServer) -> None:
    """An opened citation."""
    open_chat(page)
    ask(page, "Why do runners strain their backs?")
    page.locator("back-assistant .cite").nth(1).click()
    expect(page.locator("back-assistant .passage").first).to_be_visible()


def form(page: Page, server: MockServer) -> None:
    """The call-back form with one mistake shown."""
    open_chat(page)
    ask(page, "It has hurt for three weeks")
    page.get_by_role("button", name="Request a free call back").click()
    page.get_by_label("Your name").fill("Robin Marsh")
    page.get_by_label("Phone or email").fill("robin@")
    page.get_by_label("Phone or email").blur()
    expect(page.locator("back-assistant #f-contact-error")).to_be_visible()


def error(page: Page, server: MockServer) -> None:
    """A connection lost in the middle of an answer."""
    open_chat(page)
    server.script.cut_after = 6
    ask(page, "Why do runners strain their backs?", wait=False)
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


def plan(page: Page, server: MockServer) -> None:
    """The weekly plan, from its top."""
    open_chat(page)
    ask(page, "Make me a weekly plan")
    expect(page.locator("back-assistant .plan table")).to_be_visible()
    page.locator("back-assistant .plan").evaluate("node => node.scrollIntoView({block: 'start'})")
    page.wait_for_timeout(200)


def routine(page: Page, server: MockServer) -> None:
    """A routine under way."""
    open_chat(page)
    ask(page, "How do I do a bird dog?")
    page.get_by_role("button", name="Start guided routine").click()
    page.get_by_role("button", name="Begin").click()
    expect(page.locator("back-assistant .figure.stage svg").first).to_be_visible()
    page.wait_for_timeout(1600)


def offline(page: Page, server: MockServer) -> None:
    """A question that waits for the connection."""
    open_chat(page)
    page.context.set_offline(True)
    ask(page, "Why do runners strain their backs?", wait=False)
    expect(page.locator("back-assistant .turn")).to_have_attribute("data-state", "queued")


def delete(page: Page, server: MockServer) -> None:
    """The question whether to delete the chat."""
    open_chat(page)
    ask(page, "Why do runners strain their backs?")
    page.get_by_role("button", name="Chat options").click()
    page.get_by_role("button", name="Delete my chat").click()
    expect(page.get_by_role("button", name="Delete it")).to_be_visible()


STATES: dict[str, State] = {
    "closed": closed,
    "open": opened,
    "answering": answering,
    "answer": passage,
    "cards": cards,
    "check": asked("My back hurts when I run"),
    "refer": asked("It has hurt for three weeks"),
    "urgent": asked("I feel numb between my legs"),
    "form": form,
    "error": error,
    "plan": plan,
    "routine": routine,
}
"""The twelve of the screenshots."""

MORE: dict[str, State] = {
    "card": asked("How do I do a bird dog?"),
    "offline": offline,
    "delete": delete,
}

SIZES = {"390": {"width": 390, "height": 844}, "1280": {"width": 1280, "height": 800}}
SCHEMES = ("light", "dark")
