"""A small assistant for the tests: answers from a dictionary, cites a two-passage guide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assistant.schema import Citation, Exercise, Reason, Referral, Reply
from evals.guides import Guides
from evals.metrics.citations import Wordings
from evals.target import Passage, Spoken

BRIDGE = "Strengthens the glutes. Lie on your back with knees bent. Squeeze at the top. 2–3 sets of 12–15."
TIP = "Vary surfaces – Hard pavement raises impact; mix in trails or tracks."
GUIDE = f"# Guide\n\n## Exercises\n\n### 3. Glute Bridges\n\n{BRIDGE}\n\n## Tips\n\n- {TIP}\n"
GUIDES = Guides(GUIDE, Wordings(["Hello from {clinic}.", "The guide does not cover that."]), frozenset())
PASSAGES = (
    Passage("exercise", "Exercises > 3. Glute Bridges", BRIDGE, 0.8),
    Passage("tip", "Tips", TIP, 0.4),
)


def reply(answer: str, **changes: object) -> Reply:
    """Return a reply that cites the bridge, with `changes`."""
    fields: dict[str, object] = {
        "conversation_id": "c",
        "message_id": "m",
        "topic": "exercises",
        "answer": answer,
        "referral": Referral(level="none"),
        "citations": [
            Citation(id="1", guide="Guide", section="Exercises > 3. Glute Bridges", url="", quote=BRIDGE)
        ],
    }
    return Reply.model_validate({**fields, **changes})


def urgent(words: str) -> Reply:
    """Return an urgent reply because of `words`."""
    referral = Referral(level="urgent", when="now", reasons=[Reason(signal="saddle", evidence=words, turn=1)])
    return reply("Go to an emergency department now.", referral=referral, citations=[], topic="seek_help")


def card() -> Exercise:
    """Return the bridge as a card."""
    steps = ["Lie on your back with knees bent.", "Squeeze at the top."]
    return Exercise(
        id="glute-bridges",
        name="Glute Bridges",
        why="Strengthens the glutes.",
        steps=steps,
        dose="2–3 sets of 12–15.",
        figure="",
    )


class FakeTarget:
    """Replies from a dictionary of messages; anything else is declined."""

    name = "fake"

    def __init__(self, replies: Mapping[str, Reply]) -> None:
        self._replies = replies

    def converse(self, messages: Sequence[str]) -> list[Spoken]:
        decline = reply("The guide does not cover that.", topic="out_of_scope", citations=[])
        return [Spoken(self._replies.get(message, decline), 1.0) for message in messages]

    def retrieve(self, question: str, k: int) -> list[Passage] | None:
        best = PASSAGES if "bridge" in question else PASSAGES[::-1]
        return list(best)[:k]

    def close(self) -> None:
        """Nothing to close."""
