"""Cues in the words of a message: what points back, counts, compares or wants to be left out."""

from __future__ import annotations

import re

ORDINALS = {
    "first": 0,
    "second": 1,
    "third": 2,
    "fourth": 3,
    "fifth": 4,
    "last": -1,
    "1st": 0,
    "2nd": 1,
    "3rd": 2,
}
NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
COUNTS = {name: count for count, name in enumerate(NUMBERS, start=1)}
COUNT = "|".join(COUNTS)
PLACE = r"first|second|third|fourth|fifth|last|1st|2nd|3rd"
ORDINAL = re.compile(
    rf"\b(?:({PLACE}) (?:one|exercise|move)"
    rf"|the ({PLACE})\b"
    r"(?!\s+(?:\d|time|week|day|run|half|mile|month|place|thing|visit|step|part|set|round|few|"
    r"couple|bit|stretch of|"
    r"kilomet|km|k\b|minute|hour|year|leg of|race|lap|stage|person|question)))"
    rf"|(?:\bnumber|\bno\.?|#)\s*(\d{{1,2}}|{COUNT})\b",
    re.IGNORECASE,
)
POINTS_BACK = re.compile(
    r"\b(it|that|this|those|these|them|they|one|ones|both|either|instead|else|alternatives?)\b"
    r"|^(?:and|what about|how about|but)\b",
    re.IGNORECASE,
)
FILLERS = frozenset(
    ("and", "the", "a", "what", "about", "how", "ok", "okay", "so", "then", "now", "also", "but", "other")
)
"""Words beside an exercise's name that ask for nothing in particular."""
PLAN = re.compile(
    r"\b(?:(?:want|need|make|draw|build|give|like|create|write|get|"
    r"set) [^.;!?]{0,25}\b(?:plan|schedule|program(?:me)?|"
    r"timetable|routine)|plan (?:it|this|my week|for me|me)|(?:plan|schedule|program(?:me)?|"
    r"timetable) please)\b",
    re.IGNORECASE,
)
GROWN = re.compile(
    r"(?<![\d.,])(?:1[89]|[2-9]\d)(?![\d.,]*\d|\s*(?:min|sec|rep|k\b|km|kg|miles|%|months|weeks))",
    re.IGNORECASE,
)
"""The age of a grown-up beside a son or daughter."""
WEEKLY = re.compile(
    r"\b(?:\d|once|twice|(?:two|three|four|five|six) times|\d ?x|\d times)\s*(?:a|per|each|"
    r"every)\s*(?:week|wk)\b"
    r".{0,20}\b(?:enough|ok|okay|fine|plenty|sufficient|too (?:much|many|often|little)|do|overkill|worth)\b"
    r"|\b(?:is|are|would)\b.{0,25}\b(?:\d|once|twice|(?:two|three|four|five|six) times|"
    r"\d ?x)\s*(?:a|per)\s*(?:week|wk)\b",
    re.IGNORECASE,
)
"""Asks whether so many times a week are right."""
BESIDES = re.compile(
    r"\b(?:missing|besides|apart from|on top of|in addition to|what else (?:should|can|could|"
    r"would|do i|to)|else should|should i add|to add|complement|"
    r"other than|already (?:do|doing)|pairs? with|goes? with)\b",
    re.IGNORECASE,
)
"""Asks for what goes beside the exercises that are named."""
CALLED = re.compile(
    r"\b(?:the|a|an|that|this|about|your|with)\s+((?:[a-z]+[ -]){0,2}?[a-z]+)\s+(?:ones?|"
    r"thing|thingy|version|bit|point)\b",
    re.IGNORECASE,
)
"""A thing called by part of its name: "the side one"."""
OF_THE_SAME = re.compile(
    r"\b(?:instead|they|them|those|it|that)\b(?!.*\b(?:else|other|more)\b)", re.IGNORECASE
)
"""Goes on about the tip that was said last."""
CAUSE = re.compile(r"\bcaus|\breason|\bcomes? from\b|\bbehind\b", re.IGNORECASE)
LONG = re.compile(r"\b(?:how long|minutes?|time)\b", re.IGNORECASE)
SIDE = re.compile(r"^(?:\W*(?:and|so|ok|what|about|how)\W+)*(before|after)\W*$", re.IGNORECASE)
"""A message that is only "and before?"."""
BEFORE_OR_AFTER = re.compile(
    r"\b(before|after)\b(?!\s+(?:or|and)\b)(?!\s+(?:bed|breakfast|work|lunch|dinner|sleep))(?!.*\b(?:before|after)\b)",
    re.IGNORECASE,
)
OTHER = re.compile(r"\bthe other (?:one|exercise|move|\w+)\b", re.IGNORECASE)
TRAINS_FOR = re.compile(
    r"\b(?:train (?:for|to)|progress|learn|master|get (?:better|good) at|technique|proper|"
    r"right|correctly|how (?:do|can|should|to)|how many|how much)\b",
    re.IGNORECASE,
)
HOW_IS_DONE = re.compile(
    r"\bhow (?:do|can|should|to|does one)\b.{0,9}\b(?:do|learn|master)\b (?:an? |the )?[a-z]", re.IGNORECASE
)
POINTS = re.compile(
    r"\b(?:it|this|that|these|those|them|they|one|exercises?|moves?|all|both|everything|more|better|best)\b",
    re.IGNORECASE,
)
PRICE = re.compile(r"\b(?:cost|pric|fee|rates?\b)", re.IGNORECASE)
OF_EACH = re.compile(r"\b(?:numbers|sets?|rep(?:s|etitions?)?|each|everything|all)\b", re.IGNORECASE)
DETAILS = re.compile(r"\d(?:[ /().-]?\d){6,}|\S@\S")
"""A phone number or an address in a message."""
DESCRIBES = re.compile(
    r"\b(?:the|that|a|an|one|what'?s)\b.{0,20}\b(?:one|exercise|move|thing|drill|stretch|"
    r"called)\b|\bwhere (?:you|i)\b",
    re.IGNORECASE,
)
"""A message that describes an exercise: "the one where you lie on your back"."""
CANNOT = re.compile(
    r"\b(?:can'?t|cannot|can not|unable to|not able to|hate|hates|without|don'?t (?:like|want)|no longer|"
    r"mustn'?t|not allowed to|struggle to|instead of)\b",
    re.IGNORECASE,
)
"""A movement or position that is not possible or not wanted."""
INSTEAD = re.compile(
    r"\b(?:instead|else|swap|replac\w+|substitut\w+|alternatives?|another (?:one|exercise|move)|"
    r"other (?:ones?|exercises?|moves?|options?)|rather do)\b(?!\s+of\b)",
    re.IGNORECASE,
)
"""Asks for something in the place of what is not wanted."""
BOOKING = re.compile(
    r"\b(?:book(?:ing|ed)?|appointments?|slots?|come in|reschedule|"
    r"see (?:someone|somebody|you|one of you|a (?:physio\w*|person|doctor)))\b",
    re.IGNORECASE,
)
"""A visit is meant, not a week of exercises."""
SO_MANY = re.compile(
    rf"\b([1-9]|{COUNT})\s+(?:best\s+|main\s+|good\s+|key\s+|top\s+|simple\s+|quick\s+|back\s+)*"
    r"(?:exercises?|moves?|stretches|ones)\b",
    re.IGNORECASE,
)
"""How many exercises are asked for."""
