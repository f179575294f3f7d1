"""Reading one message: its pain, its time spans, its signs, each with the words it rests on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from assistant.guardrail import clauses, context, duration, language, pain
from assistant.guardrail.clauses import Sentence, word_set
from assistant.guardrail.context import Context
from assistant.guardrail.lexicon import Places, matches
from assistant.guardrail.model import Subject
from assistant.guardrail.pain import Mention
from assistant.guardrail.policy import Flag, Policy, Speech
from assistant.guardrail.reading import Hit, Reading
from assistant.guardrail.spans import (
    ACTIVITY,
    LASTS,
    LONG_WORDS,
    SHORT_WORDS,
    long_ago,
    since_the_last,
    spans,
)


def read(
    message: str,
    policy: Policy,
    today: date,
    spoken: str = "en",
    pain_known: bool = False,
    opening: bool = True,
) -> Reading:
    """Read `message`; `spoken` is the language of the conversation so far, `opening` its first message."""
    result = Reading(sentences=clauses.sentences(message))
    result.language = language.detect([w for s in result.sentences for w in s.words], spoken)
    speech = policy.speech(result.language)
    for number, sentence in enumerate(result.sentences):
        if result.language != "en":
            clauses.unsplit(sentence, message)
        places = speech.lexicon.places(sentence.words)
        if "runs_less" in places:
            places.pop("runs_fine", None)  # "I can run, but slower"
        modifiers = context.read(sentence, places, result.language)
        result.places.append(places)
        result.contexts.append(modifiers)
        found = pain.mentions(sentence, places, modifiers, result.language)
        result.pains += [(number, m) for m in found]
        if modifiers.resolved_at is not None and not modifiers.hypothetical:
            result.over_at = sentence.spans[modifiers.resolved_at][1]
    _generalise(result)
    _settle_told(result)
    result.long_ago = frozenset(
        number
        for number, (sentence, places) in enumerate(zip(result.sentences, result.places, strict=True))
        if long_ago(sentence, places, today)
    )
    _return(result)
    result.hits = _hits(message, result, speech)
    result.pains += _implied(result, today)
    answering = bool(result.sentences) and result.sentences[0].words[0] in _ANSWERS
    bound = result.has("back_bound") and not result.has("other_site") and result.over_at is None
    short = ANSWERING_WORDS if answering else LONG_WORDS if bound else SHORT_WORDS
    if result.words() <= short and not any(m.site == "elsewhere" for _, m in result.pains):
        result.pains += _meant(result)
    result.hits = [
        h for h in result.hits if _beside(h, result, pain_known) and not _known_of_old(h, result, today)
    ]
    if opening:
        _drop_asides(result)
    if any(m.status == "present" for _, m in result.pains) and any(
        c.subject == "other" for c in result.contexts
    ):
        own = any(m.status == "present" and result.contexts[n].subject == "self" for n, m in result.pains)
        result.subject = "self" if own else "other"
    result.spans = spans(message, result, today, pain_known)
    if opening and result.spans and not result.pains and not result.hits and _bare_span(result):
        result.pains.append((0, Mention("unsaid", "present", 0, 0, False, False)))
    return result


def _generalise(reading: Reading) -> None:
    """Take what is told for everybody's good, or asked about nobody, as said of people in general."""
    _invented(reading)
    told_to_all = reading.has("awareness")
    nobodys = not reading.has("self_word") and any(c.generic or c.hypothetical for c in reading.contexts)
    if not told_to_all and not nobodys:
        return
    for number, modifiers in enumerate(reading.contexts):
        if told_to_all and modifiers.subject != "self":
            reading.contexts[number] = replace(modifiers, generic=True)
    reading.pains = [
        (n, replace(m, status="generic"))
        if (told_to_all and reading.contexts[n].generic)
        or (
            nobodys
            and not m.strong
            and not told_to_all
            and reading.contexts[n].subject == "unsaid"
            and len(reading.sentences[n].words) <= 6
        )
        else (n, m)
        for n, m in reading.pains
    ]


