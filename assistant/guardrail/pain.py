"""Whether a sentence speaks of pain, where, and whether the person has it now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from assistant.guardrail.clauses import Sentence, word_set
from assistant.guardrail.context import Context
from assistant.guardrail.lexicon import Places

Status = Literal["present", "told", "past", "denied", "hypothetical", "generic"]
Site = Literal["back", "unsaid", "elsewhere"]

_OWN = word_set("""
    my your his her their our the lower low upper mid middle bad sore stiff achy aching tight this that a
    dodgy knackered old poor whole of in and entire 's left right injured weak mine wrecked gammy mi me
    mein ur
""")
_AFTER_NOUN = word_set("""
    pain pains ache aches hurt hurts hurting sore stiff tight spasm spasms spasming is 's has had was
    feels felt went goes gone problem problems trouble troubles issue issues injury injuries strain twinge
    twinges locked locks seized seizes just still been keeps kept started starts gave gives flares flared
    flare aching killing kills bad tweaked pulled stiffness thing stuff saga drama situation gremlin
    gremlins giving killed complains moans grumbles let lets tightness discomfort niggle niggles popped
    playing acting really also again might may could can't won't doesn't isn't didn't hasn't seizing
    locking throbbing throbs burns burning twinged cramps cramp fatigue
""")
_NOT_NOUN_AFTER = word_set("""
    to in into from home out up off at then when again squat squats exercise exercises extension
    extensions work muscle muscles workout workouts day row rows lever on with for training strength
    strengthening stretch stretches care health routine moves guide flat straight
""")
_COMPLAINT_NOUNS = word_set("""
    pain pains ache aches problem problems trouble spasm spasms issue issues injury strain twinge twinges
""")
_VERBS_BEFORE = word_set("""
    go going went come came get getting got run running be am is are was step steps look looking hold
    holding sit lie move pull push bring put call
""")
_HARMED = word_set("""
    tweaked tweak pulled strained wrenched jarred ricked injured aggravated hurt hurting buggered knackered
    wrecked pinged twisted
