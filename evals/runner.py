"""Runs cases against a target and writes what came of it: rows, figures, bars, times."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

from evals import bars as bars_module
from evals import cases as cases_module
from evals import figures as figures_module
from evals.bars import Bar, Verdict
from evals.cases import AnyCase, RetrievalCase
from evals.figures import Change, Figure, Row
from evals.fingerprint import fingerprint
from evals.guides import Guides
from evals.metrics.abstention import RiskCoverage, risk_coverage
from evals.metrics.latency import Latency, latency
from evals.scoring import DEPTH, score
from evals.target import Target

_CHECKOUT = Path(__file__).resolve().parent.parent
RUNS_DIR = (
    _CHECKOUT / "evals" if (_CHECKOUT / "pyproject.toml").is_file() else Path.cwd() / "evals"
) / "runs"
"""Where runs are kept: in a checkout, or where the command of an installed wheel is given."""
CHUNK = 8
"""Cases that a worker takes at a time."""


class Done(NamedTuple):
    """One case, judged, and the milliseconds of each reply."""

    row: dict[str, Any]
    milliseconds: list[float]


@dataclass
class Run:
    """Everything that one run came to."""

    rows: Sequence[Row]
    figures: list[Figure] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    latencies: dict[str, Latency] = field(default_factory=dict)
    seconds: float = 0.0
    meta: dict[str, Any] = field(default_factory=dict)
    milliseconds: dict[str, list[float]] = field(default_factory=dict)
    held: frozenset[str] = frozenset()
    """Ids of the cases that were right in the other run."""

    @property
    def missed(self) -> list[Verdict]:
        """Bars that the run does not meet."""
        return [verdict for verdict in self.verdicts if not verdict.met]

    @property
    def lost(self) -> list[str]:
        """Ids of cases that must hold, held in the other run, and hold no longer."""
        return [row["id"] for row in self.rows if row["must"] and not row["ok"] and row["id"] in self.held]

    @property
    def drops(self) -> list[Change]:
        """Figures that fell significantly against the other run."""
        return [change for change in self.changes if change.significant_drop]

    def scores(self) -> bytes:
        """Return figures and rows as bytes: equal for two runs of the same code over the same cases."""
        return b"".join(_line(figure._asdict()) for figure in self.figures) + b"".join(map(_line, self.rows))

    def risk_coverage(self) -> RiskCoverage | None:
        """Return the risk-coverage curve over questions that the guide does and does not answer."""
        judged = [
            row for row in self.rows if row["suite"] in ("answers", "scope") and row["confidence"] is not None
        ]
        if not judged:
            return None
        wrong = [
            not row["ok"] if row["suite"] == "answers" else "scope.abstention_recall" in row["scores"]
            for row in judged
        ]
        return risk_coverage([row["confidence"] for row in judged], wrong)


def execute(
    cases: Sequence[AnyCase],
    open_target: Callable[[], Target],
    guides: Guides,
    *,
    workers: int = 1,
    threads: bool = False,
    progress: Callable[[int], None] = lambda done: None,
    bars: Sequence[Bar] | None = None,
    against: Sequence[Row] = (),
    meta: dict[str, Any] | None = None,
) -> Run:
    """Run `cases` and judge them.

    Args:
        cases: what to run.
        open_target: opens the assistant or a server; called once per worker.
        guides: the ground that replies are judged on.
        workers: how many at a time; the result does not depend on it.
        threads: threads instead of processes, for a server.
        progress: called with the number of cases done since the last call.
        bars: the bars to hold the run against; None reads `bars.toml`.
        against: rows of an earlier run to compare with.
        meta: what to remember about the run.

    Raises:
        TargetError: the target does not answer.
    """
    start = time.perf_counter()
    if workers > 1:
        done = list(_parallel(cases, open_target, guides, workers, threads, progress))
    else:
        done = []
        target = open_target()
        try:
            for case in cases:
                done.append(run_case(case, target, guides))
                progress(1)
        finally:
            target.close()
    rows = [one.row for one in done]
    figures = figures_module.summarise(rows, "report") + figures_module.summarise(rows, "tune")
    run = Run(
        rows=rows,
        figures=figures,
        verdicts=bars_module.judge(bars_module.load() if bars is None else bars, figures),
        changes=figures_module.compare(against, rows) if against else [],
        held=frozenset(row["id"] for row in against if row["ok"]),
        milliseconds={one.row["id"]: one.milliseconds for one in done},
        meta=meta or {},
    )
    for suite in dict.fromkeys(row["suite"] for row in rows):
        taken = [ms for one in done if one.row["suite"] == suite for ms in one.milliseconds]
        run.latencies[suite] = latency(taken)
    run.seconds = time.perf_counter() - start
    return run


def run_case(case: AnyCase, target: Target, guides: Guides) -> Done:
    """Say a case's messages to `target` and judge the replies."""
    start = time.perf_counter()
    ranked = case.suite in ("retrieval", "answers", "scope")
    passages = target.retrieve(case.messages()[0], DEPTH) if ranked else None
    if isinstance(case, RetrievalCase):
        taken = [(time.perf_counter() - start) * 1000]
        return Done(score(case, [], passages, guides).row(), taken)
    spoken = target.converse(case.messages())
    return Done(score(case, spoken, passages, guides).row(), [one.milliseconds for one in spoken])


