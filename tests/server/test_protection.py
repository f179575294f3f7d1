"""Limits per client and for all, trusted proxies, form tokens, the honeypot, and headers."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from assistant import settings as settings_module
from assistant.server import errors
from assistant.server.app import create_app
from assistant.server.protection import FormTokens, Limiter, Proxies
from assistant.settings import SettingsError
from assistant.storage.secrecy import Secrecy
from assistant.wording import Wording
from tests.services.engines import Redis

GOOD = {"name": "Ana", "contact": "+44 20 7946 0018", "topic": "call_back", "consent": True}


def client_with(folder: Path, **settings: Any) -> TestClient:
    return TestClient(create_app(settings_module.load(data_dir=folder, **settings)))


def ask(client: TestClient, **headers: str) -> Any:
    # 503 while no index is loaded, which is enough to see that the request came through.
    return client.post("/api/chat", json={"message": "hi"}, headers=headers)


def statuses(client: TestClient, times: int, **headers: str) -> list[int]:
    return [ask(client, **headers).status_code for _ in range(times)]


def test_one_client_is_refused_and_another_is_not(tmp_path: Path) -> None:
    client = client_with(tmp_path, limit_messages="2/minute")
    assert statuses(client, 3, **{"X-Forwarded-For": "203.0.113.7"}) == [503, 503, 429]
    assert statuses(client, 1, **{"X-Forwarded-For": "203.0.113.8"}) == [503]


def test_a_refusal_says_when_to_come_again_in_the_contracts_shape(tmp_path: Path) -> None:
    client = client_with(tmp_path, limit_messages="1/minute")
    ask(client, **{"X-Forwarded-For": "203.0.113.7"})
    refused = ask(client, **{"X-Forwarded-For": "203.0.113.7"})
    assert refused.status_code == 429 and 1 <= int(refused.headers["Retry-After"]) <= 60
    assert refused.json()["error"]["code"] == "too_many_requests" and refused.json()["error"]["message"]


def test_what_a_client_writes_left_of_the_proxys_word_does_not_help(tmp_path: Path) -> None:
    client = client_with(tmp_path, limit_messages="2/minute")
    made_up = [
        ask(client, **{"X-Forwarded-For": f"198.51.100.{n}, 203.0.113.7"}).status_code for n in range(4)
    ]
    assert made_up == [503, 503, 429, 429]


def test_all_together_have_a_limit_and_a_budget(tmp_path: Path) -> None:
    client = client_with(tmp_path, limit_total="3/minute")
    assert [ask(client, **{"X-Forwarded-For": f"203.0.113.{n}"}).status_code for n in range(4)][-1] == 429
    client = client_with(tmp_path, daily_budget=3)
    last = [ask(client, **{"X-Forwarded-For": f"203.0.113.{n}"}) for n in range(4)][-1]
    assert (last.status_code, last.json()["error"]["code"]) == (429, "budget_spent")


def test_a_refused_client_uses_up_nothing_of_the_others(tmp_path: Path) -> None:
    client = client_with(tmp_path, limit_messages="1/minute", limit_total="3/minute")
    statuses(client, 5, **{"X-Forwarded-For": "203.0.113.7"})
    assert statuses(client, 1, **{"X-Forwarded-For": "203.0.113.8"}) == [503]


def test_this_machine_is_limited_only_where_the_setting_says_so(tmp_path: Path) -> None:
    assert set(statuses(client_with(tmp_path, limit_messages="1/minute"), 5)) == {503}
    assert 429 in statuses(client_with(tmp_path, limit_messages="1/minute", limit_local=True), 5)


@pytest.mark.parametrize("wrong", ["many", "5", "5/fortnight", "5/minute, 6/hour"])
def test_a_wrong_limit_is_named(wrong: str) -> None:
    with pytest.raises(SettingsError, match="limit_messages"):
        settings_module.load(limit_messages=wrong)


def scope(peer: str, forwarded: str = "", proto: str = "") -> dict[str, Any]:
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    headers += [(b"x-forwarded-proto", proto.encode())] if proto else []
    return {"type": "http", "client": (peer, 1), "headers": headers, "scheme": "http"}


@pytest.mark.parametrize(
    ("peer", "forwarded", "address", "local"),
    [
        ("127.0.0.1", "", "127.0.0.1", True),
        ("127.0.0.1", "203.0.113.7", "203.0.113.7", False),
        ("127.0.0.1", "127.0.0.1", "127.0.0.1", False),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9", False),
        ("127.0.0.1", "198.51.100.1, 203.0.113.7, 10.0.0.2", "203.0.113.7", False),
        ("127.0.0.1", "nonsense", "127.0.0.1", False),
        ("127.0.0.1", "198.51.100.1, <script>", "127.0.0.1", False),
        ("2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::/64", False),
        ("::ffff:203.0.113.9", "", "203.0.113.9", False),
        ("::1", "", "::/64", True),
    ],
)
def test_the_client_is_the_first_that_no_trusted_proxy_is(
    peer: str, forwarded: str, address: str, local: bool
) -> None:
    proxies = Proxies(["127.0.0.1", "10.0.0.0/8"])
    assert proxies.client(scope(peer, forwarded)) == (address, local)


def test_only_a_trusted_proxy_is_believed_that_the_line_is_encrypted() -> None:
    proxies = Proxies(["127.0.0.1"])
    assert proxies.secure(scope("127.0.0.1", proto="https"))
    assert not proxies.secure(scope("203.0.113.9", proto="https"))


@pytest.mark.service
def test_redis_counts_for_all_workers_and_memory_while_it_is_away(
    redis_server: Redis, tmp_path: Path
) -> None:
    settings = {"redis_url": redis_server.url, "limit_messages": "2/minute"}
    first = client_with(tmp_path / "a", encryption_key=KEY, **settings)
    second = client_with(tmp_path / "b", encryption_key=KEY, **settings)
    who = {"X-Forwarded-For": "203.0.113.77"}
    assert statuses(first, 1, **who) + statuses(second, 2, **who) == [503, 503, 429]
    redis_server.stop()
    try:
        # Not refused for Redis' sake, and limited all the same.
        assert statuses(first, 3, **{"X-Forwarded-For": "203.0.113.78"}) == [503, 503, 429]
    finally:
        redis_server.start()


KEY = "2gGCvFLVUwm6oA6b0H0NQJ2pYFxg7l3pCkQ4wqVYb0Q="


@pytest.fixture
def tokens(tmp_path: Path) -> FormTokens:
    return FormTokens(Secrecy([KEY.encode()]), Limiter(settings_module.load(data_dir=tmp_path)))


def test_a_token_serves_one_form_and_no_more(tokens: FormTokens) -> None:
    token = tokens.issue()
    assert [tokens.accepts(token) for _ in range(4)] == [True, True, True, False]
    assert tokens.accepts(tokens.issue())


@pytest.mark.parametrize("token", ["", "x", "gAAAAA", "é", "\x00"])
def test_a_made_up_token_is_refused(tokens: FormTokens, token: str) -> None:
    assert not tokens.accepts(token)
    assert not tokens.accepts(Secrecy([KEY.encode()]).seal("some other sealed text").decode())


def test_a_call_back_needs_a_token_where_the_setting_says_so(tmp_path: Path) -> None:
    client = client_with(tmp_path, require_form_token=True)
    refused = client.post("/api/callbacks", json=GOOD)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "form_expired")
    token = client.get("/api/forms/token").json()["token"]
    assert client.post("/api/callbacks", json=GOOD, headers={"X-Form-Token": token}).status_code == 201
    assert client.post("/api/callbacks", json=GOOD, headers={"X-Form-Token": "made up"}).status_code == 403


def test_a_wrong_token_is_refused_even_where_none_is_needed(tmp_path: Path) -> None:
    client = client_with(tmp_path)
    assert client.post("/api/callbacks", json=GOOD, headers={"X-Form-Token": "made up"}).status_code == 403
    assert client.post("/api/callbacks", json=GOOD).status_code == 201


def test_who_fills_in_the_hidden_field_keeps_nothing_here(tmp_path: Path) -> None:
    client = client_with(tmp_path)
    sent = client.post("/api/callbacks", json={**GOOD, "website": "https://spam.example"})
    assert sent.status_code == 201
    assert client.app.state.runtime.callbacks.requests() == []  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "path", ["/healthz", "/", "/api/config", "/nowhere", "/openapi.json", "/metrics", "/embed"]
)
def test_every_response_has_a_strict_policy_and_no_cookie(tmp_path: Path, path: str) -> None:
    response = client_with(tmp_path).get(path)
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert "unsafe-inline" not in response.headers["Content-Security-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "set-cookie" not in response.headers
    assert "Strict-Transport-Security" not in response.headers


def test_an_encrypted_line_stays_one(tmp_path: Path) -> None:
    response = client_with(tmp_path).get("/healthz", headers={"X-Forwarded-Proto": "https"})
    assert "max-age=" in response.headers["Strict-Transport-Security"]


def test_only_the_named_sites_may_ask(tmp_path: Path) -> None:
    client = client_with(tmp_path, allowed_origins=["https://clinic.example"], limit_messages="1/minute")
    for origin, allowed in (
        ("https://clinic.example", True),
        ("https://clinic.example.evil.example", False),
        ("http://clinic.example", False),
        ("null", False),
    ):
        response = ask(client, Origin=origin)
        assert (response.headers.get("Access-Control-Allow-Origin") == origin) is allowed
        assert "Access-Control-Allow-Credentials" not in response.headers
    who = {"Origin": "https://clinic.example", "X-Forwarded-For": "203.0.113.7"}
    ask(client, **who)
    refused = ask(client, **who)
    assert refused.status_code == 429
    assert refused.headers["Access-Control-Allow-Origin"] == "https://clinic.example"
    assert "Retry-After" in refused.headers["Access-Control-Expose-Headers"]


async def test_a_body_that_trickles_in_is_not_waited_for() -> None:
    sent: list[Any] = []

    async def never(*_: Any) -> Any:
        await asyncio.Event().wait()

    async def send(message: Any) -> None:
        sent.append(message)

    guard = errors.BodyGuard(never, wording=Wording.load(), seconds=0.01)
    headers = [(b"content-type", b"application/json")]
    await guard({"type": "http", "method": "POST", "path": "/api/chat", "headers": headers}, never, send)
    assert sent[0]["status"] == 408


def test_settings_with_a_wrong_proxy_do_not_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="trusted_proxies"):
        settings_module.load(data_dir=tmp_path, trusted_proxies=["proxy.example"])
