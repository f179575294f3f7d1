"""Every fact of the clinic's guide is found in the index that the assistant answers from."""

from __future__ import annotations

import pytest

from assistant.ingestion import index
from assistant.ingestion.chunks import Chunk
from assistant.settings import Settings

EXERCISES = {
    "Plank with Shoulder Taps": (4, "2–3 sets of 10–12 taps per side.", ["deep core stability", "rotation"]),
    "Bird Dogs": (4, "2–3 sets of 8–10 per side.", ["coordination", "upper and lower body"]),
    "Glute Bridges": (3, "2–3 sets of 12–15.", ["glutes, hamstrings, and lower back", "load on the spine"]),
    "Dead Bugs": (4, "2–3 sets of 8–10 per side.", ["abdominal strength", "unwanted back extension"]),
    "Side Planks": (3, "2–3 per side.", ["obliques", "lateral stabilizers", "side-to-side sway"]),
    "Superman Holds": (3, "2–3 sets of 10–12.", ["erector spinae", "posture", "resist fatigue"]),
    "Single-Leg Romanian Deadlifts (RDLs)": (
        4,
        "2–3 sets of 8–10 per side.",
        ["glute and hamstring strength", "balance"],
    ),
    "Cat-Cow Stretch": (3, "1–2 minutes of slow movement.", ["spinal mobility", "stiffness"]),
    "Reverse Lunges with Rotation": (
        3,
        "2–3 sets of 8–10 per side.",
        ["strength and mobility", "rotational forces"],
    ),
    "Hip Flexor Stretch": (3, "2–3 per side.", ["front of the hips", "shifts into the back"]),
}
FACTS = {
    "Why Your Back Matters When You Run": [
        "Stabilize your spine with each step",
        "upright posture",
        "slouch",
        "overarch",
        "Absorb and transfer force",
        "Support rotation",
        "core and hips",
        "compensating",
    ],
    "Why Runners Experience Back Strains": [
        "Weak Core and Glutes",
        "absorbs more impact",
        "Poor Running Form",
        "Overstriding",
        "hunching forward",
        "stiff posture",
        "Tight Hips and Hamstrings",
        "Limited mobility",
        "Sudden Training Increases",
        "higher mileage or speed",
        "Lack of Strength Work",
        "key stabilizers",
    ],
    "10 Essential Back Exercises for Runners": [
        "2–3 times per week",
        "after easy runs",
        "cross-training routine",
    ],
    "How to Integrate Back Exercises Into Your Training": [
        "After easy runs",
        "10–15 minutes",
        "On cross-training days",
        "20–30 minutes",
        "During warm-ups",
        "dynamic moves",
        "bird dogs and lunges with rotation",
        "In recovery",
        "Cat-Cow or hip stretches",
    ],
    "Additional Tips to Protect Your Back": [
        "running shoes",
        "worn-out",
        "gait",
        "Vary surfaces",
        "hard pavement",
        "trails or tracks",
        "Mind your posture",
        "desk",
        "Fuel and hydrate",
        "muscle recovery",
        "form breakdown",
    ],
    "When to Seek Help": [
        "beyond a week or two",
        "interferes with your runs",
        "worsens over time",
        "1-on-1 care",
        "root cause",
        "personalized plan",
    ],
    "Request A Call Back": ["FREE call back"],
    "Free Discovery Call": ["free discovery call"],
    "Find Out Cost & Availability": ["pricing and availability"],
    "Final Thoughts": ["Free Discovery Visit", "https://www.endurance-unleashed.com/free-discovery-visit/"],
}
STEPS = [
    (
        "Plank with Shoulder Taps",
        ["shoulders over wrists", "head to heels", "left shoulder with your right hand"],
    ),
    ("Bird Dogs", ["all fours", "right arm forward", "left leg back", "3–5 seconds", "back flat"]),
    ("Glute Bridges", ["knees bent", "heels", "form a line", "at the top"]),
    ("Dead Bugs", ["90°", "toward the ceiling", "right arm and left leg", "pressed into the ground"]),
    ("Side Planks", ["elbow under", "legs stacked", "straight line", "20–40 seconds"]),
    ("Superman Holds", ["face down", "simultaneously", "3–5 seconds"]),
    ("Single-Leg Romanian Deadlifts (RDLs)", ["one leg", "bodyweight", "Hinge forward", "core engaged"]),
    ("Cat-Cow Stretch", ["all fours", "Inhale", "(cow)", "Exhale", "(cat)"]),
    ("Reverse Lunges with Rotation", ["Step back", "over the front leg", "standing"]),
    ("Hip Flexor Stretch", ["Kneel on one knee", "other foot in front", "20–30 seconds"]),
]


@pytest.fixture(scope="module")
def chunks(guide_settings: Settings) -> list[Chunk]:
    return index.current(guide_settings).chunks


@pytest.mark.parametrize("name", EXERCISES)
def test_every_exercise_has_its_reason_steps_and_dose(chunks: list[Chunk], name: str) -> None:
    count, dose, reasons = EXERCISES[name]
    fields = next(chunk.exercise for chunk in chunks if chunk.title == name)
    assert fields is not None
    assert len(fields.steps) == count
    assert fields.dose == dose
    assert all(reason in fields.why for reason in reasons)


@pytest.mark.parametrize(("name", "parts"), STEPS)
def test_every_step_keeps_its_terms(chunks: list[Chunk], name: str, parts: list[str]) -> None:
    fields = next(chunk.exercise for chunk in chunks if chunk.title == name)
    assert fields is not None
    steps = " ".join(fields.steps)
    assert [part for part in parts if part not in steps] == []


@pytest.mark.parametrize("section", FACTS)
def test_every_section_keeps_its_facts(chunks: list[Chunk], section: str) -> None:
    text = " ".join(chunk.quote for chunk in chunks if chunk.section == section)
    assert [fact for fact in FACTS[section] if fact not in text] == []


def test_the_guide_has_five_causes_ten_exercises_four_ways_and_four_tips(chunks: list[Chunk]) -> None:
    kinds = [chunk.kind for chunk in chunks]
    counts = {kind: kinds.count(kind) for kind in ("cause", "exercise", "integration", "tip")}
    assert counts == {"cause": 5, "exercise": 10, "integration": 4, "tip": 4}
    jobs = next(c for c in chunks if c.section == "Why Your Back Matters When You Run")
    assert jobs.quote.count("\n- ") == 4


def test_the_exercises_stand_in_the_guides_order(chunks: list[Chunk]) -> None:
    assert [chunk.title for chunk in chunks if chunk.exercise] == list(EXERCISES)
