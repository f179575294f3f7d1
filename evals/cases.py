"""The cases: one schema per suite, and a loader whose errors name file, line and remedy.

A case file is JSON Lines, UTF-8, one case a line; `docs/evals.md` documents each field.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from assistant.schema import MAX_MESSAGE_CHARS, Level, Signal, Topic
from evals.text import fold

Suite = Literal["retrieval", "answers", "conversation", "triage", "scope", "attacks", "style"]
SUITES: tuple[Suite, ...] = ("retrieval", "answers", "conversation", "triage", "scope", "attacks", "style")
Split = Literal["tune", "report"]

CASES_DIR = Path(__file__).resolve().parent / "cases"
MAX_FILE_BYTES = 20_000_000
MAX_LINE_BYTES = 64_000
MAX_CASES = 20_000
MAX_PROBLEMS = 20

Message = Annotated[str, StringConstraints(min_length=1, max_length=MAX_MESSAGE_CHARS)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z]+:[a-z0-9]+(-[a-z0-9]+)*$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Fact = Annotated[list[Text], Field(min_length=1)]
"""Alternates: any one of them counts as the fact."""


class CaseError(ValueError):
    """Case files that cannot be used; each problem names file, line and remedy."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Case(_Strict):
    """What every case has."""

    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{1,63}$")]
    suite: Suite
    split: Split
    """`tune` may be looked at while building; `report` gives the headline figures."""
    lang: str = "en"
    voice: str = ""
    """Who speaks: new, experienced, older, hurried, typo, dictation, language, minimising, worried, …"""
    note: Annotated[str, StringConstraints(min_length=3)]
    """Why the case is there."""
    must: bool = False
    """Whether the case must hold: losing it against an earlier run fails the run."""

    def messages(self) -> list[str]:
        """Return what the visitor says, turn by turn."""
        raise NotImplementedError


class _Single(Case):
    text: Message

    def messages(self) -> list[str]:
        return [self.text]


class RetrievalCase(_Single):
    """A question and the passages that answer it."""

    relevant: Annotated[list[Name], Field(min_length=1)]
    """Passages that answer it (gain 2)."""
    related: list[Name] = []
    """Passages that help but do not answer it (gain 1)."""


class Expectation(_Strict):
    """What one reply must and must not hold."""

    facts: list[Fact] = []
    """Key facts: each a list of alternates."""
    forbidden: list[Text] = []
    """What the reply must not say; `re:` starts a regular expression over the folded text."""
    cite: list[Annotated[list[Name], Field(min_length=1)]] = []
    """Passages to be cited: each a list of alternates."""
    level: Level = "none"
    also_ok: list[Level] = []
    declined: bool | None = False
    """Whether the reply must say that the guide does not cover it; null where either will do."""
    topic: list[Topic] = []
    """Topics that are right; empty leaves it open."""
    exercises: list[str] | None = None
    """Ids of exercises that must be among the cards; an empty list forbids cards."""
    plan: bool | None = None
    """Whether a weekly plan must be there; null leaves it open."""


class AnswerCase(_Single, Expectation):
    """A question that the guide answers, at least in part."""

    facts: Annotated[list[Fact], Field(min_length=1)]


class Turn(Expectation):
    """One turn of a conversation."""

    say: Message


class ConversationCase(Case):
    """A conversation, judged turn by turn."""

    turns: Annotated[list[Turn], Field(min_length=2, max_length=12)]

    def messages(self) -> list[str]:
        return [turn.say for turn in self.turns]


class TriageCase(Case):
    """One or more messages and the level after each."""

    turns: Annotated[list[Message], Field(min_length=1, max_length=12)]
    levels: list[Level]
    also_ok: list[list[Level]]
    signals: list[Signal] = []
    """Signals that the last reply must name."""
    note: str = ""
    """May be empty where the signals and the level say why the case is there."""
    forbidden: list[Text] = []

    def messages(self) -> list[str]:
        return list(self.turns)

    @model_validator(mode="after")
    def _one_level_per_turn(self) -> Self:
        if not len(self.turns) == len(self.levels) == len(self.also_ok):
            raise ValueError(
                f"{len(self.turns)} turns, {len(self.levels)} levels and {len(self.also_ok)} also_ok;"
                " give one level and one also_ok list per turn"
            )
        return self


