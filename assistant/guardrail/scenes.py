"""What a message says as a whole: a scene told before the bare word "back", a score that climbs."""

from __future__ import annotations

import itertools

from assistant.guardrail import clauses
from assistant.guardrail.clauses import word_set
from assistant.guardrail.model import TriageState
from assistant.guardrail.reading import Reading

MARK_WORDS = 15
"""Longer messages tell of other distances too."""


def told_before_the_back(reading: Reading) -> str:
    """Return the scene of "Used to run 40 miles. Now none. Back.": what is told before the bare word."""
    bare = [i for i, s in enumerate(reading.sentences) if s.words[-1] in ("back", "spine") and _only_back(s)]
    if not bare or len(reading.sentences) < 2 or any(s.question for s in reading.sentences):
        return ""
    for sentence, places in zip(reading.sentences[: bare[-1]], reading.places, strict=False):
        if "runs_fine" in places:
            continue
        if (
            len(sentence.words) >= 4
            and {"run_word", "daily", "stop_word", "stop_word_strong"} & places.keys()
        ) or (len(sentence.words) >= 2 and "stop_word" in places and sentence.words[0] not in _POLITE):
            return sentence.text[: clauses.MAX_EVIDENCE_CHARS]
    return ""


def widened(reading: Reading) -> str:
    """Return what tells of more and more: "First only on hills. Then on the flat. Yesterday standing."."""
    at_first = ""
    for sentence, places in zip(reading.sentences, reading.places, strict=True):
        words = sentence.words
        if at_first and words[0] in _THEN and not {"better", "resolved", "eases"} & places.keys():
            return f"{at_first} {sentence.text}"[: clauses.MAX_EVIDENCE_CHARS]
        if {"only", "just"} & set(words) and _AT_FIRST & set(words[:3]) and not sentence.question:
            at_first = sentence.text
    return ""


_AT_FIRST = word_set("first used started began initially originally")
_THEN = word_set("then now today yesterday lately")


def back_denied(reading: Reading) -> bool:
    """Say whether "no back pain" is told and no pain of the back: what hurts then is something else."""
    own = [(n, m) for n, m in reading.pains if m.site == "back"]
    return any(
        m.status == "denied" and not _NOT_YET & set(reading.sentences[n].words) for n, m in own
    ) and not any(m.status in ("present", "told") for _, m in own)


def joined_by_the_back(reading: Reading) -> str:
    """Return the sentence that puts the back beside a pain elsewhere: "back also a bit since today"."""
    return next(
        (
            sentence.text[: clauses.MAX_EVIDENCE_CHARS]
            for sentence, places in zip(reading.sentences, reading.places, strict=True)
            if "spine_any" in places
            and ({"also", "aswell"} & {*sentence.words} or sentence.words[-1] in ("too", "well"))
            and not {"negated", "back_praise", "benign_denial", "question_start"} & places.keys()
            and not sentence.question
        ),
        "",
    )


_NOT_YET = word_set("before never until till ever yet previously usually normally sick lying longer")


def _only_back(sentence: clauses.Sentence) -> bool:
    last = sentence.clause[-1]
    return {w for w, c in zip(sentence.words, sentence.clause, strict=True) if c == last} <= _BACK_ALONE


_POLITE = word_set("don't never please not can't")
_BACK_ALONE = word_set("my the lower low back spine again bloody damn of")


def longest(reading: Reading) -> str:
    """Return the longest sentence, as evidence for what a whole message says."""
    return max((s.text for s in reading.sentences), key=len, default="")[: clauses.MAX_EVIDENCE_CHARS]


def climbing(reading: Reading) -> bool:
    """Say whether a score of pain climbs from day to day: "monday a 2, tuesday a 4, today a 7"."""
    words = [w for s in reading.sentences for w in s.words]
    if len(words) > 40:
        return False
    then_and_now = {"started", "was", "began", "went", "from"} & set(words) and {"now", "today"} & set(words)
    if sum(w in _DAYS for w in words) < 2 and not then_and_now:
        return False
    scores = [
        int(w)
        for i, w in enumerate(words)
        if w.isdigit() and int(w) <= 10 and not {*words[i + 1 : i + 2]} & _MEASURES
    ]
    return len(scores) >= 2 and all(a < b for a, b in itertools.pairwise(scores))


_MEASURES = word_set("""
    k km mile miles minute minutes hour hours day days week weeks month months year years times x sets
    reps kg
""")
_DAYS = word_set("""
    monday tuesday wednesday thursday friday saturday sunday yesterday today tonight now week
""")


def earlier(reading: Reading, now: TriageState) -> bool:
    """Note how far into a run the pain began, "then at mile 6", and say whether it was farther at first."""
    if now.pain != "present" or reading.words() > MARK_WORDS:
        return False
    words = [w for s in reading.sentences for w in s.words]
    for unit, number in itertools.pairwise(words):
        if unit in ("mile", "km", "k", "minute") and number.isdigit():
            now.marks = [*now.marks, float(number)]
    said = " ".join(words)
    if now.marks and any(start in said for start in ("my street", "front door", "first step")):
        now.marks = [*now.marks, 0.0]
    return len(now.marks) >= 2 and now.marks[-1] < now.marks[0]