def _invented(reading: Reading) -> None:
    """Take a person of a story, a game or a case study for nobody, from the sentence on that names it."""
    first = next((n for n, places in enumerate(reading.places) if "fiction" in places), None)
    if first is None or any(context.own_back(s.words) for s in reading.sentences):
        return
    for number in range(first, len(reading.contexts)):
        reading.contexts[number] = replace(reading.contexts[number], generic=True)
    reading.pains = [(n, replace(m, status="generic") if n >= first else m) for n, m in reading.pains]


def _drop_asides(reading: Reading) -> None:
    """Leave out somebody else's back that is only mentioned: nothing is asked about that person."""
    others = {n for n, c in enumerate(reading.contexts) if c.subject == "other"}
    if not others or reading.words() < ASIDE_WORDS or any(n not in others for n, _ in reading.pains):
        return
    last = len(reading.sentences) - 1
    asked = any(reading.sentences[n].question or n == last for n in others) or reading.has("advise")
    asked = asked or any(
        s.question and (_ABOUT_THEM & set(s.words) or "wondering" in p)
        for s, p in zip(reading.sentences, reading.places, strict=True)
    )
    about_all = any(
        c.generic and s.question for s, c in zip(reading.sentences, reading.contexts, strict=True)
    )
    asked = (
        asked
        or reading.language != "en"
        or not (about_all or any(c.subject == "self" for c in reading.contexts))
    )
    if asked or any(h.flag.level == "urgent" for h in reading.hits):
        return
    reading.pains = [(n, m) for n, m in reading.pains if n not in others]
    reading.hits = [h for h in reading.hits if h.sentence not in others]


ASIDE_WORDS = 12
_ABOUT_THEM = word_set("he she him her kids")
"""What a question asks about when somebody's pain was told before it: "what could it be?"."""


def _bare_span(reading: Reading) -> bool:
    """A sentence that is only "it's been two weeks": in a talk about backs, it is the pain."""
    for sentence, places in zip(reading.sentences, reading.places, strict=True):
        if (
            len(sentence.words) > 10
            or {"other_topic", "run_word", "question_start", "other_site"} & places.keys()
        ):
            continue
        if {"time_unit", "long_time", "month_name"} & places.keys() and reading.words() <= SHORT_WORDS:
            return True
    return False


def _settle_told(reading: Reading) -> None:
    """A pain told only in the past tense is over in a long story, and present in a short message."""
    present = any(m.status == "present" for _, m in reading.pains)
    status: pain.Status = (
        "past" if reading.words() >= STORY_WORDS or reading.over_at is not None else "present"
    )
    if present and status == "past" and reading.over_at is None:
        status = "past"
    reading.pains = [(n, replace(m, status=status) if m.status == "told" else m) for n, m in reading.pains]


def _return(reading: Reading) -> None:
    """Take a pain told before as present where a later sentence says that it came back or bothers now."""
    if not reading.pains or any(m.status == "present" for _, m in reading.pains):
        return
    over = ("past", "generic")
    told = max((n for n, m in reading.pains if m.status in over and m.site != "elsewhere"), default=-1)
    if told < 0:
        return
    for n, (places, modifiers) in enumerate(zip(reading.places, reading.contexts, strict=True)):
        back = n >= told and "returned" in places
        bothers = n > told and "it_present" in places and reading.over_at is None
        real = not (modifiers.hypothetical or modifiers.generic) and modifiers.resolved_at is None
        if (back or bothers) and real:
            place = places["returned" if back else "it_present"][0][0]
            if place not in modifiers.negated:
                reading.pains.append((n, Mention("back", "present", place, place, False, True)))
                reading.over_at = None
                return


def _aside(reading: Reading, number: int, mention: Mention) -> bool:
    """Say whether a long story names a pain only in passing: nobody's, or not of now."""
    words = set(reading.sentences[number].words)
    return mention.status == "present" and (reading.contexts[number].subject == "unsaid" and not words & _NOW)


_NOW = word_set("""
    is now today still since been hurts aches getting gets started constant severe have having pain
""")
STORY_WORDS = 28


