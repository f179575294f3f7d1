"""The reviewed policy: `red_flags.toml` over the word lists of `triage_words.toml`, checked on load.

What people say in another language stands in `triage_<language>.toml` and counts only in messages in
that language, so that no word of one language fires in another.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant import resources
from assistant.guardrail.lexicon import Lexicon, LexiconError, Pattern
from assistant.schema import Signal

RED_FLAGS = "red_flags.toml"
WORDS = "triage_words.toml"
LANGUAGES = ("es", "fr", "de", "pt")
"""Languages beside English with a file of their own, `triage_<language>.toml`; it may be absent."""


class PolicyError(ValueError):
    """A file of the policy cannot be used; the message names file, line and remedy."""


class Thresholds(BaseModel):
    """The numbers of the policy."""

    model_config = ConfigDict(extra="forbid")

    refer_from_days: int = Field(ge=1, le=365)
    max_questions: int = Field(ge=0, le=10)
    recent_days: int = Field(ge=0, le=30)


class Flag(BaseModel):
    """One row: a signal, its level, and the wordings that show it."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(pattern=r"^[a-z_]+$")
    signal: Signal
    level: Literal["refer", "urgent"]
    when: Literal["soon", "today", "now"]
    needs: Literal["nothing", "pain"]
    plain: str = Field(min_length=5)
    source: str = Field(min_length=3)
    reviewed: date
    beside: Literal["", "sentence", "neighbour"] = ""
    """Where pain or the back must be named (or meant by "it") for the row to count."""
    across: list[list[str]] = []
    """Pairs of concepts that show the sign when both are said anywhere in the conversation."""
    recent_only: bool = False
    """Does not count once the pain is older than four weeks, unless the words say that it was recent."""
    explained_by: list[str] = []
    """Patterns of harmless causes: the visitor's own explanation with one of them takes the sign back."""
    keeps: list[Literal["negated", "past", "hypothetical"]] = []
    patterns: list[str] = Field(min_length=1)


class Entry(NamedTuple):
    """A compiled pattern and the row that it belongs to."""

    flag: Flag
    pattern: Pattern


