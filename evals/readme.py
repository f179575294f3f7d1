"""The results table in README.md, between two markers; `python -m evals.readme` writes it."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evals import bars
from evals.figures import Figure
from evals.fingerprint import ROOT, fingerprint
from evals.runner import RUNS_DIR
from evals.statistics import Interval
from evals.table import percent

BEGIN, END = "<!-- evals:begin -->", "<!-- evals:end -->"
README = ROOT / "README.md"


class ReadmeError(ValueError):
    """The table cannot be written; the message says the remedy."""


def table(figures: Sequence[Figure], record: dict[str, Any], mark: str) -> str:
    """Return the Markdown table of the figures that have a bar, and a line on the run."""
    rows = [
        f"| {v.figure.name} | {percent(v.figure.name, v.figure.value)} "
        f"| {percent(v.figure.name, v.figure.interval.low)} to "
        f"{percent(v.figure.name, v.figure.interval.high)} "
        f"| {v.figure.observations} | {v.bar.wording()} | {'met' if v.met else '**missed**'} |"
        for v in bars.judge(bars.load(), figures)
    ]
    head = "| figure | value | 95 % interval | n | bar | |\n|---|---:|---:|---:|---:|---|"
    about = (
        f"{record['cases']:,} cases, report split, no language model; measured {record['started'][:10]}, "
        f"fingerprint `{mark}`. `make eval` writes this table."
    )
    return "\n".join([head, *rows, "", about])


def stated(readme: str) -> str | None:
    """Return the fingerprint that the table in `readme` states; None without a table."""
    _, found, rest = readme.partition(BEGIN)
    match = re.search(r"fingerprint `([0-9a-f]{12})`", rest.partition(END)[0]) if found else None
    return match[1] if match else None


def write(run: Path, readme: Path = README, root: Path = ROOT) -> None:
    """Put the table of the run in folder `run` between the markers of `readme`.

    Raises:
        ReadmeError: there is no whole run of this very code, or the README lacks the markers.
    """
    try:
        record = json.loads((run / "run.json").read_text(encoding="utf-8"))
        rows = json.loads((run / "figures.json").read_text(encoding="utf-8"))
        text = readme.read_text(encoding="utf-8")
    except OSError as error:
        raise ReadmeError(f"{error.filename}: {error.strerror}; run `make eval`") from error
    mark = fingerprint(root)
    if record.get("fingerprint") != mark:
        raise ReadmeError(f"{run}: measured before the last change; run `make eval` again")
    figures = [Figure(**{**row, "interval": Interval(**row["interval"])}) for row in rows]
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ReadmeError(f"{readme}: no {BEGIN} … {END}; put the two markers where the table should stand")
    readme.write_text(f"{before}{BEGIN}\n{table(figures, record, mark)}\n{END}{after}", encoding="utf-8")


def main(arguments: Sequence[str]) -> int:
    """Write the table of the run named on the command line (the last by default)."""
    try:
        write(Path(arguments[0]) if arguments else RUNS_DIR / "last")
    except ReadmeError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
