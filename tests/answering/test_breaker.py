"""The circuit breaker, on a clock of its own."""

from __future__ import annotations

import pytest

from assistant.answering.breaker import FAULTS, FIRST_PAUSE, LONGEST_PAUSE, Breaker


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def broken(clock: Clock) -> Breaker:
    breaker = Breaker(clock)
    for _ in range(FAULTS):
        assert breaker.allows()
        breaker.failed("timeout")
    return breaker


def test_faults_in_a_row_open_it(broken: Breaker) -> None:
    assert broken.state == "open" and not broken.allows()
    assert broken.last_fault == "timeout"


def test_a_success_between_faults_keeps_it_closed(clock: Clock) -> None:
    breaker = Breaker(clock)
    for _ in range(FAULTS * 2):
        breaker.failed("timeout")
        breaker.succeeded()
    assert breaker.state == "closed" and breaker.allows()


def test_after_a_pause_one_trial_is_let_through(broken: Breaker, clock: Clock) -> None:
    clock.now += FIRST_PAUSE
    assert broken.state == "half-open"
    assert broken.allows() and not broken.allows()
    broken.succeeded()
    assert broken.state == "closed" and broken.allows() and broken.allows()


def test_a_failed_trial_doubles_the_pause_up_to_a_limit(broken: Breaker, clock: Clock) -> None:
    clock.now += FIRST_PAUSE
    assert broken.allows()
    broken.failed("timeout")
    clock.now += FIRST_PAUSE
    assert not broken.allows()
    clock.now += FIRST_PAUSE
    for _ in range(8):
        assert broken.allows()
        broken.failed("timeout")
        clock.now += LONGEST_PAUSE
    assert broken.allows()


def test_a_named_pause_opens_it_at_once_and_is_bounded(clock: Clock) -> None:
    breaker = Breaker(clock)
    breaker.failed("rate_limit", pause=7)
    assert not breaker.allows()
    clock.now += 7
    assert breaker.allows()
    breaker.failed("rate_limit", pause=1e9)
    clock.now += LONGEST_PAUSE
    assert breaker.allows()


def test_a_trial_that_nobody_ended_does_not_block_the_next(broken: Breaker, clock: Clock) -> None:
    clock.now += FIRST_PAUSE
    assert broken.allows() and not broken.allows()
    clock.now += FIRST_PAUSE
    assert broken.allows()
