"""The main job in a real browser, and what goes wrong on the way."""

from __future__ import annotations

import threading
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser import scripts
from tests.browser.mock_server import MockServer
from tests.browser.states import SIZES, ask, open_chat

Visit = Callable[..., Page]


def test_text_streams_before_the_answer_is_whole(visit: Visit, server: MockServer) -> None:
    page = visit()
    open_chat(page)
    server.script.hold, server.script.hold_before = threading.Event(), 3
    ask(page, "Why do runners strain their backs?", wait=False)
    expect(page.locator("back-assistant .md")).to_contain_text("Usually several things add up")
    expect(page.locator("back-assistant .turn")).to_have_attribute("data-state", "streaming")
    expect(page.locator("back-assistant .cite")).to_have_count(0)
    server.script.hold.set()
    expect(page.locator("back-assistant .cite")).to_have_count(6)
    expect(page.locator("back-assistant .md li strong").first).to_have_text("Weak core and glutes.")


def test_urgent_advice_shows_before_any_text(visit: Visit, server: MockServer) -> None:
    page = visit()
    open_chat(page)
    server.script.hold = threading.Event()
    ask(page, "I feel numb between my legs", wait=False)
    call = page.get_by_role("link", name="Call 999")
    expect(call).to_have_attribute("href", "tel:999")
    expect(page.locator("back-assistant .md")).to_have_text("")
    server.script.hold.set()
    expect(page.locator("back-assistant .md")).to_contain_text("emergency department now")
    order = page.locator("back-assistant .care .actions > *").all_inner_texts()
    assert order[0] == "Call 999", "to call comes first"
    assert page.locator("back-assistant .exercises, back-assistant .plan").count() == 0


def test_urgent_shows_no_exercise_whatever_the_reply_holds(visit: Visit, server: MockServer) -> None:
    page = visit()
    open_chat(page)
    server.script.replies = {}
    server.script.default = {**scripts.URGENT, "exercises": [scripts.BIRD_DOGS], "plan": scripts.PLAN["plan"]}
    ask(page, "x")
    page.wait_for_timeout(300)
    assert page.locator("back-assistant .exercises, back-assistant .plan").count() == 0


def test_citation_opens_the_exact_passage_in_place(visit: Visit, server: MockServer) -> None:
    page = visit()
    open_chat(page)
    ask(page, "Why do runners strain their backs?")
    marker = page.get_by_role("button", name="Source 3: Why Runners Experience Back Strains")
    marker.click()
    passage = page.locator("back-assistant .md li").nth(2).locator(".passage")
    expect(passage).to_contain_text("Limited mobility makes the back compensate.")
    link = passage.get_by_role("link")
    expect(link).to_have_attribute("href", "https://clinic.example/guide#:~:text=Limited")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    marker.click()
    expect(passage).to_have_count(0)
    page.locator("back-assistant .sources summary").click()
    expect(page.locator("back-assistant .sources .passage").first).to_be_visible()


def test_quick_reply_is_sent_as_typed(visit: Visit, server: MockServer) -> None:
    page = visit()
    open_chat(page)
    page.get_by_role("button", name="My back hurts when I run").click()
    expect(page.get_by_role("button", name="A few days")).to_be_visible()
    page.get_by_role("button", name="A few days").click()
    expect(page.locator("back-assistant .you").nth(1)).to_contain_text("A few days")
    assert [body["message"] for body in server.script.of("/api/chat/stream")] == [
        "My back hurts when I run",
        "A few days",
    ]
    assert server.script.of("/api/chat/stream")[1]["conversation_id"] == "conv-1"


def test_lost_connection_is_retried_under_the_same_key(visit: Visit, server: MockServer) -> None:
    page = visit()
    open_chat(page)
    server.script.cut_after = 4
    ask(page, "Why do runners strain their backs?", wait=False)
    expect(page.locator("back-assistant .problem")).to_contain_text("The connection was lost")
    expect(page.locator("back-assistant .md")).to_contain_text("Usually several things")
    assert len(server.script.of("/api/chat/stream")) == 1, "never sent twice by itself"
    server.script.cut_after = None
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("back-assistant .turn")).to_have_attribute("data-state", "done")
    assert page.locator("back-assistant .you").count() == 1
    assert page.locator("back-assistant .md").inner_text().count("Usually several things") == 1
    keys = {head["idempotency-key"] for _, path, _, head in server.script.requests if path.endswith("stream")}
    assert len(keys) == 1
    assert len(server.script.of("/api/chat/stream")) == 2


