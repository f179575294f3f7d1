"""What one message says: its pain, its time spans, its signs, each with the words it rests on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from assistant.guardrail import clauses, context, duration, language, pain
from assistant.guardrail.clauses import Sentence, word_set
from assistant.guardrail.context import Context
from assistant.guardrail.lexicon import Places, matches
from assistant.guardrail.model import Subject
from assistant.guardrail.pain import Mention
from assistant.guardrail.policy import Flag, Policy

_OTHER_AFTER = word_set("""
    of into in out to plan plans programme program block old pregnant before until till away left cycle
    postpartum race training per each a hold holds rest schedule streak marathon apart challenge gap build
    taper course postnatal on along gone
""")
_OTHER_BEFORE = word_set("""
    in within every hold holding aged age rest next another ran run running trained training held
""")
_ACTIVITY = word_set("""
    lifted lifting ran run running jogged jogging trained training swum swimming cycled cycling rowed
    rowing coached coaching played playing married worked working taught teaching climbed climbing danced
""")
"""What a span after "for" belongs to: "I've lifted for ten years"."""
_ANAPHORA = word_set("""
    it it's this that been since now still same ago going started began start hace depuis seit desde ha
    faz
""")


@dataclass(frozen=True, slots=True)
class Hit:
    """A flag's pattern found in a sentence."""

    flag: Flag
    evidence: str
    place: int
    """Character where it stands in the message."""
    subject: Subject
    sentence: int
    strong: bool = False
    """Found by a pattern that says enough by itself."""


@dataclass(frozen=True, slots=True)
class Span:
    """A time span that may be that of the pain."""

    days: float
    evidence: str
    place: int
    certain: bool
    """Said of the pain itself, not only beside it."""


@dataclass(slots=True)
class Reading:
    """Everything found in one message."""

    language: str = "en"
    sentences: list[Sentence] = field(default_factory=list)
    places: list[Places] = field(default_factory=list)
    contexts: list[Context] = field(default_factory=list)
    pains: list[tuple[int, Mention]] = field(default_factory=list)
    """Sentence number and mention, in order."""
    hits: list[Hit] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    subject: Subject = "self"
    over_at: int | None = None
    """Character up to which the message tells of something that is over."""

    def has(self, concept: str) -> bool:
        """Say whether any sentence holds `concept`."""
        return any(concept in p for p in self.places)

    def where(self, concept: str) -> str:
        """Return the words around the first place of `concept`."""
        for sentence, places in zip(self.sentences, self.places, strict=True):
            if concept in places:
                return sentence.text[: clauses.MAX_EVIDENCE_CHARS]
        return ""

    def words(self) -> int:
        """Return the number of words."""
        return sum(len(s.words) for s in self.sentences)


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
    for number, sentence in enumerate(result.sentences):
        places = policy.lexicon.places(sentence.words)
        modifiers = context.read(sentence, places, result.language)
        result.places.append(places)
        result.contexts.append(modifiers)
        found = pain.mentions(sentence, places, modifiers, result.language)
        result.pains += [(number, m) for m in found]
        if modifiers.resolved_at is not None and not modifiers.hypothetical:
            result.over_at = sentence.spans[modifiers.resolved_at][1]
    _generalise(result)
    _settle_told(result)
    result.hits = _hits(message, result, policy)
    result.pains += _implied(result, today)
    answering = bool(result.sentences) and result.sentences[0].words[0] in _ANSWERS
    if result.words() <= (ANSWERING_WORDS if answering else SHORT_WORDS) and not any(
        m.site == "elsewhere" for _, m in result.pains
    ):
        result.pains += _meant(result)
    result.hits = [h for h in result.hits if _beside(h, result, pain_known)]
    if opening:
        _drop_asides(result)
    if any(m.status == "present" for _, m in result.pains) and any(
        c.subject == "other" for c in result.contexts
    ):
        own = any(m.status == "present" and result.contexts[n].subject == "self" for n, m in result.pains)
        result.subject = "self" if own else "other"
    result.spans = _spans(message, result, today, pain_known)
    if opening and result.spans and not result.pains and not result.hits and _bare_span(result):
        result.pains.append((0, Mention("unsaid", "present", 0, 0, False, False)))
    return result


def _generalise(reading: Reading) -> None:
    """Take what is told for everybody's good, or asked about nobody, as said of people in general."""
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


