"""Whose a time span is: the pain's, or a plan's, a pregnancy's, a race's, a pair of shoes'."""

from __future__ import annotations

from datetime import date

from assistant.guardrail import duration
from assistant.guardrail.clauses import Sentence, word_set
from assistant.guardrail.dates import WEEKDAYS
from assistant.guardrail.facts import OLD_DAYS
from assistant.guardrail.lexicon import Places
from assistant.guardrail.pain import Mention
from assistant.guardrail.reading import Reading, Span

SHORT_WORDS = 25
"""A message up to this length speaks of one thing."""
LONG_WORDS = 45
"""In a message longer than this, only what stands near the pain is said of it."""
LASTS = word_set("""
    since with been going through of now still this desde llevo lleva hace depuis fait seit schon ha faz tem
""")
_OTHER_AFTER = word_set("""
    of into in out to plan plans programme program block old pregnant before until till away left cycle
    postpartum race training per each a hold holds rest schedule streak marathon apart challenge gap build
    taper course postnatal on along gone late overdue
""")
_OTHER_BEFORE = word_set("""
    in within every hold holding aged age rest next late overdue another ran run running trained training held
    dans toutes tous chaque cada alle jede em
""")
_PER = word_set("day week month year night time")
"""What "three days a" goes on with where it says how often, not how long."""
AGO = word_set("ago before back earlier prior previously")
NEWLY = word_set("""
    yesterday today tonight recently just now again monday tuesday wednesday thursday friday saturday sunday
""")
AGE_DAYS = 6 * 365
_AGE_BEFORE = word_set("de con com mit tengo tiene j'ai a tenho tem bin ist")
"""Before so many years, these tell an age: "mi hijo de 14 años", "j'ai 45 ans"."""
_PLANS = word_set("plan programa programme plano trainingsplan")
"""What a span belongs to in "un plan de 12 semanas"."""
FIRM_WORDS = 8
"""Words at most between a pain and its time span, where nothing else can be meant."""
FIRM_LEAD = 3
FIRM_BEFORE = word_set("still for since over about going past last nearly almost around the better best")
BENDS = word_set("when while if after before until than who he she they was were had used went run running")
ACTIVITY = word_set("""
    lifted lifting ran run running jogged jogging trained training swum swimming cycled cycling rowed
    rowing coached coaching played playing married worked working taught teaching climbed climbing danced
""")
"""What a span after "for" belongs to: "I've lifted for ten years"."""
_IS = word_set("is was were are")
_OWNED = word_set("my the our his her their for how")
_BACK = word_set("back spine pain ache backache")
_ANAPHORA = word_set("""
    it it's this that been since now still same ago going started began start hace depuis seit desde ha
    faz llevo lleva fait tem schon
""")


def spans(message: str, reading: Reading, today: date, pain_known: bool) -> list[Span]:
    found: list[Span] = []
    any_pain = any(m.status == "present" and m.site != "elsewhere" for _, m in reading.pains)
    for number, (sentence, places, modifiers) in enumerate(
        zip(reading.sentences, reading.places, reading.contexts, strict=True)
    ):
        found_here = duration.time_spans(sentence.words, places, today)
        if not found_here or modifiers.hypothetical or modifiers.generic:
            continue
        here = [m for n, m in reading.pains if n == number and m.status == "present"]
        for span in found_here:
            if modifiers.triggers.get(span.first, 0) > 0 or (
                span.first and sentence.words[span.first - 1] == "not"
            ):
                continue
            if modifiers.historical and span.kind != "vague":
                continue
            if span.kind == "since" and _only_dates(span, sentence, modifiers.told_past):
                continue
            if not here and "dated_thing" in places and (span.kind == "vague" or span.days >= OLD_DAYS):
                continue  # "I take the prednisone for my lungs, going on six years."
            if modifiers.resolved_at is not None and not any(m.first > modifiers.resolved_at for m in here):
                continue
            belongs = _belongs(span, sentence, places, here, any_pain, pain_known, reading.words())
            if belongs:
                found.append(
                    Span(
                        span.days,
                        sentence.evidence(message, span.first, span.last),
                        sentence.spans[span.first][0],
                        belongs == 2,
                        belongs == 2 and _firm(span, sentence, here),
                    )
                )
    return found


