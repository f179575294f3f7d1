"""A server process holds the garbage collector while it starts, and no longer than that."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from assistant.server import process


@pytest.fixture(autouse=True)
def _collector_as_before() -> Iterator[None]:
    yield
    gc.unfreeze()
    gc.enable()


def test_what_the_start_made_is_left_out_until_something_is_loaded_anew() -> None:
    process.starts()
    assert not gc.isenabled()
    process.started()
    assert gc.isenabled()
    assert gc.get_freeze_count() > 0
    process.started()
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0
