"""The security walk names tests that exist, and the guides name settings that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from assistant.settings import Settings

ROOT = Path(__file__).parents[1]
NAMED = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", (ROOT / "docs/security.md").read_text())


@pytest.mark.parametrize(("path", "name"), sorted(set(NAMED)))
def test_the_security_walk_names_tests_that_exist(path: str, name: str) -> None:
    assert f"def {name}" in (ROOT / path).read_text()


@pytest.mark.parametrize("page", ["security", "deployment"])
def test_every_setting_that_is_named_exists(page: str) -> None:
    named = re.findall(r"\bASSISTANT_([A-Z_]+[A-Z])\b", (ROOT / f"docs/{page}.md").read_text())
    assert named and {name.lower() for name in named} <= set(Settings.model_fields)


def test_every_risk_of_both_lists_is_walked() -> None:
    walked = (ROOT / "docs/security.md").read_text()
    assert all(f"| API{n} " in walked and f"| LLM{n:02} " in walked for n in range(1, 11))
