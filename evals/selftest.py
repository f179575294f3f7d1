"""The check of the evals themselves: plant faults one at a time and see that each is caught.

`python -m evals.selftest` (or `make eval-selftest`) prints the list and writes selftest.md and selftest.json.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from assistant import resources
from assistant import settings as settings_module
from assistant.retrieval.embeddings import LocalEmbeddings, load_embeddings
from evals import cases, mutations, runner
from evals.guides import Guides
from evals.library import OpenLibrary
from evals.mutations import Mutation
from evals.runner import Run

AT_LEAST_CAUGHT = 24
"""Of the 25 faults."""
TRIAGE_SHARE = 4
"""One in so many triage cases of the report split is run, so that 36 runs take minutes."""


class Finding(NamedTuple):
    """What the evals said of one mutation."""

    name: str
    harmless: bool
    caught: bool
    by: tuple[str, ...]
    """Bars newly missed, figures that fell, and cases that must hold and were lost."""
    seconds: float

    @property
    def right(self) -> bool:
        """Say whether the evals judged it rightly."""
        return self.caught != self.harmless


def _taken(case: cases.AnyCase) -> bool:
    """Say whether a case takes part: of the thousands of triage cases every fourth, by its id's hash."""
    if case.suite != "triage":
        return True
    return int(hashlib.sha256(case.id.encode()).hexdigest(), 16) % TRIAGE_SHARE == 0


def check(
    chosen: Sequence[cases.AnyCase],
    planned: Sequence[Mutation],
    say: Callable[[str], None] = lambda line: None,
) -> list[Finding]:
    """Run `chosen` unchanged, then with each mutation, and say what was noticed.

    A mutation counts as caught when `assistant eval --against` the unchanged run would newly exit 1: a bar
    that was met is missed, a figure falls significantly, a case that must hold is lost, or a reply breaks.
    """
    with tempfile.TemporaryDirectory(prefix="evals-selftest-") as folder:
        embeddings = load_embeddings(settings_module.load())
        baseline = _run(chosen, Mutation("unchanged"), Path(folder) / "0", embeddings)
        say(f"unchanged: {len(baseline.missed)} bars missed, {baseline.seconds:.0f} s")
        findings: list[Finding] = []
        for number, mutation in enumerate(planned, start=1):
            start = time.perf_counter()
            try:
                run = _run(chosen, mutation, Path(folder) / str(number), embeddings, baseline)
            except mutations.MutationError:
                raise
            except Exception as error:  # whatever breaks the assistant, `assistant eval` would not exit 0
                by: tuple[str, ...] = (f"the assistant breaks: {type(error).__name__}",)
            else:
                by = _noticed(baseline, run)
            finding = Finding(mutation.name, mutation.harmless, bool(by), by, time.perf_counter() - start)
            findings.append(finding)
            say(line(number, finding))
        return findings


def line(number: int, finding: Finding) -> str:
    """Return one line on a finding."""
    kind = "harmless" if finding.harmless else "fault"
    said = "caught" if finding.caught else "not noticed"
    reasons = "; ".join(finding.by[:3]) + (f" (+ {len(finding.by) - 3})" if len(finding.by) > 3 else "")
    return (
        f"{'ok ' if finding.right else 'BAD'} {number:2} {kind:8} {finding.name}: {said} {reasons}".rstrip()
    )


def _noticed(baseline: Run, run: Run) -> tuple[str, ...]:
    before = {(verdict.bar.figure, verdict.bar.split) for verdict in baseline.missed}
    bars = [v.bar.figure for v in run.missed if (v.bar.figure, v.bar.split) not in before]
    return (
        *(f"bar {name}" for name in bars),
        *(f"drop {change.name}" for change in run.drops),
        *(f"lost {case}" for case in run.lost),
    )


