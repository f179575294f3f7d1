"""A message cut into sentences, clauses and normalised words that keep their place in the original."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

Span = tuple[int, int]
MAX_EVIDENCE_CHARS = 200


def word_set(text: str) -> frozenset[str]:
    """Return the words of `text`, which are parted by blanks."""
    return frozenset(text.split())


_END = re.compile(r"(?<!\d)[.](?!\d)|(?<=\d)[.](?=\s|$)|[!?;\n\r…。]+|[¿¡]")
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)*|\d+(?:[.,:/]\d+)?|½|¼|¾|[=%°]|/(?=[a-z])")
_COMMA = re.compile(r"[,:()\[\]\"“”]|\s[-–—]+\s|—|\.\.+")
_DICTATED = re.compile(r"\b(?:comma|question mark|full stop|new line|exclamation mark)\b", re.I)
_ARTICLES = word_set("the my a this his her no it")
_CONJUNCTIONS = word_set("""
    but and so because while then though although however yet pero porque aunque mais parce aber weil und
    porem mas y et e ou or cos cuz coz
""")
_SPLIT_FORMS = {
    "cant": "can't", "dont": "don't", "wont": "won't", "isnt": "isn't", "wasnt": "wasn't", "didnt": "didn't",
    "doesnt": "doesn't", "havent": "haven't", "hasnt": "hasn't", "hadnt": "hadn't", "couldnt": "couldn't",
    "wouldnt": "wouldn't", "shouldnt": "shouldn't", "arent": "aren't", "werent": "weren't", "aint": "ain't",
    "im": "i'm", "ive": "i've", "ill": "i'll", "id": "i'd", "its": "it's", "thats": "that's",
    "theres": "there's",
    "hes": "he's", "shes": "she's", "theyre": "they're", "whats": "what's", "cannot": "can't",
    "couldn": "couldn't",
    "bak": "back", "bck": "back", "bac": "back", "bakc": "back", "hert": "hurt", "hurst": "hurts",
    "hurtz": "hurts",
    "alot": "lot", "wich": "which", "u": "you", "ur": "your", "mnths": "months", "yrs": "years", "wk": "week",
    "wks": "weeks", "wkes": "weeks", "weaks": "weeks", "mths": "months", "mth": "month", "mos": "months",
    "yr": "year", "hrs": "hours", "mins": "minutes", "secs": "seconds", "spin": "spin", "paim": "pain",
    "pian": "pain", "acke": "ache", "runing": "running", "lowe": "lower", "ly": "ly", "tho": "though",
    "wanna": "want to", "gonna": "going to", "gotta": "got to", "kinda": "kind of", "dunno": "don't know",
    "til": "till", "lbs": "pounds", "lb": "pounds", "kgs": "kg", "disks": "discs", "disk": "disc",
}  # fmt: skip
_REAL_WORDS = word_set("pani veery hurst")
"""Swapped forms that are words or names themselves."""
_OFTEN = word_set("""
    pain since back stand stiff sore hurts hurt aching aches lower week weeks month months days year years
    wednesday thursday tuesday saturday sunday friday monday numb legs worse sitting bending sleep running
    walking still getting every doctor
""")
_SWAPPED = {
    word[:i] + word[i + 1] + word[i] + word[i + 2 :]: word
    for word in _OFTEN
    for i in range(len(word) - 1)
    if word[i] != word[i + 1]
}
"""Two neighbouring letters the wrong way round, the commonest slip of typing, in the words that count."""
_MISSPELT = {
    "weks": "weeks", "wekks": "weeks", "weekes": "weeks", "munths": "months",
    "monts": "months", "yeers": "years",
    "wendsday": "wednesday", "wensday": "wednesday", "cnat": "can't", "ca'nt": "can't", "dosent": "doesn't",
    "doesent": "doesn't", "thrusday": "thursday", "teusday": "tuesday", "noumb": "numb",
    "tinging": "tingling", "wurse": "worse", "worce": "worse", "evry": "every", "geting": "getting",
    "exersise": "exercise", "excersise": "exercise", "excercise": "exercise", "diner": "dinner",
}  # fmt: skip
_SPLIT_FORMS |= {wrong: right for wrong, right in _SWAPPED.items() if wrong not in _REAL_WORDS} | _MISSPELT
_JOINED = word_set("pins pin hot on off up back comes goes lower each weeks months years more worse ups by")
_VERTEBRA = re.compile(r"\b[lt](?:[1-9]|1[0-2])(?:\s?[-/]\s?(?:[lts]?\d{1,2}))?\b|\b[ls]5\s?s1\b|\bs1\b")
_FOLD = str.maketrans(
    {"’": "'", "‘": "'", "`": "'", "´": "'", "ß": "s", "æ": "a", "œ": "o", "ø": "o", "ı": "i"}
)
_DIGIT = re.compile(r"\d")
_ELONGATED = re.compile(r"([a-z])\1{2,}")


@dataclass(slots=True)
class Sentence:
    """One sentence: normalised words, the place of each in the message, and the clause each belongs to."""

    text: str
    start: int
    words: list[str] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    clause: list[int] = field(default_factory=list)
    """Number of the clause of each word; a comma or a conjunction starts the next."""
    question: bool = False
    """Ends in a question mark."""

    def evidence(self, message: str, first: int, last: int) -> str:
        """Return the visitor's own words around the words `first` to `last`: their whole clauses."""
        low, high = self.clause[first], self.clause[last]
        inside = [i for i, c in enumerate(self.clause) if low <= c <= high]
        text = message[self.spans[inside[0]][0] : self.spans[inside[-1]][1]]
        if len(text) > MAX_EVIDENCE_CHARS:
            text = message[self.spans[max(first - 3, inside[0])][0] : self.spans[last][1]]
        return text[:MAX_EVIDENCE_CHARS].strip()


