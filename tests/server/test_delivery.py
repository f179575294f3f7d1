"""Call-back requests reach the clinic by webhook and mail, signed, repeated until they arrive."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from assistant import settings as settings_module
from assistant.server.app import create_app
from assistant.server.delivery import Courier, channels, signature
from assistant.server.runtime import Runtime
from assistant.settings import Settings
from assistant.storage.models import OutboxRow
from assistant.wording import Wording
from tests.server.receivers import Mailbox, Posted, running
from tests.services.engines import wait_until

SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef01234567").decode()


@pytest.fixture
def hook() -> Iterator[Posted]:
    with running(Posted()) as server:
        yield server


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with running(Mailbox()) as server:
        yield server


@pytest.fixture
def both(hook: Posted, mailbox: Mailbox, tmp_path: Path) -> Settings:
    return settings_module.load(
        data_dir=tmp_path,
        webhook_url=hook.url,
        webhook_secret=SECRET,
        smtp_host="127.0.0.1",
        smtp_port=mailbox.server_address[1],
        smtp_security="none",
        smtp_from="assistant@clinic.example",
        smtp_to=["front@clinic.example", "desk@clinic.example"],
    )


@pytest.fixture
def runtime(both: Settings) -> Iterator[Runtime]:
    runtime = Runtime(both)
    yield runtime
    runtime.stop()


def receive(runtime: Runtime) -> str:
    return runtime.callbacks.receive(
        name="Ana Ü", contact="ana@runner.example", topic="discovery_call", message="after six\n.\nplease"
    )


def all_due(runtime: Runtime) -> None:
    with runtime.database.session() as session:
        session.execute(update(OutboxRow).values(due=0.0))


def test_both_channels_get_the_request(runtime: Runtime, hook: Posted, mailbox: Mailbox) -> None:
    callback_id = receive(runtime)
    assert runtime.courier.deliver_due() == 2
    headers, body = hook.got[0]
    data = json.loads(body)["data"]
    assert (data["id"], data["name"], data["contact"]) == (callback_id, "Ana Ü", "ana@runner.example")
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    digest = hmac.new(b"0123456789abcdef01234567", signed, hashlib.sha256).digest()
    assert headers["webhook-signature"] == "v1," + base64.b64encode(digest).decode()
    mail = mailbox.got[0]
    assert "Ana" not in mail["Subject"] and mail["To"] == "front@clinic.example, desk@clinic.example"
    assert all(part in mail.get_content().replace("\r\n", "\n") for part in ("Ana Ü", "after six\n.\nplease"))
    assert runtime.outbox.waiting().count == 0


def test_a_refused_delivery_comes_again_under_the_same_id(
    runtime: Runtime, hook: Posted, mailbox: Mailbox
) -> None:
    hook.answers, mailbox.refusals = [500, 302], 1
    receive(runtime)
    for _ in range(3):
        all_due(runtime)
        runtime.courier.deliver_due()
    assert len({headers["webhook-id"] for headers, _ in hook.got}) == 1 and len(hook.got) == 3
    assert len(mailbox.got) == 1
    assert runtime.outbox.waiting().count == 0


def test_a_receiver_that_is_away_is_waited_for(both: Settings) -> None:
    settings = both.model_copy(update={"webhook_url": "http://127.0.0.1:9/hook", "smtp_port": 9})
    runtime = Runtime(settings)
    receive(runtime)
    assert runtime.courier.deliver_due() == 0
    waiting = runtime.outbox.waiting()
    assert waiting.count == 2 and "ana" not in waiting.problem
    runtime.stop()


def test_the_standards_own_example_is_signed_as_it_says() -> None:
    # Standard Webhooks 1.0, the example of its reference libraries.
    signed = signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
    )
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_without_channels_nothing_waits(tmp_path: Path) -> None:
    settings = settings_module.load(data_dir=tmp_path)
    assert channels(settings, Wording.load()) == {}
    runtime = Runtime(settings)
    receive(runtime)
    assert runtime.outbox.waiting().count == 0 and len(runtime.callbacks.requests()) == 1
    runtime.stop()


def test_a_channel_that_was_taken_away_is_said(runtime: Runtime) -> None:
    receive(runtime)
    Courier(runtime.outbox, {}).deliver_due()
    assert "not set up any more" in runtime.outbox.waiting().problem


def test_the_running_server_delivers_by_itself(both: Settings, hook: Posted, mailbox: Mailbox) -> None:
    with TestClient(create_app(both)) as client:
        body = {"name": "Bo", "contact": "020 7946 0018", "topic": "call_back", "consent": True}
        made = client.post("/api/callbacks", json=body).json()["id"]
        wait_until(lambda: bool(hook.got and mailbox.got))
        assert json.loads(hook.got[0][1])["data"]["id"] == made
