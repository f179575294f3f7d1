"""The report's plots, as SVG with a text alternative; colours come from the page's style."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from assistant.schema import LEVELS
from evals.bars import Verdict
from evals.figures import Figure
from evals.metrics.abstention import RiskCoverage
from evals.metrics.latency import Latency

ROW = 22
LEFT = 230
WIDTH = 640


def forest(figures: Sequence[Figure], verdicts: Sequence[Verdict]) -> str:
    """Draw each figure as a point with its interval, and its bar as a tick; shares only, 0 to 1."""
    shown = [figure for figure in figures if not figure.name.endswith("reading_grade")]
    bars = {(v.bar.figure, v.bar.split): v for v in verdicts}
    height = ROW * len(shown) + 30

    def x(value: float) -> float:
        return LEFT + min(max(value, 0.0), 1.0) * (WIDTH - LEFT - 20)

    parts = [
        f'<line class="grid" x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="4" y2="{height - 22}"/>'
        f'<text class="axis" x="{x(tick):.1f}" y="{height - 6}" text-anchor="middle">{tick:.0%}</text>'
        for tick in (0, 0.25, 0.5, 0.75, 1)
    ]
    for row, figure in enumerate(shown):
        y = ROW * row + 14
        verdict = bars.get((figure.name, figure.split))
        state = "" if verdict is None else " met" if verdict.met else " missed"
        parts.append(f'<text x="{LEFT - 10}" y="{y + 4}" text-anchor="end">{escape(figure.name)}</text>')
        low, high = x(figure.interval.low), x(figure.interval.high)
        parts.append(f'<line class="interval{state}" x1="{low:.1f}" x2="{high:.1f}" y1="{y}" y2="{y}"/>')
        parts.append(f'<circle class="point{state}" cx="{x(figure.value):.1f}" cy="{y}" r="4"/>')
        if verdict:
            bar = verdict.bar.at_least if verdict.bar.at_least is not None else verdict.bar.at_most
            parts.append(f'<path class="bar" d="M{x(bar or 0):.1f} {y - 8}v16"/>')
    return _svg(WIDTH, height, "Figures with 95 % intervals; a tick marks the bar", parts)


def confusion(counts: Mapping[str, Mapping[str, int]]) -> str:
    """Draw expected levels against given ones, counts in each field, shaded by the share of the row."""
    cell = 64
    parts = [f'<text class="axis" x="{110 + 2 * cell}" y="14" text-anchor="middle">given</text>']
    for column, level in enumerate(LEVELS):
        parts.append(f'<text x="{110 + (column + 0.5) * cell}" y="34" text-anchor="middle">{level}</text>')
    for row, expected in enumerate(LEVELS):
        total = sum(counts[expected].values())
        top = 42 + row * 40
        parts.append(f'<text x="100" y="{top + 25}" text-anchor="end">{expected}</text>')
        for column, got in enumerate(LEVELS):
            count = counts[expected][got]
            share = count / total if total else 0.0
            kind = "right" if row == column else "wrong"
            left = 110 + column * cell
            parts.append(
                f'<rect class="{kind}" x="{left}" y="{top}" width="{cell - 3}" height="37"'
                f' fill-opacity="{0.08 + 0.8 * share:.2f}"/>'
                f'<text x="{left + cell / 2 - 1}" y="{top + 24}" text-anchor="middle">{count}</text>'
            )
    return _svg(110 + 4 * cell, 42 + 4 * 40, "Expected levels (rows) against given levels (columns)", parts)


def curve(points: RiskCoverage) -> str:
    """Draw the risk-coverage curve."""
    width, height, left, bottom = 420, 240, 48, 34
    top = max(0.1, *points.risk)

    def place(coverage: float, risk: float) -> str:
        across = left + coverage * (width - left - 12)
        return f"{across:.1f} {height - bottom - risk / top * (height - bottom - 12):.1f}"

    path = "M" + "L".join(place(c, r) for c, r in zip(points.coverage, points.risk, strict=True))
    parts = [
        f'<path class="grid" d="M{left} 12V{height - bottom}H{width - 12}" fill="none"/>',
        f'<path class="curve" d="{path}" fill="none"/>',
        f'<text class="axis" x="{(left + width) / 2}" y="{height - 8}" text-anchor="middle">coverage</text>',
        f'<text class="axis" x="{left - 6}" y="{height - bottom}" text-anchor="end">0</text>',
        f'<text class="axis" x="{left - 6}" y="20" text-anchor="end">{top:.0%}</text>',
        f'<text class="axis" x="{width - 14}" y="{height - 20}" text-anchor="end">100 %</text>',
    ]
    return _svg(width, height, f"Risk against coverage, area under the curve {points.aurc:.3f}", parts)


def latencies(by_suite: Mapping[str, Latency]) -> str:
    """Draw median and 95th percentile of each suite."""
    top = max([one.p95 for one in by_suite.values()], default=0.0) or 1.0
    parts: list[str] = []
    for row, (suite, one) in enumerate(by_suite.items()):
        y = ROW * row + 6
        for value, kind in ((one.p95, "late"), (one.p50, "median")):
            parts.append(
                f'<rect class="{kind}" x="110" y="{y}" width="{value / top * 260:.1f}" height="14"/>'
            )
        parts.append(f'<text x="100" y="{y + 12}" text-anchor="end">{escape(suite)}</text>')
        label = f"p50 {one.p50:.0f} ms, p95 {one.p95:.0f} ms"
        parts.append(f'<text class="axis" x="{118 + one.p95 / top * 260:.1f}" y="{y + 12}">{label}</text>')
    return _svg(560, ROW * max(len(by_suite), 1) + 8, "Milliseconds per reply", parts)


def _svg(width: float, height: float, label: str, parts: Sequence[str]) -> str:
    return (
        f'<svg viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" role="img"'
        f' aria-label="{escape(label)}">'
        f"<title>{escape(label)}</title>{''.join(parts)}</svg>"
    )
