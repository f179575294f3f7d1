"""The terminal: figures against bars, changes, failures."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from evals.figures import better_is_lower
from evals.runner import Run

SHOWN_FAILURES = 12


def percent(name: str, value: float) -> str:
    """Return a figure's value as the reader expects it: a share in per cent, a reading grade as it is."""
    return f"{value:.1f}" if name.endswith("reading_grade") else f"{100 * value:.1f} %"


def show(run: Run, console: Console, failures: int = SHOWN_FAILURES) -> None:
    """Print the figures of the report split, bars and changes, and the first failures of the tune split."""
    bars = {(v.bar.figure, v.bar.split): v for v in run.verdicts}
    changes = {change.name: change for change in run.changes}
    tune = {figure.name: figure for figure in run.figures if figure.split == "tune"}
    table = Table(title=f"{len(run.rows):,} cases in {run.seconds:.1f} s", title_justify="left")
    for heading in ("figure", "report", "95 % interval", "n", "tune", "bar", "since"):
        table.add_column(heading, justify="left" if heading == "figure" else "right", no_wrap=True)
    for figure in run.figures:
        if figure.split != "report" and any(
            f.name == figure.name and f.split == "report" for f in run.figures
        ):
            continue
        verdict = bars.get((figure.name, figure.split))
        bar = (
            "" if verdict is None else f"[{'green' if verdict.met else 'bold red'}]{verdict.bar.wording()}[/]"
        )
        change = changes.get(figure.name)
        since = ""
        if change and change.before != change.after:
            style = "bold red" if change.significant_drop else "yellow" if change.worse else "green"
            since = f"[{style}]{percent(figure.name, change.after - change.before)} (p {change.p:.3f})[/]"
        low, high = (percent(figure.name, value) for value in figure.interval[:2])
        other = tune.get(figure.name)
        table.add_row(
            figure.name + (" ↓" if better_is_lower(figure.name) else ""),
            percent(figure.name, figure.value) if figure.split == "report" else "–",
            f"{low} – {high}",
            str(figure.observations),
            percent(other.name, other.value) if other else "",
            bar,
            since,
        )
    console.print(table)
    failed = [row for row in run.rows if not row["ok"] and row["split"] == "tune"]
    if failed and failures:
        hidden = len([row for row in run.rows if not row["ok"]]) - min(failures, len(failed))
        console.print(
            f"Failed in the tune split, the first {min(failures, len(failed))} (+ {hidden} in the report):"
        )
        for row in failed[:failures]:
            reasons = "; ".join(row["why"])[:180]
            console.print(f"  {row['id']}  {reasons}", markup=False, highlight=False, soft_wrap=True)
    for verdict in run.missed:
        value = percent(verdict.figure.name, verdict.figure.value)
        console.print(
            f"[bold red]missed[/] {verdict.bar.figure} {value}, bar {verdict.bar.wording()}:"
            f" {verdict.bar.why}"
        )
    for change in run.drops:
        console.print(
            f"[bold red]dropped[/] {change.name} {change.before} → {change.after},"
            f" p {change.p} ({change.test})"
        )
    if run.lost:
        console.print(f"[bold red]lost[/] cases that must hold: {', '.join(run.lost)}")