class Speech:
    """One language: its lexicon and its compiled patterns by the concept that they start from."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.entries: dict[str, list[Entry]] = defaultdict(list)

    def add(self, flag: Flag, source: str) -> None:
        """Compile `source` for `flag`.

        Raises:
            LexiconError: it is empty, or names a concept that does not exist.
        """
        pattern = self.lexicon.pattern(source)
        self.entries[pattern.sequences[0][0].concept].append(Entry(flag, pattern))

    def extended(self, own: dict[str, list[str]]) -> Speech:
        """Return a language that says all of this and has the word lists `own` beside."""
        new = Speech(self.lexicon.extended(own))
        new.entries.update({concept: list(entries) for concept, entries in self.entries.items()})
        return new


class Policy:
    """Flags by id, thresholds, and what each language says for them; English holds for all of them."""

    def __init__(
        self,
        thresholds: Thresholds,
        flags: list[Flag],
        lexicon: Lexicon,
    ) -> None:
        self.thresholds = thresholds
        self.flags = {flag.id: flag for flag in flags}
        self.lexicon = lexicon
        self.explained = {flag.id: [lexicon.pattern(p) for p in flag.explained_by] for flag in flags}
        self.languages = {"en": Speech(lexicon)}
        for flag in flags:
            for source in flag.patterns:
                self.languages["en"].add(flag, source)

    def speech(self, language: str) -> Speech:
        """Return the lexicon and the patterns for messages in `language`."""
        return self.languages.get(language, self.languages["en"])


def load(directory: Path | None = None) -> Policy:
    """Read and check the policy in `directory` (default: the installation's `knowledge/`).

    Raises:
        PolicyError: a file is missing, is not TOML, or holds a row, pattern or word list that
            cannot be used; the message names file, line and remedy.
    """
    directory = directory or resources.folder("knowledge")
    words_text, words = _read(directory / WORDS)
    text, table = _read(directory / RED_FLAGS)
    lexicon = _lexicon(directory / WORDS, words_text, words)
    unknown = set(table) - {"thresholds", "flag"}
    if unknown:
        name = sorted(unknown)[0]
        raise PolicyError(
            _at(directory / RED_FLAGS, text, name, f"unknown table {name!r}; remove or rename it")
        )
    try:
        thresholds = Thresholds.model_validate(table.get("thresholds", {}))
    except ValidationError as error:
        raise PolicyError(_at(directory / RED_FLAGS, text, "[thresholds]", _first(error))) from error
    flags: list[Flag] = []
    for row in table.get("flag", []):
        mark = f'id = "{row.get("id", "")}"' if isinstance(row, dict) else "[[flag]]"
        try:
            flag = Flag.model_validate(row)
        except ValidationError as error:
            raise PolicyError(_at(directory / RED_FLAGS, text, mark, _first(error))) from error
        if (flag.level == "refer") != (flag.when == "soon"):
            goes = "soon" if flag.level == "refer" else "today or now"
            problem = f"flag {flag.id}: level {flag.level} goes with {goes}"
            raise PolicyError(_at(directory / RED_FLAGS, text, mark, problem + "; correct `when`"))
        if any(flag.id == other.id for other in flags):
            raise PolicyError(
                _at(directory / RED_FLAGS, text, mark, f"flag {flag.id} stands twice; rename one")
            )
        for name in (n for pair in flag.across for n in pair):
            if name not in lexicon.concepts:
                raise PolicyError(
                    _at(directory / RED_FLAGS, text, name, f"flag {flag.id}: {name} is no concept; add it")
                )
        for source in flag.patterns + flag.explained_by:
            try:
                lexicon.pattern(source)
            except LexiconError as error:
                raise PolicyError(
                    _at(directory / RED_FLAGS, text, source, f"flag {flag.id}: {error}")
                ) from error
        flags.append(flag)
    if not any(flag.level == "urgent" for flag in flags):
        raise PolicyError(f"{directory / RED_FLAGS}: no urgent flag is left; restore the [[flag]] rows")
    policy = Policy(thresholds, flags, lexicon)
    for name in LANGUAGES:
        if (directory / f"triage_{name}.toml").is_file():
            policy.languages[name] = _language(directory / f"triage_{name}.toml", policy)
    return policy


def _language(path: Path, policy: Policy) -> Speech:
    """Read one language's file: entries added to the shared concepts, and patterns added to the rows."""
    text, table = _read(path)
    unknown = sorted(set(table) - {"concepts", "patterns"})
    if unknown:
        raise PolicyError(_at(path, text, unknown[0], f"unknown table {unknown[0]!r}; remove or rename it"))
    concepts, patterns = table.get("concepts", {}), table.get("patterns", {})
    _check_lists(path, text, concepts)
    try:
        speech = policy.speech("en").extended(concepts)
    except LexiconError as error:
        raise PolicyError(_at(path, text, _named(error), str(error))) from error
    for row, sources in patterns.items():
        if row not in policy.flags:
            raise PolicyError(_at(path, text, f"{row} =", f"{row!r} is no row of {RED_FLAGS}; rename it"))
        if not isinstance(sources, list) or not all(isinstance(source, str) for source in sources):
            raise PolicyError(_at(path, text, f"{row} =", f"row {row!r} must be a list of texts in quotes"))
        for source in sources:
            try:
                speech.add(policy.flags[row], source)
            except LexiconError as error:
                raise PolicyError(_at(path, text, source, f"row {row}: {error}")) from error
    return speech


def _read(path: Path) -> tuple[str, dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise PolicyError(f"{path}: cannot be read ({error.strerror}); restore the file") from error
    try:
        return text, tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"{path}: {error}; mend the TOML on that line") from error


def _lexicon(path: Path, text: str, table: dict[str, Any]) -> Lexicon:
    concepts = table.get("concepts")
    if not isinstance(concepts, dict):
        raise PolicyError(f"{path}, line 1: the table [concepts] is missing; restore it")
    _check_lists(path, text, concepts)
    try:
        return Lexicon(concepts)
    except LexiconError as error:
        raise PolicyError(_at(path, text, _named(error), str(error))) from error


def _check_lists(path: Path, text: str, concepts: dict[str, Any]) -> None:
    for name, entries in concepts.items():
        if not re.fullmatch(r"[a-z][a-z_0-9]*", name):
            raise PolicyError(_at(path, text, name, f"concept {name!r}: use small letters, digits and _"))
        if not isinstance(entries, list) or not entries or not all(isinstance(e, str) for e in entries):
            raise PolicyError(
                _at(path, text, f"{name} =", f"concept {name!r} must be a list of texts in quotes")
            )


def _named(error: LexiconError) -> str:
    """Return how the line begins that holds the concept which `error` names."""
    named = re.search(r"concept '(\w+)'", str(error))
    return f"{named.group(1)} =" if named else ""


def _first(error: ValidationError) -> str:
    item = error.errors()[0]
    return f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}; correct it"


def _at(path: Path, text: str, mark: str, problem: str) -> str:
    lines = text.splitlines()
    number = next((i for i, line in enumerate(lines, 1) if mark and mark in line), 1)
    return f"{path}, line {number}: {problem}"