def test_error_event_and_error_status_show_the_servers_sentence(visit: Visit, server: MockServer) -> None:
    page = visit()
    open_chat(page)
    server.script.error_event = {"error": {"code": "not_ready", "message": "The guide is being read again."}}
    ask(page, "x", wait=False)
    expect(page.locator("back-assistant .problem")).to_contain_text("The guide is being read again.")
    server.script.error_event = None
    server.script.error = (
        429,
        {"error": {"code": "busy", "message": "One moment, please."}},
        {"Retry-After": "60"},
    )
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("back-assistant .problem")).to_contain_text("One moment, please.")
    expect(page.get_by_role("button", name="Try again")).to_have_attribute("aria-disabled", "true")
    server.script.error = (422, {"error": {"code": "too_long", "message": "That is too long."}}, {})
    ask(page, "y", wait=False)
    expect(page.locator("back-assistant .problem").last).to_contain_text("That is too long.")
    expect(page.locator("back-assistant .turn").last.get_by_role("button", name="Try again")).to_have_count(0)


def test_offline_question_waits_and_goes_out_once(visit: Visit, server: MockServer) -> None:
    page = visit()
    open_chat(page)
    page.context.set_offline(True)
    expect(page.locator("back-assistant .notice")).to_contain_text("You are offline")
    ask(page, "Why do runners strain their backs?", wait=False)
    expect(page.get_by_text("Waiting for the connection")).to_be_visible()
    assert server.script.of("/api/chat/stream") == []
    page.context.set_offline(False)
    expect(page.locator("back-assistant .turn")).to_have_attribute("data-state", "done")
    expect(page.locator("back-assistant .notice")).to_have_text("")
    assert len(server.script.of("/api/chat/stream")) == 1


def test_session_is_kept_over_reloads_and_pages(visit: Visit, server: MockServer) -> None:
    page = visit()
    open_chat(page)
    ask(page, "Show me the ten exercises")
    page.reload()
    expect(page.locator("back-assistant .panel")).to_be_visible()
    expect(page.locator("back-assistant .card")).to_have_count(5)
    expect(page.get_by_role("button", name="Make me a weekly plan")).to_be_visible()
    assert page.locator("back-assistant .live p").all_text_contents() == [], (
        "an old answer is not read out again"
    )
    page.goto(server.url + "/settings-demo")
    expect(page.locator("back-assistant .card")).to_have_count(5)
    ask(page, "How do I do a bird dog?")
    assert server.script.of("/api/chat/stream")[1]["conversation_id"] == "conv-1"
    page.get_by_role("button", name="Close chat").click()
    page.reload()
    expect(page.locator("back-assistant .launcher")).to_be_visible()
    expect(page.locator("back-assistant .panel")).to_have_count(0)


def test_on_a_phone_a_new_page_is_not_covered(visit: Visit, server: MockServer) -> None:
    page = visit(viewport=SIZES["390"])
    open_chat(page)
    ask(page, "How do I do a bird dog?")
    page.reload()
    expect(page.locator("back-assistant .launcher")).to_be_visible()
    page.locator("back-assistant .launcher").click()
    expect(page.locator("back-assistant .turn")).to_have_count(1)


def test_a_clinic_that_keeps_nothing_keeps_nothing(visit: Visit, server: MockServer) -> None:
    server.script.config = {**scripts.config(), "storage": False}
    page = visit()
    open_chat(page)
    page.wait_for_timeout(200)
    ask(page, "How do I do a bird dog?")
    assert page.evaluate("[sessionStorage.length, localStorage.length]") == [0, 0]


def test_start_again_and_delete_my_chat(visit: Visit, server: MockServer) -> None:
    page = visit()
    open_chat(page)
    ask(page, "How do I do a bird dog?")
    page.get_by_role("button", name="Chat options").click()
    page.get_by_role("button", name="Start again").click()
    expect(page.locator("back-assistant .turn")).to_have_count(0)
    expect(page.locator("back-assistant .chip")).to_have_count(4)
    ask(page, "How do I do a bird dog?")
    assert "conversation_id" not in server.script.of("/api/chat/stream")[1]
    server.script.delete_status = 503
    page.get_by_role("button", name="Chat options").click()
    page.get_by_role("button", name="Delete my chat").click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_text("could not be deleted yet")).to_be_visible()
    server.script.delete_status = 204
    page.get_by_role("button", name="Delete it").click()
    expect(page.locator("back-assistant .turn")).to_have_count(0)
    deleted = [path for method, path, _, _ in server.script.requests if method == "DELETE"]
    assert deleted == ["/api/conversations/conv-1"] * 2
    assert "bird dog" not in page.evaluate("JSON.stringify({...sessionStorage})")


