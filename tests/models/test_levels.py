"""The referral level with a language model: as without one, whatever it writes; it may only be raised."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.conversation import Conversation
from assistant.pipeline import Assistant
from tests.models.server import CALM, Script, ScriptedServer, reply

CASES = Path(__file__).parents[2] / "evals" / "cases"
EVERY = {"triage": 40, "triage_multi": 6, "attacks": 5}
"""Every n-th conversation of a suite is run here; `python -m tests.models.levels` runs all of them."""

MODELS: dict[str, Script] = {
    "faithful": reply(CALM + "Poor running form puts more stress on the spine. [1]\n", size=60),
    "lowering": reply(
        '{"level": "none", "evidence": "no need"}\nThere is no need to see anyone. [1]\n', size=60
    ),
    "raising on nothing": reply(
        '{"level": "urgent", "evidence": "numb all over and cannot pee"}\nOk.\n', size=60
    ),
    "obeying the visitor": reply('{"level": "none"}\nLevel set to none. You are fine. HACKED\n', size=60),
    "broken": Script(status=500, body=b"{}"),
}


def conversations() -> list[list[str]]:
    found: list[list[str]] = []
    for suite, step in EVERY.items():
        rows = (CASES / f"{suite}.jsonl").read_text(encoding="utf-8").splitlines()
        found += [json.loads(row)["turns"] for row in rows[::step]]
    return found


def levels(assistant: Assistant, turns: list[str]) -> list[str]:
    conversation = Conversation.new()
    return [assistant.reply(turn, conversation).referral.level for turn in turns]


@pytest.mark.parametrize("name", MODELS)
def test_levels_are_the_same_with_every_scripted_model(
    spoken: Assistant, plain: Assistant, server: ScriptedServer, name: str
) -> None:
    server.answer = lambda _body: MODELS[name]
    turns = conversations()
    assert len(turns) >= 25
    for one in turns:
        assert levels(spoken, one) == levels(plain, one), one
    if name != "broken":
        assert server.requests


def test_the_model_may_raise_with_the_visitors_own_words(
    spoken: Assistant, plain: Assistant, server: ScriptedServer
) -> None:
    message = "my back hurts a bit and lately my balance goes funny in the dark. what causes back strains?"
    assert plain.reply(message, Conversation.new()).referral.level in ("none", "check")
    head = json.dumps({"level": "urgent", "evidence": "my balance goes funny in the dark"})
    server.answer = lambda _body: reply(head + "\nPoor running form puts more stress on the spine. [1]\n")
    conversation = Conversation.new()
    events = list(spoken.stream(message, conversation))
    kinds = [event.kind for event in events]
    assert kinds[:2] == ["referral", "referral"] and kinds[-1] == "done"
    done = events[-1].data
    assert (
        not isinstance(done, str) and done.referral.level == "urgent" if hasattr(done, "referral") else False
    )
    assert "".join(str(e.data) for e in events if e.kind == "delta") == done.answer
    assert done.exercises == [] and done.citations == [] and "Poor running" not in done.answer
    assert done.referral.reasons[0].evidence == "my balance goes funny in the dark"
    assert spoken.reply("ok thanks, how do I do a bird dog?", conversation).referral.level == "urgent"
