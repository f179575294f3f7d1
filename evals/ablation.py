"""Ablations: what each part of retrieval and guardrail contributes, in one table.

The chosen defaults are the ones that this table supports; `docs/evals.md` shows the last one.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rich.console import Console
from rich.table import Table

from assistant import settings as settings_module
from evals import cases, runner
from evals.figures import Figure, compare
from evals.guides import Guides
from evals.library import TODAY, OpenLibrary
from evals.runner import Run
from evals.table import percent

if TYPE_CHECKING:
    from assistant.pipeline import Assistant
    from assistant.retrieval.embeddings import LocalEmbeddings

RETRIEVAL = ("retrieval.recall@1", "retrieval.recall@5", "retrieval.ndcg@5", "retrieval.mrr")
ANSWERS = ("answers.key_fact_recall", "answers.section_cited")
TRIAGE = (
    "triage.urgent_sensitivity",
    "triage.referral_sensitivity",
    "triage.none_not_referred",
    "triage.none_left_none",
    "triage.over_triage_to_urgent",
)


@dataclass(frozen=True)
class Variant:
    """The assistant with one part changed."""

    name: str
    figures: tuple[str, ...]
    """What it is judged by; the suites follow from it."""
    alter: Callable[[Assistant], None] | None = None
    chunk_chars: int | None = None
    """Characters of a chunk of running text, in place of the default."""

    @property
    def suites(self) -> frozenset[str]:
        """Suites that its figures come from."""
        return frozenset(figure.partition(".")[0] for figure in self.figures)


class Row(NamedTuple):
    """One variant's figures, and the adjusted p-value of each against the default."""

    name: str
    figures: dict[str, Figure]
    p: dict[str, float]


def _retriever(dense: bool, lexical: bool) -> Callable[[Assistant], None]:
    def alter(assistant: Assistant) -> None:
        assistant.retriever.use_dense = dense
        assistant.retriever.use_lexical = lexical

    return alter


def _guardrail(head: bool, rules: bool) -> Callable[[Assistant], None]:
    def alter(assistant: Assistant) -> None:
        from assistant.guardrail import Guardrail

        folder = assistant.settings.knowledge_dir
        assistant.guardrail = Guardrail.load(folder, use_head=head, use_rules=rules, today=lambda: TODAY)

    return alter


def variants() -> list[Variant]:
    """Return the variants; the first is the default, which the others are tested against."""
    both = RETRIEVAL + ANSWERS
    return [
        Variant("default", both + TRIAGE),
        Variant("retrieval: dense only", both, _retriever(True, False)),
        # BM25 alone has no cosine for the relevance gate, so answers would only measure the gate.
        Variant("retrieval: BM25 only", RETRIEVAL, _retriever(False, True)),
        Variant("chunks: 300 characters", both, chunk_chars=300),
        Variant("chunks: 1,500 characters", both, chunk_chars=1_500),
        Variant("guardrail: rules only", TRIAGE, _guardrail(head=False, rules=True)),
        Variant("guardrail: head only", TRIAGE, _guardrail(head=True, rules=False)),
    ]


def measure(
    chosen: Sequence[cases.AnyCase], planned: Sequence[Variant], say: Callable[[str], None]
) -> list[Row]:
    """Run each variant over the cases of its suites; rows in the order of `planned`."""
    from assistant.retrieval.embeddings import load_embeddings

    embeddings = load_embeddings(settings_module.load())
    rows: list[Row] = []
    default: Run | None = None
    for variant in planned:
        say(variant.name)
        run = _run([case for case in chosen if case.suite in variant.suites], variant, embeddings)
        figures = {f.name: f for f in run.figures if f.split == "report" and f.name in variant.figures}
        changes = compare(default.rows, run.rows) if default else []
        rows.append(Row(variant.name, figures, {c.name: c.p for c in changes if c.name in figures}))
        default = default or run
    return rows


def _run(chosen: Sequence[cases.AnyCase], variant: Variant, embeddings: LocalEmbeddings) -> Run:
    shipped = settings_module.load()
    guides = Guides.read(shipped.knowledge_dir, urls=[action.url for action in shipped.clinic.actions])
    if variant.chunk_chars is None:
        opened = OpenLibrary({}, variant.alter, embeddings)
        return runner.execute(chosen, opened, guides, bars=())
    with tempfile.TemporaryDirectory(prefix="evals-ablation-") as folder, _chunks(variant.chunk_chars):
        opened = OpenLibrary({"data_dir": Path(folder)}, variant.alter, embeddings)
        return runner.execute(chosen, opened, guides, bars=())


@contextmanager
def _chunks(characters: int) -> Iterator[None]:
    from assistant.ingestion import chunks

    before = chunks.MAX_CHARS, chunks.OVERLAP_CHARS
    chunks.MAX_CHARS, chunks.OVERLAP_CHARS = characters, characters // 7
    try:
        yield
    finally:
        chunks.MAX_CHARS, chunks.OVERLAP_CHARS = before


def run(chosen: Sequence[cases.AnyCase], out: Path, console: Console) -> int:
    """Measure every variant that the chosen cases can judge, print the table, write it; return 0."""
    suites = {case.suite for case in chosen}
    planned = [v for v in variants() if v.suites & suites]
    rows = measure(chosen, planned, lambda name: console.print(f"… {name}", highlight=False))
    names = list(dict.fromkeys(name for row in rows for name in row.figures))
    table = Table(
        title="Ablations, report split; * differs from the default (p < 0.05, Holm)", title_justify="left"
    )
    table.add_column("figure", no_wrap=True)
    for row in rows:
        table.add_column(row.name, justify="right")
    for name in names:
        table.add_row(name, *(_cell(row, name) for row in rows))
    console.print(table)
    out.mkdir(parents=True, exist_ok=True)
    data = [
        {"variant": r.name, "figures": {n: f.value for n, f in r.figures.items()}, "p": r.p} for r in rows
    ]
    (out / "ablation.json").write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    return 0


def _cell(row: Row, name: str) -> str:
    figure = row.figures.get(name)
    if figure is None:
        return ""
    return percent(name, figure.value) + ("*" if row.p.get(name, 1.0) < 0.05 else "")