""")
"""What was done to the back, where nothing else says whose or which: "tweaked back yesterday"."""
WINDOW = 9
_SORE = word_set("sore achy achey stiff")
"""What is said of the back even where it is not named: "still sore getting out of the car"."""


@dataclass(frozen=True, slots=True)
class Mention:
    """One mention of pain or of a bad back."""

    site: Site
    status: Status
    first: int
    last: int
    weak: bool
    """Only tightness, stiffness or soreness."""
    strong: bool
    """A word for pain, not only for tightness or trouble."""


def figurative_words(sentence: Sentence, places: Places) -> set[int]:
    """Return the words of figures of speech; "back up" is none where it is "my back up"."""
    words = sentence.words
    return {
        k
        for a, b in places.get("figurative", ())
        if not (words[a] == "back" and a and words[a - 1] in ("my", "lower", "his", "her"))
        for k in range(a, b + 1)
    }


def back_words(sentence: Sentence, places: Places, language: str) -> list[int]:
    """Return the words that name the back as a part of the body ("my back", not "go back")."""
    words, clause = sentence.words, sentence.clause
    found = [a for a, _ in places.get("spine", ())] + [a for a, _ in places.get("backache", ())]
    found += [a for a, _ in places.get("sick_disc", ())]
    if language != "en":
        found += [a for a, _ in places.get("back_foreign", ())]
    figurative = figurative_words(sentence, places)
    for i, word in enumerate(words):
        if word not in ("back", "backs") or i in figurative:
            continue
        before = words[i - 1] if i else ""
        after = words[i + 1] if i + 1 < len(words) else ""
        if (
            (
                after in _COMPLAINT_NOUNS
                or (
                    before in _OWN
                    and after not in ("squat", "squats", "extension", "extensions", "garden", "door")
                )
            )
            or (after in _AFTER_NOUN and before not in _VERBS_BEFORE)
            or before in _HARMED
            or (
                (i == 0 or len(words) <= 4 or clause[i] != clause[i - 1])
                and before not in _VERBS_BEFORE
                and (
                    after not in _NOT_NOUN_AFTER
                    or any(a - i in (2, 3) for a, _ in places.get("ache_word", ()))
                )
            )
            or (
                i == len(words) - 1
                and before not in _VERBS_BEFORE
                and before not in ("bounce", "fight", "ease", "straight")
            )
        ):
            found.append(i)
    return sorted(set(found))


def mentions(sentence: Sentence, places: Places, context: Context, language: str) -> list[Mention]:
    """Return the mentions of pain in `sentence`, in order."""
    words = sentence.words
    figurative = figurative_words(sentence, places)
    backs = back_words(sentence, places, language)
    sites = [a for a, b in places.get("other_site", ()) if not set(range(a, b + 1)) & set(backs)]
    found: list[Mention] = []
    hurts = [(a, b, True) for a, b in places.get("ache_word", ())]
    hurts += [(a, b, False) for a, b in places.get("trouble", ())] + [
        (a, b, False) for a, b in places.get("weak_pain", ())
    ]
    own = {k for name in ("backache", "sick_disc") for a, b in places.get(name, ()) for k in range(a, b + 1)}
    for a in sorted(own & set(backs)):
        hurts.append((a, a, True))
    bare = backs and words[backs[0]] in ("back", "backs") and len(words) <= 4 and not hurts
    if bare and "exercise_name" not in places and "question_start" not in places:
        hurts.append((backs[0], backs[0], False))
    denied = {k for a, b in places.get("benign_denial", ()) for k in range(a, b + 1)}
    weak = {a for a, _ in places.get("weak_pain", ())}
    for first, last, strong in sorted(set(hurts)):
        if set(range(first, last + 1)) & figurative:
            continue
        if language != "en" and words[first] == "mal" and language in ("es", "pt"):
            continue
        if language == "en" and words[first] in ("mal", "dor", "doi", "weh"):
            continue
        near_site = [s for s in sites if abs(s - first) <= WINDOW and s != first]
        # "My knee hurts, my back is fine": the back is named to say that it is not that.
        near_back = [b for b in backs if abs(b - first) <= WINDOW and not (near_site and b in denied)]
        if near_back and (
            not near_site
            or min(abs(b - first) for b in near_back) <= min(abs(s - first) for s in near_site) + 3
        ):
            site: Site = "back"
        elif near_site:
            site = "elsewhere"
        else:
            site = "unsaid"
        if site != "back" and not strong and not (site == "unsaid" and words[first] in _SORE):
            continue
        found.append(
            Mention(
                site,
                _status(first, words, context, denied, near_back),
                first,
                last,
                first in weak and not strong,
                strong,
            )
        )
    return found


def _long_ago(words: list[str]) -> bool:
    """Say whether it is dated years back with nothing that brings it up to now."""
    dated = any(w == "ago" and i and words[i - 1] in _LONG_UNITS for i, w in enumerate(words))
    return dated and not {"still", "since", "now", "ever", "constant", "i've", "never", "has", "today"} & set(
        words
    )


_LONG_UNITS = word_set("years year winters winter summers summer decades seasons")


def _status(first: int, words: list[str], context: Context, denied: set[int], near_back: list[int]) -> Status:
    if first in denied or first in context.negated:
        return "denied"
    if any(b in context.negated and b < first for b in near_back) and context.triggers:
        return "denied"
    if context.hypothetical:
        return "hypothetical"
    if context.generic:
        return "generic"
    if context.resolved_at is not None and context.resolved_at >= first - 2:
        return "past"
    if words[first : first + 2] in (["come", "on"], ["comes", "on"], ["kicks", "in"]) and len(words) <= 10:
        return "present"
    if context.historical or _long_ago(words):
        return "past"
    if context.told_past:
        return "told"
    return "present"
