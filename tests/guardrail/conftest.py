"""A guardrail of the shipped policy on a fixed day, rules only."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.guardrail import Guardrail

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="session")
def guardrail() -> Guardrail:
    return Guardrail.load(use_head=False, today=lambda: TODAY)
