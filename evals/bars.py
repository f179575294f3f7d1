"""The bars that a run must meet, from `bars.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from evals.figures import Figure

BARS = Path(__file__).resolve().parent / "bars.toml"


class BarError(ValueError):
    """`bars.toml` cannot be used; the message names file, bar and remedy."""


class Bar(BaseModel):
    """What one figure must reach."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    figure: str = Field(pattern=r"^[a-z]+\.[a-z0-9_@]+$")
    at_least: float | None = None
    at_most: float | None = None
    split: Literal["tune", "report"] = "report"
    why: str = Field(min_length=3)

    @model_validator(mode="after")
    def _one_side(self) -> Self:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("give either at_least or at_most")
        return self

    def met_by(self, value: float) -> bool:
        """Say whether `value` reaches the bar."""
        return value >= self.at_least if self.at_least is not None else value <= (self.at_most or 0.0)

    def wording(self) -> str:
        """Return the bar as the report shows it."""
        return f"≥ {self.at_least:g}" if self.at_least is not None else f"≤ {self.at_most:g}"


class Verdict(NamedTuple):
    """A bar and the figure that it was held against."""

    bar: Bar
    figure: Figure
    met: bool


def load(path: Path = BARS) -> list[Bar]:
    """Read the bars.

    Raises:
        BarError: the file is missing, not TOML, or a bar breaks the schema or stands twice.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BarError(f"{path}: {error.strerror}; restore it") from error
    except tomllib.TOMLDecodeError as error:
        raise BarError(f"{path}: {error}; mend the TOML on that line") from error
    if extra := set(table) - {"bar"}:
        raise BarError(f"{path}: unknown table {min(extra)!r}; write [[bar]]")
    bars: list[Bar] = []
    for number, item in enumerate(table.get("bar", []), start=1):
        try:
            bars.append(Bar.model_validate(item))
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(map(str, first["loc"]))
            raise BarError(f"{path}: bar {number}: {field} {first['msg']}; correct it") from error
    keys = [(bar.figure, bar.split, bar.at_least is None) for bar in bars]
    if len(set(keys)) != len(keys):
        twice = next(key for key in keys if keys.count(key) > 1)
        raise BarError(f"{path}: two bars for {twice[0]}; remove one")
    return bars


def judge(bars: Sequence[Bar], figures: Sequence[Figure]) -> list[Verdict]:
    """Hold each bar against its figure; a bar whose suite did not run is left out."""
    by_name = {(figure.name, figure.split): figure for figure in figures}
    found = ((bar, by_name.get((bar.figure, bar.split))) for bar in bars)
    return [Verdict(bar, figure, bar.met_by(figure.value)) for bar, figure in found if figure]
