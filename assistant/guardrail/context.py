"""ConText modifiers of a sentence (Harkema 2009): negated, hypothetical, historical, experiencer.

Each is read from trigger words and reaches over a limited scope that conjunctions and new subjects
end, as in the published algorithm; pseudo-triggers ("not only", "no wonder") are passed over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from assistant.guardrail.clauses import Sentence, word_set
from assistant.guardrail.lexicon import Places

NEGATION_WORDS = 6
_ENDS_NEGATION = word_set("""
    but however except although though because since just only it it's i i'm i've my when after until
    unless pero mais aber mas yet still till so where while then that which who desde depuis seit cuando
    quand quando wenn he she they now
""")
_WISH = word_set("""
    want hope hoping wish to get getting until till when before once how will would if never hasn't
    haven't isn't not doesn't didn't won't can could should ever
""")
_NOBODY = word_set("nobody none nothing noone nadie personne niemand ninguem")
_PRESENT = word_set("""
    feels same again is am are 's i'm it's has have i've he's she's still now today currently keeps keep
    gets hurts ahora jetzt maintenant agora duele duelen doi doem tengo tenho ai estoy estou habe bin
    aches since get been lately recently tonight ayer anoche hier gestern ontem heute hoy hoje aujourd'hui
""")
_PAST_VERBS = word_set("had was were did got")


@dataclass(frozen=True, slots=True)
class Context:
    """The modifiers of one sentence, by word number."""

    negated: frozenset[int]
    """Words in the scope of a negation."""
    triggers: dict[int, int]
    """Word in scope → the word that negates it."""
    hypothetical: bool
    generic: bool
    """A question about people in general."""
    asking: bool
    """Asks what to do or what will come: "should I stop running?"."""
    historical: bool
    told_past: bool
    """Told in the past tense, with nothing that brings it up to now."""
    resolved_at: int | None
    """The word where the sentence says that it is over."""
    subject: Literal["self", "other", "unsaid"]


def read(sentence: Sentence, places: Places, language: str = "en") -> Context:
    """Return the modifiers of `sentence`, which is in `language`."""
    words = sentence.words
    triggers = _negation(sentence, places, language)
    has_self = "self_word" in places
    relative = ("relative" in places or _of_an_age(words)) and not _mine(words)
    other = relative or "other_word" in places
    elided = words[0] in ("can", "could") and words[1:2] and words[1] in _ELIDED
    start = next((i for i, w in enumerate(words[:LEAD_WORDS]) if w not in _LEADS), 0)
    opens = words[start] in _QUESTION or any(a == start for a, _ in places.get("question_start", ()))
    opens = opens and (language == "en" or sentence.question or words[0] not in _VERBS_FIRST)
    starts_as_question = (opens and not elided) or (language != "en" and _asks_late(sentence, places))
    about_someone = has_self or other
    hypothetical = _hypothetical(sentence, places)
    spans = _has_span(places) and words[start : start + 2] != ["how", "long"]
    generic = not about_someone and not spans and (starts_as_question or _about_exercise(words))
    if (
        "with" in words
        and not {"help", "helps", "deal", "people", "runners", "someone"} & set(words)
        and not about_someone
    ):
        generic = generic and (not _with_back(words) or "topic_word" in places)
    # "your exercises for a back that began to hurt": the asker's own, whatever is yours.
    meant = any(words[i : i + 2] in _A_BACK_THAT for i, w in enumerate(words) if w == "back")
    addressed = "your" in words or any(
        p in (["you", "get"], ["you", "have"], ["you're", "in"]) for p in _pairs(words)
    )
    generic = generic or (not about_someone and not spans and addressed)
    generic = generic and not meant
    generic = generic or (not about_someone and "topic_word" in places and not _has_span(places))
    generic = generic or ("people_in_general" in places and not own_back(words))
    generic = generic or (sentence.question and len(words) <= 2 and "sick_disc" in places)
    generic = generic or (_your_back(words) and "my" not in words)
    asking = (words[0] in _ASKING and not elided) or words[:2] in (
        ["what", "should"],
        ["or", "should"],
        ["so", "should"],
    )
    return Context(
        negated=frozenset(triggers),
        triggers=triggers,
        hypothetical=hypothetical,
        generic=generic,
        asking=asking,
        historical=_historical(words, places),
        told_past=language == "en" and _told_past(words, places),
        resolved_at=_resolved(words, places, triggers),
        subject="other"
        if relative or _anothers_back(words)
        else "self"
        if has_self
        else "other"
        if other
        else "unsaid",
    )


_QUESTION = word_set("""
    why how what which is are does do can could should would who where wie warum comment pourquoi
