"""The same questions through what a user would pick instead: `python -m evals.peers [--cases FILE]`.

Each peer is the starter of its project, over the same guide and the same embedding model, and answers with
the passages that it ranks first, as its own quick start prints them:

- LangChain: "Build a semantic search engine": RecursiveCharacterTextSplitter of 1,000 characters with 200 of
  overlap, HuggingFaceEmbeddings, the in-memory vector store, 4 passages.
- Haystack: DocumentSplitter with its defaults (200 words), SentenceTransformersDocumentEmbedder, the
  in-memory store and its embedding retriever, 4 passages.
- LlamaIndex: SentenceSplitter with its defaults (1,024 tokens, 200 of overlap), HuggingFaceEmbedding,
  VectorStoreIndex, the 2 passages of its default retriever.

A passage is taken to cite every heading of the guide that stands in it or that it lies under: the starters
keep no sections, so this is the kindest reading. A peer that is not installed is named with what installs it;
the assistant needs none of them. They bring gigabytes and other pins: give them an environment of their own.
"""

from __future__ import annotations

import argparse
import importlib
import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import mean, median
from typing import Any, NamedTuple

from assistant import settings as settings_module
from assistant.retrieval.embeddings import DEFAULT_MODEL, locate_model
from evals import cases, target
from evals.library import OpenLibrary
from evals.metrics.facts import forbidden_facts, key_facts
from evals.scoring import visible
from evals.text import words

PAGE = Path(__file__).resolve().parents[1] / "docs" / "evals.md"
BEGIN, END = "<!-- peers:begin -->", "<!-- peers:end -->"
_HEADING = re.compile(r"^#{1,6}\s+(.*\S)\s*$", re.MULTILINE)

SOON = 150
"""Words that a visitor reads without scrolling on a telephone, roughly."""

Ask = Callable[[str], "Answer"]


class Answer(NamedTuple):
    """What a visitor reads, and what it is taken from."""

    text: str
    passages: list[tuple[str, str]]
    """(section, quoted text) of each source."""


class Missing(RuntimeError):
    """A peer is not installed; the message says what installs it."""


class Measured(NamedTuple):
    """One pipeline's figures over all questions."""

    name: str
    facts: float
    """Mean share of the key facts of a question that its answer holds."""
    soon: float
    """The same over its first SOON words."""
    sections: float
    """Mean share of the wanted passages that are among the sources."""
    forbidden: int
    """Answers that hold something forbidden."""
    length: float
    """Median words of an answer."""


def _part(module: str, name: str, remedy: str) -> Any:
    try:
        return getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise Missing(f"not installed ({error}): {remedy}") from error


class Under:
    """Finds the headings that a piece of the guide lies under."""

    def __init__(self, guide: str) -> None:
        self._plain = " ".join(guide.split())
        self._headings: list[tuple[int, str]] = []
        at = 0
        for match in _HEADING.finditer(guide):
            heading = " ".join(match.group().split())
            at = self._plain.index(heading, at)
            self._headings.append((at, match[1]))

    def passages(self, text: str) -> list[tuple[str, str]]:
        """Return (heading, text) for each heading in the piece and for the one above it."""
        plain = " ".join(text.split())
        start = self._plain.find(plain[:120])
        if start < 0:
            return [("", text)]
        above = [heading for at, heading in self._headings if at <= start][-1:]
        inside = [heading for at, heading in self._headings if start < at < start + len(plain)]
        return [(heading, text) for heading in [*above, *inside]]


def langchain(guide: str, model: str) -> Ask:
    """Return LangChain's tutorial pipeline over `guide`."""
    remedy = "pip install langchain-huggingface langchain-text-splitters"
    splitter = _part("langchain_text_splitters", "RecursiveCharacterTextSplitter", remedy)
    embeddings = _part("langchain_huggingface", "HuggingFaceEmbeddings", remedy)
    store = _part("langchain_core.vectorstores", "InMemoryVectorStore", remedy)(embeddings(model_name=model))
    store.add_texts(splitter(chunk_size=1000, chunk_overlap=200, add_start_index=True).split_text(guide))
    under = Under(guide)

    def ask(question: str) -> Answer:
        found = [document.page_content for document in store.similarity_search(question, k=4)]
        return Answer("\n\n".join(found), [p for text in found for p in under.passages(text)])

    return ask


def haystack(guide: str, model: str) -> Ask:
    """Return Haystack's starter pipeline over `guide`."""
    remedy = "pip install haystack-ai sentence-transformers-haystack"
    os.environ.setdefault("HAYSTACK_TELEMETRY_ENABLED", "False")
    document = _part("haystack", "Document", remedy)
    splitter = _part("haystack.components.preprocessors", "DocumentSplitter", remedy)()
    embedders = "haystack_integrations.components.embedders.sentence_transformers"
    reader = _part(embedders, "SentenceTransformersDocumentEmbedder", remedy)(model=model, progress_bar=False)
    asker = _part(embedders, "SentenceTransformersTextEmbedder", remedy)(model=model, progress_bar=False)
    store = _part("haystack.document_stores.in_memory", "InMemoryDocumentStore", remedy)()
    retrievers = "haystack.components.retrievers.in_memory"
    retriever = _part(retrievers, "InMemoryEmbeddingRetriever", remedy)(document_store=store, top_k=4)
    for component in (splitter, reader, asker):
        getattr(component, "warm_up", lambda: None)()
    pieces = splitter.run(documents=[document(content=guide)])["documents"]
    store.write_documents(reader.run(documents=pieces)["documents"])
    under = Under(guide)

    def ask(question: str) -> Answer:
        vector = asker.run(text=question)["embedding"]
        found = [d.content for d in retriever.run(query_embedding=vector)["documents"]]
        return Answer("\n\n".join(found), [p for text in found for p in under.passages(text)])

    return ask