def _drop_asides(reading: Reading) -> None:
    """Leave out somebody else's back that is only mentioned: nothing is asked about that person."""
    others = {n for n, c in enumerate(reading.contexts) if c.subject == "other"}
    if not others or reading.words() < ASIDE_WORDS or any(n not in others for n, _ in reading.pains):
        return
    last = len(reading.sentences) - 1
    asked = any(reading.sentences[n].question or n == last for n in others) or reading.has("advise")
    about_all = any(
        c.generic and s.question for s, c in zip(reading.sentences, reading.contexts, strict=True)
    )
    asked = asked or not (about_all or any(c.subject == "self" for c in reading.contexts))
    if asked or any(h.flag.level == "urgent" for h in reading.hits):
        return
    reading.pains = [(n, m) for n, m in reading.pains if n not in others]
    reading.hits = [h for h in reading.hits if h.sentence not in others]


ASIDE_WORDS = 12


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


SHORT_WORDS = 25
ANSWERING_WORDS = 60
"""The same for a message that begins like an answer ("Yes, it goes down my leg. About eight weeks.")."""
_ANSWERS = word_set("yes yeah yep no well oh it it's about mostly not")
LONG_WORDS = 45
_IT = word_set("it it's this that pain they're them still")


def _lasting(sentence: Sentence, places: Places, today: date) -> bool:
    spans = duration.time_spans(sentence.words, places, today)
    telling = any(w in _LASTS for w in sentence.words) or len(sentence.words) <= 10
    return telling and "other_topic" not in places and any(s.days >= 1 and s.kind != "brief" for s in spans)


_ASKS = word_set("how what which why does do is are can should could would when who")
_LASTS = word_set("since with been going through of now still this")
_TELLING = frozenset({"interference", "worsening", "recurrence", "duration", "night_pain", "other", "trauma"})


def _hits(message: str, reading: Reading, policy: Policy) -> list[Hit]:
    found: list[Hit] = []
    for number, (sentence, places, modifiers) in enumerate(
        zip(reading.sentences, reading.places, reading.contexts, strict=True)
    ):
        seen: set[str] = set()
        figurative = pain.figurative_words(sentence, places)
        for concept in list(places):
            for entry in policy.entries.get(concept, ()):
                flag = entry.flag
                if flag.id in seen:
                    continue
                for first, last, used in matches(entry.pattern, places):
                    if used & figurative or _cancelled(flag, first, used, modifiers, sentence, places):
                        continue
                    seen.add(flag.id)
                    subject: Subject = "other" if modifiers.subject == "other" else "self"
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
    if flag.id == "persistent" and _since_the_last(sentence.words, max(used)):
        return True
    if flag.id == "persistent" and sentence.words[first] == "for":
        # "on prednisone for years" and "lifted for years" say nothing of the pain.
        before = {k for k in range(first) if sentence.clause[k] == sentence.clause[first]}
        dated = any(a in before for a, _ in places.get("dated_thing", ()))
        if dated or {sentence.words[k] for k in before} & _ACTIVITY:
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


def _spans(message: str, reading: Reading, today: date, pain_known: bool) -> list[Span]:
    found: list[Span] = []
    any_pain = any(m.status == "present" and m.site != "elsewhere" for _, m in reading.pains)
    for number, (sentence, places, modifiers) in enumerate(
        zip(reading.sentences, reading.places, reading.contexts, strict=True)
    ):
        spans = duration.time_spans(sentence.words, places, today)
        if not spans or modifiers.hypothetical or modifiers.generic:
            continue
        here = [m for n, m in reading.pains if n == number and m.status == "present"]
        for span in spans:
            if modifiers.triggers.get(span.first, 0) > 0 or (
                span.first and sentence.words[span.first - 1] == "not"
            ):
                continue
            if modifiers.historical and span.kind != "vague":
                continue
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
                    )
                )
    return found


def _since_the_last(words: list[str], last: int) -> bool:
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
    if (
        words[max(0, span.first - 1) : span.first] == ["for"]
        and {*words[max(0, span.first - 3) : span.first - 1]} & _ACTIVITY
    ):
        return 0
    if _since_the_last(words, span.last):
        return 0
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
            and after[:2]
            not in (
                ["on", "and"],
                ["each", "time"],
                ["on", "i"],
                ["on", "it"],
                ["on", "still"],
                ["on", "it's"],
            )
            and not (after[0] in ("of", "in", "to") and _pain_next(words, span.last, here))
        ):
            return 0
        if before and before[-1] in _OTHER_BEFORE:
            return 0
        if before and before[-1] in ("my", "the") and not here:
            return 0
    if all(m.site == "elsewhere" for m in here) and here:
        return 0
    clause = sentence.clause[span.first]
    since = span.kind == "since" and "since" in words[: span.first]
    if not (since and here) and any(sentence.clause[a] == clause for a, _ in places.get("dated_thing", ())):
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
        and not _LASTS & set(words)
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


def _pain_next(words: list[str], last: int, here: list[Mention]) -> bool:
    return any(last < m.first <= last + 6 for m in here) or "back" in words[last + 1 : last + 5]