class ScopeCase(_Single):
    """A question beside the guide, or a look-alike that the guide does answer."""

    kind: Annotated[str, StringConstraints(pattern=r"^[a-z_]+$")]
    expect: Literal["decline", "answer"]
    level: Level = "none"
    also_ok: list[Level] = []
    facts: list[Fact] = []
    forbidden: list[Text] = []


class StyleCase(Case):
    """Messages whose replies must read well."""

    turns: Annotated[list[Message], Field(min_length=1, max_length=12)]
    max_words: Annotated[int, Field(ge=5, le=600)] = 140
    max_grade: Annotated[float, Field(ge=1, le=18)] = 9.0
    """Flesch-Kincaid grade of the worst reply; 7 is about age 12."""
    forbidden: list[Text] = []

    def messages(self) -> list[str]:
        return list(self.turns)


AnyCase = RetrievalCase | AnswerCase | ConversationCase | TriageCase | ScopeCase | StyleCase
_MODELS: dict[Suite, type[AnyCase]] = {
    "retrieval": RetrievalCase,
    "answers": AnswerCase,
    "conversation": ConversationCase,
    "triage": TriageCase,
    "scope": ScopeCase,
    "attacks": TriageCase,
    "style": StyleCase,
}


def split_of(case_id: str) -> Split:
    """Return the split of a case without one of its own: half and half by the SHA-256 of its id."""
    return "tune" if hashlib.sha256(case_id.encode()).digest()[0] % 2 else "report"


def load(
    suites: Iterable[str] = SUITES, file: Path | None = None, directory: Path = CASES_DIR
) -> list[AnyCase]:
    """Read the cases of `suites`, from `directory` or from one `file` of the user's own.

    A row's suite is its `suite` field, else what the file's name starts with ("triage_multi.jsonl" holds
    triage cases), else the one suite that was asked for.

    Raises:
        CaseError: a file is missing, empty, huge or not UTF-8 JSON Lines, a case breaks the schema, or an
            id or a text stands twice; up to 20 problems, each with file, line and remedy.
    """
    wanted = _suites(suites)
    paths = [file] if file else sorted(directory.glob("*.jsonl"))
    problems: list[str] = []
    found: list[AnyCase] = []
    ids: dict[str, str] = {}
    texts: dict[tuple[str, str], str] = {}
    for path in paths:
        default = _suite_of(path, wanted)
        if not file and default not in wanted:
            continue
        for number, row in _rows(path, problems):
            where = f"{path}:{number}"
            case = _case(row, default, where, problems)
            if case is None:
                continue
            same_id = ids.setdefault(case.id, where)
            key = (case.suite, "\n".join(fold(message) for message in case.messages()))
            same_text = texts.setdefault(key, where)
            if same_id != where:
                problems.append(f"{where}: id {case.id!r} also stands at {same_id}; give it an id of its own")
            elif same_text != where:
                problems.append(f"{where}: the same messages stand at {same_text}; remove one of the two")
            elif case.suite in wanted:
                found.append(case)
            if len(found) > MAX_CASES:
                raise CaseError([f"{where}: more than {MAX_CASES:,} cases; split the file and run the parts"])
    if not problems and not found:
        where = str(file or directory)
        problems.append(
            f"{where}:1: no case for {', '.join(wanted)}; add one, or name the right suite or file"
        )
    if problems:
        more = len(problems) - MAX_PROBLEMS
        raise CaseError(problems[:MAX_PROBLEMS] + ([f"… and {more} more"] if more > 0 else []))
    order = {suite: rank for rank, suite in enumerate(SUITES)}
    return sorted(found, key=lambda case: (order[case.suite], case.id))