def test_thumbs_and_comment(visit: Visit, server: MockServer) -> None:
    page = visit()
    open_chat(page)
    ask(page, "How do I do a bird dog?")
    page.get_by_role("button", name="Helpful", exact=True).click()
    expect(page.get_by_role("button", name="Helpful", exact=True)).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Not helpful").click()
    expect(page.get_by_role("button", name="Helpful", exact=True)).to_have_attribute("aria-pressed", "false")
    page.get_by_label("Anything to add?").fill("More pictures")
    page.get_by_role("button", name="Send comment").click()
    expect(page.locator("back-assistant .comment")).to_have_text("Thank you, noted.")
    assert server.script.of("/api/feedback") == [
        {"message_id": "msg-1", "helpful": True},
        {"message_id": "msg-1", "helpful": False},
        {"message_id": "msg-1", "helpful": False, "comment": "More pictures"},
    ]
    server.script.feedback_status = 503
    page.get_by_role("button", name="Helpful", exact=True).click()
    expect(page.locator("back-assistant .comment")).to_contain_text("could not be saved")
    expect(page.get_by_role("button", name="Not helpful")).to_have_attribute("aria-pressed", "true")


def test_copy_gives_the_words_alone(visit: Visit, server: MockServer) -> None:
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    open_chat(page)
    ask(page, "How do I do a bird dog?")
    page.get_by_role("button", name="Copy answer").click()
    expect(page.locator("back-assistant .live p").last).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(
        "Bird dogs train arms and legs to work together while the spine stays still.\n\nDo two"
    )
    assert "[1]" not in copied and "*" not in copied


def test_the_view_follows_only_a_reader_at_the_end(visit: Visit, server: MockServer) -> None:
    page = visit()
    open_chat(page)
    server.script.default = {
        **scripts.ANSWER,
        "answer": "\n\n".join(f"Paragraph {n} of many." for n in range(60)),
    }
    server.script.hold, server.script.hold_before = threading.Event(), 30
    ask(page, "zzz", wait=False)
    scroller = page.locator("back-assistant .scroller")
    left = "node => node.scrollHeight - node.scrollTop - node.clientHeight"
    expect(page.locator("back-assistant .md")).to_contain_text("Paragraph 29 of")
    assert scroller.evaluate(left) < 2
    scroller.hover()
    page.mouse.wheel(0, -300)
    expect(page.get_by_role("button", name="Newest")).to_be_visible()
    top = scroller.evaluate("node => node.scrollTop")
    server.script.hold.set()
    expect(page.locator("back-assistant .turn")).to_have_attribute("data-state", "done")
    assert scroller.evaluate("node => node.scrollTop") == top
    page.get_by_role("button", name="Newest").click()
    assert scroller.evaluate(left) < 2
    expect(page.get_by_role("button", name="Newest")).to_be_hidden()


def test_help_stays_in_view_under_a_long_answer(visit: Visit, server: MockServer) -> None:
    page = visit(viewport=SIZES["390"])
    open_chat(page)
    for level in (scripts.URGENT, scripts.REFER):
        server.script.replies = {}
        server.script.default = {**level, "answer": level["answer"] + "\n\nMore of it follows here." * 40}
        ask(page, "zzz")
        page.wait_for_timeout(300)
        last = page.locator("back-assistant .turn").last
        expect(last.locator(".care-title")).to_be_in_viewport(ratio=1)
        expect(last.locator(".care .button").first).to_be_in_viewport(ratio=1)
        expect(page.get_by_role("button", name="Newest")).to_be_visible()


def test_cards_do_not_push_away_the_words_being_read(visit: Visit, server: MockServer) -> None:
    page = visit(viewport=SIZES["390"])
    open_chat(page)
    ask(page, "Show me the ten exercises")
    expect(page.locator("back-assistant .figure svg").first).to_be_visible()
    page.wait_for_timeout(300)
    expect(page.locator("back-assistant .md")).to_be_in_viewport(ratio=1)


def fill_form(page: Page) -> None:
    """Fill in what the form must have."""
    page.get_by_label("Your name").fill("Robin Marsh")
    page.get_by_label("Phone or email").fill("020 7946 0018")
    page.get_by_label("The clinic may use these details").check()


