"""The staff page: closed without a password, redacted by default, safe against guessing and forged forms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from assistant import settings as settings_module
from assistant.conversation import Conversation
from assistant.server.app import create_app
from assistant.server.runtime import Runtime
from assistant.settings import Settings
from assistant.storage.models import StaffSessionRow
from assistant.storage.passwords import hashed
from tests.storage.test_retention import reply

PASSWORD = "a long staff password"
HASH = hashed(PASSWORD)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_module.load(data_dir=tmp_path, staff_password_hash=HASH)


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    yield TestClient(create_app(settings), follow_redirects=False)


def runtime_of(client: TestClient) -> Runtime:
    runtime: Runtime = client.app.state.runtime  # type: ignore[attr-defined]
    return runtime


def token_in(text: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', text)
    assert found
    return found[1]


def login(client: TestClient, password: str = PASSWORD, **headers: str) -> Any:
    token = token_in(client.get("/staff/login").text)
    return client.post("/staff/login", data={"password": password, "token": token}, headers=headers)


def receive(client: TestClient) -> str:
    return runtime_of(client).callbacks.receive(
        name="<b>Ana</b> Long", contact="ana@runner.example", topic="call_back", message="<script>x</script>"
    )


def test_without_a_password_there_is_no_page(tmp_path: Path) -> None:
    client = TestClient(create_app(settings_module.load(data_dir=tmp_path)), follow_redirects=False)
    assert [client.get(path).status_code for path in ("/staff", "/staff/login", "/staff/gaps")] == [404] * 3


@pytest.mark.parametrize("path", ["", "/callbacks", "/callbacks/x", "/gaps", "/feedback", "/guardrail"])
def test_nobody_sees_anything_before_signing_in(client: TestClient, path: str) -> None:
    answer = client.get(f"/staff{path}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/staff/login")
    client.cookies.set("staff", "made-up", path="/staff")
    assert client.get(f"/staff{path}").status_code == 303


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(client: TestClient) -> None:
    cookie = login(client).headers["set-cookie"]
    assert (
        all(part in cookie for part in ("HttpOnly", "SameSite=strict", "Path=/staff"))
        and "Secure" not in cookie
    )
    secure = login(client, **{"X-Forwarded-Proto": "https"}).headers["set-cookie"]
    assert "Secure" in secure


def test_the_list_is_masked_and_a_request_is_shown_when_opened(client: TestClient) -> None:
    made = receive(client)
    login(client)
    listed = client.get("/staff/callbacks")
    assert made in listed.text and "Ana" not in listed.text and "runner" not in listed.text
    shown = client.get(f"/staff/callbacks/{made}")
    assert "ana@runner.example" in shown.text and "&lt;script&gt;" in shown.text
    assert "<script" not in shown.text and "<b>Ana" not in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    assert "script-src" not in shown.headers["Content-Security-Policy"]


def test_a_request_is_marked_done_only_by_the_sessions_own_form(client: TestClient) -> None:
    made = receive(client)
    login(client)
    path, token = f"/staff/callbacks/{made}/done", token_in(client.get(f"/staff/callbacks/{made}").text)
    assert client.post(path).status_code == 403
    assert client.post(path, data={"token": "0" * 64}).status_code == 403
    assert (
        client.post(path, data={"token": token}, headers={"Origin": "https://evil.example"}).status_code
        == 403
    )
    assert runtime_of(client).callbacks.requests()
    assert (
        client.post(path, data={"token": token}, headers={"Origin": "http://testserver"}).status_code == 303
    )
    assert runtime_of(client).callbacks.requests() == []


def test_guessing_is_throttled(client: TestClient) -> None:
    assert [login(client, "wrong").status_code for _ in range(5)] == [403] * 5
    refused = login(client)
    assert refused.status_code == 429 and int(refused.headers["Retry-After"]) > 0


def test_signing_in_needs_the_pages_token(client: TestClient) -> None:
    assert client.post("/staff/login", data={"password": PASSWORD}).status_code == 403
    assert login(client, Origin="https://evil.example").status_code == 403


def test_signing_out_and_time_end_a_session(client: TestClient) -> None:
    login(client)
    page = client.get("/staff/callbacks")
    kept = client.cookies.get("staff")
    assert client.post("/staff/logout", data={"token": token_in(page.text)}).status_code == 303
    client.cookies.set("staff", str(kept), path="/staff")
    assert client.get("/staff/callbacks").status_code == 303
    client.cookies.clear()
    login(client)
    with runtime_of(client).database.session() as session:
        session.execute(update(StaffSessionRow).values(seen=0.0))
    assert client.get("/staff/callbacks").status_code == 303


def test_another_password_ends_every_session(client: TestClient, settings: Settings) -> None:
    login(client)
    changed = settings.model_copy(
        update={"staff_password_hash": type(settings.staff_password_hash)(hashed("x" * 12))}
    )
    other = TestClient(create_app(changed), follow_redirects=False, cookies=client.cookies)
    assert client.get("/staff/callbacks").status_code == 200
    assert other.get("/staff/callbacks").status_code == 303


def test_feedback_and_guardrail_are_counted_and_masked(client: TestClient) -> None:
    conversations, talk = runtime_of(client).conversations, Conversation.new()
    conversations.keep(talk, "q", reply(talk, "m1", "seek_help"))
    conversations.vote("m1", helpful=False, comment="call me on 020 7946 0018 <i>")
    login(client)
    page = client.get("/staff/feedback").text
    assert "[number] &lt;i&gt;" in page and "7946" not in page and "1 did not" in page
    assert "<td>seek_help</td><td>1</td>" in client.get("/staff/guardrail").text


def test_gaps_are_shown_once_the_model_is_loaded(guide_settings: Settings) -> None:
    settings = guide_settings.model_copy(
        update={"staff_password_hash": type(guide_settings.staff_password_hash)(HASH)}
    )
    with TestClient(create_app(settings), follow_redirects=False) as client:
        talk = Conversation.new()
        gap = reply(talk, talk.id, "out_of_scope")
        runtime_of(client).conversations.keep(talk, "which <shoes> suit me? ana@runner.example", gap)
        login(client)
        while (page := client.get("/staff/gaps")).status_code == 503:
            pass
    assert "which &lt;shoes&gt; suit me? [address]" in page.text