def _only_dates(span: duration.TimeSpan, sentence: Sentence, told_past: bool) -> bool:
    """Say whether "In 2022 I missed a season" only dates what is told, which lasts no further."""
    words = sentence.words
    return words[span.first - 1 : span.first] == ["in"] and (
        told_past or (span.first == 1 and not _FROM_THEN_ON & set(words))
    )


_FROM_THEN_ON = word_set("since still ever never began started hurt injured got now been")


def _firm(span: duration.TimeSpan, sentence: Sentence, here: list[Mention]) -> bool:
    """Say whether "my back has been sore for ten days" stands there, with nothing between that bends it."""
    words = sentence.words
    lead = words[max(0, span.first - FIRM_LEAD) : span.first + 1]
    if not FIRM_BEFORE & set(lead):
        return False
    for mention in here:
        start, end = sorted((mention.first, span.first))
        near = end - start <= FIRM_WORDS and not BENDS & set(words[start : end + 1])
        if mention.site == "back" and near and sentence.clause[mention.first] == sentence.clause[span.first]:
            return True
    return False


def long_ago(sentence: Sentence, places: Places, today: date) -> bool:
    """Say whether a sentence tells of something weeks ago: an accident of three years back is none of now."""
    words = sentence.words
    if NEWLY & set(words):
        return False
    if "old_event" in places:
        return True
    return any(
        span.days > OLD_DAYS
        and (
            {*words[span.last + 1 : span.last + 2]} & AGO
            or (span.kind == "since" and words[max(0, span.first - 1)] in ("since", "in"))
        )
        for span in duration.time_spans(words, places, today)
    )


def since_the_last(words: list[str], last: int) -> bool:
    """Say whether "it's been a while since my back felt like this" follows: how long it was well."""
    rest = words[last + 1 : last + 10]
    return rest[:1] == ["since"] and bool({"last", "like", "such"} & set(rest))


