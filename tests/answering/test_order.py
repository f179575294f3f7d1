"""The order in which a sentence tells the steps of an exercise."""

from __future__ import annotations

import pytest

from assistant import resources
from assistant.answering.evidence import Evidence, units
from assistant.answering.likeness import Likeness
from assistant.answering.order import Order
from assistant.answering.rules import Rules
from assistant.ingestion import index
from assistant.settings import Settings


@pytest.mark.parametrize(
    ("slug", "text", "turned"),
    [
        (
            "reverse-lunges-with-rotation",
            "Step back into a lunge, then rotate your torso over the front leg.",
            False,
        ),
        ("reverse-lunges-with-rotation", "Rotate your torso first, then step back into a lunge.", True),
        (
            "reverse-lunges-with-rotation",
            "Rotate your torso over the front leg before you step back into a lunge.",
            True,
        ),
        (
            "glute-bridges",
            "Lie on your back with knees bent, then press through your heels to lift your hips.",
            False,
        ),
        ("bird-dogs", "Keep your back flat, then do it with the other arm and leg.", False),
        ("poor-running-form", "Overstriding comes first, then stress on the spine.", False),
    ],
)
def test_steps_the_other_way_round_are_told(
    guide_settings: Settings, slug: str, text: str, turned: bool
) -> None:
    chunk = next(c for c in index.current(guide_settings).chunks if c.id.endswith(f":{slug}"))
    order = Order(Likeness(Rules.load(resources.folder("knowledge") / "claims.toml")))
    assert order.fault(text, [Evidence(chunk, units(chunk))]) is turned
