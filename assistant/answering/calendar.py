"""A weekly plan as an iCalendar file (RFC 5545), by the icalendar library."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from assistant import schema
from assistant.answering.week import DAYS
from assistant.wording import Wording

PRODUCT = "-//back-assistant//weekly plan//EN"
MINUTES_UNTIMED = 10
"""Length of an entry for which the guide gives no minutes."""


class CalendarError(ValueError):
    """The time zone or the time of day cannot be used."""


def render(
    plan: schema.Plan,
    start: date,
    wording: Wording,
    names: Mapping[str, str],
    *,
    uid: str,
    stamp: datetime,
    zone: str = "",
    at: str = "",
) -> bytes:
    """Return the plan as weekly recurring events, without alarms.

    Args:
        plan: The plan.
        start: Monday of the first week.
        wording: Sentences of `prompts/`.
        names: Name of each exercise by id.
        uid: Prefix of the events' unique ids; the same plan keeps its ids when it is imported again.
        stamp: When the plan was made, with a time zone.
        zone: IANA time zone; empty makes all-day events, which are the same day everywhere.
        at: Time of day "HH:MM" for timed events; needs `zone`.

    Raises:
        CalendarError: `zone` is unknown or `at` is no time of day.
    """
    # Imported only here: no server start needs it.
    from icalendar import Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", wording.say("plan.calendar_name"))
    for day in plan.days:
        if day.work is None or not day.exercises:
            continue
        when = start + timedelta(days=DAYS.index(day.day))
        event = Event()
        event.add("uid", f"{uid}-{day.day.lower()}@back-assistant")
        event.add("dtstamp", stamp.astimezone(UTC))
        event.add("summary", wording.say(f"plan.calendar.{day.work}"))
        event.add("description", "\n".join(names.get(i, i) for i in day.exercises))
        event.add("rrule", {"freq": "weekly"})
        event.add("transp", "TRANSPARENT")
        if zone or at:
            begin = datetime.combine(when, _time(at), _zone(zone))
            event.add("dtstart", begin)
            event.add("dtend", begin + timedelta(minutes=day.minutes[-1] if day.minutes else MINUTES_UNTIMED))
        else:
            event.add("dtstart", when)
            event.add("dtend", when + timedelta(days=1))
        calendar.add_component(event)
    if zone:
        calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def first_monday(today: date, weeks_away: int = 0) -> date:
    """Return the Monday on which a plan begins: the next one, or later for who is away."""
    return today + timedelta(days=7 - today.weekday(), weeks=weeks_away)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise CalendarError("no such time zone") from error


def _time(text: str) -> time:
    try:
        return time.fromisoformat(text or "18:00")
    except ValueError as error:
        raise CalendarError("no such time of day") from error