def _belongs(
    span: duration.TimeSpan,
    sentence: Sentence,
    places: Places,
    here: list[Mention],
    any_pain: bool,
    pain_known: bool,
    total: int,
) -> int:
    """Return 2 if the span is said of the pain, 1 if it may be, 0 if it belongs to something else."""
    words = sentence.words
    after = words[span.last + 1 : span.last + 3]
    before = words[max(0, span.first - 2) : span.first]
    rest = words[span.last + 1 :]
    if pain_known and span.kind == "vague" and span.first == 0 and not rest:
        return 2  # "All season", and nothing else, after a pain was told
    if (
        words[max(0, span.first - 1) : span.first] == ["for"]
        and {*words[max(0, span.first - 3) : span.first - 1]} & ACTIVITY
    ):
        return 0
    if since_the_last(words, span.last):
        return 0
    if span.kind == "span" and span.days >= AGE_DAYS and before and before[-1] in _AGE_BEFORE:
        return 0
    planned = before and (before[0] in _PLANS or before in (["dentro", "de"], ["daqui", "a"]))
    if span.kind == "span" and (planned or _PLANS & set(rest[:4])):
        return 0
    if rest[:1] and rest[0] in _IS and rest[1:2] and rest[1] in _OWNED and not _BACK & set(rest[2:5]):
        return 0
    if before[-1:] == ["from"] and len(words) > 1 and {"are", "is", "were", "was"} & set(words[: span.first]):
        return 0  # "Mine are from 2022": the shoes.
    if words[span.first].isdigit() and words[span.first + 1 : span.first + 2] == ["a"]:
        return 0  # "I smoke 10 a day"
    if rest[:2] == ["from", "now"] or (before[:1] == ["in"] and before[-1:] in (["about"], ["roughly"])):
        return 0
    if words[span.first] in ("week", "month") and not here:
        return 0
    if words[span.first] == "day" and not here and total > 10:
        return 0
    if span.kind == "span":
        if (
            rest[:1] == ["in"]
            and (len(rest) == 1 or sentence.clause[span.last + 1] != sentence.clause[span.last + 2])
            and not (here or pain_known)
        ):
            return 0
        if before and before[-1] in ("i'm", "she's", "am") and after != ["into"]:
            return 0
        if (
            after
            and after[0] in _OTHER_AFTER
            and (after[0] != "a" or bool(_PER & set(after[1:])))
            and after[:2]
            not in (
                ["on", "and"],
                ["each", "time"],
                ["on", "i"],
                ["on", "it"],
                ["on", "still"],
                *(["on", day] for day in WEEKDAYS),
                ["on", "it's"],
            )
            and not (after[0] in ("of", "in", "to") and _pain_next(sentence, span.last, here))
        ):
            return 0
        if before and before[-1] in _OTHER_BEFORE:
            return 0
        if before and before[-1] in ("my", "the") and not here:
            return 0
    if (
        any(m.first > span.last and "since" in words[m.last : m.last + 4] for m in here)
        and span.kind == "span"
    ):
        # "Started the job six weeks ago and my back has been hurting since."
        return 2
    if all(m.site == "elsewhere" for m in here) and here:
        return 0
    clause = sentence.clause[span.first]
    ill = any(sentence.clause[a] == clause for a, _ in places.get("cold_cause", ()))
    if ill and not any(w == "back" for w, c in zip(words, sentence.clause, strict=True) if c == clause):
        return 0  # "cold 9 days, back since yesterday"
    since = span.kind == "since" and "since" in words[: span.first]
    close = since and any(sentence.clause[m.first] == clause for m in here)
    if not close and any(sentence.clause[a] == clause for a, _ in places.get("dated_thing", ())):
        return 0
    in_clause = [m for m in here if sentence.clause[m.first] <= clause <= sentence.clause[m.last]]
    inside = [w for w, c in zip(words, sentence.clause, strict=True) if c == clause]
    if (
        span.kind == "since"
        and (pain_known or any_pain)
        and "since" in before[-2:] + words[max(0, span.first - 3) : span.first]
    ) and not any(w in ("running", "training", "ran", "trained", "lifting") for w in words[: span.first]):
        return 2
    busy = any(c == clause for a, _ in places.get("run_word", ()) for c in (sentence.clause[a],))
    if in_clause:
        return 2
    if (
        total > LONG_WORDS
        and not any(m.site == "back" for m in here)
        and not pain_known
        and not LASTS & set(words)
    ):
        return 0
    anaphora = any(w in _ANAPHORA for w in inside)
    if busy and not any(w in ("it", "it's", "this", "that") for w in inside):
        return 0
    if here:
        return 2 if anaphora or len(inside) <= 5 else 1
    answer = pain_known and len(inside) <= 6 and total <= SHORT_WORDS and "other_topic" not in places
    bare = len(words) <= 6 or (anaphora and len(words) <= 14) or answer
    if (
        (any_pain or pain_known)
        and (bare or anaphora)
        and (pain_known or total <= LONG_WORDS or "it's" in words)
    ):
        return 2
    if (
        total <= SHORT_WORDS
        and bare
        and not (total > 10 and "other_topic" in places)
        and (anaphora or span.kind != "span")
        and "other_site" not in places
    ):
        return 1
    return 0


def _pain_next(sentence: Sentence, last: int, here: list[Mention]) -> bool:
    """Say whether the pain follows in the same clause: "six weeks of back pain"."""
    words, clause = sentence.words, sentence.clause
    near = range(last + 1, min(last + 7, len(words)))
    same = [k for k in near if clause[k] == clause[last]]
    return any(m.first in same for m in here) or "back" in [words[k] for k in same if k < last + 5]
