"""Thirty ways in which a provider fails, over real HTTP: an answer each time, in time, and no leak."""

from __future__ import annotations

import json
import logging
import time

import pytest

from assistant.conversation import Conversation
from assistant.pipeline import Assistant
from tests.models.conftest import BUDGET, KEY, SILENCE
from tests.models.server import CALM, Script, ScriptedServer, reply

QUESTION = "what causes back strains in runners?"
SPARE = 2.0
"""Seconds beyond the budget that an answer may take."""
_GOOD = CALM + "Poor running form puts more stress on the spine. [1]\n"
_ERROR = json.dumps({"error": {"message": f"secret failure text, key {KEY}", "type": "x"}}).encode()


def _error(status: int, **headers: str) -> Script:
    return Script(status=status, body=_ERROR, headers={k.replace("_", "-"): v for k, v in headers.items()})


def _tool(arguments: str, name: str = "raise_level") -> Script:
    call = {"index": 0, "id": "t", "type": "function", "function": {"name": name, "arguments": arguments}}
    return Script(deltas=[{"tool_calls": [call]}])


SCRIPTS: dict[str, Script] = {
    "401": _error(401),
    "403": _error(403),
    "404 unknown model": _error(404),
    "400": _error(400),
    "408": _error(408),
    "413": _error(413),
    "429 with seconds": _error(429, Retry_After="7"),
    "429 with a date": _error(429, Retry_After="Wed, 21 Oct 2099 07:28:00 GMT"),
    "429 without": _error(429),
    "500": _error(500),
    "502": _error(502),
    "503": _error(503, Retry_After="3"),
    "529": _error(529),
    "no bytes": reply(_GOOD, wait=20),
    "headers, then nothing": reply(_GOOD, stall_after=0),
    "half a head, then nothing": Script(['{"level": "no'], stall_after=1),
    "half a sentence, then nothing": Script([CALM, "Poor running", " form."], stall_after=2),
    "half a stream, closed": reply(_GOOD * 3, cut_after=9),
    "closed at once": reply(_GOOD, cut_after=0),
    "drops for ever": reply(CALM + "a" * 400, size=1, pause=0.2),
    "empty text": Script([""]),
    "only blanks": Script([CALM, " \n \n "]),
    "nothing at all": Script([]),
    "malformed tool call": _tool('{"level": '),
    "tool call of an unknown tool": _tool("[]", "rm"),
    "not JSON": Script(body=b"<html>502 Bad Gateway</html>", headers={"Content-Type": "text/html"}),
    "broken event": Script(body=b"data: {not json}\n\n", headers={"Content-Type": "text/event-stream"}),
    "100,000 tokens": reply(CALM + "word " * 100_000, size=2_000),
    "the same sentence again and again": reply(CALM + "Great question! " * 400, size=64),
    "a head that is a list": reply('[{"level": "urgent"}]\n'),
}


def test_there_are_thirty_scripts() -> None:
    assert len(SCRIPTS) == 30


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_fault_ends_in_an_answer(
    spoken: Assistant, plain: Assistant, server: ScriptedServer, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    caplog.set_level(logging.DEBUG)
    server.answer = lambda _body: SCRIPTS[name]
    began = time.monotonic()
    events = list(spoken.stream(QUESTION, Conversation.new()))
    took = time.monotonic() - began
    assert server.requests, "the model was not asked"
    done = events[-1].data
    assert not isinstance(done, str | type(events[0].data))
    expected = plain.reply(QUESTION, Conversation.new())
    assert done.grounding.mode == "fallback"
    assert done.answer.endswith(expected.answer) or all(c in done.citations for c in expected.citations)
    assert "".join(str(e.data) for e in events if e.kind == "delta") == done.answer
    assert done.referral == expected.referral
    assert took < BUDGET + SPARE
    for leaked in ("secret failure", KEY, "Traceback", "Error code", "502 Bad"):
        assert leaked not in done.answer
    logs = "\n".join(f"{r.getMessage()} {r.exc_text or ''}" for r in caplog.records)
    for leaked in (KEY, "secret failure", QUESTION, "causes back strains"):
        assert leaked not in logs


def test_a_repeated_prompt_is_not_shown(spoken: Assistant, server: ScriptedServer) -> None:
    def parrot(body: dict[str, list[dict[str, str]]]) -> Script:
        return reply(CALM + "\n".join(message["content"] for message in body["messages"]))

    server.answer = parrot
    answer = spoken.reply(QUESTION, Conversation.new()).answer
    mark = server.requests[0]["messages"][0]["content"].split("==")[1]
    assert mark not in answer
    assert "JSON" not in answer and "Everything between" not in answer and "instruction" not in answer


def test_a_broken_provider_is_left_alone(spoken: Assistant, server: ScriptedServer) -> None:
    server.answer = lambda _body: _error(500)
    for _ in range(5):
        spoken.reply(QUESTION, Conversation.new())
    assert len(server.requests) == 3
    began = time.monotonic()
    assert spoken.reply(QUESTION, Conversation.new()).grounding.mode == "fallback"
    assert time.monotonic() - began < SILENCE + SPARE


def test_a_refused_key_and_retry_after_open_the_circuit_at_once(
    spoken: Assistant, server: ScriptedServer
) -> None:
    assert spoken.speaker is not None
    for status in (401, 429):
        server.requests.clear()
        spoken.speaker.breaker.succeeded()
        server.answer = lambda _body, status=status: _error(status, Retry_After="60")  # type: ignore[misc]
        for _ in range(3):
            spoken.reply(QUESTION, Conversation.new())
        assert len(server.requests) == 1


def test_the_key_goes_to_the_provider_and_nowhere_else(spoken: Assistant, server: ScriptedServer) -> None:
    server.answer = lambda _body: reply(_GOOD)
    spoken.reply(QUESTION, Conversation.new())
    assert server.keys == [f"Bearer {KEY}"]
    assert KEY not in json.dumps(server.requests)
