"""`assistant doctor` on the language model, and what the metrics say of it."""

from __future__ import annotations

import pytest

from assistant import diagnosis
from assistant.answering import spending
from assistant.conversation import Conversation
from assistant.pipeline import Assistant
from tests.models.conftest import KEY
from tests.models.replies import mark
from tests.models.server import CALM, Script, ScriptedServer, reply


def check(spoken: Assistant) -> diagnosis.Check:
    return next(one for one in diagnosis.run(spoken.settings) if one.name == "language model")


def test_a_model_that_answers_is_ok(spoken: Assistant, server: ScriptedServer) -> None:
    server.answer = lambda _body: reply("ready")
    found = check(spoken)
    assert found.ok and "answers within" in found.detail


@pytest.mark.parametrize(
    ("script", "remedy"),
    [
        (Script(status=401, body=b'{"error": {"message": "secret"}}'), "refuses the key"),
        (Script(status=500, body=b"{}"), "trouble of its own"),
        (Script(status=429, body=b"{}"), "too much was asked"),
        (Script([]), "nothing"),
    ],
)
def test_a_broken_one_is_named_with_its_remedy(
    spoken: Assistant, server: ScriptedServer, script: Script, remedy: str
) -> None:
    server.answer = lambda _body: script
    found = check(spoken)
    assert not found.ok and remedy in found.detail
    assert KEY not in found.detail and "secret" not in found.detail


def test_tokens_and_cost_are_counted(
    spoken: Assistant, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def count(name: str, **labels: str) -> float:
        return spending.REGISTRY.get_sample_value(name, labels) or 0.0

    def figures() -> tuple[float, ...]:
        return (
            count("assistant_model_tokens_total", kind="read"),
            count("assistant_model_tokens_total", kind="written"),
            count("assistant_model_cost_total"),
            count("assistant_model_conversations_total"),
        )

    assert spoken.speaker is not None
    monkeypatch.setattr(spoken.speaker.settings, "model_input_price", 2.0)
    monkeypatch.setattr(spoken.speaker.settings, "model_output_price", 10.0)
    server.answer = lambda body: reply(
        CALM + f"Poor running form increases the stress on the spine. {mark(body, 'Poor Running Form')}\n"
    )
    before = figures()
    spoken.reply("what causes back strains in runners?", Conversation.new())
    grown = [after - was for after, was in zip(figures(), before, strict=True)]
    # What the scripted server says it counted: 100 tokens read, 20 written.
    assert grown == pytest.approx([100, 20, (100 * 2.0 + 20 * 10.0) / 1_000_000, 1])
