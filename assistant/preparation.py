"""What must be there before anything can be answered: the exported models, the indexes, the caches."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING

from assistant.settings import Settings

if TYPE_CHECKING:
    from assistant.retrieval.embeddings import LocalEmbeddings


def say(line: str) -> None:
    """Tell the person at the terminal what takes long."""
    print(line, file=sys.stderr, flush=True)


def stale(settings: Settings, clinics: Sequence[Settings]) -> bool:
    """Say whether an exported model is missing, or the index of any clinic out of date."""
    from assistant.ingestion import index
    from assistant.retrieval.embeddings import identity, is_exported

    return (
        not is_exported(settings)
        or _unread(settings)
        or any(index.stale(own, identity(settings)) for own in clinics)
    )


def _unread(settings: Settings) -> bool:
    """Say whether a language model's sentences are to be read and the export that reads them is missing."""
    if not settings.model:
        return False
    from assistant.retrieval import cross_encoder

    return not cross_encoder.is_exported(settings)


def apart(settings: Settings, clinics: Sequence[Settings]) -> None:
    """Refresh in a process of its own: a server would keep the memory that torch and an ingest take."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        pool.submit(refresh, settings, clinics).result()


def refresh(settings: Settings, clinics: Sequence[Settings]) -> None:
    """Bring models and indexes up to date and say what takes long.

    Raises:
        ModelError: a part cannot be made; the message says why.
    """
    from assistant.ingestion import index
    from assistant.retrieval.embeddings import identity, is_exported, load_embeddings

    reasons = {own.clinic_id: index.stale(own, identity(settings)) for own in clinics}
    if not is_exported(settings):
        say("Preparing the embedding model (once, about 10 seconds) …")
    embeddings = load_embeddings(settings)
    if _unread(settings):
        from assistant.retrieval import cross_encoder

        say("Preparing the check of the language model's sentences (once, about 10 seconds) …")
        cross_encoder.open_installed(settings)
    for own in clinics:
        if reason := reasons[own.clinic_id]:
            of = f" of {own.clinic_id}" if own.clinic_id else ""
            say(f"Building the index{of}: {reason} …")
            report = index.ingest(own, embeddings.encode, embeddings.identity, progress=say)
            for file in report.failed:
                say(f"Left out {file.path.name}: {file.error}")
            keep(own, embeddings)


def keep(settings: Settings, embeddings: LocalEmbeddings) -> None:
    """Compute and keep what every server process would else compute when it starts for the first time."""
    from assistant.pipeline import Assistant

    Assistant.load(settings, embeddings=embeddings)
