"""The labels by which an exercise's parts are known: why it helps, how to do it, how much."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

Part = Literal["why", "how", "dose"]

_LABELS: dict[Part, str] = {
    "why": (
        r"why(?: it (?:helps|works|matters))?|why do it|benefits?|what it does|purpose|it helps|helps|"
        r"what it (?:helps|trains)|trains|aim"
    ),
    "how": (
        r"how(?: to(?: do it| perform(?: it)?)?)?|steps?|instructions?|technique|method|do this|what to do|"
        r"execution"
    ),
    "dose": (
        r"reps?|sets?|(?:sets?|reps?) (?:and|&|x|/) (?:sets?|reps?)|dose|dosage|repetitions?|duration|volume|"
        r"how (?:much|many|long|often)|amount|time"
    ),
}
_PATTERNS = {
    part: re.compile(rf"^(?:{names})\s*(?:[:–—]|\s-\s|$)\s*(?P<rest>.*)$", re.IGNORECASE | re.DOTALL)
    for part, names in _LABELS.items()
}


class Label(NamedTuple):
    """A label and what stands behind it on the same line."""

    part: Part
    rest: str


def label_of(text: str) -> Label | None:
    """Return the label that `text` begins with ("Reps: 2–3 sets"), or None."""
    for part, pattern in _PATTERNS.items():
        if match := pattern.match(text.strip()):
            return Label(part, match["rest"].strip())
    return None
