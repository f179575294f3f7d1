"""A circuit breaker: a broken provider is left alone for a while instead of slowing every visitor.

The pattern is Nygard's (Release It!, 2007): closed, open after faults in a row, then half-open for one trial.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Literal

FAULTS = 3
"""Faults in a row that open the circuit."""
FIRST_PAUSE = 30.0
LONGEST_PAUSE = 300.0
"""Seconds; the pause doubles with every trial that fails."""

State = Literal["closed", "open", "half-open"]


class Breaker:
    """Says whether a provider may be asked.

    Example:
        >>> breaker = Breaker()
        >>> if breaker.allows():
        ...     breaker.succeeded()
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, faults: int = FAULTS) -> None:
        self._clock = clock
        self._limit = faults
        self._lock = threading.Lock()
        self._faults = 0
        self._pause = FIRST_PAUSE
        self._until = 0.0
        self._trial = False
        self._tried_at = 0.0
        self.last_fault = ""
        """Kind of the last fault, e.g. "timeout"; never a provider's own text."""

    @property
    def state(self) -> State:
        """Return the circuit's state."""
        with self._lock:
            return self._state()

    def allows(self) -> bool:
        """Say whether a call may be made now; while half-open only one trial at a time may."""
        with self._lock:
            state = self._state()
            # A trial that nobody saw to its end, as when the visitor went away, must not block the next one.
            tried = self._trial and self._clock() - self._tried_at < FIRST_PAUSE
            if state == "open" or (state == "half-open" and tried):
                return False
            self._trial = state == "half-open"
            self._tried_at = self._clock()
            return True

    def succeeded(self) -> None:
        """Note a call that went well."""
        with self._lock:
            self._faults, self._until, self._trial = 0, 0.0, False
            self._pause = FIRST_PAUSE

    def failed(self, kind: str, pause: float | None = None) -> None:
        """Note a fault.

        Args:
            kind: A word for it that may be logged.
            pause: Seconds that the provider asked for (Retry-After), or that this fault surely lasts; opens
                the circuit at once. At most `LONGEST_PAUSE`.
        """
        with self._lock:
            self.last_fault = kind
            self._faults += 1
            again = self._trial
            self._trial = False
            if pause is not None:
                self._until = self._clock() + min(max(pause, 0.0), LONGEST_PAUSE)
                self._faults = max(self._faults, self._limit)
            elif self._faults >= self._limit:
                if again:
                    self._pause = min(self._pause * 2, LONGEST_PAUSE)
                self._until = self._clock() + self._pause

    def _state(self) -> State:
        if self._faults < self._limit:
            return "closed"
        return "open" if self._clock() < self._until else "half-open"