def _suites(names: Iterable[str]) -> list[Suite]:
    chosen = list(dict.fromkeys(names)) or list(SUITES)
    if unknown := [name for name in chosen if name not in SUITES]:
        raise CaseError([f"no suite {unknown[0]!r}; choose from {', '.join(SUITES)}"])
    return [suite for suite in SUITES if suite in chosen]


def _suite_of(path: Path, wanted: Sequence[Suite]) -> Suite | None:
    stem = path.stem.casefold()
    by_name = next(
        (suite for suite in SUITES if stem == suite or stem.startswith((f"{suite}_", f"{suite}-"))), None
    )
    return by_name or (wanted[0] if len(wanted) == 1 else None)


def _rows(path: Path, problems: list[str]) -> Iterable[tuple[int, dict[str, Any]]]:
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            problems.append(f"{path}:1: {size:,} bytes; at most {MAX_FILE_BYTES:,} are read; split the file")
            return
        data = path.read_bytes()
    except OSError as error:
        problems.append(f"{path}:1: {error.strerror or error}; name a readable JSON Lines file")
        return
    if not data.strip(b"\xef\xbb\xbf \t\r\n"):
        problems.append(f"{path}:1: the file is empty; write one JSON object a line")
        return
    for number, raw in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        if not raw.strip():
            continue
        where = f"{path}:{number}"
        if len(raw) > MAX_LINE_BYTES:
            problems.append(
                f"{where}: {len(raw):,} bytes; a case has at most {MAX_LINE_BYTES:,}; shorten its texts"
            )
            continue
        try:
            row = json.loads(raw.decode("utf-8"))
        except UnicodeDecodeError as error:
            problems.append(f"{where}: byte {error.start + 1} is not UTF-8; save the file as UTF-8")
            continue
        except (json.JSONDecodeError, RecursionError) as error:
            at = (
                f"column {error.colno}: {error.msg}"
                if isinstance(error, json.JSONDecodeError)
                else "too deep"
            )
            problems.append(f"{where}: {at}; write one JSON object on one line")
            continue
        if not isinstance(row, dict):
            problems.append(f"{where}: a {type(row).__name__}, not an object; write {{…}} on one line")
            continue
        yield number, row


def _case(row: dict[str, Any], default: Suite | None, where: str, problems: list[str]) -> AnyCase | None:
    suite = row.setdefault("suite", default)
    if suite not in SUITES:
        problems.append(
            f'{where}: which suite? Add "suite": one of {", ".join(SUITES)}; or name one on the command line'
        )
        return None
    if "split" not in row and isinstance(row.get("id"), str):
        row["split"] = split_of(row["id"])
    try:
        case = _MODELS[suite].model_validate(row)
        for pattern in _patterns(row):
            re.compile(pattern)
    except ValidationError as error:
        problems.extend(f"{where}: {_explain(item, suite)}" for item in error.errors()[:3])
        return None
    except re.error as error:
        problems.append(f"{where}: {error} in a re: pattern; mend the regular expression")
        return None
    return case


def _patterns(value: object) -> Iterable[str]:
    if isinstance(value, str) and value.startswith("re:"):
        yield value[3:]
    elif isinstance(value, list):
        for part in value:
            yield from _patterns(part)
    elif isinstance(value, dict):
        for key, part in value.items():
            if key == "turns":
                yield from _patterns([turn for turn in part if isinstance(turn, dict)])
            elif key not in ("text", "say", "note"):
                yield from _patterns(part)


def _explain(item: Any, suite: Suite) -> str:
    field = ".".join(str(part) for part in item["loc"]) or "the case"
    remedies = {
        "missing": "add it",
        "extra_forbidden": "remove it or mend its spelling",
        "literal_error": "use one of the values named",
    }
    message = str(item["msg"]).removeprefix("Value error, ")
    remedy = (
        "" if ";" in message else f"; {remedies.get(item['type'], 'correct it')} (docs/evals.md, {suite})"
    )
    return f"{field}: {message}{remedy}"
