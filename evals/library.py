"""The assistant as a library: the target by default."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from assistant import settings as settings_module
from evals.target import Passage, Spoken, TargetError

if TYPE_CHECKING:
    from assistant.pipeline import Assistant
    from assistant.retrieval.embeddings import LocalEmbeddings

TODAY = date(2026, 11, 18)
"""The day on which every case is said, so that "since Easter" means the same in every run."""


class LibraryTarget:
    """`assistant.pipeline.Assistant` in this process."""

    def __init__(self, assistant: Assistant) -> None:
        self.name = "library"
        self._assistant = assistant

    def converse(self, messages: Sequence[str]) -> list[Spoken]:
        """Say `messages` one after another in one new conversation."""
        from assistant.conversation import Conversation

        conversation = Conversation.new()
        spoken: list[Spoken] = []
        for message in messages:
            start = time.perf_counter()
            reply = self._assistant.reply(message, conversation)
            spoken.append(Spoken(reply, (time.perf_counter() - start) * 1000))
        return spoken

    def retrieve(self, question: str, k: int) -> list[Passage] | None:
        """Return the best `k` passages for `question`, scored by cosine similarity."""
        return [passage(document) for document in self._assistant.retriever.search(question, k)]

    def close(self) -> None:
        """Nothing is held open."""


def passage(document: Any) -> Passage:
    """Return a retriever's LangChain document as a passage; an item's own title ends its section."""
    data = document.metadata
    section = str(data.get("section", ""))
    title = str(data.get("title", ""))
    if title and title not in section:
        section = f"{section} > {title}"
    score = data.get("dense", data.get("score", 0.0))
    return Passage(str(data.get("kind", "")), section, str(document.page_content), float(score))


def refreshed(
    settings: settings_module.Settings, embeddings: LocalEmbeddings | None = None
) -> LocalEmbeddings:
    """Bring the index up to date, as `assistant serve` does, and return the embeddings."""
    from assistant.ingestion import index
    from assistant.retrieval.embeddings import load_embeddings

    embeddings = embeddings or load_embeddings(settings)
    if index.stale(settings, embeddings.identity):
        index.ingest(settings, embeddings.encode, embeddings.identity)
    return embeddings


@dataclass(frozen=True)
class OpenLibrary:
    """Opens the assistant with some settings changed; can be sent to a worker process."""

    overrides: dict[str, object] = field(default_factory=dict)
    alter: Callable[[Assistant], None] | None = None
    """Changes the assistant after it is loaded (ablations, deliberate faults)."""
    embeddings: LocalEmbeddings | None = None
    """Embeddings to share between several openings in one process; None loads them."""

    def __call__(self) -> LibraryTarget:
        """Load the assistant.

        Raises:
            TargetError: it cannot be loaded.
        """
        try:
            from assistant.pipeline import Assistant

            settings = settings_module.load(**self.overrides)
            embeddings = refreshed(settings, self.embeddings)
            assistant = Assistant.load(settings, today=lambda: TODAY, embeddings=embeddings)
        except (ImportError, OSError, ValueError, RuntimeError) as error:
            raise TargetError(f"the assistant does not load: {error}; run `assistant doctor`") from error
        if self.alter:
            self.alter(assistant)
        return LibraryTarget(assistant)
