"""Whether the guide covers a question: "not in the guide" instead of the nearest wrong passage."""

from __future__ import annotations

from collections.abc import Sequence

from langchain_core.documents import Document

# Set on the tune split of evals/cases (scope and answers) with all-MiniLM-L6-v2.
SURE = 0.55
"""A passage at least this near answers the question unless it is plainly about something else."""
WEAK = 0.22
"""Nothing nearer than this: the guide has nothing on it, unless the question is plainly one of its own."""
LEAST = 0.1
"""Least evidence, see `evidence`, at which a question counts as covered."""


def evidence(documents: Sequence[Document], margin: float, scope: float) -> float:
    """Return how much speaks for the guide covering the question; 0 is undecided.

    Args:
        documents: Passages with their `dense` cosine in the metadata, as the retriever returns them.
        margin: How much nearer the question is to questions that the guide covers than to others, as a
            difference of cosines.
        scope: A linear classifier's view of the same, about -1 to 1.
    """
    top = max((float(d.metadata["dense"]) for d in documents), default=0.0)
    return scope + 3.0 * margin + (top - 0.4)


def covered(documents: Sequence[Document], margin: float, scope: float) -> bool:
    """Say whether the guide covers the question; arguments as for `evidence`."""
    top = max((float(d.metadata["dense"]) for d in documents), default=0.0)
    if top < WEAK and margin < 0.1:
        return False
    return evidence(documents, margin, scope) > LEAST or (top >= SURE and margin > -0.08)
