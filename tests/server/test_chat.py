"""The HTTP contract: replies, streams, errors."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from assistant.server.app import create_app
from assistant.settings import Settings


@pytest.fixture(scope="module")
def client(guide_settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(guide_settings)) as client:
        deadline = time.monotonic() + 60
        while client.get("/readyz").status_code != 200:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield client


def chat(client: TestClient, **body: Any) -> Any:
    return client.post("/api/chat", json=body)


def test_a_conversation_goes_on_under_its_id(client: TestClient) -> None:
    first = chat(client, message="explain the bird dog").json()
    second = chat(client, message="how many?", conversation_id=first["conversation_id"]).json()
    assert second["conversation_id"] == first["conversation_id"]
    assert second["message_id"] != first["message_id"]
    assert "8–10 per side" in second["answer"]


def test_a_forgotten_conversation_is_unknown(client: TestClient) -> None:
    known = chat(client, message="hi").json()["conversation_id"]
    assert client.delete(f"/api/conversations/{known}").status_code == 204
    assert chat(client, message="hi", conversation_id=known).status_code == 404
    assert client.delete(f"/api/conversations/{known}").status_code == 404


def events(text: str) -> list[tuple[str, Any]]:
    found = []
    for block in text.strip().split("\n\n"):
        kind, data = block.split("\n", 1)
        found.append((kind.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


def test_the_stream_is_referral_then_text_then_the_whole_reply(client: TestClient) -> None:
    response = client.post("/api/chat/stream", json={"message": "my back has hurt for a month"})
    assert response.headers["content-type"].startswith("text/event-stream")
    found = events(response.text)
    assert found[0][0] == "referral" and found[0][1]["level"] == "refer"
    assert {kind for kind, _ in found[1:-1]} == {"delta"}
    assert found[-1][0] == "done"
    assert "".join(data["text"] for kind, data in found if kind == "delta") == found[-1][1]["answer"]


@pytest.mark.parametrize("path", ["/api/chat", "/api/chat/stream"])
@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b'{"message": ""}', 422, "empty"),
        (b'{"message": "  \\n "}', 422, "empty"),
        (b'{"message": "\\u0000"}', 422, "empty"),
        (b"{}", 422, "empty"),
        (json.dumps({"message": "x" * 4001}).encode(), 422, "too_long"),
        (b"no json", 400, "not_json"),
        (b"[" * 9000, 400, "not_json"),
        (b'{"message": 5}', 400, "wrong_type"),
        (b'["message"]', 400, "wrong_type"),
        (b'{"message": "\\ud800"}', 400, "wrong_type"),
        (b'{"message": "hi", "conversation_id": 7}', 400, "wrong_type"),
        (b'{"message": "hi", "conversation_id": "unknown"}', 404, "unknown_conversation"),
        (b'{"message": "' + b"x" * 1_000_000 + b'"}', 413, "too_large"),
    ],
)
def test_wrong_input_gets_the_contracts_error(
    client: TestClient, path: str, body: bytes, status: int, code: str
) -> None:
    response = client.post(path, content=body, headers={"content-type": "application/json"})
    assert response.status_code == status
    assert response.json()["error"]["code"] == code
    assert response.json()["error"]["message"].endswith(".")
    assert chat(client, message="hi").status_code == 200


def test_a_body_that_is_no_json_by_type_is_refused(client: TestClient) -> None:
    assert client.post("/api/chat", content="a=b").status_code == 415


def test_a_body_in_chunks_is_counted_too(client: TestClient) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(40):
            yield b"x" * 1024

    response = client.post("/api/chat", content=endless(), headers={"content-type": "application/json"})
    assert response.status_code == 413


@pytest.mark.parametrize(
    "message", ["🏃‍♀️🏃‍♀️🏃‍♀️", "ظهري يؤلمني عندما أركض", "a\u0000b", "\u202eback", "<script>alert(1)</script>"]
)
def test_strange_text_is_answered(client: TestClient, message: str) -> None:
    assert chat(client, message=message).json()["answer"]


def test_the_longest_message_is_answered(client: TestClient) -> None:
    assert chat(client, message="x" * 4000).status_code == 200


def test_the_schema_says_what_the_contract_says(client: TestClient) -> None:
    schema = client.get("/openapi.json").json()
    assert {"/api/chat", "/api/chat/stream", "/api/callbacks", "/api/feedback"} <= set(schema["paths"])
    message = schema["components"]["schemas"]["ChatRequest"]["properties"]["message"]
    assert (message["minLength"], message["maxLength"]) == (1, 4000)
    assert message["examples"]


def test_a_citation_opens_the_guides_own_page(client: TestClient) -> None:
    citation = chat(client, message="explain dead bugs").json()["citations"][0]
    page = client.get(citation["url"].split("#")[0])
    assert page.status_code == 200
    assert "Keep your lower back pressed into the ground." in page.text
    assert client.get("/guides/unknown").status_code == 404


def test_feedback_needs_a_known_reply_and_replaces_itself(client: TestClient) -> None:
    message_id = chat(client, message="hi").json()["message_id"]
    for helpful in (True, False):
        body = {"message_id": message_id, "helpful": helpful, "comment": "ok"}
        assert client.post("/api/feedback", json=body).status_code == 204
    unknown = client.post("/api/feedback", json={"message_id": "x", "helpful": True})
    assert unknown.json()["error"]["code"] == "unknown_message"


def test_the_config_names_the_clinic_and_its_ways(client: TestClient) -> None:
    config = client.get("/api/config").json()
    assert config["clinic"]["name"] == "Endurance Unleashed"
    assert [action["kind"] for action in config["actions"]] == ["link", "form", "form", "form"]
    assert config["greeting"] and config["starters"]
