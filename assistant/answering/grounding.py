"""Whether what an answer says of the guide stands in the passages that it cites."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from assistant import schema

LEAST_OVERLAP = 0.9
"""Least share of a sentence's words that its quotation must hold."""
_MARKED = re.compile(r"(?P<text>[^\n\[\]]+?)(?P<marks>(?: ?\[\d+\])+)")
_LEAD = re.compile(r"^\s*(?:\d{1,2}\.\s|[A-Z][a-z]+(?: [a-z]+){0,3}:\s)")
"""The number of a step, or a label such as "How much:", which is the assistant's own."""
_WORD = re.compile(r"[\w–-]+", re.UNICODE)


def supported(answer: str, citations: Sequence[schema.Citation]) -> float:
    """Return the share, 0 to 1, of the answer's cited statements that their quotations hold.

    A statement is held when its numbers all stand in the quotation, and its words but for connecting
    ones do. An answer without citations says nothing of the guide and counts as 1.
    """
    marked = list(_MARKED.finditer(answer))
    if not marked:
        return 1.0
    held = sum(_holds(match["text"], match["marks"], citations) for match in marked)
    return held / len(marked)


def _holds(text: str, marks: str, citations: Sequence[schema.Citation]) -> bool:
    numbers = [int(n) for n in re.findall(r"\d+", marks)]
    if any(not 1 <= n <= len(citations) for n in numbers):
        return False
    there: set[str] = set()
    for number in numbers:
        there |= _words_of(f"{citations[number - 1].quote} {citations[number - 1].section}")
    said = _words(_LEAD.sub("", text.replace("**", "")))
    if any(any(c.isdigit() for c in word) and word not in there for word in said):
        return False
    content = [word for word in said if len(word) > 3]
    return not content or sum(word in there for word in content) >= LEAST_OVERLAP * len(content)


@lru_cache(maxsize=1_024)
def _words_of(quoted: str) -> frozenset[str]:
    """Return the words of a quotation; a guide has few, and they are cited again and again."""
    return frozenset(_words(quoted))


def _words(text: str) -> list[str]:
    return [word.lower().strip("-–") for word in _WORD.findall(text)]
