"""First questions of conversations, with what was worked out for them: visitors tap the same starters."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Generic, TypeVar

MOST = 256
"""Questions kept; the one not asked for the longest time goes first."""
MOST_CHARACTERS = 200
"""Longer messages are hardly ever sent twice."""

Kept = TypeVar("Kept")


class Openings(Generic[Kept]):
    """A bounded memory of what was worked out, safe for several threads.

    Only what depends on nothing but its key may be kept: never an answer to somebody's own complaint, and
    never a turn that has a conversation before it.

    Example:
        >>> openings = Openings[str]()
        >>> openings.keep("how many bird dogs?", "10 to 12")
        >>> openings.get("how many bird dogs?")
        '10 to 12'
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: str) -> Kept | None:
        """Return what was kept under `key`."""
        with self._lock:
            if (found := self._kept.get(key)) is not None:
                self._kept.move_to_end(key)
            return found

    def keep(self, key: str, kept: Kept) -> None:
        """Keep it, unless the key is long."""
        if len(key) > MOST_CHARACTERS:
            return
        with self._lock:
            self._kept[key] = kept
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
