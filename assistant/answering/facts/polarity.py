"""What is denied, restricted, obliged, left open or doubtful."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from assistant.answering.facts.words import WORDS

_NEGATIONS = re.compile(
    r"\b(?:(?:not|never|\w+n't)(?! (?:just|only|merely|simply|solely)\b)|no|nor|neither|without"
    r"|avoid|avoids|avoiding|"
    r"cannot|nobody|nothing|none|rarely|seldom|hardly|scarcely|instead of|rather than(?! (?:only"
    r"|just|merely)\b)|unlike|except|"
    r"(?:makes?|made|making) (?:little|no|hardly any|not much) difference(?: to)?"
    r"|do(?:es)? (?:little|nothing|not much)|(?:plays?|has|have) (?:little|no) (?:part|role)|"
    r"free of|stop(?:s|ped|ping)?|keep(?:s|ing)? (?:\w+ ){0,4}from(?= \w+ing\b))\b",
    re.IGNORECASE,
)
LACKING = ("neglect", "neglected", "lack", "skip", "alone", "overlook")
"""Words that say that something is left out: a sentence without any of them says something else."""
_ONLY = re.compile(
    r"(?<!not )(?<!n't )(?<!never )(?<!than )(?<!instead of )\b(?:only|solely|merely|exclusively"
    r"|purely|alone|"
    r"just (?:about|for(?! you\b)|in|on|while|when)|(?<!been )all about|all (?:that )?(?:you"
    r"|it) (?:ever )?(?:needs?|takes?))\b",
    re.IGNORECASE,
)
_SHORT_SCOPE = {"without": 1, "no": 2, "keep": 2, "keeps": 2, "keeping": 2, "avoid": 3}
SCOPE = 6
"""Words behind a negation that it may deny; it ends earlier at a comma, "but" and the like (ConText,
Harkema et al. 2009)."""
_QUANTIFIED = re.compile(r"^\s*(?:enough|any|much|proper|sufficient|the|your|their|its|this|that|an?)\b")
_AUXILIARY = re.compile(r"^\s*(?:be|being|been|having|getting|actually|really|ever)\b")
_SCOPE_END = re.compile(r"[,;:.!?–—]|\b(?:but|so|because|when|while|and keep|then|which|if)\b", re.IGNORECASE)
_AT_THE_END = re.compile(r"avoids?|avoiding|stops?")
_LAST_CLAUSE = re.compile(r"[,;:–—.]")
_OR = re.compile(r"((?:[a-z-]+ ){1,4})or ((?:[a-z-]+ ?){1,4})")
_NEED = re.compile(
    r"\b(?:need|needs|must|requires?|required|only|always|essential|necessary|without (?:an?"
    r"|the)\b.{0,20}won't)\b"
)
_ADVISED = re.compile(
    r"\b(?:try not to|avoid|be careful not to|don't)\b(?!.*\b(?:help|professional|doctor|specialist)\b)"
)
_SHUNNED = re.compile(r"\b(?:instead of|rather than)\b")
_OBLIGED = re.compile(
    r"\byou(?:'ve got to| have got to| absolutely| must| have to)\b(?! (?:not|avoid))|\b(?:is"
    r"|are) (?:required|mandatory|compulsory|a must)\b"
    r"|\b(?:no|without) exceptions?\b|\b(?:should|need to)\b.*\bat all times\b|\bno matter what\b"
)
_SURE = re.compile(
    r"\b(?:always|inevitabl[ey]|definitely|certainly|undoubtedly|bound to|sure to|without fail"
    r"|every time|never)\b"
)
_HEDGED = re.compile(r"\b(?:may|might|can|could|often|usually|sometimes)\b")
_BENEFIT_DENIED = re.compile(
    r"\b(?:mak|made)\w* (?:little|no|hardly any) difference|\bdo(?:es)? (?:little|nothing)\b"
    r"|(?:\b(?:not|never|cannot|hardly|no longer)|n't) (?:really |actually |do much to "
    r"|\w+ly )?(?:help|work|reduce|relieve|"
    r"ease|prevent|improve|strengthen|build|support|protect|matter|increase|boost|train|stabili[sz]e|benefit|count|needed|necessary|required|important|essential|useful)"
)
_ALONE = (
    re.compile(r"\b(?:only|solely|purely|exclusively)\b((?:\W+\w+){1,4})"),
    re.compile(r"((?:\w+\W+){1,2})(?:alone|exclusively)\b"),
)


class Denial(NamedTuple):
    """A negation: the words that it surely reaches, its clause behind it, and what stands around."""

    word: str
    scope: list[str]
    reach: str
    before: str
    behind: str


def denials(text: str) -> list[Denial]:
    """Return the negations of `text` in order."""
    plain = text.lower().replace("’", "'")
    found: list[Denial] = []
    for match in _NEGATIONS.finditer(plain):
        rest = plain[match.end() :]
        end = _SCOPE_END.search(rest)
        reach = _AUXILIARY.sub("", _QUANTIFIED.sub("", rest[: end.start()] if end else rest))
        beyond = _NEGATIONS.search(reach)
        scope = WORDS.findall(reach)[: _SHORT_SCOPE.get(match.group().split()[0], SCOPE)]
        if match.group().startswith("keep"):  # "keep strain from shifting" denies the strain too
            scope = [*WORDS.findall(match.group())[1:-1], *scope]
        if not scope and _AT_THE_END.fullmatch(match.group()):  # "slouching is what it helps avoid"
            scope = WORDS.findall(_LAST_CLAUSE.split(plain[: match.start()])[-1])
        reach = reach[: beyond.start()] if beyond else reach
        found.append(
            Denial(
                match.group(),
                scope,
                reach or " ".join(scope),
                plain[: match.start()],
                rest[end.start() :] if end else "",
            )
        )
    return found


def denied(text: str, stem: Callable[[str], str]) -> frozenset[str]:
    """Return the stems of the words that a negation of `text` reaches."""
    return frozenset(stem(word) for denial in denials(text) for word in denial.scope)


def alternatives(text: str, stem: Callable[[str], str]) -> list[tuple[frozenset[str], frozenset[str]]]:
    """Return the words on both sides of each "or": "a weight or just bodyweight" leaves a choice."""
    return [
        (frozenset(map(stem, one.split())), frozenset(map(stem, other.split())))
        for one, other in _OR.findall(text.lower())
    ]


def has_choice_word(text: str) -> bool:
    """Say whether `text` leaves something out by choice: "without a weight"."""
    return bool(re.search(r"\b(?:without|no)\b", text.lower())) and not demanded(text)


def advised_against(text: str) -> bool:
    """Say whether `text` advises against something, other than against getting help."""
    return bool(_ADVISED.search(text.lower().replace("’", "'")))


def shunned(text: str) -> bool:
    """Say whether `text` names what to do less of: "instead of only running on pavement"."""
    return len(_NEGATIONS.findall(text)) == 1 and bool(_SHUNNED.search(text.lower()))


def demanded(text: str) -> bool:
    """Say whether `text` says that something is needed."""
    return bool(_NEED.search(text.lower()))


def benefit_denied(text: str) -> bool:
    """Say whether `text` says that something does not do what it is for: "does not help"."""
    return bool(_BENEFIT_DENIED.search(text.lower().replace("’", "'")))


_SUPERLATIVE = re.compile(
    r"\b(?:the|your) (?:single |very )?(?:best|most (?:important|effective|powerful|useful"
    r"|efficient|valuable|essential)|number one|greatest)\b"
    r"(?! (?:time|times|way|ways|place|moment|part|thing|of it|out of|bet|days?|fit|spot|from"
    r"|common|often|value))"
)


def superlative(text: str) -> bool:
    """Say whether `text` sets something above all others: "the best exercise"."""
    return bool(_SUPERLATIVE.search(text.lower()))


_ADDITIVE = re.compile(
    r"(?:\bnot|n't|\bnever)(?: \w+){0,4} (?:just|only|merely|simply|solely|alone|enough)\b"
    r"|\b(?:just|only|alone)\b(?: \w+){0,3} (?:isn't|is not|won't|can't|doesn't)\b|\bthan (?:just"
    r"|only|merely)\b"
)


def additive(text: str) -> bool:
    """Say whether `text` says that something is not all there is: "isn't just", "alone isn't enough"."""
    return bool(_ADDITIVE.search(text.lower().replace("’", "'")))


def obliged(text: str) -> bool:
    """Say whether `text` obliges the reader: "you must", "is mandatory"."""
    return bool(_OBLIGED.search(text.lower().replace("’", "'")))


_GUARANTEED = re.compile(
    r"\b(?:inevitabl[ey]|undoubtedly|(?:will|'ll) always|bound to"
    r"|(?<!make )(?<!making )(?<!be )sure to|without fail"
    r"|guarantee\w*)\b"
)


def guaranteed(text: str) -> bool:
    """Say whether `text` vouches for what will happen: "bound to stay pain-free"."""
    return bool(_GUARANTEED.search(text.lower()))


def certain(text: str) -> bool:
    """Say whether `text` says that something is so every time."""
    return bool(_SURE.search(text.lower()))


def hedged(text: str) -> bool:
    """Say whether `text` says that something may be so."""
    return bool(_HEDGED.search(text.lower()))


def alone(text: str, stem: Callable[[str], str]) -> frozenset[str]:
    """Return the words of what is said to be all there is: "miles" of "miles alone"."""
    return frozenset(
        stem(w)
        for pattern in _ALONE
        for beside in pattern.findall(text.lower())
        for w in WORDS.findall(beside)
    )


def restricted(text: str) -> bool:
    """Say whether `text` says that something is all there is: "only about", and not "isn't only about"."""
    return bool(_ONLY.search(text.replace("’", "'")))


def negated(text: str) -> bool:
    """Say whether `text` denies anything."""
    return bool(_NEGATIONS.search(text.replace("’", "'")))
