"""The learned head: raises, never lowers, embeds once, and is optional."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from assistant import resources
from assistant.guardrail import Guardrail
from assistant.guardrail.head import FILE, Head, HeadError


class CountingEmbed:
    """Gives a fixed unit vector for every text and counts the calls."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.calls.append(list(texts))
        return np.full((len(texts), 384), 384**-0.5, dtype=np.float32)


def test_embed_is_called_at_most_once_with_the_message_first() -> None:
    embed = CountingEmbed()
    message = "My back hurts a lot after the long run. " * 8
    Guardrail.load(today=lambda: date(2026, 11, 22)).assess(message, embed=embed)
    assert len(embed.calls) == 1
    assert embed.calls[0][0] == message


def test_rules_alone_work_without_the_file(tmp_path: Path) -> None:
    for path in resources.folder("knowledge").glob("*.toml"):
        shutil.copy(path, tmp_path / path.name)
    guardrail = Guardrail.load(tmp_path)
    assert guardrail.head is None
    assert guardrail.assess("I can't pee and my back hurts", embed=CountingEmbed()).level == "urgent"


def test_broken_weights_are_named(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"not a head")
    with pytest.raises(HeadError, match="triage_head"):
        Head.load(tmp_path / FILE)


def test_shipped_head_names_its_model_and_data() -> None:
    head = Head.load(resources.folder("knowledge") / FILE)
    assert head is not None
    assert head.model.endswith("all-MiniLM-L6-v2")
    assert len(head.data_sha256) == 64
