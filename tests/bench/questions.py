"""Questions that differ each time, so that no cache answers them."""

from __future__ import annotations

import random

_ASKS = ("how do I do {}", "why is {} good for me", "how often should I do {}", "is {} right after {}")
_THINGS = (
    "the bird dog",
    "a glute bridge",
    "side planks",
    "my long run",
    "hip stretches",
    "strength work",
    "a sudden jump in miles",
    "the dead bug",
)
_WHEN = ("on {} km days", "after {} weeks off", "with {} runs a week", "at {} in the morning")


def questions(number: int, *, seed: int) -> list[str]:
    """Return that many questions, all different."""
    chance = random.Random(seed)
    made: dict[str, None] = {}
    while len(made) < number:
        ask = chance.choice(_ASKS)
        things = chance.sample(_THINGS, ask.count("{}"))
        when = chance.choice(_WHEN).format(chance.randint(1, 90))
        made[f"{ask.format(*things)} {when} ({chance.randint(1, 999)})?"] = None
    return list(made)
