"""Texts of requests that arrive together, embedded together.

A lone request waits for nothing: batches form only while every lane is busy (natural batching, as group
commit does it for logs).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
MOST_TEXTS = 16
"""Texts of one batch; a request with more of its own goes whole."""


class _Waiting:
    """One caller's texts, and what became of them."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts
        self.woken = threading.Event()
        self.rows: Vectors | None = None
        self.error: BaseException | None = None


class Batcher:
    """An encoder that joins the texts of callers who wait at the same time.

    Args:
        encoder: Returns one row per text; a row must not depend on the texts beside it.
        lanes: How many batches may run at once, one processor each.

    Example:
        >>> Batcher(lambda texts: np.ones((len(texts), 2), np.float32))(["a", "b"]).shape
        (2, 2)
    """

    def __init__(self, encoder: Callable[[Sequence[str]], Vectors], lanes: int = 1) -> None:
        self._encoder = encoder
        self._free = lanes
        self._lock = threading.Lock()
        self._queue: list[_Waiting] = []

    def __call__(self, texts: Sequence[str], /) -> Vectors:
        """Return one row per text; whatever the encoder raises is raised to every caller of the batch."""
        own = _Waiting(texts)
        with self._lock:
            leads = self._free > 0
            if leads:
                self._free -= 1
            else:
                self._queue.append(own)
        if not leads:
            own.woken.wait()
        # Woken without an outcome: a lane was handed over, and this caller runs the next batch.
        if own.rows is None and own.error is None:
            self._lead(own)
        if own.error is not None:
            raise own.error
        assert own.rows is not None
        return own.rows

    def _lead(self, own: _Waiting) -> None:
        batch = self._taken(own)
        try:
            rows = self._encoder([text for waiting in batch for text in waiting.texts])
            start = 0
            for waiting in batch:
                waiting.rows = rows[start : start + len(waiting.texts)]
                start += len(waiting.texts)
        except BaseException as error:
            for waiting in batch:
                waiting.error = error
        finally:
            with self._lock:
                heir = self._heir()
                if heir is None:
                    self._free += 1
            for waiting in batch:
                if waiting is not own:
                    waiting.woken.set()
            if heir is not None:
                heir.woken.set()

    def _taken(self, own: _Waiting) -> list[_Waiting]:
        """Take the leader's own texts and those that wait, oldest first, up to a batch."""
        with self._lock:
            batch, number = [own], len(own.texts)
            while self._queue and number + len(self._queue[0].texts) <= MOST_TEXTS:
                batch.append(self._queue.pop(0))
                number += len(batch[-1].texts)
        return batch

    def _heir(self) -> _Waiting | None:
        """Return who runs the next batch on a lane that became free; it leaves the queue at once."""
        return self._queue.pop(0) if self._queue else None
