"""What the guardrail finds and remembers: facts, the state between turns, and the verdict of one turn."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from assistant.schema import Level, Reason, Signal, When

AskKind = Literal["duration", "interference", "worsening"]
ASK_ORDER: tuple[AskKind, ...] = ("duration", "interference", "worsening")
Subject = Literal["self", "other"]
Kind = Literal["back", "self_harm"]


class Fact(BaseModel):
    """One finding, with the words it rests on."""

    model_config = ConfigDict(extra="forbid")

    row: str
    """Id of the row in `red_flags.toml`."""
    signal: Signal
    level: Level
    when: When | None = None
    evidence: str
    turn: int
    context: str = ""
    """The sentence around the evidence."""
    subject: Subject = "self"
    needs_pain: bool = False
    """Counts only once back pain is known, e.g. fever."""
    days: int | None = None
    """Length of the pain in days, for a duration."""
    source: Literal["rule", "head", "model"] = "rule"
    sure: bool = False
    """The message as a whole leaves no doubt that it is of now, however old other things in it are."""


class Ask(BaseModel):
    """The one most useful thing that is not known yet."""

    model_config = ConfigDict(frozen=True)

    kind: AskKind


class TriageState(BaseModel):
    """Everything the guardrail remembers between turns; survives a JSON round trip."""

    model_config = ConfigDict(extra="forbid")

    turn: int = 0
    facts: list[Fact] = []
    """What speaks for a referral, in the order in which it was said."""
    settled: dict[AskKind, str] = {}
    """What is known and harmless: the kind and the words, e.g. duration: "since yesterday"."""
    pain: Literal["unknown", "present", "denied"] = "unknown"
    pain_turn: int = 0
    pain_evidence: str = ""
    pain_subject: Subject = "self"
    elsewhere: bool = False
    """The only complaint so far is of another part of the body."""
    mild: bool = False
    """The pain is the plain soreness after work, or was called mild, and nothing more."""
    known: list[str] = []
    """Circumstances that count together with later signs, e.g. a pregnancy."""
    marks: list[float] = []
    """Where on the run it starts, as told turn by turn: falling numbers are worsening."""
    last: str = ""
    """The last message, where it was short: the next may finish it ("it's numb" / "between my legs")."""
    asked: list[AskKind] = []
    pending: AskKind | None = None
    """What the last reply asked."""
    settled_turn: int = 0
    """The turn in which the last open question was answered."""
    language: str = "en"


class Triage(BaseModel):
    """The verdict of one turn."""

    model_config = ConfigDict(frozen=True)

    level: Level
    when: When | None
    reasons: list[Reason]
    rows: list[str] = []
    """The ids of the rows of `red_flags.toml` behind `reasons`, in the same order."""
    ask: Ask | None
    language: str
    subject: Subject
    present_pain: bool
    kind: Kind = "back"
    """`self_harm` has its own words."""
    sources: list[str] = []
    """Which evidence fired for each reason: rule, head or model."""
    state: TriageState
