from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals import statistics


def test_wilson_matches_the_published_example() -> None:
    # Newcombe 1998, Statistics in Medicine 17, table I, method 3: 81/263 gives 0.2553 to 0.3662.
    interval = statistics.wilson(81, 263)
    assert (round(interval.low, 4), round(interval.high, 4)) == (0.2553, 0.3662)


def test_wilson_at_the_ends() -> None:
    assert statistics.wilson(0, 29).low == 0.0
    assert round(statistics.wilson(0, 29).high, 4) == 0.1170
    assert statistics.wilson(29, 29).high == 1.0
    with pytest.raises(ValueError, match="between"):
        statistics.wilson(3, 2)


@given(st.integers(1, 500), st.data())
def test_wilson_holds_the_share(total: int, data: st.DataObject) -> None:
    successes = data.draw(st.integers(0, total))
    interval = statistics.wilson(successes, total)
    assert 0.0 <= interval.low <= successes / total <= interval.high <= 1.0


def test_bootstrap_is_seeded_and_resamples_whole_cases() -> None:
    sums, counts = [2.0, 0.0, 1.0, 3.0], [2, 2, 2, 3]
    first = statistics.bootstrap(sums, counts)
    assert first == statistics.bootstrap(sums, counts)
    assert first.low < 6 / 9 < first.high
    assert statistics.bootstrap([1.0] * 5, [1] * 5)[:2] == (1.0, 1.0)
    with pytest.raises(ValueError, match="at least one"):
        statistics.bootstrap([], [])


def test_mcnemar_against_the_binomial() -> None:
    assert statistics.mcnemar_exact(0, 0) == 1.0
    assert statistics.mcnemar_exact(0, 6) == pytest.approx(2 / 64)
    assert statistics.mcnemar_exact(5, 1) == pytest.approx(2 * 7 / 64)
    assert statistics.mcnemar_exact(4, 4) == 1.0


def test_paired_bootstrap_sees_a_drop_and_no_drop() -> None:
    before = [0.9, 0.8, 1.0, 0.7, 0.9, 0.8, 1.0, 0.9] * 5
    assert statistics.paired_bootstrap(before, before) == 1.0
    assert statistics.paired_bootstrap(before, [value - 0.3 for value in before]) < 0.01
    noisy = [value + (0.1 if i % 2 else -0.1) for i, value in enumerate(before)]
    assert statistics.paired_bootstrap(before, noisy) > 0.5


def test_holm_by_hand() -> None:
    assert statistics.holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert statistics.holm([]) == []