def fold(text: str) -> str:
    """Return `text` in lower case without accents, character for character (same length).

    A character whose plain form is not one character is kept, so that places in the result are
    places in the original.
    """
    if text.isascii():
        return text.replace("`", "'").lower()
    out = []
    for char in text.translate(_FOLD):
        plain = char
        if ord(char) > 127:
            decomposed = unicodedata.normalize("NFKD", char)
            base = "".join(c for c in decomposed if not unicodedata.combining(c))
            plain = base if len(base) == 1 else char
        lower = plain.lower()
        out.append(lower if len(lower) == 1 else plain)
    return "".join(out)


def sentences(message: str) -> list[Sentence]:
    """Cut `message` into sentences of normalised words.

    Spoken punctuation ("comma", "question mark") counts as punctuation where the message was
    dictated. Work is linear in the length of the message.
    """
    folded = fold(message)
    if _DICTATED.search(folded):
        folded = _DICTATED.sub(lambda m: _spoken(m.group()), folded)
    return [s for s in (_sentence(message, folded, a, b, q) for a, b, q in _bounds(folded)) if s.words]


def unsplit(sentence: Sentence, message: str) -> None:
    """Undo in a foreign sentence what is mended for English only: German "im" is no "I'm"."""
    for i, (a, b) in enumerate(sentence.spans):
        if sentence.words[i] == "i'm" and fold(message[a:b]) == "im":
            sentence.words[i] = "im"


def _spoken(words: str) -> str:
    mark = {"question mark": "?", "full stop": ".", "exclamation mark": "!", "new line": "\n"}.get(words, ",")
    return mark.ljust(len(words))


def _bounds(folded: str) -> Iterator[tuple[int, int, bool]]:
    start = 0
    for end in _END.finditer(folded):
        yield start, end.start(), "?" in end.group()
        start = end.end()
    yield start, len(folded), False


def _sentence(message: str, folded: str, start: int, end: int, question: bool) -> Sentence:
    result = Sentence(text=message[start:end].strip(), start=start, question=question)
    text = folded[start:end]
    if _DIGIT.search(text):
        text = _VERTEBRA.sub(lambda m: "lumbar"[: len(m.group())].ljust(len(m.group())), text)
    commas = [m.start() for m in _COMMA.finditer(text)]
    clause, next_comma, fresh = 0, 0, True
    for found in _WORD.finditer(text):
        word = found.group()
        while next_comma < len(commas) and commas[next_comma] < found.start():
            next_comma += 1
            if not fresh:
                clause, fresh = clause + 1, True
        if word in _CONJUNCTIONS and not fresh and not (word == "and" and result.words[-1] in _JOINED):
            clause += 1
        fresh = False
        place = (start + found.start(), start + found.end())
        for part in parts(word):
            result.words.append(part)
            result.spans.append(place)
            result.clause.append(clause)
    for i, (word, after) in enumerate(pairwise(result.words)):
        # "Nothing w the back", not "3 w the same".
        if word == "w" and after in _ARTICLES and not (i and result.words[i - 1][0].isdigit()):
            result.words[i] = "with"
    return result


def parts(word: str) -> list[str]:
    """Return the normalised words that a written word stands for: "cannot" is "can't", "back's" two words."""
    if word[0].isdigit():
        return [word]
    if word == "/":
        return ["per"]
    if word in ("lu", "lum", "lumb", "lumba"):
        return ["lumbar"]
    if (
        "'" in word
        and word.endswith("'s")
        and word[:-2] not in ("it", "that", "there", "he", "she", "what", "let")
    ):
        return [word[:-2], "'s"]
    known = _SPLIT_FORMS.get(word)
    if known is None and len(word) > 3 and _ELONGATED.search(word):
        known = _SPLIT_FORMS.get(_ELONGATED.sub(r"\1", word)) or _ELONGATED.sub(r"\1\1", word)
    return known.split() if known else [word]
