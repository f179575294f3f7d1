"""The prompts of `prompts/`, with their variables checked when they are loaded."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage

from assistant.ingestion.chunks import Chunk
from assistant.wording import Wording, WordingError

VARIABLES: dict[str, frozenset[str]] = {
    "model.answer.system": frozenset({"clinic", "mark"}),
    "model.answer.task": frozenset({"level", "mark", "passages", "message"}),
    "model.condense.system": frozenset({"mark"}),
    "model.condense.task": frozenset({"mark", "earlier", "message"}),
    "model.doctor.probe": frozenset(),
    "judge.system": frozenset(),
    "judge.faithfulness.task": frozenset({"passages", "message", "answer"}),
    "judge.helpfulness.task": frozenset({"passages", "message", "answer"}),
}
"""Every prompt with the variables that it must have, no more and no fewer."""
MAX_MESSAGE = 2_000
"""Characters of the visitor's message that a prompt holds."""
MAX_PASSAGES = 9_000
"""Characters of passages that a prompt holds."""
MAX_EARLIER = 4
"""Earlier questions that a prompt holds."""


class Prompt(NamedTuple):
    """Messages for a model, and the mark between which their data stand."""

    messages: list[BaseMessage]
    mark: str


class Prompts:
    """Fills in the prompts.

    Example:
        >>> prompts = Prompts(Wording.load())
        >>> prompts.answer("the clinic", "none", [], "Hello").mark  # doctest: +SKIP
    """

    def __init__(self, wording: Wording) -> None:
        """Check every prompt.

        Raises:
            WordingError: a prompt is missing, lacks a variable or names one that is not given.
        """
        for key, variables in VARIABLES.items():
            if not wording.has(key):
                raise WordingError(f"prompts/ has no prompt {key!r}; restore it in {key.split('.')[0]}.toml")
            found = wording.variables(key)
            if missing := variables - found:
                raise WordingError(f"prompts/: {key} lacks {{{min(missing)}}}; put it back")
            if unknown := found - variables:
                raise WordingError(f"prompts/: {key} names {{{min(unknown)}}}, which is not given there")
        self._wording = wording

    def texts(self) -> list[str]:
        """Return what no answer may repeat: the prompts with nothing filled in."""
        blank = {name: " " for names in VARIABLES.values() for name in names}
        return [self._wording.say(key, **blank) for key in VARIABLES if key.startswith("model.")]

    def answer(self, clinic: str, level: str, passages: Sequence[Chunk], message: str) -> Prompt:
        """Return the prompt that asks for an answer."""
        mark = _mark()
        listed = "\n\n".join(
            f"[{n}] {_data(chunk.section.split(' > ')[-1])}: {_data(chunk.quote)}"
            for n, chunk in enumerate(passages, start=1)
        )
        return Prompt(
            [
                SystemMessage(self._wording.say("model.answer.system", clinic=clinic, mark=mark)),
                HumanMessage(
                    self._wording.say(
                        "model.answer.task",
                        level=level,
                        mark=mark,
                        passages=listed[: MAX_PASSAGES * 2],
                        message=_data(message)[:MAX_MESSAGE],
                    )
                ),
            ],
            mark,
        )

    def condense(self, earlier: Sequence[str], message: str) -> Prompt:
        """Return the prompt that asks for a follow-up as a question of its own."""
        mark = _mark()
        asked = "\n".join(f"- {_data(text)[:300]}" for text in earlier[-MAX_EARLIER:])
        task = self._wording.say(
            "model.condense.task", mark=mark, earlier=asked, message=_data(message)[:MAX_MESSAGE]
        )
        return Prompt(
            [SystemMessage(self._wording.say("model.condense.system", mark=mark)), HumanMessage(task)], mark
        )

    def probe(self) -> list[BaseMessage]:
        """Return the prompt with which a provider is tried."""
        return [HumanMessage(self._wording.say("model.doctor.probe"))]


def bounded(passages: Sequence[Chunk]) -> list[Chunk]:
    """Return the passages that fit into a prompt, in their order."""
    kept: list[Chunk] = []
    size = 0
    for chunk in passages:
        size += len(chunk.quote) + len(chunk.section)
        if size > MAX_PASSAGES:
            break
        kept.append(chunk)
    return kept


def _mark() -> str:
    return f"=={secrets.token_hex(8)}=="


def _data(text: str) -> str:
    """Return `text` without what no reader sees: control and format characters, tag characters."""
    return "".join(c for c in text if c == "\n" or unicodedata.category(c) not in ("Cc", "Cf", "Co", "Cs"))
