"""The weekly plan in words: a table, the guide's rules it follows, what was assumed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from assistant import schema
from assistant.answering.compose import Draft, exercise_of
from assistant.answering.concepts import Linker
from assistant.answering.extractive import Composer
from assistant.answering.mentions import Mentions
from assistant.answering.planner import Rules, draw
from assistant.answering.week import Week, read
from assistant.ingestion.chunks import Chunk
from assistant.wording import Wording

CARDS = 6
"""Exercise cards shown beside a plan."""


class PlanWriter:
    """Draws a week from what a visitor says of it, and writes it down."""

    def __init__(
        self,
        composer: Composer,
        linker: Linker,
        mentions: Mentions,
        wording: Wording,
        today: Callable[[], date] = date.today,
    ) -> None:
        self._composer = composer
        self._linker = linker
        self._mentions = mentions
        self._wording = wording
        self._rules = Rules.of(composer.chunks, mentions)
        self._chunks = {exercise_of(chunk).id: chunk for chunk in self._rules.exercises}

    def named_in(self, chunks: Sequence[Chunk]) -> list[Chunk]:
        """Return the exercises that passages name."""
        return list(dict.fromkeys(m.chunk for chunk in chunks for m in self._mentions.find(chunk.text)))

    def write(self, draft: Draft, message: str, before: Week | None, *, whole: bool = True) -> Week:
        """Add the plan to the draft and return the week it was drawn for.

        Without `whole` the table that was shown is not said again, only how it gets into a calendar.
        """
        week = read(message, before or Week())
        if self._linker.concepts.named(message) and before is None:
            week.goal = message
        preferred = self._linker.exercises(week.goal, len(self._chunks)) if week.goal else []
        drawn = draw(week, self._rules, preferred)
        draft.plan = drawn.days
        draft.weeks_away = week.weeks_away
        if not whole:
            draft.say(self._wording.say("plan.calendar_line"))
            draft.suggestions = self._wording.all("plan.suggest.again")
            return week
        draft.say(self._wording.say("plan.lead" if before is None else "plan.lead_again"))
        draft.say("\n".join([self._wording.say("plan.head"), *(self._row(day) for day in drawn.days)]))
        self._say_assumptions(draft, drawn.assumed)
        if week.weeks_away:
            draft.say(self._wording.say("plan.away"))
        if before is None:
            draft.say(self._wording.say("plan.rules"))
            self._composer.items(draft, [way.chunk for way in self._rules.ways.values()])
        else:
            for way in self._rules.ways.values():
                draft.cite(way.chunk)
        self._composer.frequency(draft)
        hint = "change" if week.known else "ask"
        if f"plan.{hint}" not in draft.said:
            draft.said.append(f"plan.{hint}")
            draft.say(self._wording.say(f"plan.{hint}"))
        draft.suggestions = self._wording.all(f"plan.suggest.{'again' if week.known else 'ask'}")
        ids = list(
            dict.fromkeys(
                i for day in drawn.days if day.work in ("after", "cross-training") for i in day.exercises
            )
        )
        for exercise_id in ids[:CARDS]:
            draft.show(self._chunks[exercise_id])
        return week

    def _row(self, day: schema.PlanDay) -> str:
        names = ", ".join(self._chunks[i].title for i in day.exercises)
        work = self._wording.say("plan.nothing")
        if day.work is not None:
            span = "–".join(str(minutes) for minutes in dict.fromkeys(day.minutes))
            untimed = "" if span or day.work in ("warm-up", "recovery") else "_untimed"
            work = self._wording.say(f"plan.work.{day.work}{untimed}", exercises=names, minutes=span)
        run = day.run or self._wording.say("plan.no_run")
        return self._wording.say("plan.row", day=day.day, run=run, work=work)

    def _say_assumptions(self, draft: Draft, assumed: Sequence[tuple[str, dict[str, str]]]) -> None:
        for key, variables in assumed:
            draft.say(self._wording.say(f"plan.assumed.{key}", **variables))
