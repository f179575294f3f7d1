"""The calendar of a plan."""

from __future__ import annotations

import icalendar
from fastapi.testclient import TestClient

from tests.server.test_chat import chat, client

__all__ = ["client"]


def test_a_plan_can_be_put_into_a_calendar_and_is_forgotten_with_its_conversation(client: TestClient) -> None:
    reply = chat(
        client, message="I run Tuesday, Thursday and Saturday, long run on Sunday. Make me a plan"
    ).json()
    days = {day["day"]: day for day in reply["plan"]["days"]}
    assert days["Sun"]["run"] == "long" and days["Tue"]["work"] == "after"
    response = client.get(reply["plan"]["calendar_url"])
    assert response.headers["content-type"].startswith("text/calendar")
    assert len(icalendar.Calendar.from_ical(response.content).walk("VEVENT")) == 7
    assert client.get(reply["plan"]["calendar_url"], params={"tz": "Nowhere"}).status_code == 422
    client.delete(f"/api/conversations/{reply['conversation_id']}")
    assert client.get(reply["plan"]["calendar_url"]).status_code == 404


def test_a_plan_is_changed_by_talking(client: TestClient) -> None:
    first = chat(client, message="plan my week: easy runs Tuesday and Thursday, long Sunday").json()
    second = chat(client, message="not on Thursday", conversation_id=first["conversation_id"]).json()
    days = {day["day"]: day for day in second["plan"]["days"]}
    assert days["Thu"]["work"] is None and days["Tue"]["work"] == "after"


def test_no_plan_for_an_emergency_and_the_referral_before_it_at_refer(client: TestClient) -> None:
    urgent = chat(
        client, message="make me a weekly plan, and since today I can't hold my pee with this back pain"
    ).json()
    assert urgent["referral"]["level"] == "urgent" and urgent["plan"] is None
    first = chat(client, message="my back has hurt for two months").json()
    refer = chat(client, message="make me a weekly plan", conversation_id=first["conversation_id"]).json()
    assert refer["referral"]["level"] == "refer" and refer["plan"] is not None
    assert refer["answer"].index("in person") < refer["answer"].index("| Mon |")