def test_call_back_form_from_a_referral(visit: Visit, server: MockServer) -> None:
    page = visit()
    open_chat(page)
    ask(page, "It has hurt for three weeks")
    page.get_by_role("button", name="Ask about cost and availability").click()
    expect(page.get_by_label("Cost and availability")).to_be_checked()
    expect(page.get_by_role("link", name="Privacy notice")).to_have_attribute(
        "href", "https://clinic.example/privacy"
    )
    expect(page.get_by_label("Send what I wrote")).not_to_be_checked()
    send = page.get_by_role("button", name="Send request")
    send.click()
    expect(page.get_by_text("Please write your name.")).to_be_visible()
    expect(page.get_by_text("Please tick this box")).to_be_visible()
    assert server.script.of("/api/callbacks") == []
    page.get_by_label("Phone or email").fill("12")
    expect(page.get_by_text("Please give a phone number")).to_be_visible()
    fill_form(page)
    expect(page.get_by_text("Please give a phone number")).to_be_hidden()
    page.get_by_label("Best time").fill("mornings")
    server.script.callback_status = 503
    send.click()
    expect(page.get_by_text("Your details are still here")).to_be_visible()
    expect(page.get_by_label("Your name")).to_have_value("Robin Marsh")
    server.script.callback_status = 201
    send.click()
    expect(page.get_by_role("heading", name="Your request has arrived")).to_be_focused()
    first, second = server.script.of("/api/callbacks")
    assert (
        first
        == second
        == {
            "name": "Robin Marsh",
            "contact": "020 7946 0018",
            "topic": "cost_availability",
            "preferred_time": "mornings",
            "consent": True,
            "website": "",
        }
    )
    heads = [head for _, path, _, head in server.script.requests if path == "/api/callbacks"]
    assert len({head["idempotency-key"] for head in heads}) == 1
    assert {head["x-form-token"] for head in heads} == {"signed-token"}


def test_what_was_written_goes_along_only_when_ticked(visit: Visit, server: MockServer) -> None:
    server.script.form_token = None
    page = visit()
    open_chat(page)
    ask(page, "It has hurt for three weeks")
    page.get_by_role("button", name="Request a free call back").click()
    fill_form(page)
    page.get_by_label("What is it about?").fill("My lower back")
    page.get_by_label("Send what I wrote").check()
    page.get_by_role("button", name="Send request").click()
    expect(page.get_by_role("heading", name="Your request has arrived")).to_be_visible()
    [body] = server.script.of("/api/callbacks")
    assert body["conversation_id"] == "conv-1"
    assert body["message"].startswith("My lower back\n\n")
    assert "It has hurt for three weeks" in body["message"]


def test_form_is_kept_when_left(visit: Visit, server: MockServer) -> None:
    page = visit()
    open_chat(page)
    page.get_by_role("button", name="Chat options").click()
    page.get_by_role("button", name="Talk to the clinic").click()
    expect(page.get_by_label("Send what I wrote")).to_be_hidden()
    page.get_by_label("Your name").fill("Robin")
    page.get_by_role("button", name="Back to the chat").click()
    page.get_by_role("button", name="Chat options").click()
    page.get_by_role("button", name="Talk to the clinic").click()
    expect(page.get_by_label("Your name")).to_have_value("Robin")


def test_weekly_plan_fits_a_phone_and_goes_into_the_calendar(visit: Visit, server: MockServer) -> None:
    page = visit(viewport=SIZES["390"])
    open_chat(page)
    ask(page, "Make me a weekly plan")
    table = page.get_by_role("table", name="Weekly plan")
    expect(table.get_by_role("row")).to_have_count(8)
    expect(table.get_by_role("row", name="Tue")).to_contain_text("10–15 min")
    box = table.bounding_box()
    assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 390
    assert page.locator("back-assistant .scroller").evaluate("node => node.scrollWidth <= node.clientWidth")
    calendar = page.get_by_role("link", name="Add to calendar")
    expect(calendar).to_have_attribute("href", f"{server.url}/api/plans/p1.ics")
    table.get_by_role("button", name="Start guided routine: Fri").click()
    assert page.locator("back-assistant .routine-list strong").all_inner_texts() == [
        "Glute Bridges",
        "Side Planks",
    ]


