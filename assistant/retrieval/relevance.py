"""Whether the guide covers a question: "not in the guide" instead of the nearest wrong passage."""

from __future__ import annotations

from collections.abc import Sequence

from langchain_core.documents import Document

# Cosines of all-MiniLM-L6-v2, set on the tune split of evals/cases (scope and answers).
SURE = 0.55
"""A passage at least this near answers the question whatever else it resembles."""
WEAK = 0.22
"""Nothing nearer than this: the guide has nothing on it."""


def covered(documents: Sequence[Document], margin: float) -> bool:
    """Say whether the passages answer the question.

    Args:
        documents: Passages with their `dense` cosine in the metadata, as the retriever returns them.
        margin: How much nearer the question is to what the guide covers than to what it does not,
            as a difference of cosines.
    """
    top = max((float(d.metadata["dense"]) for d in documents), default=0.0)
    if top < WEAK and margin < 0.1:
        return False
    return margin + 0.6 * (top - 0.35) > 0.0 or (top >= SURE and margin > -0.12)