def _implied(reading: Reading, today: date) -> list[tuple[int, Mention]]:
    """A back named together with a limit, a course or a time span is a complaint without a word for pain."""
    found: list[tuple[int, Mention]] = []
    for number, (sentence, places, modifiers) in enumerate(
        zip(reading.sentences, reading.places, reading.contexts, strict=True)
    ):
        if modifiers.hypothetical or modifiers.generic or modifiers.historical:
            continue
        here = [m for n, m in reading.pains if n == number and m.site != "elsewhere"]
        signs = any(h.sentence == number and h.flag.signal in _TELLING for h in reading.hits)
        # "it isn't bad, it's just constant, my back" denies how bad it is, not that it is there.
        if here and not (signs and all(m.status == "denied" and not m.strong for m in here)):
            continue
        backs = pain.back_words(sentence, places, reading.language)
        backs = [b for b in backs if modifiers.resolved_at is None or b > modifiers.resolved_at]
        signs = signs or (bool(backs) and any(h.flag.id == "trauma" for h in reading.hits))
        praise = {"back_praise", "exercise_name", "benign_denial", "people_in_general"} & places.keys()
        plain = not praise and not sentence.question and not _ASKS & set(sentence.words[:3])
        own = "spine_own" in places or len(sentence.words) <= 3
        own = own or any(b and sentence.words[b - 1] in ("my", "this", "lower", "low") for b in backs)
        if backs and (
            signs
            or (plain and own and reading.words() <= LONG_WORDS)
            or (
                (modifiers.subject != "unsaid" or len(sentence.words) <= 12)
                and "benign_denial" not in places
                and _lasting(sentence, places, today)
            )
        ):
            found.append((number, Mention("back", "present", backs[0], backs[0], False, False)))
    return found


def _meant(reading: Reading) -> list[tuple[int, Mention]]:
    """A short message that only tells a limit or a course ("can't put my socks on") means the pain."""
    if any(m.site != "elsewhere" and m.status == "present" for _, m in reading.pains):
        return []
    for number, places in enumerate(reading.places):
        named = "it_present" in places or ("it_varies" in places and reading.has("spine_any"))
        if named and not reading.has("other_site") and not reading.contexts[number].generic:
            return [(number, Mention("unsaid", "present", 0, 0, False, False))]
    bound = reading.has("back_bound")
    if any(m.site != "elsewhere" for _, m in reading.pains) or (reading.has("other_topic") and not bound):
        return []
    for hit in reading.hits:
        if reading.sentences[hit.sentence].question:
            continue
        if hit.flag.id == "interference" and "back_bound" in reading.places[hit.sentence]:
            return [(hit.sentence, Mention("unsaid", "present", 0, 0, False, False))]
        if hit.flag.signal in ("worsening", "duration", "recurrence", "night_pain") or hit.strong:
            words = reading.sentences[hit.sentence].words
            scene = hit.strong and hit.flag.signal not in _COURSE
            if scene and (len(words) > 8 or {"because", "due", "cos"} & set(words)):
                continue
            bare = words[0] not in ("i", "i'm", "i've", "my") and not (
                hit.flag.signal == "duration" and "run_word" in reading.places[hit.sentence]
            )
            if (hit.strong and hit.flag.signal not in _COURSE) or any(w in _IT for w in words) or bare:
                spans = reading.sentences[hit.sentence].spans
                first = next(i for i, span in enumerate(spans) if span[0] == hit.place)
                return [(hit.sentence, Mention("unsaid", "present", first, first, False, False))]
    return []


_COURSE = frozenset({"worsening", "duration", "recurrence"})


def _known_of_old(hit: Hit, reading: Reading, today: date) -> bool:
    """Say whether a weak leg or a full bladder is called the same as ever, for a year or more."""
    if hit.flag.id not in _OLD_DEFICITS:
        return False
    sentence, places = reading.sentences[hit.sentence], reading.places[hit.sentence]
    old = any(s.days >= KNOWN_DAYS for s in duration.time_spans(sentence.words, places, today))
    return (
        old and "same" in places and not {"now", "worse", "new", "suddenly", "lately"} & set(sentence.words)
    )


KNOWN_DAYS = 365
_OLD_DEFICITS = frozenset({"leg_weakness", "both_legs", "bladder_bowel", "saddle"})


