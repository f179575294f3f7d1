"""The structured first line of a model's reply: the level that it proposes."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import NamedTuple

from assistant.answering.provider import Fault

HEADER_CHARS = 600
"""Characters after which a first line that does not end is given up."""


class Raise(NamedTuple):
    """A level that the model proposes, with the visitor's words that it rests on."""

    level: str
    evidence: str


def read(text: Iterator[str]) -> tuple[Raise | None, str]:
    """Read up to the end of the first line's JSON; return the proposal and the text behind it.

    Raises:
        Fault: the reply is empty.
    """
    head = ""
    for piece in text:
        head += piece
        plain = head.lstrip()
        if not plain:
            continue
        if not plain.startswith(("{", "`")):
            return None, head
        start = plain.find("{")
        if start >= 0:
            with contextlib.suppress(json.JSONDecodeError):
                found, end = json.JSONDecoder().raw_decode(plain[start:])
                return _proposal(found), plain[start + end :].lstrip().removeprefix("```").lstrip()
        if len(head) > HEADER_CHARS:
            return None, ""
    if not head.strip():
        raise Fault("empty")
    return None, "" if head.lstrip().startswith("{") else head


def _proposal(found: object) -> Raise | None:
    if not isinstance(found, dict):
        return None
    level, evidence = found.get("level"), found.get("evidence")
    if not isinstance(level, str) or not isinstance(evidence, str) or level not in ("refer", "urgent"):
        return None
    return Raise(level, evidence)
