"""Answers to what the last reply asked, and what a visitor takes back: the wrong chat, a joke, no pain."""

from __future__ import annotations

from assistant.guardrail import facts
from assistant.guardrail.clauses import word_set
from assistant.guardrail.model import TriageState
from assistant.guardrail.policy import Policy
from assistant.guardrail.reading import Reading

ANSWER_WORDS = 16
"""An answer or a correction is said in a message up to this length."""
TAKEN_BACK_WORDS = 30
"""The same for taking everything back, which people explain."""
WORSE_WORDS = 5
GONE_WORDS = 16
"""A sentence that begins with its being gone is up to so long."""
_LONGER = word_set("""
    longer more long much way lot bit quite a than that this those it it's is been oh even i think tbh well
    sadly unfortunately probably yes definitely defo
""")
_UNSAID = word_set(
    "say tell think remember complain wait see find imagine believe recall answer feel afford be"
)
"""What is told that cannot be done is no work of the body: "can't say", "can't complain"."""
_MISTAKEN = word_set("misread mean meant wrong mistake clicked pressed tapped")
_WRITTEN = word_set("wrote typed worded put said")
_ASKING = word_set("what which how why when where")
_GONE_FIRST = word_set("ya nicht jetzt plus maintenant agora ja not no gone it's its all")
_NOT_WORSE = word_set("not no isn't hasn't never nor neither or than if when what could better been")
"""With one of these "worse" says that it is not, or when, or is one of two."""
_LIMITED = word_set("""
    now today yet when while during after before until till at rest morning night otherwise since except
    but lying sitting
""")
"""With one of these "no pain" is said of a time or a posture, not of the whole complaint."""


def answer(policy: Policy, reading: Reading, before: TriageState, now: TriageState) -> None:
    """Read a short answer against the question asked; what answers another question counts for that one."""
    now.pending = None
    if before.pain == "present" and _worse(reading):
        facts.add(policy, now, "worsening", " ".join(s.text for s in reading.sentences))
        return
    if before.pending is None or reading.words() > ANSWER_WORDS:
        return
    text = " ".join(s.text for s in reading.sentences)
    # "Yes, still running": what follows the yes is the answer, whatever was asked.
    told = any(reading.has(concept) for concept in ("runs_fine", "better", "same"))
    yes, no = (
        (_begins_with_yes(reading) or _ends_in_yes(reading)) and not told,
        says(reading, "no_answer") and not says(reading, "pseudo_negated"),
    )
    if before.pending == "interference":
        if reading.has("runs_fine") or (no and not yes) or _went_well(reading):
            now.settled["interference"] = text
        elif (yes and not no) or _unable(reading):
            facts.add(policy, now, "interference", text)
    elif before.pending == "worsening":
        course = reading.has("better") or reading.has("same")
        if reading.has("runs_fine") and not course and not _told_otherwise(reading):
            now.settled["interference"] = text
        elif course or (no and not yes):
            now.settled["worsening"] = text
        elif yes and not no:
            facts.add(policy, now, "worsening", text)
    elif before.pending == "duration" and not reading.spans:
        if _longer(reading):
            facts.add(policy, now, "persistent", text)
        elif no:
            now.settled.setdefault("duration", text)


def _worse(reading: Reading) -> bool:
    """Say whether a short answer says how it goes: "bit worse tbh"."""
    words = {w for s in reading.sentences for w in s.words}
    return (
        reading.words() <= WORSE_WORDS
        and "worse" in words
        and not words & _NOT_WORSE
        and not any(s.question for s in reading.sentences)
    )


def _begins_with_yes(reading: Reading) -> bool:
    """Say whether a message begins with a yes; "I do" is one, "I do yoga on Sundays" none."""
    if not reading.places:
        return False
    sentence = reading.sentences[0]
    for first, last in reading.places[0].get("yes_word", ()):
        if first:
            continue
        ends = last + 1 == len(sentence.words) or sentence.clause[last + 1] != sentence.clause[last]
        if ends or sentence.words[first] not in _YES_IF_ALONE:
            return True
    return False


_YES_IF_ALONE = word_set("i it right sure true correct certainly")


def _ends_in_yes(reading: Reading) -> bool:
    """Say whether the yes stands behind what it sums up: "I feel it all day now, so yes"."""
    return bool(reading.sentences) and reading.sentences[-1].words[-1:] == ["yes"]


def _longer(reading: Reading) -> bool:
    """Say whether the last of the offered lengths is meant: "longer", "more than that"."""
    words = {w for s in reading.sentences for w in s.words}
    return bool({"longer", "more", "long"} & words) and words <= _LONGER