def _run(
    chosen: Sequence[cases.AnyCase],
    mutation: Mutation,
    root: Path,
    embeddings: LocalEmbeddings,
    baseline: Run | None = None,
) -> Run:
    shipped = settings_module.load()
    shutil.copytree(shipped.knowledge_dir, root / "knowledge")
    shutil.copytree(resources.folder("prompts"), root / "prompts")
    mutation.apply(root)
    data = root / "data"
    data.mkdir()
    if (models := shipped.data_dir / "models").is_dir():
        (data / "models").symlink_to(models.resolve(), target_is_directory=True)
    with _prompts(root / "prompts"):
        overrides: dict[str, object] = {"knowledge_dir": root / "knowledge", "data_dir": data}
        settings = settings_module.load(**overrides)
        urls = [action.url for action in settings.clinic.actions]
        guides = Guides.read(settings.knowledge_dir, root / "prompts", urls)
        return runner.execute(
            chosen,
            OpenLibrary(overrides, mutation.alter, embeddings),
            guides,
            against=baseline.rows if baseline else (),
        )


@contextmanager
def _prompts(folder: Path) -> Iterator[None]:
    """Let the assistant read its sentences from `folder`."""
    original = resources.folder

    def instead(name: str) -> Path:
        return folder if name == "prompts" else original(name)

    resources.folder = instead
    try:
        yield
    finally:
        resources.folder = original


def summary(findings: Sequence[Finding], faults: int = len(mutations.FAULTS)) -> tuple[str, bool]:
    """Return a sentence on the findings, and whether the evals passed.

    The first `faults` findings are the 25; further faults are reported and do not count.
    """
    caught = sum(finding.caught for finding in findings[:faults])
    alarms = sum(finding.harmless and finding.caught for finding in findings)
    harmless = sum(finding.harmless for finding in findings)
    more = [finding for finding in findings[faults:] if not finding.harmless]
    text = f"{caught} of {faults} faults caught; {alarms} false alarms on {harmless} harmless edits"
    if more:
        text += f"; {sum(finding.caught for finding in more)} of {len(more)} further faults caught"
    return text, caught >= min(AT_LEAST_CAUGHT, faults) and alarms == 0


def markdown(findings: Sequence[Finding], sentence: str) -> str:
    """Return the list and result as Markdown."""
    rows = "\n".join(
        f"| {'harmless' if f.harmless else 'fault'} | {f.name} | {'caught' if f.caught else 'not noticed'} "
        f"| {'; '.join(f.by[:4])} |"
        for f in findings
    )
    head = "| kind | edit | result | by |\n|---|---|---|---|"
    return f"# Mutation check of the evals\n\n{sentence}.\n\n{head}\n{rows}\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the check; exit 0 when the evals pass it, 1 when not, 2 on wrong use."""
    parser = argparse.ArgumentParser(prog="python -m evals.selftest", description=__doc__)
    parser.add_argument("--only", metavar="WORD", help="only mutations whose name holds WORD")
    parser.add_argument("--out", type=Path, default=runner.RUNS_DIR / "selftest")
    given = parser.parse_args(arguments)
    planned = [*mutations.FAULTS, *mutations.MORE_FAULTS, *mutations.HARMLESS]
    if given.only:
        planned = [mutation for mutation in planned if given.only in mutation.name]
    try:
        # Bars and paired tests look at the report split only: the rest of the tune split changes no verdict.
        chosen = [case for case in cases.load() if case.must or (case.split == "report" and _taken(case))]
        findings = check(chosen, planned, lambda text: print(text, flush=True))
    except (cases.CaseError, mutations.MutationError) as error:
        print(error, file=sys.stderr)
        return 2
    faults = sum(mutation in mutations.FAULTS for mutation in planned)
    sentence, passed = summary(findings, faults)
    print(sentence)
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / "selftest.md").write_text(markdown(findings, sentence), encoding="utf-8")
    listed = [finding._asdict() for finding in findings]
    (given.out / "selftest.json").write_text(json.dumps(listed, indent=1) + "\n", encoding="utf-8")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
