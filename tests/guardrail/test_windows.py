"""Long stories are cut into windows that together hold every word."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from assistant.guardrail.clauses import sentences
from assistant.guardrail.windows import WINDOW_WORDS, cut, gravest, together


def test_a_message_that_fits_is_left_as_it_is() -> None:
    message = "  My back hurts. " * 40
    assert cut(message, sentences(message)) == [message]


@given(st.lists(st.integers(1, 400), min_size=1, max_size=12))
def test_windows_hold_every_word_once(lengths: list[int]) -> None:
    number = iter(range(10_000))
    message = ". ".join(" ".join(f"w{'x' * (next(number) % 7)}" for _ in range(n)) for n in lengths)
    parts = cut(message, sentences(message))
    assert " ".join(parts).split() == message.split()
    assert len(parts) == 1 or all(len(part.split()) <= WINDOW_WORDS for part in parts)


def test_the_gravest_window_speaks() -> None:
    calm = np.array([5, 0, 0, 0, 1], dtype=np.float32)
    grave = np.array([0, 0, 0, 5, 2], dtype=np.float32)
    assert gravest([calm, grave, calm]) is grave


def test_windows_share_one_embedding_of_length_one() -> None:
    one = together(np.array([[1, 0], [0, 1]], dtype=np.float32))
    np.testing.assert_allclose(one, [0.5**0.5, 0.5**0.5], rtol=1e-6)