_worker: tuple[Target, Guides] | None = None


def _start_worker(open_target: Callable[[], Target], guides: Guides, threads: int) -> None:
    global _worker
    os.environ.setdefault("ASSISTANT_EMBEDDING_THREADS", str(threads))
    _worker = (open_target(), guides)


def _run_in_worker(case: AnyCase) -> Done:
    assert _worker is not None
    return run_case(case, *_worker)


def _parallel(
    cases: Sequence[AnyCase],
    open_target: Callable[[], Target],
    guides: Guides,
    workers: int,
    threads: bool,
    progress: Callable[[int], None],
) -> Iterator[Done]:
    if threads:
        target = open_target()
        with ThreadPoolExecutor(workers) as pool:
            for done in pool.map(lambda case: run_case(case, target, guides), cases):
                progress(1)
                yield done
        target.close()
        return
    open_target().close()  # brings the index up to date before several processes open it
    # spawn: a fork would copy the parent's thread pools of numpy and onnxruntime in an unknown state
    share = max(1, (os.cpu_count() or 1) // workers)
    with ProcessPoolExecutor(
        workers,
        mp_context=get_context("spawn"),
        initializer=_start_worker,
        initargs=(open_target, guides, share),
    ) as pool:
        for done in pool.map(_run_in_worker, cases, chunksize=CHUNK):
            progress(1)
            yield done


def describe(suites: Iterable[str], cases: Sequence[AnyCase], target: str, model: str = "") -> dict[str, Any]:
    """Return what a run should remember about itself."""
    digest = hashlib.sha256("\n".join(case.model_dump_json() for case in cases).encode()).hexdigest()
    return {
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "suites": list(suites),
        "cases": len(cases),
        "cases_sha256": digest[:16],
        "target": target,
        "model": model,
        "code": _commit(),
        "fingerprint": fingerprint(),
        "python": platform.python_version(),
        "machine": platform.machine(),
    }


def _commit() -> str:
    try:
        command = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty"]
        return subprocess.run(command, capture_output=True, text=True, timeout=5).stdout.strip()  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return ""


def write(run: Run, directory: Path) -> None:
    """Write `results.jsonl` and `figures.json` (the same bytes for the same code) and `run.json` (times)."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "results.jsonl").write_bytes(b"".join(map(_line, run.rows)))
    figures = [_flat(figure) for figure in run.figures]
    (directory / "figures.json").write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", "utf-8")
    times = {suite: one._asdict() for suite, one in run.latencies.items()}
    record = {
        **run.meta,
        "seconds": round(run.seconds, 2),
        "latency_ms": times,
        "missed": [v.bar.figure for v in run.missed],
        "milliseconds": {case: [round(ms, 2) for ms in taken] for case, taken in run.milliseconds.items()},
    }
    (directory / "run.json").write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", "utf-8")


def _flat(figure: Figure) -> dict[str, Any]:
    return {**figure._asdict(), "interval": figure.interval._asdict()}


def read(path: Path) -> list[Row]:
    """Read the rows of an earlier run.

    Args:
        path: its folder, or its results.jsonl.

    Raises:
        CaseError: there is no such run, or a line is not a result.
    """
    file = path / "results.jsonl" if path.is_dir() else path
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise cases_module.CaseError([f"{file}:1: {error}; name the folder of a run"]) from error
    rows: list[Row] = []
    for number, line in enumerate(lines, start=1):
        try:
            row = json.loads(line)
            rows.append({key: row[key] for key in ("id", "suite", "split", "must", "ok", "scores", "why")})
        except (json.JSONDecodeError, KeyError, TypeError) as error:
            problem = f"{file}:{number}: not a result ({error}); name a results.jsonl of this version"
            raise cases_module.CaseError([problem]) from error
    return rows


def _line(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
