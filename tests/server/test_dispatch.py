"""Several clinics behind one server: a request reaches its own clinic, and nothing of another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from assistant import clinics
from assistant import settings as settings_module
from assistant.ingestion import index
from assistant.retrieval.embeddings import LocalEmbeddings
from assistant.server.dispatch import Dispatcher
from tests.clinics import ASKED, HOSTS, KEYS, PASSWORDS, make
from tests.conftest import share
from tests.services.engines import wait_until

CALLBACK = {"name": "Ana", "contact": "ana@runner.example", "topic": "call_back", "consent": True}
WAYS: dict[str, dict[str, str]] = {
    "north": {"host": HOSTS["north"]},
    "south": {"host": HOSTS["south"]},
    "west": {"host": "elsewhere.example", "x-clinic-key": KEYS["west"]},
}


@pytest.fixture(scope="module")
def dispatcher(tmp_path_factory: pytest.TempPathFactory, embeddings: LocalEmbeddings) -> Dispatcher:
    folder = tmp_path_factory.mktemp("several")
    data = folder / "data"
    data.mkdir()
    share(data)
    base = settings_module.load(clinics_dir=make(folder / "clinics"), data_dir=data, limit_local=True)
    for own in clinics.load(base):
        index.ingest(own, embeddings.encode, embeddings.identity)
    return Dispatcher(base)


@pytest.fixture(scope="module")
def client(dispatcher: Dispatcher) -> Iterator[TestClient]:
    with TestClient(dispatcher, follow_redirects=False) as started:
        wait_until(lambda: all(dispatcher.runtime(name).ready for name in dispatcher.clinics), 60)
        yield started


def chat(client: TestClient, clinic: str, message: str, **body: Any) -> Any:
    return client.post("/api/chat", json={"message": message, **body}, headers=WAYS[clinic])


@pytest.mark.parametrize("clinic", list(WAYS))
def test_each_clinic_answers_from_its_own_guide(client: TestClient, clinic: str) -> None:
    question, dose = ASKED[clinic]
    reply = chat(client, clinic, question).json()
    assert dose in reply["answer"]
    own = {citation["guide"] for citation in reply["citations"]}
    assert len(own) == 1
    config = client.get("/api/config", headers=WAYS[clinic]).json()
    assert config["clinic"]["name"] == f"Clinic {clinic.title()}"
    for other in set(WAYS) - {clinic}:
        theirs = chat(client, other, question).json()
        assert dose not in theirs["answer"]
        assert own.isdisjoint(citation["guide"] for citation in theirs["citations"])


def test_a_clinics_own_sentence_is_its_own(client: TestClient) -> None:
    assert chat(client, "south", "hello").json()["answer"].startswith("Ahoy from the south!")
    assert "Ahoy" not in chat(client, "north", "hello").json()["answer"]


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "elsewhere.example"},
        {"host": "north.example", "x-clinic-key": "pk_west"},
        {"host": "north.example", "x-clinic-key": "wrong"},
        {"host": "elsewhere.example", "x-clinic-key": "../north"},
        {"host": "north.example.attacker.example"},
    ],
)
def test_who_names_no_clinic_or_two_gets_none(client: TestClient, headers: dict[str, str]) -> None:
    answer = client.post("/api/chat", json={"message": "hello"}, headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "unknown_clinic")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_path_names_a_clinic_and_its_addresses_carry_it(client: TestClient) -> None:
    at = {"host": "elsewhere.example"}
    assert client.get("/c/pk_west/widget.js", headers=at).status_code == 200
    reply = client.post("/c/pk_west/api/chat", json={"message": "how do I do bird dogs?"}, headers=at).json()
    assert reply["citations"][0]["url"].startswith(("/c/pk_west/guides/", "https://"))
    figures = [exercise["figure"] for exercise in reply["exercises"]]
    assert figures and all(figure.startswith("/c/pk_west/figures/") for figure in figures)
    assert client.get(figures[0], headers=at).status_code == 200
    plan = client.post(
        "/c/pk_west/api/chat", json={"message": "make me a weekly plan, I run on Monday"}, headers=at
    ).json()["plan"]
    assert plan["calendar_url"].startswith("/c/pk_west/api/plans/")
    assert client.get(plan["calendar_url"], headers=at).status_code == 200
    assert (
        client.get(plan["calendar_url"].removeprefix("/c/pk_west"), headers=WAYS["north"]).status_code == 404
    )
    streamed = client.post("/c/pk_west/api/chat/stream", json={"message": "bird dogs?"}, headers=at).text
    assert '"/c/pk_west/figures/' in streamed
    assert client.get("/c/wrong/widget.js", headers=at).status_code == 404


def test_a_conversation_a_reply_and_a_plan_belong_to_their_clinic(client: TestClient) -> None:
    reply = chat(client, "north", "my knee has hurt for a month").json()
    talk, said = reply["conversation_id"], reply["message_id"]
    for other in ("south", "west"):
        assert chat(client, other, "and now?", conversation_id=talk).status_code == 404
        vote = {"message_id": said, "helpful": True}
        assert client.post("/api/feedback", json=vote, headers=WAYS[other]).status_code == 404
        assert client.delete(f"/api/conversations/{talk}", headers=WAYS[other]).status_code == 404
    assert chat(client, "north", "and now?", conversation_id=talk).status_code == 200
    assert client.delete(f"/api/conversations/{talk}", headers=WAYS["north"]).status_code == 204


def test_call_backs_and_their_keys_belong_to_their_clinic(client: TestClient, dispatcher: Dispatcher) -> None:
    ids = {}
    for clinic, way in WAYS.items():
        headers = {**way, "Idempotency-Key": "the-same-everywhere"}
        ids[clinic] = client.post("/api/callbacks", json=CALLBACK, headers=headers).json()["id"]
    assert len(set(ids.values())) == 3
    for clinic in WAYS:
        held = dispatcher.runtime(clinic).callbacks
        assert [request.id for request in held.requests()] == [ids[clinic]]
        assert [request.id for request in held.of_contact(CALLBACK["contact"])] == [ids[clinic]]  # type: ignore[arg-type]
    assert dispatcher.runtime("north").callbacks.erase_contact("ana@runner.example") == 1
    assert dispatcher.runtime("south").callbacks.get(ids["south"]) is not None


def test_a_form_token_holds_for_its_clinic_alone(client: TestClient) -> None:
    token = client.get("/api/forms/token", headers=WAYS["north"]).json()["token"]
    for clinic, status in (("south", 403), ("north", 201)):
        headers = {**WAYS[clinic], "X-Form-Token": token}
        assert client.post("/api/callbacks", json=CALLBACK, headers=headers).status_code == status


def signed_in(client: TestClient, clinic: str, password: str) -> Any:
    page = client.get("/staff/login", headers=WAYS[clinic]).text
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found
    form = {"password": password, "token": found[1]}
    return client.post("/staff/login", data=form, headers=WAYS[clinic])


def test_staff_sign_in_at_their_own_clinic_alone(client: TestClient) -> None:
    assert signed_in(client, "north", PASSWORDS["south"]).status_code == 403
    answer = signed_in(client, "north", PASSWORDS["north"])
    assert answer.status_code == 303
    cookie = {"cookie": f"staff={answer.cookies['staff']}"}
    client.cookies.clear()
    assert client.get("/staff/callbacks", headers={**WAYS["north"], **cookie}).status_code == 200
    assert client.get("/staff/callbacks", headers={**WAYS["south"], **cookie}).status_code == 303


def test_gaps_votes_and_counts_belong_to_their_clinic(
    client: TestClient, dispatcher: Dispatcher, embeddings: LocalEmbeddings
) -> None:
    said = chat(client, "south", "who won the football world cup last year?").json()
    vote = {"message_id": said["message_id"], "helpful": False, "comment": "no football"}
    assert client.post("/api/feedback", json=vote, headers=WAYS["south"]).status_code == 204
    asked = {
        clinic: [g.question for g in dispatcher.runtime(clinic).statistics.gaps(embeddings.encode).found]
        for clinic in WAYS
    }
    assert any("football" in question for question in asked["south"])
    assert not any("football" in question for name in ("north", "west") for question in asked[name])
    assert dispatcher.runtime("south").statistics.votes()[1] == 1
    assert dispatcher.runtime("north").statistics.votes()[:2] == (0, 0)


def test_a_clinics_metrics_are_its_own_and_the_machine_sees_all(
    client: TestClient, dispatcher: Dispatcher
) -> None:
    chat(client, "north", "hello")
    own = client.get("/metrics", headers=WAYS["north"]).text
    assert 'clinic="north"' in own and "south" not in own and "west" not in own
    stranger = TestClient(dispatcher, client=("203.0.113.9", 50_000))
    far = stranger.get("/metrics", headers={"host": "elsewhere.example"})
    assert far.status_code == 404
    local = TestClient(dispatcher, client=("127.0.0.1", 50_000))
    everything = local.get("/metrics", headers={"host": "127.0.0.1:8000"}).text
    assert all(f'assistant_ready{{clinic="{name}"}} 1.0' in everything for name in WAYS)
    assert local.get("/readyz", headers={"host": "127.0.0.1"}).json() == {"status": "ready"}
    assert local.get("/healthz", headers={"host": "127.0.0.1"}).status_code == 200


def test_a_page_may_embed_its_own_clinic_alone(client: TestClient) -> None:
    page = {"origin": "https://west-page.example", "access-control-request-method": "POST"}
    wants = {**page, "host": "elsewhere.example", "access-control-request-headers": "x-clinic-key"}
    answer = client.options("/api/chat", headers=wants)
    assert answer.headers["access-control-allow-origin"] == "https://west-page.example"
    stranger = client.options("/api/chat", headers={**wants, "origin": "https://attacker.example"})
    assert "access-control-allow-origin" not in stranger.headers
    crossed = client.post(
        "/api/chat", json={"message": "hello"}, headers={**WAYS["north"], "origin": page["origin"]}
    )
    assert "access-control-allow-origin" not in crossed.headers


def test_one_clinics_visitors_use_up_nothing_of_anothers(client: TestClient, dispatcher: Dispatcher) -> None:
    spent = 0
    for _ in range(70):
        spent = chat(client, "west", "thanks").status_code
        if spent == 429:
            break
    assert spent == 429
    assert chat(client, "south", "thanks").status_code == 200