def test_routine_counts_rests_and_stops_when_it_hurts(visit: Visit, server: MockServer) -> None:
    page = visit()
    page.clock.install()
    page.locator("back-assistant .launcher").click()
    page.clock.run_for(500)
    page.locator("back-assistant textarea.input").fill("Show me the ten exercises")
    page.keyboard.press("Enter")
    expect(page.locator("back-assistant .card")).to_have_count(5)
    page.get_by_role("button", name="Start guided routine").click()
    page.get_by_role("button", name="Begin").click()
    where = page.locator("back-assistant .routine-where")
    number = page.locator("back-assistant .routine-number")
    expect(where).to_have_text("Exercise 1 of 5 · Set 1 of 2")
    expect(number).to_have_text("1")
    # Bird dogs: 8 per side in turn, each 3 s up and down plus rests of the cycle.
    page.clock.run_for(8000)
    expect(number).to_have_text("2")
    page.get_by_role("button", name="Pause", exact=True).click()
    page.clock.run_for(20000)
    expect(number).to_have_text("2")
    page.get_by_role("button", name="Resume").click()
    page.get_by_role("button", name="Next").click()
    expect(page.locator("back-assistant .routine h4")).to_have_text("Rest")
    expect(number).to_have_text("30")
    page.clock.run_for(31000)
    expect(where).to_have_text("Exercise 1 of 5 · Set 2 of 2")
    for _ in range(2):
        page.locator("back-assistant [data-role=next]").click()
    expect(where).to_have_text("Exercise 2 of 5 · Set 1 of 2 · First side")
    expect(page.locator("back-assistant .routine-unit")).to_have_text("seconds")
    page.get_by_role("button", name="Previous").click()
    expect(where).to_have_text("Exercise 1 of 5 · Set 2 of 2")
    page.get_by_role("button", name="It hurts").click()
    expect(page.locator("back-assistant .sheet")).to_be_hidden()
    assert server.script.of("/api/chat/stream")[-1]["message"] == (
        "I stopped the guided routine: it hurts when I do Bird Dogs."
    )
    expect(page.get_by_role("button", name="A few days")).to_be_visible()


def test_routine_ends_with_a_word(visit: Visit, server: MockServer) -> None:
    page = visit()
    open_chat(page)
    ask(page, "How do I do a bird dog?")
    page.get_by_role("button", name="Start guided routine").click()
    page.get_by_role("button", name="Begin").click()
    for _ in range(3):
        page.locator("back-assistant [data-role=next]").click()
    expect(page.get_by_role("heading", name="Routine finished")).to_be_focused()
    page.get_by_role("button", name="Back to the chat").last.click()
    expect(page.locator("back-assistant .card.single")).to_be_visible()


def test_a_guide_without_figures_gets_quiet_cards(visit: Visit, server: MockServer) -> None:
    page = visit()
    open_chat(page)
    server.script.default = {**scripts.CARD, "exercises": [{**scripts.BIRD_DOGS, "figure": ""}]}
    server.script.replies = {}
    ask(page, "x")
    expect(page.locator("back-assistant .no-figure")).to_be_visible()
    server.script.default = {
        **scripts.CARD,
        "exercises": [{**scripts.BIRD_DOGS, "figure": "/figures/handstand.svg"}],
    }
    ask(page, "y")
    expect(page.locator("back-assistant .turn").last.locator(".no-figure")).to_be_visible()


def test_words_of_a_card_stand_without_the_second_file(visit: Visit, server: MockServer) -> None:
    page = visit()
    page.route("**/widget-extra.js*", lambda route: route.abort())
    open_chat(page)
    ask(page, "How do I do a bird dog?")
    page.locator("back-assistant .card summary").click()
    expect(page.locator("back-assistant .card")).to_contain_text("Hold for 3–5 seconds with a flat back.")


def test_too_long_a_question_is_counted_and_not_sent(visit: Visit, server: MockServer) -> None:
    page = visit()
    open_chat(page)
    ask(page, "x" * 4003, wait=False)
    expect(page.locator("back-assistant .count")).to_have_text("3 characters too many")
    assert server.script.of("/api/chat/stream") == []


def test_line_breaks_need_shift(visit: Visit, server: MockServer) -> None:
    page = visit()
    open_chat(page)
    field = page.locator("back-assistant textarea.input")
    field.press_sequentially("one")
    field.press("Shift+Enter")
    field.press_sequentially("two")
    field.press("Enter")
    expect(page.locator("back-assistant .turn")).to_have_attribute("data-state", "done")
    assert server.script.of("/api/chat/stream")[0]["message"] == "one\ntwo"
