"""The public contract: what `/api/chat` accepts and returns, as pydantic models.

Field names are fixed; fields may be added, never renamed or dropped.
"""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

MAX_MESSAGE_CHARS = 4_000

Level = Literal["none", "check", "refer", "urgent"]
When = Literal["soon", "today", "now"]
Topic = Literal[
    "why",
    "causes",
    "exercises",
    "integration",
    "protection",
    "seek_help",
    "clinic",
    "smalltalk",
    "out_of_scope",
]
Signal = Literal[
    "duration",
    "interference",
    "worsening",
    "recurrence",
    "bladder_bowel",
    "saddle",
    "leg_weakness",
    "both_legs",
    "numbness",
    "trauma",
    "fever",
    "cancer_history",
    "weight_loss",
    "night_pain",
    "chest_pain",
    "bone_stress",
    "other_red_flag",
    "other",
]
LEVELS: tuple[Level, ...] = ("none", "check", "refer", "urgent")
"""Least to most serious; the position is the rank."""


class Model(BaseModel):
    """Base of every contract model: unknown fields in a request are ignored, attributes are documented."""

    model_config = ConfigDict(use_attribute_docstrings=True)


def without_controls(value: object) -> object:
    """Drop control characters, which no keyboard sends and no store keeps: NUL above all."""
    if isinstance(value, str):
        return "".join(c for c in value if c in "\n\t" or not unicodedata.category(c).startswith("Cc"))
    return value


PRINTABLE = r"[^\s\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
"""Pattern of what remains after trimming: at least one character that is neither blank nor a control."""

Message = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_MESSAGE_CHARS),
    BeforeValidator(without_controls),
]


class ChatRequest(Model):
    """One message of a visitor."""

    message: Message = Field(examples=["How do I do a bird dog?"], json_schema_extra={"pattern": PRINTABLE})
    """What the visitor wrote: 1 to 4,000 characters after trimming."""
    conversation_id: str | None = Field(default=None, max_length=100)
    """As an earlier reply gave it; absent starts a conversation."""


class Reason(Model):
    """One finding of the guardrail, with the words that it rests on."""

    signal: Signal
    evidence: str
    """The visitor's own words."""
    turn: int
    """1-based number of the visitor's message that holds the evidence."""


class Action(Model):
    """A way to a person."""

    kind: Literal["link", "form", "phone"]
    label: str
    url: str


class Referral(Model):
    """What the guardrail decided."""

    level: Level
    when: When | None = None
    """`soon` with refer; `today` or `now` with urgent."""
    reasons: list[Reason] = []
    actions: list[Action] = []


class Citation(Model):
    """The passage of the guide that a statement rests on."""

    id: str
    guide: str
    """Title of the guide."""
    section: str
    """Heading as in the guide; nested headings are joined by " > "."""
    url: str
    """Page, with a text fragment where the guide has a page; else empty."""
    quote: str
    """The exact passage, word for word as the guide has it."""


class Exercise(Model):
    """One exercise as the guide describes it."""

    id: str
    name: str
    why: str
    steps: list[str]
    dose: str
    figure: str
    """Path of the figure, "/figures/<id>.svg"; empty where there is none."""


class PlanDay(Model):
    """One day of a weekly plan."""

    day: Literal["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    run: str | None
    """Kind of run: easy, long, speed, rest or cross-training; null where the visitor named none."""
    work: str | None
    """Where the back work goes: after, warm-up, recovery, cross-training; null for none."""
    minutes: list[int] = []
    """Least and most minutes; empty where the guide gives none."""
    exercises: list[str] = []
    """Ids of exercises."""


class Plan(Model):
    """A weekly plan that obeys the guide's rules."""

    days: list[PlanDay]
    calendar_url: str
    start: date
    """Monday of the first week."""


class Grounding(Model):
    """How far the answer stands on the guide."""

    mode: Literal["extractive", "generated", "fallback"] = "extractive"
    supported: float = Field(default=1.0, ge=0.0, le=1.0)
    """Share of the sentences of guide content that a citation supports; of a language model's answer, the
    share of its statements that stood the check, the others having been left out or replaced."""


class Reply(Model):
    """One reply of the assistant."""

    conversation_id: str
    message_id: str
    topic: Topic
    answer: str
    """Markdown that the visitor reads."""
    referral: Referral
    citations: list[Citation] = []
    exercises: list[Exercise] = []
    plan: Plan | None = None
    suggestions: list[str] = []
    """Short follow-up questions; at level check, the tappable answers to what is asked."""
    grounding: Grounding = Grounding()
    language: str = "en"
    """BCP 47 code of the language that the visitor seems to write in."""


class ErrorBody(Model):
    """What went wrong, in a sentence for the person."""

    code: str
    message: str


class ErrorReply(Model):
    """The shape of every error response."""

    error: ErrorBody
