"""What staff learn from: unanswered questions, votes, and what the guardrail decided."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select

from assistant.storage.database import Database
from assistant.storage.models import FeedbackRow, MessageRow
from assistant.storage.secrecy import Secrecy

DAY = 86_400.0
SAME_MEANING = 0.6
"""Cosine to a cluster's centre from which a question belongs to it; with all-MiniLM-L6-v2, paraphrases of one
question lie above it and different questions on one subject mostly below."""
MOST_QUESTIONS = 5_000
_EMAIL = re.compile(r"[^\s@<>]{1,64}@[^\s@<>]{1,190}\.[^\s@<>]{2,}")
_NUMBER = re.compile(r"\+?\d(?:[\s().\-/]?\d){5,}")


class Gap(NamedTuple):
    """One thing that visitors asked and the guide could not answer."""

    question: str
    """The question nearest the middle of its cluster, with numbers and addresses masked."""
    times: int
    last: float
    others: list[str]
    """A few other ways in which it was asked."""


class Gaps(NamedTuple):
    """The gaps, most frequent first, and how many unanswered questions were stored without their text."""

    found: list[Gap]
    without_text: int


class Vote(NamedTuple):
    """One vote with a reason to read it: its reply's topic, and the comment."""

    created: float
    helpful: bool
    topic: str
    level: str
    comment: str


class Statistics:
    """Counts over the messages of one clinic."""

    def __init__(self, database: Database, secrecy: Secrecy, *, clinic: str = "") -> None:
        self._database = database
        self._secrecy = secrecy
        self._clinic = clinic

    def gaps(self, encode: Callable[[Sequence[str]], NDArray[np.float32]], *, days: int = 30) -> Gaps:
        """Cluster the unanswered questions of the last `days` by meaning."""
        query = (
            select(MessageRow.text, MessageRow.created)
            .where(MessageRow.clinic == self._clinic, MessageRow.covered.is_(False))
            .where(MessageRow.created >= time.time() - days * DAY)
            .order_by(MessageRow.created.desc())
            .limit(MOST_QUESTIONS)
        )
        with self._database.session() as session:
            rows = [(row.text, row.created) for row in session.execute(query)]
        asked = [(redacted(self._secrecy.open(text)), created) for text, created in rows if text]
        groups = cluster([text for text, _ in asked], encode)
        found = [_gap([asked[i] for i in group]) for group in groups]
        found.sort(key=lambda gap: (-gap.times, -gap.last))
        return Gaps(found, sum(text is None for text, _ in rows))

    def levels(self, *, days: int = 30) -> dict[str, int]:
        """Return how many replies had each referral level."""
        return self._counts(MessageRow.level, days)

    def topics(self, *, days: int = 30) -> dict[str, int]:
        """Return how many replies had each topic."""
        return self._counts(MessageRow.topic, days)

    def signals(self, *, days: int = 30) -> dict[str, int]:
        """Return how many replies named each signal."""
        counts: Counter[str] = Counter()
        for names, count in self._counts(MessageRow.signals, days).items():
            for name in filter(None, names.split(",")):
                counts[name] += count
        return dict(counts.most_common())

    def votes(self, *, days: int = 30, limit: int = 100) -> tuple[int, int, list[Vote]]:
        """Return the numbers of helpful and unhelpful votes, and the last votes with a comment."""
        since = time.time() - days * DAY
        mine = (FeedbackRow.clinic == self._clinic, FeedbackRow.created >= since)
        tally = select(FeedbackRow.helpful, func.count()).where(*mine).group_by(FeedbackRow.helpful)
        written = (
            select(FeedbackRow, MessageRow.topic, MessageRow.level)
            .join(MessageRow, MessageRow.id == FeedbackRow.message_id)
            .where(*mine, MessageRow.clinic == self._clinic)
            .order_by(FeedbackRow.created.desc())
            .limit(limit)
        )
        with self._database.session() as session:
            counts = {bool(helpful): int(count) for helpful, count in session.execute(tally)}
            votes = [
                Vote(
                    row.created,
                    row.helpful,
                    topic,
                    level,
                    redacted(self._secrecy.open(row.comment)) if row.comment else "",
                )
                for row, topic, level in session.execute(written)
            ]
        return counts.get(True, 0), counts.get(False, 0), votes

    def _counts(self, column: object, days: int) -> dict[str, int]:
        query = (
            select(column, func.count().label("number"))  # type: ignore[call-overload]
            .where(MessageRow.clinic == self._clinic, MessageRow.created >= time.time() - days * DAY)
            .group_by(column)
            .order_by(func.count().desc())
        )
        with self._database.session() as session:
            return {str(value): int(number) for value, number in session.execute(query)}


def redacted(text: str) -> str:
    """Return `text` with e-mail addresses and longer numbers masked."""
    return _NUMBER.sub("[number]", _EMAIL.sub("[address]", text))


def cluster(texts: Sequence[str], encode: Callable[[Sequence[str]], NDArray[np.float32]]) -> list[list[int]]:
    """Group texts by meaning; each group's first index is the text nearest its centre.

    Leader clustering: each text joins the nearest centre, a mean of its members, from `SAME_MEANING` on.
    """
    if not texts:
        return []
    vectors = encode(list(texts))
    sums: list[NDArray[np.float32]] = []
    groups: list[list[int]] = []
    for index, vector in enumerate(vectors):
        if sums:
            centres = np.stack(sums)
            near = centres @ vector / np.linalg.norm(centres, axis=1)
            best = int(np.argmax(near))
            if near[best] >= SAME_MEANING:
                groups[best].append(index)
                sums[best] = sums[best] + vector
                continue
        sums.append(vector.copy())
        groups.append([index])
    return [
        sorted(group, key=lambda i: -float(vectors[i] @ total))
        for group, total in zip(groups, sums, strict=True)
    ]


def _gap(asked: list[tuple[str, float]]) -> Gap:
    texts = list(dict.fromkeys(text for text, _ in asked))
    return Gap(texts[0], len(asked), max(created for _, created in asked), texts[1:4])
