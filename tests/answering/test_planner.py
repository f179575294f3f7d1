"""No plan breaks a rule of the guide, and every calendar can be imported."""

from __future__ import annotations

from datetime import UTC, date, datetime

import icalendar
import pytest
import vobject
from hypothesis import HealthCheck, given, settings, strategies

from assistant import schema
from assistant.answering import calendar
from assistant.answering.mentions import Mentions
from assistant.answering.planner import Rules, draw
from assistant.answering.week import DAYS, Week
from assistant.ingestion import index
from assistant.settings import Settings
from assistant.wording import Wording

RUNS = strategies.sampled_from(["easy", "long", "speed", "rest", "cross-training"])
WEEKS = strategies.builds(
    Week,
    runs=strategies.dictionaries(strategies.sampled_from(DAYS), RUNS, max_size=7),
    excluded=strategies.lists(strategies.sampled_from(DAYS), max_size=4, unique=True),
    run_count=strategies.none() | strategies.integers(0, 9),
    sessions=strategies.none() | strategies.integers(0, 9),
    minutes=strategies.none() | strategies.integers(1, 120),
    weeks_away=strategies.integers(0, 2),
    avoid=strategies.lists(
        strategies.sampled_from(["dead-bugs", "superman-holds", "side-planks"]), unique=True
    ),
)


@pytest.fixture(scope="module")
def rules(guide_settings: Settings) -> Rules:
    chunks = index.current(guide_settings).chunks
    return Rules.of(chunks, Mentions(chunks, lambda _: True))


def test_the_rules_are_the_guides_own(rules: Rules) -> None:
    assert rules.sessions == (2, 3)
    assert rules.ways["after"].minutes == (10, 15)
    assert rules.ways["cross-training"].minutes == (20, 30)
    assert rules.ways["warm-up"].exercises == ("bird-dogs", "reverse-lunges-with-rotation")
    assert rules.ways["recovery"].exercises == ("cat-cow-stretch", "hip-flexor-stretch")


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(week=WEEKS)
def test_no_week_breaks_a_rule_of_the_guide(rules: Rules, week: Week) -> None:
    drawn = draw(week, rules, [])
    strength = [day for day in drawn.days if day.work in ("after", "cross-training")]
    told = {key for key, _ in drawn.assumed}
    assert [day.day for day in drawn.days] == list(DAYS)
    assert len(strength) <= 3
    assert len(strength) >= 2 or told & {"fewer", "short"}
    for day in drawn.days:
        if day.work == "after":
            assert day.run == "easy"
            assert 10 <= day.minutes[0] <= day.minutes[1] <= 15
        if day.work == "cross-training":
            assert day.run == "cross-training"
            assert 20 <= day.minutes[0] <= day.minutes[1] <= 30
        if day.minutes and week.minutes is not None:
            assert day.minutes[1] <= week.minutes
        if day.work in ("after", "cross-training"):
            assert not set(day.exercises) & set(week.avoid)
        if day.work == "warm-up":
            assert day.run in ("easy", "long", "speed")
            assert day.exercises == ["bird-dogs", "reverse-lunges-with-rotation"]
        if day.work == "recovery":
            assert day.run == "rest"
            assert day.exercises == ["cat-cow-stretch", "hip-flexor-stretch"]
        if day.day in week.excluded:
            assert day.work is None
        if week.runs and day.run not in (None, week.runs.get(day.day)):
            assert day.run == "rest" or told & {"cross_training", "days"}
    if week.sessions is not None and not 2 <= week.sessions <= 3:
        assert "sessions" in told


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(week=WEEKS, zone=strategies.sampled_from(["", "Europe/London", "America/New_York", "Asia/Kolkata"]))
def test_every_calendar_is_read_by_two_libraries(rules: Rules, week: Week, zone: str) -> None:
    drawn = draw(week, rules, [])
    start = calendar.first_monday(date(2026, 11, 22), week.weeks_away)
    plan = schema.Plan(days=drawn.days, calendar_url="/x", start=start)
    stamp = datetime(2026, 11, 22, tzinfo=UTC)
    data = calendar.render(
        plan, start, Wording.load(), {}, uid="u", stamp=stamp, zone=zone, at="07:30" if zone else ""
    )
    events = icalendar.Calendar.from_ical(data).walk("VEVENT")
    worked = [day for day in drawn.days if day.work and day.exercises]
    assert len(events) == len(worked)
    assert [event["RRULE"]["FREQ"] for event in events] == [["WEEKLY"]] * len(worked)
    assert not any(event.walk("VALARM") for event in events)
    assert all(
        event.decoded("dtstart").weekday() == DAYS.index(day.day)
        for event, day in zip(events, worked, strict=True)
    )
    other = vobject.readOne(data.decode())
    assert len(getattr(other, "vevent_list", [])) == len(worked)
    if zone and worked:
        assert b"BEGIN:VTIMEZONE" in data


@pytest.mark.parametrize(
    ("zone", "at"), [("Mars/Olympus", ""), ("Europe/London", "25:99"), ("../etc/passwd", "")]
)
def test_wrong_zones_and_times_are_refused(zone: str, at: str) -> None:
    day = schema.PlanDay(day="Mon", run="easy", work="after", exercises=["bird-dogs"])
    plan = schema.Plan(days=[day], calendar_url="/x", start=date(2026, 11, 23))
    with pytest.raises(calendar.CalendarError):
        calendar.render(
            plan, plan.start, Wording.load(), {}, uid="u", stamp=datetime.now(UTC), zone=zone, at=at
        )
