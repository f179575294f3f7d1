"""What the check of a sentence found."""

from __future__ import annotations

from typing import Literal, NamedTuple

from assistant.ingestion.chunks import Chunk

Reason = Literal[
    "", "talk", "empty", "markup", "contact", "prompt", "steering", "diagnosis", "drug", "reassurance",
    "citation", "name", "number", "side", "negation", "opposite", "word", "far", "unsupported", "long",
    "repeated",
]  # fmt: skip


class Verdict(NamedTuple):
    """What the check found of one sentence."""

    ok: bool
    reason: Reason
    chunks: tuple[Chunk, ...] = ()
    """The passages that it rests on; empty for talk."""
    instead: str = ""
    """The guide's own sentence that may stand in its place, where it failed on a fact."""
    instead_of: Chunk | None = None

    @property
    def claim(self) -> bool:
        """Say whether the sentence states anything."""
        return self.reason != "talk"