def llamaindex(guide: str, model: str) -> Ask:
    """Return LlamaIndex's starter pipeline over `guide`."""
    remedy = "pip install llama-index-core llama-index-embeddings-huggingface"
    document = _part("llama_index.core", "Document", remedy)
    index = _part("llama_index.core", "VectorStoreIndex", remedy)
    splitter = _part("llama_index.core.node_parser", "SentenceSplitter", remedy)
    embedding = _part("llama_index.embeddings.huggingface", "HuggingFaceEmbedding", remedy)(model_name=model)
    nodes = splitter().get_nodes_from_documents([document(text=guide)])
    retriever = index(nodes, embed_model=embedding).as_retriever()
    under = Under(guide)

    def ask(question: str) -> Answer:
        found = [node.get_content() for node in retriever.retrieve(question)]
        return Answer("\n\n".join(found), [p for text in found for p in under.passages(text)])

    return ask


def assistant() -> Ask:
    """Return this assistant, in this process."""
    library = OpenLibrary()()

    def ask(question: str) -> Answer:
        reply = library.converse([question])[0].reply
        return Answer(visible(reply), [(c.section, c.quote) for c in reply.citations])

    return ask


PEERS: dict[str, Callable[[str, str], Ask]] = {
    "LangChain's tutorial": langchain,
    "Haystack's starter": haystack,
    "LlamaIndex's starter": llamaindex,
}


def measure(name: str, ask: Ask, rows: Sequence[cases.AnswerCase]) -> Measured:
    """Ask every question and count what the answers hold.

    Example:
        >>> measure("peer", ask, rows).facts  # doctest: +SKIP
    """
    recalls: list[float] = []
    soon: list[float] = []
    cited: list[float] = []
    lengths: list[int] = []
    forbidden = 0
    for row in rows:
        answer = ask(row.text)
        recalls.append(key_facts(answer.text, row.facts).recall)
        soon.append(key_facts(" ".join(answer.text.split()[:SOON]), row.facts).recall)
        forbidden += bool(forbidden_facts(answer.text, row.forbidden))
        lengths.append(len(words(answer.text)))
        if row.cite:
            hits = [
                any(
                    target.matches(wanted, section, text)
                    for wanted in group
                    for section, text in answer.passages
                )
                for group in row.cite
            ]
            cited.append(mean(hits))
    return Measured(
        name, mean(recalls), mean(soon), mean(cited) if cited else 0.0, forbidden, median(lengths)
    )


def table(measured: Sequence[Measured], number: int, notes: Sequence[str]) -> str:
    """Return the figures as Markdown."""
    lines = [
        f"{number} questions, the same model; sources count as citations.",
        "",
        f"| | key facts | in the first {SOON} words | right section | forbidden | words, median |",
        "|---|---:|---:|---:|---:|---:|",
        *(
            f"| {m.name} | {100 * m.facts:.1f} % | {100 * m.soon:.1f} % | {100 * m.sections:.1f} % "
            f"| {m.forbidden} | {m.length:.0f} |"
            for m in measured
        ),
    ]
    return "\n".join([*lines, *(f"\n{note}" for note in notes)])


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and with `--write` put the table into docs/evals.md; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m evals.peers", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--cases", type=Path, help="cases of the answers suite in place of the project's own")
    parser.add_argument("--write", action="store_true", help="put the table into docs/evals.md")
    options = parser.parse_args(arguments)
    try:
        found = cases.load(["answers"], options.cases)
    except cases.CaseError as error:
        print(error, file=sys.stderr)
        return 2
    rows = [row for row in found if isinstance(row, cases.AnswerCase) and row.cite]
    if options.cases is None:
        rows = [row for row in rows if row.split == "report"]
    if not rows:
        print(f"{options.cases}: no answers case that names what to cite", file=sys.stderr)
        return 2
    settings = settings_module.load()
    guides = sorted(settings.knowledge_dir.glob("*.md"))
    text = "\n\n".join(
        re.sub(r"\A---\n.*?\n---\n", "", g.read_text("utf-8"), flags=re.DOTALL) for g in guides
    )
    model = str(locate_model(DEFAULT_MODEL)[0])
    measured = [measure("this assistant", assistant(), rows)]
    notes: list[str] = []
    for name, build in PEERS.items():
        try:
            measured.append(measure(name, build(text, model), rows))
        except Missing as error:
            notes.append(f"{name}: {error}")
    shown = table(measured, len(rows), notes)
    print(shown)
    if options.write:
        page = PAGE.read_text("utf-8")
        if BEGIN not in page:
            print(f"{PAGE}: the marks {BEGIN} and {END} are missing; restore them", file=sys.stderr)
            return 2
        before, _, rest = page.partition(BEGIN)
        PAGE.write_text(f"{before}{BEGIN}\n{shown}\n{END}{rest.partition(END)[2]}", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
