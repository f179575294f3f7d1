"""How two pieces of text are compared: folding, containment, sentences, numbers, reading grade."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

_DASHES = re.compile(r"[\u2010-\u2015\u2212]")
_SINGLE_QUOTES = re.compile(r"[\u2018\u2019\u02bc]")
_DOUBLE_QUOTES = re.compile(r"[\u201c\u201d\u201e]")
_MARKS = re.compile(r"[*_`#>|]+")
_LINKS = re.compile(r"!?\[([^\]]*)\]\(([^)]*)\)")
_REFERENCES = re.compile(r"\s?\[\^?\d+\]")
_MARKED = re.compile(r"([.!?…:]*)\s?((?:\[\^?\d+\]\s?)*\[\^?\d+\])(?!\()")
_BULLET = re.compile(r"^\s*(?:[-*+•]|\d{1,2}[.)])\s+")
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"')\]]*\s+(?=[\"'(\[]?[A-ZÀ-Þ0-9⟦👉])")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*(?:\s?-\s?\d+(?:[.,]\d+)*)?")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_STOP_WORDS = """
    a an and any are as at be been but by can do does for from had has have he her his how i if in into
    is it its me more my no not of on or our she so than that the their them then there these they this
    to up was we were what when where which while who why will with you your
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())
"""Function words that carry no claim; left out when a sentence is compared with a quote."""


@lru_cache(maxsize=20_000)
def fold(text: str) -> str:
    """Return `text` in the form in which facts are compared.

    NFKC, case-folded, one kind of dash and quote, no Markdown marks, single spaces, and no spaces inside a
    range of numbers ("8 – 10" becomes "8-10").
    """
    text = unicodedata.normalize("NFKC", text)
    text = _DOUBLE_QUOTES.sub('"', _SINGLE_QUOTES.sub("'", _DASHES.sub("-", text)))
    text = _MARKS.sub("", text).casefold()
    text = re.sub(r"(\d)\s*-\s*(?=\d)", r"\1-", text)
    return " ".join(text.split())


@lru_cache(maxsize=20_000)
def _pattern(needle: str) -> re.Pattern[str]:
    if needle.startswith("re:"):
        return re.compile(needle[3:], re.IGNORECASE)
    folded = fold(needle)
    left = r"(?<![\w-])" if folded[:1].isdigit() else r"(?<!\w)" if folded[:1].isalnum() else ""
    right = r"(?![\d])" if folded[-1:].isdigit() else ""
    return re.compile(left + re.escape(folded) + right)


def contains(text: str, needle: str) -> bool:
    """Say whether `text` holds `needle`, both folded.

    A needle starts at a word's start, so that "core" is not found in "score", and a number is whole, so
    that "8-10" is not found in "18-10"; an ending may follow ("plank" is found in "planks"). A needle that
    starts with "re:" is a regular expression over the folded text.
    """
    return _pattern(needle).search(fold(text)) is not None


def first_found(text: str, alternates: Iterable[str]) -> str | None:
    """Return the first of `alternates` that `text` holds, or None."""
    return next((alternate for alternate in alternates if contains(text, alternate)), None)


def plain(markdown: str) -> list[str]:
    """Return the lines of `markdown` without marks, bullets and footnote numbers; links by their label."""
    text = _REFERENCES.sub("", _LINKS.sub(r"\1", markdown))
    lines: list[str] = []
    for line in text.splitlines():
        if re.fullmatch(r"[\s|:-]*", line):
            continue
        cells = (
            [cell for cell in line.split("|") if cell.strip()] if line.lstrip().startswith("|") else [line]
        )
        for cell in cells:
            stripped = _MARKS.sub("", _BULLET.sub("", _MARKS.sub("", cell, count=0))).strip()
            if stripped:
                lines.append(stripped)
    return lines


def cited_sentences(markdown: str) -> list[tuple[str, tuple[int, ...]]]:
    """Return the sentences of an answer, each with the 1-based numbers of the citations that it names."""
    tagged = _MARKED.sub(lambda m: "".join(f"⟨{n}⟩" for n in re.findall(r"\d+", m[2])) + m[1], markdown)
    found = [(re.sub(r"⟨\d+⟩", "", s).strip(), re.findall(r"⟨(\d+)⟩", s)) for s in sentences(tagged)]
    return [(sentence, tuple(int(n) for n in marks)) for sentence, marks in found if sentence]


def sentences(markdown: str) -> list[str]:
    """Return the sentences of an answer, list items and table cells each on their own."""
    return [part.strip() for line in plain(markdown) for part in _SENTENCE_END.split(line) if part.strip()]


def words(text: str) -> list[str]:
    """Return the words of `text`, folded."""
    return _WORD.findall(fold(text))


def squeeze(text: str) -> str:
    """Return `text` as folded words with single spaces: the form in which quotes are found in a guide."""
    return " ".join(re.findall(r"[\w%°-]*\w[\w%°-]*", fold(_LINKS.sub(r"\1", text))))


def content_words(text: str) -> frozenset[str]:
    """Return the folded words that carry meaning, cut to a common stem length of 6 letters.

    The cut makes "stabilise/stabilize/stability" and "strengthens/strengthening" alike, which is all that a
    lexical test of support needs.
    """
    return frozenset(w if w[0].isdigit() else w[:6] for w in words(text) if w not in STOP_WORDS)


def numbers(text: str) -> list[str]:
    """Return the numbers and ranges of `text` in order, folded: "2-3", "8-10", "90"."""
    return [re.sub(r"\s", "", match) for match in _NUMBER.findall(fold(text))]


def slug(text: str) -> str:
    """Return `text` as a passage name: folded, a leading list number dropped, words joined by "-"."""
    bare = re.sub(r"^\s*\d{1,2}\s*[.)]\s*", "", fold(text))
    bare = re.sub(r"\([^)]*\)", " ", bare)
    return "-".join(re.findall(r"[a-z0-9]+", bare.replace("'", "")))


def syllables(word: str) -> int:
    """Return an estimate of the syllables of an English `word`: vowel groups less a silent final e."""
    bare = re.sub(r"[^a-z]", "", word.casefold())
    if not bare:
        return 1
    groups = len(re.findall(r"[aeiouy]+", bare))
    if bare.endswith("e") and not bare.endswith(("le", "ee")) and groups > 1:
        groups -= 1
    if bare.endswith(("es", "ed")) and groups > 1 and bare[-3] not in "aeioutdszxc":
        groups -= 1
    return max(groups, 1)


def reading_grade(parts: Sequence[str]) -> float:
    """Return the Flesch-Kincaid grade level of the sentences `parts` (US school years; about age less 5).

    0.39 × words per sentence + 11.8 × syllables per word - 15.59.

    Source: Kincaid, Fishburne, Rogers & Chissom 1975, Research Branch Report 8-75.
    """
    per_sentence = [[w for w in _WORD.findall(part) if not w[0].isdigit()] for part in parts]
    per_sentence = [found for found in per_sentence if found]
    total = sum(len(found) for found in per_sentence)
    if not total:
        return 0.0
    spoken = sum(syllables(word) for found in per_sentence for word in found)
    return 0.39 * total / len(per_sentence) + 11.8 * spoken / total - 15.59