""")


_VERBS_FIRST = word_set(
    "es ist sind gibt darf hilft helfen macht muss kann soll stimmt reicht sollte sollten e"
)
"""With these a statement may begin too: "ist bestimmt nichts, aber …"."""
_ELIDED = word_set("only barely hardly just still scarcely")
"""After "can" at the start, these leave out the "I" ("can only walk") and ask nothing."""
_LEADS = word_set(
    "general quick random silly genuine another one more question just wondering ok so and but also"
)
"""Before a question these say nothing: "general question, how long is too long?"."""
_ASKING = word_set("should shall do does can could will would when how must may is are")
_A_BACK_THAT = (["back", "that"], ["back", "that's"], ["back", "which"])
_QUESTION_ONLY = word_set("""
    avoid avoiding prevent preventing prevention protect protecting without cause causes can could would
""")


def _asks_late(sentence: Sentence, places: Places) -> bool:
    """Say whether a question begins behind a short opening ("Kurze Frage: warum …") that tells nothing."""
    if not sentence.question:
        return False
    told = min((a for c in ("ache_word", "spine_any") for a, _ in places.get(c, ())), default=LEAD_WORDS)
    lead = sentence.clause[: LEAD_WORDS + 1]
    starts = {i for i in range(1, len(lead)) if lead[i] != lead[i - 1]}
    return any(a in starts and a <= told for a, _ in places.get("question_start", ()))


LEAD_WORDS = 5


def own_back(words: list[str]) -> bool:
    """Say whether the speaker's own back or state is named: "my club" is not, "my back" is."""
    if any(w in ("mine", "i'm", "i've") for w in words[1:]):
        return True
    return any(w == "my" and {"back", "spine"} & set(words[i + 1 : i + 4]) for i, w in enumerate(words))


def _mine(words: list[str]) -> bool:
    """Say whether "my back" is named, with nothing but adjectives between; "my son's back" is not."""
    for i, word in enumerate(words):
        if word == "my":
            rest = next((w for w in words[i + 1 :] if w not in _ADJECTIVES), "")
            if rest in ("back", "spine", "backache", "tailbone"):
                return True
    return False


_ADJECTIVES = word_set("lower low upper mid middle own whole poor bad old stiff sore aching dodgy left right")


def _of_an_age(words: list[str]) -> bool:
    """Say whether somebody is called by an age: "my 14 yr old"."""
    return any(
        word == "my" and words[i + 1 : i + 2] and words[i + 1].isdigit() and {*words[i + 2 : i + 4]} & _AGED
        for i, word in enumerate(words)
    )


_AGED = word_set("yr yrs year years yo y/o old")


def _anothers_back(words: list[str]) -> bool:
    """Say whether the back is somebody else's: "he told me his back hurt"."""
    owners = {words[i - k] for i, w in enumerate(words) if w in ("back", "spine") for k in (1, 2) if i >= k}
    return bool(owners & {"his", "her", "their"}) and "my" not in owners


def _your_back(words: list[str]) -> bool:
    """Say whether it speaks of "your back", as articles do."""
    return any(w == "your" and {"back", "spine"} & set(words[i + 1 : i + 3]) for i, w in enumerate(words))


def _about_exercise(words: list[str]) -> bool:
    """Say whether it asks for a thing against pain: "exercises for lower back pain"."""
    return any(w.startswith(_THINGS) and "for" in words[i + 1 : i + 3] for i, w in enumerate(words[:6]))


_THINGS = ("exercise", "movement", "stretch", "moves", "tips", "advice", "plan", "routine")


def _with_back(words: list[str]) -> bool:
    """Say whether it asks about doing something "with a sore back": the asker's own."""
    return "back" in words[words.index("with") : words.index("with") + 5]


def _pairs(words: list[str]) -> list[list[str]]:
    return [words[i : i + 2] for i in range(len(words) - 1)]


def _has_span(places: Places) -> bool:
    return "long_time" in places


def _enumerates(sentence: Sentence, k: int) -> bool:
    """Say whether the clause of word `k` only goes on with a list: "no numbness, tingling or weakness"."""
    inside = [w for w, c in zip(sentence.words, sentence.clause, strict=True) if c == sentence.clause[k]]
    return len(inside) <= 3 + ("any" in inside) and (
        inside[0] in ("or", "and", "nor", "y", "o", "ou", "oder", "et", "e", "ni") or len(inside) <= 2
    )


def _negation(sentence: Sentence, places: Places, language: str) -> dict[int, int]:
    words = sentence.words
    pseudo = {k for a, b in places.get("pseudo_negated", ()) for k in range(a, b + 1)}
    reached: dict[int, int] = {}
    for first, last in places.get("negated", ()):
        if first in pseudo or words[first] in ("can't", "couldn't", "won't"):
            continue
        if (words[first] == "no" and language in ("pt", "fr")) or (
            words[first] == "pas" and words[first - 1 : first] == ["n'arrive"]
        ):
            continue
        for k in range(last + 1, min(len(words), last + 1 + NEGATION_WORDS)):
            if words[k] in _ENDS_NEGATION and k > last + 1:
                break
            if sentence.clause[k] != sentence.clause[first] and not _enumerates(sentence, k):
                break
            reached.setdefault(k, first)
    _answered_no(sentence, reached)
    return reached


