"""The lists of `claims.toml` that a language model's sentences are checked with."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import Stemmer

from assistant.answering import facts

WORD = re.compile(r"[a-zà-ÿ]+(?:['’][a-z]+)?", re.IGNORECASE)
_LABEL = re.compile(r"((?:[\w'’-]+ ){0,5}[\w'’-]+):\s+")
MOST_OPENINGS = 3
LONG_ADVERB = 5
_STEMMER = Stemmer.Stemmer("english")
STOP = frozenset((
    "a", "an", "the", "of", "to", "in", "on", "at", "for", "with", "by", "from", "as", "is", "are",
    "be", "am", "it", "its", "this", "that", "these", "those", "you", "your", "yours", "they", "them",
    "their", "and", "or", "so", "if", "when", "who", "whom", "can", "may", "will", "do", "does", "did",
    "have", "has", "i", "we", "our", "us", "into", "he", "she", "his", "her", "the", "re", "ve", "ll",
))  # fmt: skip


_CONTRACTED = re.compile(
    r"(?:i|you|we|they|he|she|it|that|there|here|what|who|where|how)['’](?:m|ve|re|ll|d|s)"
    r"|(?:is|are|was|were|do|does|did|have|has|had|can|could|will|would|should|must|need|ai)n?['’]t|won['’]t",
    re.IGNORECASE,
)
"""Function words; what a negation among them denies is read from the text."""


class ClaimsError(ValueError):
    """`claims.toml` cannot be used; the message names what to mend."""


@dataclass(frozen=True)
class Rules:
    """The lists of `claims.toml`, compiled."""

    never: Mapping[str, tuple[re.Pattern[str], ...]]
    talk: frozenset[str]
    topic: frozenset[str]
    link: frozenset[str]
    opposites: Mapping[str, frozenset[str]]
    """Stem → the stems of opposite sense."""
    canon: Mapping[str, frozenset[str]]
    """Stem → the stems that may stand for it."""
    phrases: tuple[tuple[re.Pattern[str], str], ...] = ()
    """Wordings of several words and what the guide would say instead."""
    openings: tuple[re.Pattern[str], ...] = ()
    """Ways to open a sentence that say nothing of what it states."""
    offers: tuple[re.Pattern[str], ...] = ()
    """How a sentence begins that offers or asks something of the visitor."""
    concrete: frozenset[str] = frozenset()
    """Words that say something of their own, and must stand in the passage."""
    good: frozenset[str] = frozenset()
    bad: frozenset[str] = frozenset()
    """Stems of what a body is better off with, and without."""
    less: frozenset[str] = frozenset()
    """Stems of `bad` that take something away: "release", which is good of what is bad."""
    bare: frozenset[str] = frozenset()
    """Stems of the adjectives that a label may hold: "the short version"."""
    plain: frozenset[str] = frozenset()
    """Words that say nothing of their own."""
    poles: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = ()
    """Words of opposite senses, as they are written: one side, the other."""

    @classmethod
    def load(cls, path: Path) -> Rules:
        """Read the lists.

        Raises:
            ClaimsError: the file is missing, not TOML, lacks a list, or holds a pattern that is none.
        """
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
            never = {
                name: tuple(re.compile(pattern, re.IGNORECASE) for pattern in table["never"][name])
                for name in ("diagnosis", "drug", "reassurance", "steering")
            }
            talk, topic, link = (table["words"][name] for name in ("talk", "topic", "link"))
            concrete = frozenset(table["words"]["concrete"].split())
            link = [*link, *table["words"]["plain"].split()]
            groups, pairs = table["synonyms"]["groups"], table["opposites"]["pairs"]
            poles = [(one.split(), other.split()) for one, other in table["opposites"]["poles"]]
            openings, offers = (
                tuple(re.compile(rf"^(?:{pattern})", re.IGNORECASE) for pattern in table["frames"][name])
                for name in ("openings", "offers")
            )
            good, bad, less = (
                frozenset(map(stem, table["valence"][name].split())) for name in ("good", "bad", "less")
            )
            bare = frozenset(map(stem, table["frames"]["adjectives"]))
            phrases = tuple((re.compile(a, re.IGNORECASE), b) for a, b in table["phrases"]["rewrite"])
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise ClaimsError(f"{path}: {error}; restore or mend it") from error
        except re.error as error:
            raise ClaimsError(f"{path}: the pattern {error.pattern!r}: {error}; mend it") from error
        except (KeyError, TypeError) as error:
            raise ClaimsError(f"{path}: {error} is missing or of the wrong kind; restore it") from error
        against: dict[str, set[str]] = {}
        for one_side, other_side in [*(([a], [b]) for a, b in map(str.split, pairs)), *poles]:
            for a in map(stem, one_side):
                for b in map(stem, other_side):
                    against.setdefault(a, set()).add(b)
                    against.setdefault(b, set()).add(a)
        canon: dict[str, set[str]] = {}
        for group in groups:
            alike = {s for word in group.split() if "_" not in word for s in stems(word)}
            for one in alike:
                canon.setdefault(one, set()).update(alike)
        return cls(
            never,
            frozenset(s for word in talk for s in (*stems(word), stem(word))),
            frozenset(s for word in topic for s in (*stems(word), stem(word))),
            frozenset(s for word in (*talk, *topic, *link) for s in (*stems(word), stem(word))),
            {name: frozenset(others) for name, others in against.items()},
            {name: frozenset(group) for name, group in canon.items()},
            phrases,
            openings,
            offers,
            concrete,
            good,
            bad,
            less,
            bare,
            frozenset((*talk, *topic, *link)) - concrete,
            tuple((tuple(one), tuple(other)) for one, other in poles),
        )

    def rewritten(self, text: str) -> str:
        """Return `text` with wordings of several words as the guide would say them."""
        for pattern, instead in self.phrases:
            text = pattern.sub(instead, text)
        return text

    def unframed(self, text: str) -> str:
        """Return `text` without what only opens it: "The good part is that", "One quick tip:"."""
        for _ in range(MOST_OPENINGS):
            label = _LABEL.match(text)
            if label and all(s in self.link or s in self.bare for s in stems(label[1])):
                text = text[label.end() :]
                continue
            rest = next((text[m.end() :] for p in self.openings if (m := p.match(text))), text)
            if rest == text or not WORD.search(rest):
                break
            text = rest
        return text

    def offered(self, text: str) -> bool:
        """Say whether `text` begins as an offer or a question to the visitor."""
        return any(pattern.match(text) for pattern in self.offers)


_GRADED = (
    "sharp strong long short slow fast quick smooth light loose tight stiff firm steady deep gentle big "
    "small tough high new old easy heavy large simple safe calm flat wide straight strict clean quiet warm "
    "cool clear near"
)
_DEGREES = (
    {
        "calves": "calf",
        "feet": "foot",
        "softer": "soft",
        "softest": "soft",
        "soften": "soft",
        "softens": "soft",
    }
    | {
        form: one
        for one in _GRADED.split()
        for root in [one.removesuffix("e").removesuffix("y") + ("i" if one.endswith("y") else "")]
        for form in (f"{root}er", f"{root}est", f"{one}ens", f"{one}ening")
        if form not in ("strongens", "strongening")
    }
    | {
        "sharpen": "sharp",
        "bigger": "big",
        "biggest": "big",
        "flatter": "flat",
        "longest": "long",
        "hardest": "hard",
    }
)
"""Forms of one word: "sharper" and "sharpens" say what "sharp" says."""


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Return a word's stem (Snowball, English)."""
    plain = word.lower().replace("’", "'").removesuffix("'s")
    if len(plain) > LONG_ADVERB and plain.endswith("ly"):
        plain = plain[:-2]  # "stiffly" says what "stiff" says
    plain = _DEGREES.get(plain, plain)
    return str(_STEMMER.stemWord(plain))


def stems(text: str) -> list[str]:
    """Return the stems of the words of `text` that are neither articles and the like nor numbers."""
    return [
        stem(w)
        for w in WORD.findall(text)
        if w.lower() not in STOP and w.lower() not in facts.FIGURES and not _CONTRACTED.fullmatch(w)
    ]
