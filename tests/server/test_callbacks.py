"""Call-back requests: stored before they are acknowledged, and only with consent and a usable contact."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from assistant.server.app import create_app
from assistant.server.callbacks import usable_contact
from assistant.settings import Settings

GOOD = {
    "name": "Ana",
    "contact": "+44 20 7946 0018",
    "topic": "call_back",
    "consent": True,
    "message": "évenings",
}


@pytest.fixture
def client(empty_settings: Settings) -> Iterator[TestClient]:
    yield TestClient(create_app(empty_settings))


def post(client: TestClient, headers: dict[str, str] | None = None, **changes: Any) -> Any:
    return client.post("/api/callbacks", json={**GOOD, **changes}, headers=headers or {})


def test_a_request_is_in_the_inbox_once_it_is_acknowledged(client: TestClient) -> None:
    response = post(client)
    assert response.status_code == 201 and response.json()["status"] == "received"
    callbacks = client.app.state.runtime.callbacks.requests()  # type: ignore[attr-defined]
    assert [(c.id, c.name, c.contact) for c in callbacks] == [
        (response.json()["id"], "Ana", "+44 20 7946 0018")
    ]


def test_a_repeat_with_the_same_key_is_the_same_request(client: TestClient) -> None:
    key = {"Idempotency-Key": "once"}
    assert post(client, key).json() == post(client, key).json()
    assert post(client).json() != post(client).json()
    assert len(client.app.state.runtime.callbacks.requests()) == 3  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"consent": False}, 422, "no_consent"),
        ({"contact": "call me"}, 422, "no_contact"),
        ({"contact": "a@b"}, 422, "no_contact"),
        ({"name": " "}, 422, "unprocessable"),
        ({"topic": "other"}, 400, "wrong_type"),
        ({"consent": []}, 400, "wrong_type"),
        ({"message": "x" * 3000}, 422, "too_long"),
    ],
)
def test_what_cannot_be_called_back_is_refused(
    client: TestClient, changes: dict[str, Any], status: int, code: str
) -> None:
    response = post(client, **changes)
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)
    assert client.app.state.runtime.callbacks.requests() == []  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "contact", ["+1 (555) 010-9999", "020 7946 0018", "sam@runner.example.org", "0151/23456789"]
)
def test_phones_and_addresses_are_usable(contact: str) -> None:
    assert usable_contact(contact)


@pytest.mark.parametrize("contact", ["", "12", "sam@", "@x.org", "<script>", "+++++++"])
def test_other_things_are_not(contact: str) -> None:
    assert not usable_contact(contact)


def test_the_database_file_holds_no_contact_in_the_clear(
    client: TestClient, empty_settings: Settings
) -> None:
    post(client, name="Zyxwvut", contact="marked@secret.example", message="markedmessage")
    held = b"".join(path.read_bytes() for path in empty_settings.data_dir.glob("assistant.sqlite3*"))
    assert held
    for secret in (b"Zyxwvut", b"marked@secret", b"markedmessage"):
        assert secret not in held