def _answered_no(sentence: Sentence, reached: dict[int, int]) -> None:
    """Deny the field of a form that is answered so: "Fever: no", "Leg symptoms: none", "numbness nil"."""
    words, clause = sentence.words, sentence.clause
    for k, word in enumerate(words):
        if word not in _NO_ANSWER or (k + 1 < len(words) and clause[k + 1] == clause[k]):
            continue
        alone = bool(k) and clause[k - 1] != clause[k]
        if alone and ":" not in sentence.text and "=" not in sentence.text:
            continue
        if not alone and (word in ("no", "normal", "ok") or clause[k] != clause[0]):
            continue
        field = [i for i in range(k) if clause[i] == clause[k - 1]]
        if 0 < len(field) <= FIELD_WORDS:
            for i in field:
                reached.setdefault(i, k)


FIELD_WORDS = 4
_NO_ANSWER = word_set("no none nil nope never negative neg denied denies absent nad normal ok")


def _hypothetical(sentence: Sentence, places: Places) -> bool:
    words = sentence.words
    if any(words[i : i + 2] in _REAL_AFTER_ALL for i in range(len(words))):
        return False
    for first, _last in places.get("hypothetical", ()):
        if words[first] == "say" and first > 1:
            continue
        # "this is hypothetical, but my legs are numb": what follows the "but" is not.
        theory = words[first].startswith("hypothe") or words[first] == "theoretically"
        if theory and {"but", "pero"} & set(words[first:]):
            continue
        if words[first].startswith("imagin") or words[first].startswith("suppos"):
            return first <= 1
        return True
    if "hypothetical_in_question" in places and (
        sentence.question or ("question_start" in places and any(a <= 2 for a, _ in places["question_start"]))
        or any(w in ("want", "wanna", "like", "need", "trying", "exercises", "best", "hoping") for w in words)
    ):  # fmt: skip
        return "because" not in words and not any(
            w == "cause" and i and words[i + 1 : i + 2] == ["my"] for i, w in enumerate(words)
        )
    return False


_REAL_AFTER_ALL = (["which", "i"], ["which", "is"], ["which", "it"], ["and", "they"], ["as", "mine"])
"""What turns a "hypothetically, if …" into the thing itself: "if I couldn't walk, which I can't"."""


def _historical(words: list[str], places: Places) -> bool:
    if "past" not in places:
        return False
    # In "I used to get sciatica" the verb after "used to" is no present.
    return not any(w in _PRESENT and words[max(0, i - 2) : i] != ["used", "to"] for i, w in enumerate(words))


def _told_past(words: list[str], places: Places) -> bool:
    if not any(w in ("was", "were", "had", "did", "didn't", "wasn't", "used") for w in words):
        return False
    if "ago" in words and not {"days", "day", "hours", "night", "nights", "week", "weeks"} & set(words):
        words = [w for w in words if w not in ("ago", "hurt")]
    return not any(w in _PRESENT or w in _RECENT_WORDS for w in words) and "recently" not in places


_RECENT_WORDS = word_set("""
    yesterday ago monday tuesday wednesday thursday friday saturday sunday week morning afternoon evening
    night weekend just recently hurt
""")


_ACHES = word_set("pain pains ache aches aching soreness stiffness tightness spasm spasms twinge niggle")
_ENDED = {(ache, "gone") for ache in _ACHES} | {
    ("finally", end) for end in ("fine", "ok", "okay", "good", "gone", "right", "healed", "perfect", "normal")
}


def _resolved(words: list[str], places: Places, triggers: dict[int, int]) -> int | None:
    best: int | None = None
    ended = [(i - 1, i) for i, w in enumerate(words) if i and (words[i - 1], w) in _ENDED]
    for first, last in (*places.get("resolved", ()), *ended):
        before = words[max(0, first - 3) : first]
        if first in triggers or any(w in _WISH or w in _NOBODY for w in before):
            continue
        if before[-1:] == ["back"] and words[last] in ("gone", "went") and words[first] not in _ACHES:
            continue  # "my back has gone" is the contrary of "my back pain has gone"
        # "It's calmed down a bit" is not over, and "it went but has come back" neither.
        after = words[last + 1 : last + 3]
        if after in (["a", "bit"], ["a", "little"]) or after[:1] in (["somewhat"], ["slightly"]):
            continue
        if any(a > last for a, _ in places.get("returned", ())):
            continue
        best = max(best or 0, last)
    return best
