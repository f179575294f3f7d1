"""The care card of a verdict: what the visitor reads first, and the ways to a person."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field, RootModel, ValidationError

from assistant import resources
from assistant.guardrail.duration import VAGUE_LONG
from assistant.guardrail.model import Fact, Triage
from assistant.guardrail.policy import PolicyError
from assistant.schema import Action
from assistant.settings import Clinic
from assistant.wording import Wording

EMERGENCY = "emergency.toml"
MAX_REASONS = 3
REMIND_EVERY = 3
"""The turn behind the card reminds of it in a line, and then every third one."""
_NUMBER = r"^(\+?[0-9]{2,15})?$"


class CareCard(NamedTuple):
    """What stands above the answer, or instead of it.

    `lead` is Markdown, empty at level none; at urgent it is the whole reply.
    """

    lead: str
    actions: list[Action]
    suggestions: list[str]


class Numbers(BaseModel):
    """Telephone numbers of one country; empty where there is none."""

    model_config = ConfigDict(extra="forbid")

    emergency: str = Field(default="", pattern=_NUMBER)
    same_day: str = Field(default="", pattern=_NUMBER)
    crisis: str = Field(default="", pattern=_NUMBER)


class _Countries(RootModel[dict[str, Numbers]]):
    pass


def load_numbers(directory: Path | None = None) -> dict[str, Numbers]:
    """Read `emergency.toml`: ISO country code → numbers, with "default".

    Raises:
        PolicyError: the file is missing, is not TOML, or holds something that is not a number.
    """
    path = (directory or resources.folder("knowledge")) / EMERGENCY
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        countries = _Countries.model_validate(table).root
    except OSError as error:
        raise PolicyError(f"{path}: cannot be read ({error.strerror}); restore the file") from error
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"{path}: {error}; mend the TOML on that line") from error
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"])
        line = _line(path, str(error.errors()[0]["loc"][0]))
        raise PolicyError(f'{path}, line {line}: {place}: write digits only, or "" for none') from error
    if "default" not in countries:
        raise PolicyError(f"{path}, line 1: the table [default] is missing; restore it")
    return countries


def _line(path: Path, table: str) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((i for i, line in enumerate(lines, 1) if line.strip() == f"[{table}]"), 1)


@lru_cache(maxsize=4)
def _shipped_numbers() -> dict[str, Numbers]:
    return load_numbers()


def render(
    triage: Triage, clinic: Clinic, wording: Wording, numbers: dict[str, Numbers] | None = None
) -> CareCard:
    """Return the care card for `triage`.

    At `check`: the question with its tappable replies; at `none`, once its answers leave nothing open, when
    to get help after all. At `refer`: why, and the clinic's ways to a
    person. At `urgent`: the emergency or same-day advice alone, with phone actions from
    `emergency.toml` and never a booking link.

    Args:
        numbers: as `load_numbers` returns them; by default those of the installation.
    """
    if triage.level == "none":
        state = triage.state
        if not (triage.present_pain and state.asked and state.settled_turn == state.turn):
            return CareCard("", [], [])
        key = "care.check.other.settled" if triage.subject == "other" else "care.check.settled"
        return CareCard(_in_language(triage, wording.say(key, clinic=clinic.name), wording), [], [])
    countries = numbers if numbers is not None else _shipped_numbers()
    row = countries.get(clinic.country) or countries["default"]
    if triage.level == "urgent":
        card = _urgent(triage, row, wording)
    elif triage.level == "refer":
        card = _refer(triage, clinic, wording)
        if not _new(triage):
            return card
    else:
        card = _check(triage, clinic, wording)
    return card._replace(lead=_in_language(triage, card.lead, wording))


def _in_language(triage: Triage, lead: str, wording: Wording) -> str:
    if triage.language == "en" or not lead:
        return lead
    parts = [lead]
    line = f"care.{triage.level}_line.{triage.language}"
    if wording.has(line) and triage.kind == "back":
        parts.insert(0, wording.say(line))
    note = f"care.language.{triage.language}"
    if wording.has(note):
        parts.append(wording.say(note))
    return "\n\n".join(parts)


def _check(triage: Triage, clinic: Clinic, wording: Wording) -> CareCard:
    other = triage.subject == "other"
    if triage.ask is None:
        key = "care.check.other.done" if other else "care.check.done"
        return CareCard(wording.say(key, clinic=clinic.name), [], [])
    kind = f"care.ask.{triage.ask.kind}"
    question = wording.say(f"{kind}.question_other" if other else f"{kind}.question")
    if len(triage.state.asked) > 1:
        lead = wording.say("care.check.again", question=question)
    else:
        lead = wording.say("care.check.other.lead" if other else "care.check.lead", question=question)
    theirs = f"{kind}.replies_other"
    return CareCard(lead, [], wording.all(theirs if other and wording.has(theirs) else f"{kind}.replies"))


def _refer(triage: Triage, clinic: Clinic, wording: Wording) -> CareCard:
    """Return the whole card at first, the reasons where a new one appeared, and now and then a short line."""
    other = "_other" if triage.subject == "other" else ""
    since = triage.state.turn - max((reason.turn for reason in triage.reasons), default=triage.state.turn)
    if all(reason.turn == triage.state.turn for reason in triage.reasons):
        key = "lead"
    else:
        key = "reminder" if since else "again"
    lead = wording.say(f"care.refer.{key}{other}", reasons=reasons(triage, wording), clinic=clinic.name)
    line = f"care.refer_line.{triage.language}"
    if key == "reminder" and wording.has(line):
        lead = wording.say(line)
    if since > 1 and since % REMIND_EVERY:
        lead = ""
    return CareCard(lead, clinic.ways_to_a_person(), wording.all("care.refer.suggestions"))


def _new(triage: Triage) -> bool:
    """Say whether a reason appeared in this turn."""
    return any(reason.turn == triage.state.turn for reason in triage.reasons)


def _urgent(triage: Triage, row: Numbers, wording: Wording) -> CareCard:
    number = row.emergency or wording.say("care.urgent.today.neutral_number")
    emergency = _phone("emergency", row.emergency, wording)
    if triage.kind == "self_harm":
        crisis = _sentence("care.urgent.self_harm.crisis", row.crisis, wording)
        lead = wording.say("care.urgent.self_harm.lead", crisis=crisis, emergency_number=number)
        return CareCard(lead, [_phone("crisis", row.crisis, wording), emergency], [])
    other = "_other" if triage.subject == "other" else ""
    why = reasons(triage, wording)
    if triage.when == "now":
        how = _sentence("care.urgent.now.emergency", row.emergency, wording)
        lead = wording.say(f"care.urgent.now.lead{other}", emergency=how, reasons=why)
        return CareCard(lead, [emergency], [])
    how = _sentence("care.urgent.today.same_day", row.same_day, wording)
    lead = wording.say(f"care.urgent.today.lead{other}", same_day=how, reasons=why, emergency_number=number)
    return CareCard(lead, [_phone("same_day", row.same_day, wording), emergency], [])


def _sentence(key: str, number: str, wording: Wording) -> str:
    return wording.say(key, number=number) if number else wording.say(f"{key}_neutral")


def _phone(kind: str, number: str, wording: Wording) -> Action:
    """Return the phone action; without a number its url is "#emergency" and the like, which dials nothing."""
    label = _sentence(f"care.action.{kind}", number, wording)
    return Action(kind="phone", label=label, url=f"tel:{number}" if number else f"#{kind}")


def reasons(triage: Triage, wording: Wording) -> str:
    """Return the reasons of the level as the rest of a sentence that starts with "because"."""
    table = f"care.because.{triage.subject}"
    phrases: list[str] = []
    facts = {fact.row: fact for fact in triage.state.facts}
    for row in triage.rows:
        days = facts[row].days if row in facts else None
        if row == "persistent" and "duration" in triage.rows:
            continue
        if row == "duration" and days is not None and days != VAGUE_LONG:
            phrase = wording.say(f"{table}.duration_days", span=_span(days, wording))
        else:
            key = f"{table}.{row}"
            phrase = wording.say(key if wording.has(key) else f"{table}.other")
        if phrase not in phrases and (triage.level != "urgent" or _is_urgent(facts, row)):
            phrases.append(phrase)
    phrases = phrases[:MAX_REASONS] or [wording.say(f"{table}.other")]
    last = wording.say("care.because.join_last")
    if len(phrases) == 1:
        return phrases[0]
    return ", ".join(phrases[:-1]) + f" {last} " + phrases[-1]


def _is_urgent(facts: dict[str, Fact], row: str) -> bool:
    return row not in facts or facts[row].level == "urgent"


def _span(days: int, wording: Wording) -> str:
    for unit, size, most in (
        ("days", 1, 13),
        ("weeks", 7, 62),
        ("months", 30.44, 700),
        ("years", 365.25, 36_525),
    ):
        if days <= most:
            count = max(round(days / size), 1)
            return wording.say(f"care.span.{unit}", n=count)
    return wording.say("care.span.long")
