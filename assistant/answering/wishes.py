"""Which exercises a visitor wants left out of a plan or taken into it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from assistant.answering.compose import exercise_of
from assistant.answering.mentions import Mentions

_CLAUSES = re.compile(r"[,;.!?\n]+|\bbut\b|\bthen\b", re.IGNORECASE)
_SWAP = re.compile(
    r"\b(?:swap|replace|exchange|substitute)\b(.+?)(?:\b(?:for|with|by)\b(.*))?$", re.IGNORECASE
)
_OUT = re.compile(
    r"\b(?:no|not|without|hate|loathe|skip|drop|remove|delete|avoid|leave out|take out|lose|swap out|minus|"
    r"instead of|except|can'?t do|cannot do|(?:do|did|does)(?:n'?t| not) (?:like|want|fancy))\b",
    re.IGNORECASE,
)
_IN = re.compile(
    r"\b(?:add|include|put|want|love|like|prefer|keep|more|also|plus|definitely|make sure|throw in)\b",
    re.IGNORECASE,
)


class Wish(NamedTuple):
    """Exercises, and whether they are to be left out."""

    ids: list[str]
    out: bool


def wishes(text: str, mentions: Mentions) -> Iterator[Wish]:
    """Yield the wishes of `text` about exercises, clause by clause: "more bridges, but I hate planks"."""
    for clause in _CLAUSES.split(text):
        if swapped := _SWAP.search(clause):
            for part, gone in ((swapped[1], True), (swapped[2] or "", False)):
                if ids := [exercise_of(mention.chunk).id for mention in mentions.find(part)]:
                    yield Wish(ids, gone)
            continue
        out = _OUT.search(clause)
        if not out and not _IN.search(clause):
            continue
        if ids := [exercise_of(mention.chunk).id for mention in mentions.find(clause)]:
            yield Wish(ids, bool(out))
