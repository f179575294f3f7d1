"""Requests that arrive together are embedded together; each gets its own rows, or its own batch's error."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from assistant.retrieval.batching import MOST_TEXTS, Batcher, Vectors


class Slow:
    """An encoder that waits until it is let go; a text's row is its length."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.begun = threading.Semaphore(0)
        self.go = threading.Semaphore(0)

    def __call__(self, texts: Sequence[str]) -> Vectors:
        self.batches.append(list(texts))
        self.begun.release()
        assert self.go.acquire(timeout=10)
        if "bad" in texts:
            raise ValueError("bad")
        return np.array([[len(text)] for text in texts], np.float32)


def waiting(batcher: Batcher, number: int) -> None:
    """Wait until so many callers wait."""
    deadline = threading.Event()
    for _ in range(1_000):
        if len(batcher._queue) == number:
            return
        deadline.wait(0.01)
    raise AssertionError("they do not wait")


def test_a_lone_request_goes_alone_and_those_that_wait_go_together() -> None:
    encoder = Slow()
    batcher = Batcher(encoder)
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(batcher, ["a"])
        assert encoder.begun.acquire(timeout=10)
        others = [pool.submit(batcher, ["bb"] * n) for n in (1, 2, 3)]
        waiting(batcher, 3)
        encoder.go.release(2)
        assert first.result(10).tolist() == [[1]]
        assert [other.result(10).shape for other in others] == [(1, 1), (2, 1), (3, 1)]
    assert [len(batch) for batch in encoder.batches] == [1, 6]


def test_a_batch_has_a_limit_and_a_large_request_goes_whole() -> None:
    encoder = Slow()
    encoder.go.release(100)
    batcher = Batcher(encoder)
    assert batcher(["x"] * (MOST_TEXTS * 3)).shape == (MOST_TEXTS * 3, 1)
    blocked = Slow()
    batcher = Batcher(blocked)
    with ThreadPoolExecutor(4) as pool:
        running = [pool.submit(batcher, ["a"])]
        assert blocked.begun.acquire(timeout=10)
        running += [pool.submit(batcher, ["b"] * (MOST_TEXTS - 1)) for _ in range(3)]
        waiting(batcher, 3)
        blocked.go.release(4)
        assert [len(future.result(10)) for future in running] == [1, *[MOST_TEXTS - 1] * 3]
    assert max(len(batch) for batch in blocked.batches) <= MOST_TEXTS


def test_an_error_reaches_its_whole_batch_and_the_next_one_works() -> None:
    encoder = Slow()
    batcher = Batcher(encoder)
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(batcher, ["a"])
        assert encoder.begun.acquire(timeout=10)
        others = [pool.submit(batcher, [text]) for text in ("bad", "good")]
        waiting(batcher, 2)
        encoder.go.release(3)
        assert first.result(10).tolist() == [[1]]
        for other in others:
            with pytest.raises(ValueError, match="bad"):
                other.result(10)
        assert batcher(["ccc"]).tolist() == [[3]]


@pytest.mark.parametrize("lanes", [1, 3])
def test_many_callers_get_their_own_rows(lanes: int) -> None:
    running = 0
    most = 0
    lock = threading.Lock()

    def encoder(texts: Sequence[str]) -> Vectors:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        rows = np.array([[float(text)] for text in texts], np.float32)
        with lock:
            running -= 1
        return rows

    batcher = Batcher(encoder, lanes)
    with ThreadPoolExecutor(16) as pool:
        asked = [[str(n), str(n + 1)] for n in range(2_000)]
        answers = list(pool.map(batcher, asked))
    assert [answer[:, 0].tolist() for answer in answers] == [[n, n + 1] for n in range(2_000)]
    assert most <= lanes
