"""Whether the numbers and sides of a sentence are those of its passage."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.answering import facts
from assistant.answering.evidence import Evidence
from assistant.answering.verdict import Reason
from assistant.ingestion.chunks import Chunk

_REPEATED = re.compile(r"\b(?:switch|swap|repeat|other|then|alternat\w+|chang\w+|same)\b", re.IGNORECASE)


_LEAST = re.compile(
    r"\b(?:at least|minimum|no (?:fewer|less)|or (?:more|longer)|the least|lower end|already)\b",
    re.IGNORECASE,
)
_MOST = re.compile(
    r"\b(?:at most|maximum|max|up to|upper end|tops|the most"
    r"|(?:no|not|n['’]t|nobody|never)(?: \w+){0,4} (?:more|longer|over|beyond))\b",
    re.IGNORECASE,
)


def _mirrored(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return sides the other way round, as for the second half of a movement of both sides."""
    return [({"left": "right", "right": "left"}[side], part) for side, part in pairs]


_COUNTED = re.compile(
    r"\b(?:two|three|four|five|six|seven)\s+(?:[a-z]+\s+)?"
    r"(?:things?|parts?|jobs?|signs?|ways?|reasons?|points?|tips?|factors?|causes?|habits?|roles?|gains?)\b",
    re.IGNORECASE,
)
"""How many things are named, which the passage need not count itself: "three signs"."""


def number_fault(text: str, evidence: Sequence[Evidence], named: Chunk | None) -> Reason:
    """Return "number" or "side" where a figure is not the passages', "word" where only things are counted."""
    if (rest := _COUNTED.sub("some things", text)) != text:
        return number_fault(rest, evidence, named) or "word"
    said = facts.numbers(text)
    own = [one for one in evidence if named is None or one.chunk is named or not one.chunk.exercise]
    there = {n for one in own for n in one.numbers}
    strange = [number for number in said if not _among(number, there) and not _a_limb(number, own)]
    if any(not _an_end(number, said, there) and not _told_end(number, text, there) for number in strange):
        return "number"
    periods = {period for one in evidence for period in one.periods}
    if not set(facts.per_period(text)) <= periods:
        return "number"
    for one in evidence:
        if one.each_side and any(n in one.dose and n.unit == "" for n in said) and not facts.each_side(text):
            return "side"
    return ""


def side_fault(text: str, evidence: Sequence[Evidence]) -> bool:
    there = [pairs for one in evidence for pairs in one.sides]
    for clause in facts.clauses(text):
        pairs = facts.sides(clause)
        known = [*there, *map(_mirrored, there)] if len(pairs) > 1 and _REPEATED.search(text) else there
        if pairs and not any(set(pairs) <= set(other) for other in known):
            return True
    if any(pair <= set(other) for pair in facts.in_turn(text) for other in there):
        return True  # "the right arm first, then the left leg" of both at once
    bound = {pair for one in evidence for pair in one.bindings}
    touching = {pair for one in evidence for pair in one.contacts}
    for part, way in facts.contacts(text):
        if (part, way) not in touching and (part, {"on": "off", "off": "on"}[way]) in touching:
            return True
    if any(
        (part, way) not in bound and (part, {"up": "down", "down": "up"}[way]) in bound
        for part, way in facts.moved(text)
    ):
        return True
    stacked = {pair for one in evidence for pair in one.relations}
    for pair in facts.relations(text) - stacked:
        if any(len({*pair, *other}) < 4 for other in stacked):
            return True  # "elbow under hip" of "elbow under shoulder"
    limbs = {noun for pairs in there for _, noun in pairs} | {p for one in evidence for p in one.limbs}
    pairs_there = frozenset().union(*(facts.plural(one.whole) for one in evidence))
    if facts.both(text) & limbs - pairs_there and not any(facts.both(one.whole) for one in evidence):
        return True
    bound |= {
        (part, "forward") for part, way in bound if way == "at the front" and part in ("foot", "leg", "knee")
    }
    moments = {moment for one in evidence for text_ in one.texts for moment in facts.moments(text_)}
    if moments and not facts.moments(text) <= moments:
        return True
    bound |= {(verb, way) for part, way in bound if part in ("arm", "leg") for verb in ("reach", "extend")}
    bound |= {("hand", way) for part, way in bound if part == "arm"}
    bound |= {("foot", way) for part, way in bound if part == "leg"}
    return not facts.bindings(text) <= bound


def _among(number: facts.Number, there: set[facts.Number]) -> bool:
    """Say whether a number is among others; "two of those" may be of any unit."""
    return number in there or (number.unit == "any" and any(n[:2] == number[:2] for n in there))


def _an_end(number: facts.Number, said: Sequence[facts.Number], there: set[facts.Number]) -> bool:
    """Say whether a number is one end of a range, and the other end is named too: "two, later three"."""
    low, high, unit = number
    ends = [(one.low, one.high) for one in there if unit in (one.unit, "") and one.low != one.high]
    named = {one.low for one in said if one.low == one.high}
    return low == high and any(low in pair and set(pair) <= named for pair in ends)


def _told_end(number: facts.Number, text: str, there: set[facts.Number]) -> bool:
    """Say whether a number is the end of a range that it is told to be: "at most three", "up to three"."""
    low, high, unit = number
    if low != high:
        return False
    ranges = [one for one in there if one.low != one.high and one.unit == unit]
    least, most = bool(_LEAST.search(text)), bool(_MOST.search(text))
    return any((low == one.low and least) or (low == one.high and most) for one in ranges)


def _a_limb(number: facts.Number, evidence: Sequence[Evidence]) -> bool:
    """Say whether a number is the "one arm" of a movement that has a left and a right, or another side."""
    return number[:2] == ("1", "1") and number.unit in facts.LIMBS and any(one.sided for one in evidence)
