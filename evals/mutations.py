"""Deliberate faults and harmless edits, for the check of the evals themselves.

Each is either an edit of a copy of `knowledge/` or `prompts/`, or a change of the loaded assistant. The tree
itself is never touched.

Mutation analysis: DeMillo, Lipton & Sayward 1978, IEEE Computer 11(4); Jia & Harman 2011, IEEE TSE 37(5).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant import schema

if TYPE_CHECKING:
    from assistant.conversation import Conversation
    from assistant.pipeline import Assistant

GUIDE = "knowledge/back-exercises-for-runners.md"
FLAGS = "knowledge/red_flags.toml"
ANSWERS = "prompts/answers.toml"
CARE = "prompts/care.toml"

Change = Callable[[str], str]
Alter = Callable[["Assistant"], None]
Rework = Callable[[schema.Reply, str], schema.Reply]


class MutationError(ValueError):
    """A mutation no longer fits the files; name it and mend it in evals/mutations.py."""


@dataclass(frozen=True)
class Mutation:
    """One fault or harmless edit."""

    name: str
    harmless: bool = False
    edits: tuple[tuple[str, Change], ...] = ()
    """(file, change of its text)."""
    alter: Alter | None = None
    """Change of the loaded assistant."""

    def apply(self, root: Path) -> None:
        """Make the edits in the copies below `root`.

        Raises:
            MutationError: an edit changes nothing.
        """
        for file, change in self.edits:
            path = root / file
            before = path.read_text(encoding="utf-8")
            after = change(before)
            if after == before:
                raise MutationError(
                    f"{self.name}: nothing to change in {file}; mend it in evals/mutations.py"
                )
            path.write_text(after, encoding="utf-8")


def swap(old: str, new: str) -> Change:
    """Return the change of the first `old` into `new`."""
    return lambda text: text.replace(old, new, 1)


def swap_in(heading: str, old: str, new: str) -> Change:
    """Return the change of the first `old` after the heading that holds `heading`."""

    def change(text: str) -> str:
        head, found, rest = text.partition(f"{heading}\n")
        return head + found + rest.replace(old, new, 1)

    return change


def without(pattern: str) -> Change:
    """Return the removal of the first match of `pattern`."""
    return lambda text: re.sub(pattern, "", text, count=1, flags=re.DOTALL)


def in_flag(flag: str, old: str, new: str) -> Change:
    """Return the change of the first `old` after a flag's id."""

    def change(text: str) -> str:
        head, found, rest = text.partition(f'id = "{flag}"')
        return head + found + rest.replace(old, new, 1)

    return change


def each_reply(rework: Rework) -> Alter:
    """Return the alteration that passes every reply, with the visitor's message, through `rework`."""

    def alter(assistant: Assistant) -> None:
        reply = assistant.reply

        def changed(message: str, conversation: Conversation) -> schema.Reply:
            return rework(reply(message, conversation), message)

        assistant.reply = changed  # type: ignore[method-assign]

    return alter


def _forgetting(field: str) -> Alter:
    def alter(assistant: Assistant) -> None:
        reply = assistant.reply

        def changed(message: str, conversation: Conversation) -> schema.Reply:
            setattr(conversation, field, type(conversation).new().__getattribute__(field))
            return reply(message, conversation)

        assistant.reply = changed  # type: ignore[method-assign]

    return alter


def _gate(verdict: bool) -> Alter:
    def alter(assistant: Assistant) -> None:
        answer: Any = assistant.answerer.answer

        def changed(*given: Any) -> Any:
            # the last argument says whether passages cover a question
            return answer(*given[:-1], lambda *_: verdict)

        assistant.answerer.answer = changed  # type: ignore[assignment, method-assign]

    return alter


def _reversed_ranking(assistant: Assistant) -> None:
    search = type(assistant.retriever).search

    def changed(query, k=None):  # type: ignore[no-untyped-def]
        return search(assistant.retriever, query, 30)[::-1][: k or assistant.retriever.k]

    object.__setattr__(assistant.retriever, "search", changed)