def _beside(hit: Hit, reading: Reading, pain_known: bool) -> bool:
    if not hit.flag.beside:
        return True
    numbers = {n for n, m in reading.pains if m.status == "present" and m.site != "elsewhere"}
    if reading.words() > LONG_WORDS:
        backs = {n for n, m in reading.pains if m.status == "present" and m.site == "back"}
        numbers = backs or numbers
    here = hit.sentence in numbers
    near = hit.flag.beside == "neighbour" and reading.words() <= LONG_WORDS
    if here or (near and {hit.sentence - 1, hit.sentence + 1} & numbers):
        return True
    words = reading.sentences[hit.sentence].words
    if any(w in _IT for w in words) or len(words) <= 8:
        return pain_known or (
            bool(numbers) and (hit.sentence - 1 in numbers or reading.words() <= SHORT_WORDS * 2)
        )
    return (pain_known or bool(numbers)) and reading.words() <= SHORT_WORDS


ANSWERING_WORDS = 60
"""The same for a message that begins like an answer ("Yes, it goes down my leg. About eight weeks.")."""
_ANSWERS = word_set("yes yeah yep no well oh it it's about mostly not")
_IT = word_set("it it's this that pain they're them still")


def _lasting(sentence: Sentence, places: Places, today: date) -> bool:
    spans = duration.time_spans(sentence.words, places, today)
    telling = any(w in LASTS for w in sentence.words) or len(sentence.words) <= 10
    return telling and "other_topic" not in places and any(s.days >= 1 and s.kind != "brief" for s in spans)


_ASKS = word_set("how what which why does do is are can should could would when who")
_TELLING = frozenset({"interference", "worsening", "recurrence", "duration", "night_pain", "other", "trauma"})


def _hits(message: str, reading: Reading, speech: Speech) -> list[Hit]:
    found: list[Hit] = []
    for number, (sentence, places, modifiers) in enumerate(
        zip(reading.sentences, reading.places, reading.contexts, strict=True)
    ):
        seen: set[str] = set()
        figurative = pain.figurative_words(sentence, places)
        for concept in list(places):
            for entry in speech.entries.get(concept, ()):
                flag = entry.flag
                if flag.id in seen:
                    continue
                for first, last, used in matches(entry.pattern, places):
                    if used & figurative or _cancelled(flag, first, used, modifiers, sentence, places):
                        continue
                    seen.add(flag.id)
                    # "My mum had to do it, I couldn't bend": the clause says who cannot.
                    clause = {
                        w
                        for i, w in enumerate(sentence.words)
                        if sentence.clause[i] == sentence.clause[first]
                    }
                    theirs = modifiers.subject == "other" and "i" not in clause
                    subject: Subject = "other" if theirs else "self"
                    found.append(
                        Hit(
                            flag,
                            sentence.evidence(message, first, last),
                            sentence.spans[first][0],
                            subject,
                            number,
                            "_strong" in entry.pattern.source,
                        )
                    )
                    break
    return found


def _cancelled(
    flag: Flag, first: int, used: frozenset[int], modifiers: Context, sentence: Sentence, places: Places
) -> bool:
    if flag.level == "refer" and any(b < first <= b + 3 for _, b in places.get("wondering", ())):
        return True
    if flag.id == "persistent" and since_the_last(sentence.words, max(used)):
        return True
    if flag.id == "persistent" and sentence.words[first] == "for":
        # "on prednisone for years" and "lifted for years" say nothing of the pain.
        before = {k for k in range(first) if sentence.clause[k] == sentence.clause[first]}
        dated = any(a in before for a, _ in places.get("dated_thing", ()))
        if dated or {sentence.words[k] for k in before} & ACTIVITY:
            return True
    if "negated" not in flag.keeps:
        for word in used:
            trigger = modifiers.triggers.get(word)
            if trigger is not None and trigger not in used:
                return True
    if (
        modifiers.asking
        and flag.level == "refer"
        and sentence.clause[first] == 0
        and flag.signal != "numbness"
    ):
        return True
    if "hypothetical" not in flag.keeps and (modifiers.hypothetical or modifiers.generic):
        return True
    if "past" not in flag.keeps:
        if modifiers.historical:
            return True
        if modifiers.resolved_at is not None and modifiers.resolved_at > min(used):
            return True
    return False
