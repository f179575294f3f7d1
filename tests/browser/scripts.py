"""Replies of the contract's shape for the scripted server, in the project's own words."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

ACTIONS: list[Json] = [
    {"kind": "link", "label": "Book a free discovery visit", "url": "https://clinic.example/visit"},
    {"kind": "form", "label": "Request a free call back", "url": "#call_back"},
    {"kind": "form", "label": "Ask about cost and availability", "url": "#cost_availability"},
]
GUIDE = "Back exercises for runners"
_MOVES = "10 Essential Back Exercises for Runners"


def config() -> Json:
    """Return what GET /api/config gives."""
    return {
        "clinic": {
            "name": "Harbour Running Clinic",
            "privacy_url": "https://clinic.example/privacy",
            "country": "GB",
        },
        "actions": ACTIONS,
        "greeting": "What would you like to know about your back and your running?\n\n"
        "I answer from the clinic's guide and show where each answer stands."
        " If your back hurts right now, tell me about it first.",
        "starters": [
            "Why do runners strain their backs?",
            "Show me the ten exercises",
            "Make me a weekly plan",
            "My back hurts when I run",
        ],
        "storage": True,
    }


def exercise(slug: str, name: str, why: str, dose: str, *steps: str) -> Json:
    """Return one exercise of a reply."""
    return {
        "id": slug,
        "name": name,
        "why": why,
        "dose": dose,
        "steps": list(steps),
        "figure": f"/figures/{slug}.svg",
    }


BIRD_DOGS = exercise(
    "bird-dogs",
    "Bird Dogs",
    "Trains arms and legs to work together while the spine stays still.",
    "2–3 sets of 8–10 per side",
    "Start on hands and knees.",
    "Reach the right arm forward and the left leg back.",
    "Hold for 3–5 seconds with a flat back.",
    "Come back and switch sides.",
)
SIDE_PLANKS = exercise(
    "side-planks",
    "Side Planks",
    "Strengthens the sides of the trunk against swaying.",
    "2–3 per side",
    "Lie on one side, elbow under the shoulder, legs stacked.",
    "Lift the hips until the body forms a line.",
    "Hold for 20–40 seconds.",
)
CAT_COW = exercise(
    "cat-cow-stretch",
    "Cat-Cow Stretch",
    "Keeps a spine mobile that running has made stiff.",
    "1–2 minutes of slow movement",
    "Start on all fours.",
    "Breathe in and arch the back.",
    "Breathe out and round it.",
)
BRIDGES = exercise(
    "glute-bridges",
    "Glute Bridges",
    "Strengthens glutes, hamstrings and lower back, which takes load off the spine.",
    "2–3 sets of 12–15",
    "Lie on your back, knees bent, feet flat.",
    "Press through the heels and lift the hips.",
    "Squeeze at the top.",
)
LUNGES = exercise(
    "reverse-lunges-with-rotation",
    "Reverse Lunges with Rotation",
    "Readies the back for the turning forces of running.",
    "2–3 sets of 8–10 per side",
    "Step back into a lunge.",
    "Turn the chest over the front leg.",
    "Stand up again.",
)


def citation(number: int, section: str, quote: str) -> Json:
    """Return one citation of a reply."""
    return {
        "id": f"q{number}",
        "guide": GUIDE,
        "section": section,
        "url": "https://clinic.example/guide#:~:text=" + quote.split(" ")[0],
        "quote": quote,
    }


def reply(answer: str, **fields: Any) -> Json:
    """Return a whole reply; `fields` replace parts of it."""
    return {
        "conversation_id": "conv-1",
        "message_id": "msg-1",
        "topic": "causes",
        "answer": answer,
        "referral": {"level": "none", "when": None, "reasons": [], "actions": []},
        "citations": [],
        "exercises": [],
        "plan": None,
        "suggestions": [],
        "grounding": {"mode": "extractive", "supported": 1.0},
        "language": "en",
        **fields,
    }


def referral(level: str, when: str | None, evidence: list[str], actions: list[Json]) -> Json:
    """Return a referral."""
    reasons = [{"signal": "duration", "evidence": words, "turn": 1} for words in evidence]
    return {"level": level, "when": when, "reasons": reasons, "actions": actions}


ANSWER = reply(
    "Usually several things add up over time rather than one bad step. The guide names five:\n\n"
    "- **Weak core and glutes.** The back takes more of each impact than it should. [1]\n"
    "- **Running form.** Overstriding or hunching puts more stress on the spine. [2]\n"
    "- **Tight hips and hamstrings.** The back makes up for what they cannot move. [3]\n"
    "- **A sudden jump in training.** More miles or speed than the back is ready for. [4]\n"
    "- **No strength work.** Miles alone leave stabilisers underdeveloped. [5]\n\n"
    "Strength and mobility work two to three times a week is the guide's answer to all five. [6]",
    citations=[
        citation(
            1,
            "Why Runners Experience Back Strains",
            "Without support around it, the back absorbs more impact.",
        ),
        citation(
            2, "Why Runners Experience Back Strains", "Overstriding or hunching forward stresses the spine."
        ),
        citation(3, "Why Runners Experience Back Strains", "Limited mobility makes the back compensate."),
        citation(
            4, "Why Runners Experience Back Strains", "More mileage without preparation overloads the back."
        ),
        citation(5, "Why Runners Experience Back Strains", "Neglecting strength leaves stabilisers weak."),
        citation(6, _MOVES, "Two to three times a week, after easy runs or as cross-training."),
    ],
    suggestions=["Which exercises help most?", "How do I fit them into my week?"],
)
CARD = reply(
    "**Bird dogs** train arms and legs to work together while the spine stays still. [1]\n\n"
    "Do two to three sets of 8–10 per side, and hold each reach for 3–5 seconds. [1]",
    topic="exercises",
    exercises=[BIRD_DOGS],
    citations=[citation(1, f"{_MOVES} > Bird Dogs", "Hold for 3–5 seconds, keeping the back flat.")],
    suggestions=["Show me another one", "How often should I do it?"],
)
CARDS = reply(
    "Here are four to start with. Do them two to three times a week, after an easy run. [1]",
    topic="exercises",
    exercises=[BIRD_DOGS, SIDE_PLANKS, BRIDGES, CAT_COW, LUNGES],
    citations=[citation(1, _MOVES, "Two to three times a week, after easy runs or as cross-training.")],
    suggestions=["Make me a weekly plan"],
)
CHECK = reply(
    "Back pain after a run is common, and most of it settles. **How long have you had it?**",
    referral=referral("check", None, ["my back hurts"], []),
    suggestions=["Since today", "A few days", "More than a week"],
)
REFER = reply(
    "Three weeks is longer than the guide advises waiting: beyond a week or two, let a professional look."
    "\n\n"
    "In general, the guide suggests gentle mobility while a back recovers, such as Cat-Cow. [1]",
    topic="seek_help",
    referral=referral("refer", "soon", ["for three weeks now"], ACTIONS),
    citations=[
        citation(1, "When to Seek Help", "If back pain lingers beyond a week or two, get professional help.")
    ],
    suggestions=["What happens at a discovery visit?"],
)
URGENT = reply(
    "What you describe can be a sign of pressure on the nerves of the lower back."
    " **Please call the emergency number or go to an emergency department now.**"
    " Do not drive yourself, and do not wait to see whether it gets better.",
    topic="seek_help",
    referral=referral(
        "urgent",
        "now",
        ["numb between my legs"],
        [
            {
                "kind": "link",
                "label": "Find the nearest emergency department",
                "url": "https://health.example/ed",
            },
            {"kind": "phone", "label": "Call 999", "url": "tel:999"},
        ],
    ),
)
PLAN = reply(
    "A week with three runs. Back work goes after the easy runs and on the cross-training day. [1]",
    topic="integration",
    exercises=[BIRD_DOGS, SIDE_PLANKS, BRIDGES, CAT_COW],
    citations=[citation(1, "How to Integrate", "After easy runs: 10–15 minutes of core and back work.")],
    plan={
        "calendar_url": "/api/plans/p1.ics",
        "days": [
            {"day": "Mon", "run": "rest", "work": None, "minutes": [], "exercises": []},
            {
                "day": "Tue",
                "run": "easy",
                "work": "after",
                "minutes": [10, 15],
                "exercises": ["bird-dogs", "side-planks"],
            },
            {"day": "Wed", "run": None, "work": None, "minutes": [], "exercises": []},
            {"day": "Thu", "run": "speed", "work": "warm-up", "minutes": [], "exercises": ["bird-dogs"]},
            {
                "day": "Fri",
                "run": "cross-training",
                "work": "cross-training",
                "minutes": [20, 30],
                "exercises": ["glute-bridges", "side-planks"],
            },
            {"day": "Sat", "run": "long", "work": None, "minutes": [], "exercises": []},
            {
                "day": "Sun",
                "run": "rest",
                "work": "recovery",
                "minutes": [],
                "exercises": ["cat-cow-stretch"],
            },
        ],
    },
    suggestions=["Make it two days instead"],
)
REPLIES: dict[str, Json] = {
    "numb": URGENT,
    "three weeks": REFER,
    "hurt": CHECK,
    "plan": PLAN,
    "ten exercises": CARDS,
    "bird dog": CARD,
}