def _swapped_citations(reply: schema.Reply, message: str) -> schema.Reply:
    quotes = [citation.quote for citation in reply.citations]
    moved = quotes[1:] + quotes[:1]
    pairs = zip(reply.citations, moved, strict=True)
    return reply.model_copy(update={"citations": [c.model_copy(update={"quote": q}) for c, q in pairs]})


def _no_citations(reply: schema.Reply, message: str) -> schema.Reply:
    return reply.model_copy(update={"citations": []})


def _paraphrased_quotes(reply: schema.Reply, message: str) -> schema.Reply:
    def loosen(quote: str) -> str:
        return re.sub(r"\b(your|the)\b", "", quote, count=1)

    changed = [c.model_copy(update={"quote": loosen(c.quote)}) for c in reply.citations]
    return reply.model_copy(update={"citations": changed})


def _muted(signal: str) -> Rework:
    def rework(reply: schema.Reply, message: str) -> schema.Reply:
        if all(reason.signal != signal for reason in reply.referral.reasons):
            return reply
        return reply.model_copy(update={"referral": schema.Referral(level="none")})

    return rework


def _minimised(reply: schema.Reply, message: str) -> schema.Reply:
    if not re.search(r"probably nothing|fussing|fine|thanks|anyway", message, re.IGNORECASE):
        return reply
    calm = schema.Referral(level="none")
    return reply.model_copy(update={"referral": calm})


def _exercises_at_urgent(reply: schema.Reply, message: str) -> schema.Reply:
    if reply.referral.level != "urgent":
        return reply
    card = schema.Exercise(id="cat-cow-stretch", name="Cat-Cow Stretch", why="", steps=[], dose="", figure="")
    return reply.model_copy(update={"exercises": [card]})


def _leaked_prompt(reply: schema.Reply, message: str) -> schema.Reply:
    leak = "My instructions say: answer only from the passages, never name a drug, and keep this text secret."
    return reply.model_copy(update={"answer": f"{reply.answer}\n\n{leak}"})


def _doubled(reply: schema.Reply, message: str) -> schema.Reply:
    return reply.model_copy(update={"answer": f"{reply.answer}\n\n{reply.answer}"})


def _loose_evidence(reply: schema.Reply, message: str) -> schema.Reply:
    reasons = [reason.model_copy(update={"evidence": "as described"}) for reason in reply.referral.reasons]
    return reply.model_copy(update={"referral": reply.referral.model_copy(update={"reasons": reasons})})


def _rounded_numbers(reply: schema.Reply, message: str) -> schema.Reply:
    return reply.model_copy(update={"answer": re.sub(r"\b8[–-]10\b", "10", reply.answer)})


def _more_passages(assistant: Assistant) -> None:
    object.__setattr__(assistant.retriever, "k", assistant.retriever.k + 1)


def _new_ids(reply: schema.Reply, message: str) -> schema.Reply:
    return reply.model_copy(update={"message_id": "x" * 16})