def _unable(reading: Reading) -> bool:
    """Say whether an answer tells what cannot be done: "she cant pick the baby up"."""
    return any(
        not (sentence.question or sentence.words[0] in _ASKING)
        and any(not _UNSAID & {*sentence.words[last + 1 : last + 3]} for _, last in places["cannot"])
        for sentence, places in zip(reading.sentences, reading.places, strict=True)
        if "cannot" in places
    )


def taken_back(reading: Reading, before: TriageState) -> bool:
    """Say whether the visitor says that the complaint was never one: the wrong chat, a joke, no pain.

    A red flag that was told for real stays: the wish to be left alone takes nothing back.
    """
    if before.pain != "present" and not before.facts:
        return False
    if any(f.level == "urgent" and not _supposed(f.context) for f in before.facts):
        return False
    if reading.words() > TAKEN_BACK_WORDS or any(h.flag.level == "urgent" for h in reading.hits):
        return False
    if any(m.status == "present" and m.site != "elsewhere" for _, m in reading.pains):
        return False
    if reading.has("wrong_chat"):
        return True
    denied = any(
        "benign_denial" in places
        and {"ache_word", "spine_any"} & places.keys()
        and not _LIMITED & set(sentence.words)
        for sentence, places in zip(reading.sentences, reading.places, strict=True)
    )
    told = [f for f in before.facts if not _supposed(f.context)]
    return denied and (not told or reading.has("retraction"))


def over(reading: Reading, before: TriageState) -> bool:
    """Say whether the visitor corrects the tense: it was then, it is not now.

    That it is gone by now ends a question; a referral is lifted only where the visitor says that the
    fact itself belongs to the past.
    """
    # "I had cancer years ago, that's all clear": the cancer, not the pain.
    if any(h.flag.level == "urgent" for h in reading.hits) or any(
        m.status == "present" and m.strong and reading.contexts[n].subject != "unsaid"
        for n, m in reading.pains
    ):
        return False
    then = [p for p in reading.places if "was_then" in p]
    if not reading.hits and any("past_time" in p for p in then):
        return True
    if reading.over_at is not None and any("month_name" in p for p in then):
        return True  # "no, that was two weeks in August, healed since"
    if reading.has("other_site") and not reading.has("spine_any"):
        return False  # "My knee's fine now"
    gone = reading.over_at is not None or any(
        "gone_answer" in p and s.words[0] in _GONE_FIRST and len(s.words) <= GONE_WORDS
        for s, p in zip(reading.sentences, reading.places, strict=True)
    )
    said = {w for s in reading.sentences for w in s.words}
    miswritten = "wrong" in said and bool(_WRITTEN & said)  # "no no, that's over, I wrote it wrong"
    return (gone and not before.facts) or (miswritten and reading.has("resolved"))


def eased(reading: Reading) -> bool:
    """Say whether the course is put right: "sorry, misread that, I mean it's getting better"."""
    said = {w for s in reading.sentences for w in s.words}
    return reading.words() <= ANSWER_WORDS and reading.has("better") and bool(_MISTAKEN & said)


def owned(reading: Reading) -> bool:
    """Say whether a short message says whose the pain is that was asked about: "yes mine, since Monday"."""
    said = [w for s in reading.sentences for w in s.words]
    if len(said) > ANSWER_WORDS or any(s.question for s in reading.sentences):
        return False
    dated = bool(reading.spans) and "since" in said
    return dated or "mine" in said or said[:2] in (["me", "yes"], ["yes", "me"], ["for", "me"])


def says(reading: Reading, concept: str) -> bool:
    """Say whether a message begins with a word of `concept`."""
    return bool(reading.places) and any(a == 0 for a, _ in reading.places[0].get(concept, ()))


def _went_well(reading: Reading) -> bool:
    """Say whether a run is told that went well: "I ran this morning, normal"."""
    words = {w for s in reading.sentences for w in s.words}
    return reading.has("run_word") and bool(words & _WELL) and not words & _ILL and not reading.hits


_WELL = word_set("normal normally fine ok okay usual well good easy great full finished grand")
_ILL = word_set("not but barely hardly can't couldn't slow slower short shorter stopped stop less skipped")


def _told_otherwise(reading: Reading) -> bool:
    """Say whether a sign is told beside what goes on as usual; "it doesn't stop me" is none."""
    return any("runs_fine" not in reading.places[hit.sentence] for hit in reading.hits)


def _supposed(context: str) -> bool:
    """Say whether a sign was only asked about: "and if both legs are numb?"."""
    words = context.lower().split()
    return bool({"if"} & set(words[:3])) and not {"i", "my", "i'm", "mine"} & set(words)
