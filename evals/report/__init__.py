"""The report: one HTML file that opens offline, with every case and why it passed or failed."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from assistant.schema import LEVELS
from evals import baselines
from evals.figures import Figure, Row, better_is_lower
from evals.metrics.triage import confusion
from evals.report import plots
from evals.runner import Run
from evals.table import percent

_HERE = Path(__file__).resolve().parent
MAX_BYTES = 2_000_000


def write(run: Run, path: Path, earlier: Sequence[Row] = ()) -> None:
    """Write the report of `run` to `path`, marking what changed since the rows `earlier`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(render(run, earlier), encoding="utf-8")


def render(run: Run, earlier: Sequence[Row] = ()) -> str:
    """Return the report as HTML.

    The cases travel as gzipped JSON and are put on the page as text nodes, never as markup; everything that
    is written into the HTML here is escaped. The page's policy forbids every request.
    """
    page = Template((_HERE / "page.html").read_text(encoding="utf-8"))
    html = page.substitute(
        style=(_HERE / "page.css").read_text(encoding="utf-8"),
        script=(_HERE / "page.js").read_text(encoding="utf-8"),
        summary=_summary(run),
        figures=_figures(run),
        plots=_plots(run),
        changes=_changes(run),
        judge=baselines.html(run.meta.get("baselines", {})) + _judge(run.meta.get("judge")),
        data=_pack(_cases(run, earlier, detail=True)),
    )
    if len(html.encode()) > MAX_BYTES:
        html = html.replace(
            _pack(_cases(run, earlier, detail=True)), _pack(_cases(run, earlier, detail=False))
        )
    return html


def _summary(run: Run) -> str:
    failed = sum(not row["ok"] for row in run.rows)
    missed = len(run.missed)
    verdict = "Every bar is met." if not missed else f"{missed} of {len(run.verdicts)} bars are missed."
    facts = {
        "started": run.meta.get("started", ""),
        "cases": f"{len(run.rows):,}, of which {failed:,} failed",
        "time": f"{run.seconds:.1f} s",
        "cost": _cost(run.meta),
        "tested": run.meta.get("target", ""),
        "code": run.meta.get("code", ""),
        "cases (SHA-256)": run.meta.get("cases_sha256", ""),
    }
    items = "".join(f"<dt>{escape(k)}</dt><dd>{escape(str(v))}</dd>" for k, v in facts.items() if v)
    return f'<p class="verdict {"missed" if missed else "met"}">{escape(verdict)}</p><dl>{items}</dl>'


def _cost(meta: Mapping[str, Any]) -> str:
    model = meta.get("model")
    return f"tokens of {model}, as its provider bills them" if model else "none: no language model was called"


def _figures(run: Run) -> str:
    bars = {(v.bar.figure, v.bar.split): v for v in run.verdicts}
    tune = {figure.name: figure for figure in run.figures if figure.split == "tune"}
    rows: list[str] = []
    for figure in _headline(run):
        verdict = bars.get((figure.name, figure.split))
        state = "" if verdict is None else "met" if verdict.met else "missed"
        bar = "" if verdict is None else f"{verdict.bar.wording()} {state}"
        other = tune.get(figure.name)
        cells = [
            percent(figure.name, figure.value),
            f"{percent(figure.name, figure.interval.low)} to {percent(figure.name, figure.interval.high)}",
            figure.interval.method,
            str(figure.observations),
            percent(other.name, other.value) if other else "",
            bar,
        ]
        arrow = " (lower is better)" if better_is_lower(figure.name) else ""
        body = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        rows.append(f'<tr class="{state}"><th scope="row">{escape(figure.name + arrow)}</th>{body}</tr>')
    return "".join(rows)


def _headline(run: Run) -> list[Figure]:
    return [figure for figure in run.figures if figure.split == "report"]