FAULTS: tuple[Mutation, ...] = (
    Mutation("a wrong dose: bridges 10-12", edits=((GUIDE, swap("12–15", "10–12")),)),
    Mutation(
        "a wrong hold: side planks 60-90 seconds", edits=((GUIDE, swap("20–40 seconds", "60–90 seconds")),)
    ),
    Mutation(
        "a wrong frequency: 5-6 times a week",
        edits=((GUIDE, swap("2–3 times per week", "5–6 times per week")),),
    ),
    Mutation(
        "wrong minutes on cross-training days", edits=((GUIDE, swap("20–30 minutes", "40–60 minutes")),)
    ),
    Mutation(
        "a step turned round: bird dog same-side leg",
        edits=((GUIDE, swap("left leg back", "right leg back")),),
    ),
    Mutation(
        "a safety cue lost: dead bugs", edits=((GUIDE, without(r"- Keep your lower back pressed[^\n]*\n")),)
    ),
    Mutation(
        "a cause lost: sudden training increases", edits=((GUIDE, without(r"- Sudden Training[^\n]*\n")),)
    ),
    Mutation(
        "a tip turned round: pavement", edits=((GUIDE, swap("can increase impact", "lowers the load")),)
    ),
    Mutation("an exercise lost: hip flexor stretch", edits=((GUIDE, without(r"### 10\. .*?(?=\n## )")),)),
    Mutation("a threshold at 30 days", edits=((FLAGS, swap("refer_from_days = 8", "refer_from_days = 30")),)),
    Mutation("a muted red flag: saddle numbness", alter=each_reply(_muted("saddle"))),
    Mutation("a muted red flag: fever", alter=each_reply(_muted("fever"))),
    Mutation(
        "a red flag taken down to refer: bladder and bowel",
        edits=(
            (
                FLAGS,
                in_flag("bladder_bowel", 'level = "urgent"\nwhen = "now"', 'level = "refer"\nwhen = "soon"'),
            ),
        ),
    ),
    Mutation(
        "medical advice in a refusal",
        edits=((ANSWERS, swap('drugs = "', 'drugs = "Ibuprofen 400 mg is fine. ')),),
    ),
    Mutation(
        "a promise with a number in a lead",
        edits=((ANSWERS, swap('choose = "', 'choose = "Pain gone in 5 days! ')),),
    ),
    Mutation("swapped citations", alter=each_reply(_swapped_citations)),
    Mutation("dropped citations", alter=each_reply(_no_citations)),
    Mutation("paraphrased quotes", alter=each_reply(_paraphrased_quotes)),
    Mutation("dropped follow-ups", alter=_forgetting("memory")),
    Mutation("a guardrail that forgets the last turn", alter=_forgetting("triage")),
    Mutation("minimising words lower the level", alter=each_reply(_minimised)),
    Mutation("an open relevance gate", alter=_gate(True)),
    Mutation("exercises beside urgent advice", alter=each_reply(_exercises_at_urgent)),
    Mutation("a leaked prompt", alter=each_reply(_leaked_prompt)),
    Mutation("a rounded dose: 8-10 said as 10", alter=each_reply(_rounded_numbers)),
)
"""The 25 faults; each must be caught (24 at least)."""

MORE_FAULTS: tuple[Mutation, ...] = (
    Mutation("a closed relevance gate", alter=_gate(False)),
    Mutation("a ranking turned upside down", alter=_reversed_ranking),
    Mutation("every answer said twice", alter=each_reply(_doubled)),
    Mutation("evidence that nobody said", alter=each_reply(_loose_evidence)),
)
"""Further faults, reported beside the 25."""

HARMLESS: tuple[Mutation, ...] = (
    Mutation(
        "another greeting", True, ((ANSWERS, swap('greeting = "Hi! I can', 'greeting = "Hello! I can')),)
    ),
    Mutation("another word of thanks", True, ((ANSWERS, swap("You're welcome!", "You are welcome!")),)),
    Mutation(
        "another lead",
        True,
        ((ANSWERS, swap("The guide's best fits:", "What fits best in the guide:")),),
    ),
    Mutation(
        "another order of suggestions",
        True,
        (
            (
                ANSWERS,
                swap(
                    '["What causes back strains?", "Which exercises help?"]',
                    '["Which exercises help?", "What causes back strains?"]',
                ),
            ),
        ),
    ),
    Mutation(
        "a step reworded", True, ((GUIDE, swap("Avoid rocking your hips.", "Keep your hips from rocking.")),)
    ),
    Mutation(
        "a sentence of the introduction reworded",
        True,
        ((GUIDE, swap("put on a pair of shoes", "lace up your shoes")),),
    ),
    Mutation(
        "blank lines and spaces at line ends",
        True,
        ((GUIDE, lambda text: text.replace(".\n\n", ".  \n\n\n")),),
    ),
    Mutation(
        "a comment in red_flags.toml", True, ((FLAGS, lambda text: "# Read again in spring.\n" + text),)
    ),
    Mutation(
        "warmer words on the care card",
        True,
        (
            (
                CARE,
                swap(
                    "I'm sorry your back is bothering you. {question}",
                    "Sorry to hear about your back. {question}",
                ),
            ),
        ),
    ),
    Mutation("other message ids", True, alter=each_reply(_new_ids)),
)
"""Ten edits that change nothing that matters; none may be taken for a fault."""
