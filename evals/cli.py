"""`assistant eval` and `python -m evals`: which suites, against what, and what is written."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from assistant import settings as settings_module
from evals import bars, baselines, cases, report, runner, table
from evals.exports import inspect_log, junit
from evals.figures import Row
from evals.guides import Guides
from evals.library import OpenLibrary
from evals.target import HttpTarget, Target, TargetError

OK, MISSED, WRONG_USE = 0, 1, 2


def run(
    suites: Sequence[str] = (),
    cases_file: Path | None = None,
    out: Path | None = None,
    against: Path | None = None,
    url: str | None = None,
    workers: int = 1,
    ablate: bool = False,
    junit_file: Path | None = None,
    inspect: bool = False,
    *,
    judge: bool = False,
    naive: bool = False,
    console: Console | None = None,
) -> int:
    """Run the evals, print the table and write the report.

    Args:
        suites: names of suites; empty runs all that have cases.
        cases_file: a JSON Lines file in place of the project's cases.
        out: folder of the report; default `evals/runs/last`.
        against: folder of an earlier run to compare with.
        url: address of a running server to test in place of the library.
        workers: cases at a time.
        ablate: compare ablations instead.
        junit_file: where to write JUnit XML.
        inspect: write an Inspect log too.
        judge: ask the language model of the settings for its opinion too; never a gate.
        naive: measure the naive baselines of triage too.
        console: where to print.

    Returns:
        0 done; 1 a bar is missed or a figure dropped significantly; 2 wrong use or bad input, with a
        sentence on standard error.
    """
    console = console or Console(width=None if sys.stdout.isatty() else 120)
    try:
        if workers < 1 or workers > 64:
            raise cases.CaseError([f"--workers {workers}: give 1 to 64"])
        if inspect:
            inspect_log.require()
        chosen = cases.load(suites or cases.SUITES, cases_file)
        earlier = runner.read(against) if against else []
        settings = settings_module.load()
        if ablate:
            from evals import ablation

            return ablation.run(chosen, out or runner.RUNS_DIR / "ablation", console)
        urls = [action.url for action in settings.clinic.actions]
        guides = Guides.read(settings.knowledge_dir, urls=[*urls, settings.clinic.privacy_url])
        done = _execute(chosen, settings, guides, earlier, url, workers, console)
        if naive:
            from assistant.retrieval.embeddings import load_embeddings

            encode = load_embeddings(settings).keeping(settings.cache_dir)
            done.meta["baselines"] = baselines.measure(chosen, done.rows, encode)
        if judge:
            from evals import judge as judge_module

            done.meta["judge"] = judge_module.opinions(done, settings, console)
    except cases.CaseError as error:
        return _refuse(error)
    except (TargetError, bars.BarError, settings_module.SettingsError, inspect_log.MissingInspect) as error:
        return _refuse(error)
    directory = out or runner.RUNS_DIR / "last"
    runner.write(done, directory)
    report.write(done, directory / "report.html", earlier)
    if junit_file:
        junit.write(done, junit_file)
    if inspect:
        inspect_log.write(directory, directory / "inspect")
    table.show(done, console)
    if naive:
        console.print(baselines.text(done.meta["baselines"]), soft_wrap=True, highlight=False)
    console.print(f"report: {directory / 'report.html'}", soft_wrap=True, highlight=False)
    return MISSED if done.missed or done.drops or done.lost else OK


def _execute(
    chosen: Sequence[cases.AnyCase],
    settings: settings_module.Settings,
    guides: Guides,
    earlier: Sequence[Row],
    url: str | None,
    workers: int,
    console: Console,
) -> runner.Run:
    def open_server() -> Target:
        assert url is not None
        return HttpTarget(url)

    suites = list(dict.fromkeys(case.suite for case in chosen))
    if url:
        chosen = [case for case in chosen if case.suite != "retrieval"]
    meta = runner.describe(suites, chosen, url or "library", settings.model)
    columns = (TextColumn("evals"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("evals", total=len(chosen))
        return runner.execute(
            chosen,
            open_server if url else OpenLibrary(),
            guides,
            workers=workers,
            threads=bool(url),
            progress=lambda count: bar.advance(task, count),
            against=earlier,
            meta=meta,
        )


def _refuse(error: Exception) -> int:
    print(error, file=sys.stderr)
    return WRONG_USE


def parser() -> argparse.ArgumentParser:
    """Return the command line of `python -m evals`."""
    command = argparse.ArgumentParser(prog="python -m evals", description="Run the answer-quality evals.")
    command.add_argument(
        "suites", nargs="*", metavar="SUITE", help=f"one or more of {', '.join(cases.SUITES)}"
    )
    command.add_argument("--cases", type=Path, metavar="FILE", help="a JSON Lines file of your own")
    command.add_argument("--out", type=Path, metavar="DIR", help="where the report goes (evals/runs/last)")
    command.add_argument("--against", type=Path, metavar="RUN", help="the folder of an earlier run")
    command.add_argument("--url", help="test a running server instead of the library")
    command.add_argument("--workers", type=int, default=1, help="cases at a time")
    command.add_argument(
        "--ablate", action="store_true", help="compare retrievers, chunk sizes and guardrail parts"
    )
    command.add_argument("--junit", type=Path, metavar="FILE", help="write JUnit XML for CI")
    command.add_argument("--inspect", action="store_true", help="write an Inspect log (needs inspect-ai)")
    command.add_argument(
        "--judge", action="store_true", help="ask the configured language model too; never a gate"
    )
    command.add_argument(
        "--baselines", action="store_true", help="measure naive triage beside the guardrail's (a minute more)"
    )
    return command


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    given = parser().parse_args(arguments)
    return run(
        given.suites,
        given.cases,
        given.out,
        given.against,
        given.url,
        given.workers,
        given.ablate,
        given.junit,
        given.inspect,
        judge=given.judge,
        naive=given.baselines,
    )