def _plots(run: Run) -> str:
    drawn = [("Figures of the report split", plots.forest(_headline(run), run.verdicts))]
    for suites, title in (
        (("triage", "attacks"), "Levels, triage and attacks"),
        (("answers", "conversation"), "Levels, answers and conversation"),
    ):
        pairs = [
            tuple(p)
            for row in run.rows
            if row["suite"] in suites and row["split"] == "report"
            for p in row["levels"]
        ]
        if pairs:
            drawn.append((title, plots.confusion(confusion(pairs))))  # type: ignore[arg-type]
    if points := run.risk_coverage():
        drawn.append((f"Risk and coverage (area {points.aurc:.3f})", plots.curve(points)))
    if run.latencies:
        drawn.append(("Time per reply", plots.latencies(run.latencies)))
    return "".join(f"<figure><figcaption>{escape(t)}</figcaption>{svg}</figure>" for t, svg in drawn)


def _changes(run: Run) -> str:
    moved = [change for change in run.changes if change.before != change.after]
    if not run.changes:
        return "<p>No other run was given. <code>--against RUN</code> compares with one.</p>"
    if not moved:
        return "<p>No figure changed since the other run.</p>"
    rows = "".join(
        f'<tr class="{"missed" if c.significant_drop else ""}"><th scope="row">{escape(c.name)}</th>'
        f"<td>{percent(c.name, c.before)}</td><td>{percent(c.name, c.after)}</td>"
        f"<td>{c.lost}</td><td>{c.gained}</td>"
        f"<td>{escape(c.test)}</td><td>{c.p:.4f}</td></tr>"
        for c in moved
    )
    heads = ("figure", "before", "after", "cases worse", "cases better", "test", "p (Holm)")
    head = "".join(f'<th scope="col">{h}</th>' for h in heads)
    return (
        '<div class="scroll" tabindex="0" role="region" aria-label="Changes">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _judge(judged: Mapping[str, Any] | None) -> str:
    if not judged:
        return ""
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{one["mean"]:.2f}</td><td>{one["agreement"]:.0%}</td>'
        f"<td>{one['kappa']:.2f}</td><td>{one['votes_agree']:.0%}</td></tr>"
        for name, one in judged.get("rubrics", {}).items()
    )
    return (
        f"<h2>The judge's opinion ({escape(str(judged.get('model', '')))}), never a gate</h2>"
        "<table><thead><tr><th>rubric</th><th>mean</th><th>agrees with the metrics</th><th>Cohen's kappa</th>"
        f"<th>its three votes agree</th></tr></thead><tbody>{rows}</tbody></table>"
    )


def _cases(run: Run, earlier: Sequence[Row], detail: bool) -> dict[str, Any]:
    """Return the cases for the page, each passage and quote kept once."""
    before = {row["id"]: row for row in earlier}
    texts: dict[str, int] = {}

    def once(text: str) -> int:
        return texts.setdefault(text, len(texts))

    shown: list[dict[str, Any]] = []
    for row in run.rows:
        old = before.get(row["id"])
        change = "" if old is None or old["ok"] == row["ok"] else "better" if row["ok"] else "worse"
        turns = []
        for turn in row["turns"]:
            got = turn["got"]
            turns.append(
                {
                    "said": turn["said"],
                    "checks": [[c["name"], c["ok"], c["expected"], c["got"]] for c in turn["checks"]],
                    "got": got
                    and {
                        "answer": got["answer"] if detail or not row["ok"] else got["answer"][:200],
                        "level": got["level"],
                        "topic": got["topic"],
                        "reasons": [f"{r['signal']}: “{r['evidence']}”" for r in got["reasons"]],
                        "citations": [[c["section"], once(c["quote"])] for c in got["citations"]],
                        "exercises": got["exercises"],
                    },
                }
            )
        passages = [[p["name"], p["score"], once(p["text"]), p["wanted"]] for p in row["passages"]]
        taken = run.milliseconds.get(row["id"], [])
        shown.append(
            {
                **{key: row[key] for key in ("id", "suite", "split", "lang", "voice", "note", "ok", "why")},
                "change": change,
                "was": old["why"] if old and change else [],
                "turns": turns,
                "passages": passages if detail else [],
                "ms": round(sum(taken), 1),
            }
        )
    return {"cases": shown, "texts": list(texts), "levels": LEVELS, "compared": bool(earlier)}


def _pack(value: object) -> str:
    raw = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.b64encode(gzip.compress(raw, 9, mtime=0)).decode()
