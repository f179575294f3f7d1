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
from assistant.answering.week import Week, besides_sport, read
from assistant.answering.wishes import wishes
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
        week = self.changed(message, before or Week())
        wish = besides_sport(message)
        if self._linker.concepts.named(wish) and before is None:
            week.goal = wish
        preferred = self._linker.exercises(week.goal, len(self._chunks)) if week.goal else []
        drawn = draw(week, self._rules, preferred)
        week.assumed = {} if drawn.runs == week.runs else drawn.runs
        week.planned = drawn.sessions
        draft.plan = drawn.days
        draft.weeks_away = week.weeks_away
        if not whole:
            draft.say(self._wording.say("plan.calendar_line"))
            draft.suggestions = self._wording.all("plan.suggest.again")
            return week
        draft.say(self._wording.say("plan.lead" if before is None else "plan.lead_again"))
        draft.say("\n".join([self._wording.say("plan.head"), *(self._row(day) for day in drawn.days)]))
        self._say_legend(draft, drawn.days)
        self._say_assumptions(draft, [*drawn.assumed, *([("away", {})] if week.weeks_away else [])])
        self._composer.frequency(draft)
        for way in self._rules.ways.values():
            draft.cite(way.chunk)
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

    def changed(self, message: str, before: Week) -> Week:
        """Return the week after what a message says of its days and of exercises to leave out or take in."""
        week = read(message, before)
        for wish in wishes(message, self._mentions):
            week.avoid = [i for i in week.avoid if i not in wish.ids] + (wish.ids if wish.out else [])
            week.prefer = [i for i in week.prefer if i not in wish.ids] + ([] if wish.out else wish.ids)
        return week

    def days(self, draft: Draft, week: Week, days: Sequence[str]) -> None:
        """Say what the plan that was drawn has on some days."""
        preferred = self._linker.exercises(week.goal, len(self._chunks)) if week.goal else []
        drawn = draw(week, self._rules, preferred)
        rows = [day for day in drawn.days if day.day in days]
        draft.bullets([self._wording.say("plan.day", day=row.day, work=self._work(row)) for row in rows])
        for way in self._rules.ways.values():
            draft.cite(way.chunk)
        draft.plan = drawn.days
        draft.weeks_away = week.weeks_away
        for name in dict.fromkeys(i for row in rows for i in row.exercises):
            draft.show(self._chunks[name])

    def _row(self, day: schema.PlanDay) -> str:
        run = day.run or self._wording.say("plan.no_run")
        brief = day.work if day.work in ("warm-up", "recovery") else ""
        work = self._wording.say(f"plan.brief.{brief}") if brief else self._work(day)
        return self._wording.say("plan.row", day=day.day, run=run, work=work)

    def _work(self, day: schema.PlanDay) -> str:
        names = ", ".join(self._chunks[i].title for i in day.exercises)
        work = self._wording.say("plan.nothing")
        if day.work is not None:
            span = "–".join(str(minutes) for minutes in dict.fromkeys(day.minutes))
            untimed = "" if span or day.work in ("warm-up", "recovery") else "_untimed"
            work = self._wording.say(f"plan.work.{day.work}{untimed}", exercises=names, minutes=span)
        return work

    def _say_assumptions(self, draft: Draft, assumed: Sequence[tuple[str, dict[str, str]]]) -> None:
        for key, variables in assumed:
            text = self._wording.say(f"plan.assumed.{key}", **variables)
            if f"plan:{text}" not in draft.said:
                draft.said.append(f"plan:{text}")
                draft.say(text)

    def _say_legend(self, draft: Draft, days: Sequence[schema.PlanDay]) -> None:
        """Name once what the table's days of warm-up and recovery have in common."""
        lines = []
        for place in ("warm-up", "recovery"):
            same = [day.exercises for day in days if day.work == place]
            if same:
                names = ", ".join(self._chunks[i].title for i in same[0])
                lines.append(self._wording.say(f"plan.legend.{place}", exercises=names))
        draft.bullets(lines)
