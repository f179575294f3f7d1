"""Several questions in one message, one after the other."""

from __future__ import annotations

import re

MOST = 3
LEAST_WORDS = 2
CORE_WORDS = 4
_ASKS = (
    r"(?:how|what|when|where|why|who)(?:'?s|’s)?|which|can|could|should|do|does|did|is|are|will|would|may|"
    r"show|explain|tell|give|list|make|plan|put|compare"
)
_ASKS_ON = _ASKS.replace(
    "|do|", r"|do(?=\s+(?:you|u|i|we|they|it|the|these|those|this|that|my|your|any|both|all)\b)|"
)
"""Behind an "and" a bare "do" tells as often as it asks: "I run on Monday and do yoga on Sunday"."""
_SPLIT = re.compile(
    rf"(?<=[?])\s*(?:and|also|plus|oh and|&)?\s+(?=\S)"
    rf"|[.;!\n]+\s+(?:and |also |plus )?(?=(?:{_ASKS})\b)"
    rf"|,?\s+(?:and|also|plus|&)\s+(?:also\s+)?(?=(?:{_ASKS_ON})\b)",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    rf"^(?:(?:and|also|so|ok|then|yes|yeah|no|but|well|sure|right)\W+)*(?:{_ASKS})\b"
    r"|(?:[:,]\s*|\bbut )(?:how|what|when|where|which|why)\b|\?\s*$",
    re.IGNORECASE,
)
_WISH = re.compile(
    r"^\W*(?:something|anything|any|some) (?:for|to|against|exercises?|tips|moves?|"
    r"stretch\w*)\b|\b(?:some|any)thing\b.*\b(?:can|could|should|might)\b|"
    r"\b(?:look(?:ing)? (?:for|into|to)|i(?:'d| would) (?:like|love)|would (?:like|love)|"
    r"i (?:want|need)|"
    r"any (?:tips|advice|ideas|help)|trying to|wonder(?:ing)?|please|pl[sz]|anyone|anybody|"
    r"recommend|suggest(?:ions?)?|reasons|thoughts|ideas|vs\.?|versus|just (?:tell|show|"
    r"give) me)\b",
    re.IGNORECASE,
)


_EMPTY = re.compile(
    r"^(?:and |but |so |or )?(?:should|can|could|do|does|is|are|would|will|may|am|did) (?:i|"
    r"you|we|it|they|that|this|he|she)"
    r"(?: (?:too|so|not|either|or not|make sense|work|matter|ok|okay|normal|true|right))?\W*$"
    r"|^(?:and |so |but )?(?:what (?:should|can|could|do|would|must|shall) (?:i|you|we) do"
    r"|(?:any|some) (?:ideas?|tips|advice|thoughts|suggestions)|thoughts|help)"
    r"(?: (?:about|against|for) (?:it|this|that|them))?\W*$",
    re.IGNORECASE,
)
"""A question that says nothing without what stands before it: "Should I?", "What can I do?"."""


def questions(message: str) -> list[str]:
    """Return the questions of a message in order; one that asks a single thing comes back whole."""
    parts = [part.strip(" ,;") for part in _SPLIT.split(message) if part and part.strip(" ,;.!?")]
    asking = [part for part in parts if _asks_something(part)]
    if len(asking) < 2 or len(asking) > MOST:
        return [message]
    # What stands before the first question is its background ("my hips are tight. what …").
    first = parts.index(asking[0])
    return [" ".join([*parts[:first], asking[0]]), *asking[1:]]


def _asks_something(part: str) -> bool:
    return bool(_QUESTION.search(part)) and len(part.split()) >= LEAST_WORDS and not _EMPTY.search(part)


def core(message: str) -> str:
    """Return the sentence of a longer message that asks, or "" where there is no such one beside others."""
    parts = [part.strip() for part in re.split(r"(?<=[?!.;\n])\s+", message) if part.strip()]
    asking = [part for part in parts if _asks_something(part) and len(part.split()) >= CORE_WORDS]
    return asking[0] if len(parts) > 1 and len(asking) == 1 else ""


def asks(message: str) -> bool:
    """Say whether any part of a message is a question or a request."""
    if _WISH.search(message):
        return True
    parts = re.split(r"(?<=[?!.;\n])\s+", message)
    return any(_QUESTION.search(part.strip(" ,;")) for part in parts if part)
