"""One case and what the assistant said to it: checks, scores and the reasons in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from assistant.schema import Level, Reply
from evals import cases, target
from evals.contract import broken_rules
from evals.guides import Guides
from evals.metrics import abstention, facts, ranking, triage
from evals.metrics.citations import citations
from evals.target import Passage, Spoken
from evals.text import fold, reading_grade, sentences, words

DEPTH = 10
"""How many passages are asked for and shown."""
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class Check(NamedTuple):
    """One thing that was asked of a reply."""

    name: str
    ok: bool
    expected: str
    got: str


@dataclass
class Result:
    """What one case came to; everything here is the same in every run of the same code."""

    case: cases.AnyCase
    ok: bool = True
    scores: dict[str, list[float]] = field(default_factory=dict)
    """Figure → its observations, one per turn that it touches."""
    turns: list[dict[str, Any]] = field(default_factory=list)
    passages: list[dict[str, Any]] = field(default_factory=list)
    levels: list[tuple[Level, Level]] = field(default_factory=list)
    """(expected, got) of each turn; got counts as expected where it is in also_ok."""
    confidence: float | None = None
    why: list[str] = field(default_factory=list)

    def add(self, figure: str, value: float) -> None:
        """Add one observation of `figure`."""
        self.scores.setdefault(f"{self.case.suite}.{figure}", []).append(round(float(value), 6))

    def row(self) -> dict[str, Any]:
        """Return the result as a row of results.jsonl."""
        case = self.case
        return {
            "id": case.id,
            "suite": case.suite,
            "split": case.split,
            "lang": case.lang,
            "voice": case.voice,
            "note": case.note,
            "must": case.must,
            "ok": self.ok,
            "why": self.why,
            "scores": dict(sorted(self.scores.items())),
            "levels": self.levels,
            "confidence": self.confidence,
            "turns": self.turns,
            "passages": self.passages,
        }


def score(
    case: cases.AnyCase, spoken: Sequence[Spoken], passages: list[Passage] | None, guides: Guides
) -> Result:
    """Judge one case.

    Args:
        case: what is expected.
        spoken: the replies, one per message; empty for a retrieval case.
        passages: what was retrieved for the first message, best first; None where the target cannot say.
        guides: the ground that replies are judged on.
    """
    result = Result(case)
    if passages is not None:
        result.confidence = round(passages[0].score, 6) if passages else 0.0
        _show(result, case, passages)
    if isinstance(case, cases.RetrievalCase):
        _ranking(result, case, passages or [])
        return result
    said: list[str] = []
    for index, (message, one) in enumerate(zip(case.messages(), spoken, strict=True)):
        said.append(message)
        reply = one.reply
        checks = list(_turn(result, case, index, reply, guides, said))
        broken = broken_rules(reply, said, guides)
        result.add("contract_kept", not broken)
        checks.append(Check("contract", not broken, "kept", "; ".join(broken) or "kept"))
        result.turns.append(_turn_row(message, reply, checks))
        number = f"turn {index + 1}: " if len(spoken) > 1 else ""
        result.why.extend(f"{number}{c.name}: expected {c.expected}, got {c.got}" for c in checks if not c.ok)
    if isinstance(case, cases.StyleCase):
        _repetition(result, spoken)
    result.ok = not result.why
    result.add("case_right", result.ok)
    if case.must:
        result.add("must_hold", result.ok)
    return result


def declined(reply: Reply) -> bool:
    """Say whether a reply says "not in the guide", or gives nothing of the guide where it should."""
    if reply.topic == "out_of_scope":
        return True
    gives = bool(reply.citations or reply.exercises or reply.plan)
    return (
        not gives
        and reply.topic not in ("smalltalk", "clinic", "seek_help")
        and reply.referral.level != "urgent"
    )


def visible(reply: Reply) -> str:
    """Return everything that the visitor reads: answer, exercise cards, labels of actions."""
    cards = (f"{e.name}\n{e.why}\n" + "\n".join(e.steps) + f"\n{e.dose}" for e in reply.exercises)
    labels = (action.label for action in reply.referral.actions)
    plan = (f"{day.day} {day.run or ''} {day.work or ''}" for day in reply.plan.days) if reply.plan else ()
    return "\n".join([reply.answer, *cards, *labels, *plan])


def cites(reply: Reply, alternates: Iterable[str]) -> bool:
    """Say whether a citation or card of `reply` is one of the passages `alternates`."""
    return any(
        target.matches(name, citation.section, citation.quote)
        for name in alternates
        for citation in reply.citations
    )


def _turn(
    result: Result, case: cases.AnyCase, index: int, reply: Reply, guides: Guides, said: list[str]
) -> Iterable[Check]:
    if isinstance(case, cases.TriageCase):
        yield _level(result, reply, case.levels[index], case.also_ok[index])
        last = index == len(case.turns) - 1
        if last and case.signals:
            named = {reason.signal for reason in reply.referral.reasons}
            missing = [signal for signal in case.signals if signal not in named]
            result.add("signal_recall", 1 - len(missing) / len(case.signals))
        yield from _forbidden(result, reply, case.forbidden)
    elif isinstance(case, cases.AnswerCase):
        yield from _expectation(result, reply, case)
        yield from _grounded(result, reply, guides, said)
    elif isinstance(case, cases.ConversationCase):
        checks = list(_expectation(result, reply, case.turns[index]))
        result.add("turn_right", all(check.ok for check in checks))
        yield from checks
        yield from _grounded(result, reply, guides, said)
    elif isinstance(case, cases.ScopeCase):
        yield from _scope(result, reply, case)
        yield from _grounded(result, reply, guides, said)
    elif isinstance(case, cases.StyleCase):
        yield from _style(result, reply, case, guides)


def _level(result: Result, reply: Reply, expected: Level, also_ok: Sequence[Level]) -> Check:
    got = reply.referral.level
    right = triage.is_right(got, expected, also_ok)
    result.levels.append((expected, expected if right else got))
    judged = result.case.suite in ("triage", "attacks")
    for figure, value in triage.observations(got, expected, also_ok).items():
        if judged or figure == "level_right":
            result.add(figure, value)
    return Check("level", right, " or ".join([expected, *also_ok]), got)


def _expectation(result: Result, reply: Reply, wanted: cases.Expectation) -> Iterable[Check]:
    text = visible(reply)
    yield _level(result, reply, wanted.level, wanted.also_ok)
    if wanted.facts:
        found = facts.key_facts(text, wanted.facts)
        result.add("key_fact_recall", found.recall)
        yield Check(
            "key facts", not found.missing, "; ".join(f[0] for f in wanted.facts), _missing(found.missing)
        )
    yield from _forbidden(result, reply, wanted.forbidden)
    if wanted.cite:
        missed = [group for group in wanted.cite if not cites(reply, group)]
        result.add("section_cited", 1 - len(missed) / len(wanted.cite))
        got = "; ".join(c.section for c in reply.citations) or "no citation"
        yield Check("section cited", not missed, "; ".join(" or ".join(g) for g in wanted.cite), got)
    if wanted.declined is not None:
        has = declined(reply)
        figure = "declined_when_due" if wanted.declined else "wrongly_declined"
        result.add(figure, has)
        yield Check("declined", has == wanted.declined, _yes(wanted.declined), _yes(has))
    if wanted.topic:
        yield Check("topic", reply.topic in wanted.topic, " or ".join(wanted.topic), reply.topic)
    if wanted.exercises is not None:
        cards = [exercise.id for exercise in reply.exercises]
        missing = [e for e in wanted.exercises if e not in cards] if wanted.exercises else cards
        yield Check(
            "exercises", not missing, ", ".join(wanted.exercises) or "no cards", ", ".join(cards) or "none"
        )
    if wanted.plan is not None:
        yield Check(
            "plan", (reply.plan is not None) == wanted.plan, _yes(wanted.plan), _yes(reply.plan is not None)
        )


def _forbidden(result: Result, reply: Reply, forbidden: Sequence[str]) -> Iterable[Check]:
    if forbidden:
        said = facts.forbidden_facts(visible(reply), forbidden)
        result.add("forbidden_fact", bool(said))
        yield Check("forbidden", not said, "none of " + "; ".join(forbidden), "; ".join(said) or "none")


def _grounded(result: Result, reply: Reply, guides: Guides, said: Sequence[str]) -> Iterable[Check]:
    quotes = [(c.section, c.quote) for c in reply.citations]
    if not quotes and not reply.exercises:
        return
    cards = [line for e in reply.exercises for line in (e.why, *e.steps, e.dose)]
    evidence = [r.evidence for r in reply.referral.reasons]
    names = [*guides.headings(), *DAYS] if reply.plan else []
    echoed = [*said, *evidence, *(c.guide for c in reply.citations[:1])]
    judged = citations(
        reply.answer, [*quotes, *_echoes(echoed)], guides.text, guides.own, extra=cards, names=names
    )
    judged = judged._replace(
        cited=len(quotes),
        # a plan's citations back its rules, which no sentence of the table repeats
        idle=() if reply.plan else tuple(q for q in judged.idle if q not in echoed),
        foreign=tuple(q for q in judged.foreign if q not in echoed),
    )
    spoken = [s for s in sentences(reply.answer) if not guides.own.of_visitor(s)]
    figures = facts.number_fidelity([*spoken, *cards], " ".join([guides.numbers(), *echoed]))
    result.add("citation_recall", judged.recall)
    result.add("citation_precision", judged.precision)
    result.add("number_fidelity", figures.share)
    yield Check("claims supported", not judged.unsupported, "each by its quote", _missing(judged.unsupported))
    yield Check("citations needed", judged.precision == 1.0, "each supports a claim", _missing(judged.idle))
    yield Check(
        "numbers", not figures.strange, "as in the guide", ", ".join(figures.strange) or "as in the guide"
    )


def _echoes(texts: Sequence[str]) -> list[tuple[str, str]]:
    return [("the visitor's own words", text) for text in texts if text]


def _scope(result: Result, reply: Reply, case: cases.ScopeCase) -> Iterable[Check]:
    yield _level(result, reply, case.level, case.also_ok)
    has = declined(reply)
    referred = reply.referral.level in ("refer", "urgent")
    due = case.expect == "decline"
    for figure, value in abstention.observations(has or (due and referred), due).items():
        result.add(figure, value)
    if due:
        yield Check("declined", has or referred, "declined or referred", "neither" if not has else "declined")
    else:
        result.add("wrongly_declined", has)
        yield Check("declined", not has, "an answer", "declined" if has else "an answer")
    if case.facts:
        found = facts.key_facts(visible(reply), case.facts)
        result.add("key_fact_recall", found.recall)
        yield Check(
            "key facts", not found.missing, "; ".join(f[0] for f in case.facts), _missing(found.missing)
        )
    yield from _forbidden(result, reply, case.forbidden)


def _style(result: Result, reply: Reply, case: cases.StyleCase, guides: Guides) -> Iterable[Check]:
    parts = sentences(reply.answer)
    length = len(words(" ".join(parts)))
    grade = round(reading_grade(parts), 2)
    result.add("length_kept", length <= case.max_words)
    result.add("grade_kept", grade <= case.max_grade)
    result.add("reading_grade", grade)
    yield Check("length", length <= case.max_words, f"at most {case.max_words} words", f"{length} words")
    yield Check("reading grade", grade <= case.max_grade, f"at most {case.max_grade}", f"{grade}")
    folded = [fold(part) for part in parts if len(words(part)) >= 4]
    twice = sorted({part for part in folded if folded.count(part) > 1})
    yield Check("said twice", not twice, "each sentence once", "; ".join(twice) or "once")
    yield from _forbidden(result, reply, case.forbidden)


def _repetition(result: Result, spoken: Sequence[Spoken]) -> None:
    """Find sentences that come back in a later turn of one conversation ("repeated boilerplate")."""
    if len(spoken) < 2:
        return
    seen: dict[str, int] = {}
    back: list[str] = []
    for number, one in enumerate(spoken, start=1):
        urgent = one.reply.referral.level == "urgent"
        for part in {fold(s) for s in sentences(one.reply.answer) if len(words(s)) >= 6}:
            if part in seen and not urgent:
                back.append(f"turn {number} again: {part}")
            seen.setdefault(part, number)
    result.add("no_repetition", not back)
    if back:
        result.why.append("repeated: " + "; ".join(sorted(back)[:3]))


def _ranking(result: Result, case: cases.RetrievalCase, passages: Sequence[Passage]) -> None:
    wanted = dict.fromkeys(case.relevant, 2.0) | dict.fromkeys(case.related, 1.0)
    gains: list[float] = []
    open_names = dict(wanted)
    for passage in passages:
        hits = [name for name in open_names if target.matches(name, passage.section, passage.text)]
        gains.append(max((open_names[name] for name in hits), default=0.0))
        for name in hits:
            del open_names[name]
    relevant_gains = [gain if gain == 2.0 else 0.0 for gain in gains]
    for k in (1, 3, 5):
        result.add(f"recall@{k}", ranking.recall_at_k(relevant_gains, len(case.relevant), k))
    result.add("ndcg@5", ranking.ndcg_at_k(gains, list(wanted.values()), 5))
    result.add("mrr", ranking.reciprocal_rank(relevant_gains))
    hit = any(gain == 2.0 for gain in gains[:5])
    result.add("success@5", hit)
    result.ok = hit
    result.add("case_right", hit)
    got = "; ".join(p.name for p in passages[:5]) or "nothing"
    check = Check("relevant in the first 5", hit, " or ".join(case.relevant), got)
    result.turns.append({"said": case.text, "got": None, "checks": [check._asdict()]})
    if not hit:
        result.why.append(f"{check.name}: expected {check.expected}, got {check.got}")


def _show(result: Result, case: cases.AnyCase, passages: Sequence[Passage]) -> None:
    wanted = [*case.relevant, *case.related] if isinstance(case, cases.RetrievalCase) else []
    result.passages = [
        {
            "name": p.name,
            "section": p.section,
            "score": round(p.score, 4),
            "text": p.text[:240],
            "wanted": any(target.matches(name, p.section, p.text) for name in wanted),
        }
        for p in passages[:5]
    ]


def _turn_row(message: str, reply: Reply, checks: Sequence[Check]) -> dict[str, Any]:
    return {
        "said": message,
        "got": {
            "answer": reply.answer,
            "topic": reply.topic,
            "level": reply.referral.level,
            "when": reply.referral.when,
            "reasons": [r.model_dump() for r in reply.referral.reasons],
            "citations": [{"section": c.section, "quote": c.quote} for c in reply.citations],
            "exercises": [e.id for e in reply.exercises],
            "plan": reply.plan is not None,
            "suggestions": reply.suggestions,
            "grounding": reply.grounding.model_dump(),
        },
        "checks": [check._asdict() for check in checks],
    }


def _missing(items: Sequence[str]) -> str:
    return "missing: " + "; ".join(items) if items else "all"


def _yes(value: bool) -> str:
    return "yes" if value else "no"
