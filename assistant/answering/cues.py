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
OF_THEM = re.compile(r"\b(?:she|he|they|her|him|them|their|his)\b(?!.*\bmy (?:own )?back\b)", re.IGNORECASE)
"""Somebody else goes on being talked about."""
YOUNG = re.compile(
    r"\b(?:child\w*|kids?|sons?|daughters?|grand(?:son|daughter|child|kid)\w*|bab(?:y|ies)|toddlers?|infants?"
    r"|teen\w*|boys?|girls?|pupils?|school\w*|kindergarten|youth|youngsters?|young|junior\w*|nephews?|nieces?"
    r"|little one|growing|adolescent\w*|puberty|minors?|osgood\w*|sever'?s|under[ -]?\d+s?|y\W?o"
    r"|(?:year|yr)s?[ -]old\w*)\b"
    r"|\b(?:is|he'?s|she'?s|aged?|turned) (?:[1-9]|1[0-7])\b"
    r"|\b(?:nine|ten|eleven|twelve|thirteen|\w{3,5}teen)\b",
    re.IGNORECASE,
)
"""Speaks of somebody who is not grown up."""
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
EACH = re.compile(r"\b(?:each|every|everything|all)\b(?! side)", re.IGNORECASE)
OF_THESE = re.compile(r"\b(?:of|for) (?:each|both|these|those|them)(?: one| of them)?\W*$", re.IGNORECASE)
"""Of what was just listed, not of all exercises."""
FREQUENT = re.compile(r"\b(?:most (?:common|frequent|usual)|number one|usual culprit|main)\b", re.IGNORECASE)
"""Asks which of several comes most often."""
YES_OR_NO = re.compile(
    r"(?:no|nope|nah|yes|yeah|yep|yup|not really|sort of|kind of)\b(?!.*\?)", re.IGNORECASE
)
"""Begins with the answer to a question: "no can train"."""
MAY_RUN = re.compile(
    r"\b(?:can|may|should|shall|could) i (?:still |even )?(?:do (?:my|the|a)\b|run|go|race|train)",
    re.IGNORECASE,
)
"""Asks leave to run, not for a plan."""
DETAILS = re.compile(r"\d(?:[ /().-]?\d){6,}|\S@\S")
"""A phone number or an address in a message."""
DESCRIBES = re.compile(
    r"\b(?:the|that|a|an|one|what'?s)\b.{0,20}\b(?:one|exercise|move|thing|drill|stretch|"
    r"called)\b|\bwhere (?:you|i)\b",
    re.IGNORECASE,
)
"""A message that describes an exercise: "the one where you lie on your back"."""
CANNOT = re.compile(
    r"\b(?:can'?t|cannot|can not|unable to|not able to|hate|hates|without|no longer|"
    r"don'?t (?:like|want|need|involve|require|have to|include)|"
    r"mustn'?t|not allowed to|no (?:floor|lying|kneeling|getting down)|"
    r"struggle|instead of|difficult|find .{1,30} (?:hard|tough|tricky)|"
    r"hard (?:for me )?to|trouble|getting (?:down|up) (?:to|on|onto|off|from) the)\b",
    re.IGNORECASE,
)
"""A movement or position that is not possible or not wanted."""
DENIES = re.compile(r"(?:no|hate|zero|without|not)\b", re.IGNORECASE)
INSTEAD = re.compile(
    r"\b(?:instead|else|swap|replac\w+|substitut\w+|alternatives?|another (?:one|exercise|move)|"
    r"other (?:ones?|exercises?|moves?|options?)|rather do)\b(?!\s+of\b)",
    re.IGNORECASE,
)
"""Asks for something in the place of what is not wanted."""
HURTS = re.compile(r"\b(?:hurt(?:s|ing)?|sore|painful|pain in|bad (?:knees?|wrists?))\b", re.IGNORECASE)
"""Something does not bear an exercise."""
UNABLE = re.compile(rf"{CANNOT.pattern}|{INSTEAD.pattern}|\bhurt(?:s|ing)?\b", re.IGNORECASE)
"""An exercise is not possible, not wanted or not good for something."""
BOOKING = re.compile(
    r"\b(?:book(?:ing|ed)?|appointments?|slots?|come in|reschedule|"
    r"see (?:someone|somebody|you|one of you|a (?:physio\w*|person|doctor)))\b",
    re.IGNORECASE,
)
"""A visit is meant, not a week of exercises."""
BOOKS = re.compile(r"\b(?:book(?:ing|ed)?|appointments?|reschedule)\b", re.IGNORECASE)
"""A visit is meant, and nothing else can be."""
AT_TIME = re.compile(
    r"\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?|today|tomorrow|tonight|next week|"
    r"\d{1,2} ?(?:am|pm)|at \d{1,2})\b",
    re.IGNORECASE,
)
"""A time at which a visit is wanted."""
SO_MANY = re.compile(
    rf"\b([1-9]|{COUNT})\s+(?:best\s+|main\s+|good\s+|key\s+|top\s+|simple\s+|quick\s+|back\s+)*"
    r"(?:exercises?|moves?|stretches|ones)\b"
    rf"|\b(?:which|what|pick|give me|just|only)\s+([2-9]|{COUNT})(?:\s+(?:then|(?:should|would|do) .*))?\W*$",
    re.IGNORECASE,
)
"""How many exercises are asked for."""
NUMBER = re.compile(r"^\W*\d{1,2}\W*$")
"""A message that is only a number."""
REFERS = re.compile(
    r"\b(?:it|this|that|these|those|they|them|exercises?|moves?|sessions?|routine|programme|work|"
    r"stretch\w*|strength\w*|core|back|start|train\w*)\b",
    re.IGNORECASE,
)
"""Speaks of the exercises, by a word for them or one that points at them."""
SPARES = re.compile(
    r"\b(?:avoids?|spares?|(?:easy|easier|gentle|kind|kinder) (?:on|to)|"
    r"(?:don'?t|doesn'?t|do not) (?:load|strain|use)|"
    r"no (?:strain|load|pressure) on|without (?:using|loading|straining))\b",
    re.IGNORECASE,
)
"""Asks which exercises leave a part of the body out."""
LESS = re.compile(r"\b(?:can|could|may|do|is|ok|okay|fine)\b.{0,15}\b(?:less|fewer)\b", re.IGNORECASE)
MORE = re.compile(
    r"\b(?:can|could|may|should|is|ok|okay|fine)\b.{0,15}\bmore\b(?! (?:about|on|of))", re.IGNORECASE
)
"""Asks whether less, or more, than the guide's numbers is all right."""
STEPS = re.compile(
    r"\b(?:how|steps?|again|show|explain|remind|what (?:is|are|was)|what'?s|form|technique|instructions?)\b",
    re.IGNORECASE,
)
"""Asks for the steps of an exercise."""
NEIGHBOUR = re.compile(r"\bthe one (before|after)(?: (?:that|it|this))?\W*$", re.IGNORECASE)
"""The exercise that stands before or behind the one shown last."""
EDITS = re.compile(
    r"^\W*(?:(?:and|ok|okay|please|pls|can you|could you|now)\W+)*"
    r"(?:remove|drop|take out|leave out|delete|scrap|ditch|swap|replace|add|put in|throw in)\b",
    re.IGNORECASE,
)
"""Begins with the order to change a plan."""
HARDEST = re.compile(r"(?<!too )\b(?:hardest|harder|toughest|most difficult)\b", re.IGNORECASE)
HARD_RUN = re.compile(
    r"\b(?:long(?:er)? runs?|lsr|intervals?|tempo|speed ?work|speed sessions?|hard (?:runs?|sessions?)|track|"
    r"threshold|hill (?:reps?|sessions?)|workouts?|fast runs?)\b",
    re.IGNORECASE,
)
"""A run of a kind after which the guide puts no strength."""
ONE = re.compile(
    r"\b(?:only|just)\b.{0,20}\bone\b(?=\s*(?:$|[?.!,;)]|exercise|move|of\b|thing|then|now|which|what|please))"
    r"|\b(?:pick|choose|name|give me) (?:just |only )?one\b|\ba single (?:one|exercise|move)\b",
    re.IGNORECASE,
)
"""Asks for a single exercise."""
BETTER = re.compile(r"\b(?:better|best|more (?:important|effective|useful))\b", re.IGNORECASE)
CLAIMED = re.compile(
    r"\b(?:coach|trainer|instructor|mate|friend|husband|wife|partner|physio|doctor|he|she|they|everyone|"
    r"someone|article|video|internet|youtube|people)\s+(?:also |always |just |once )?"
    r"(?:says?|said|reckons?|thinks?|told|tells?|claims?|swears?|told)\b|\bi(?:'ve)? (?:read|heard)\b",
    re.IGNORECASE,
)
"""Tells what somebody else holds of it."""
DAILY = re.compile(
    r"\b(?:every ?day|daily|each day|every (?:single )?(?:day|morning|night|evening)|"
    r"seven days|7 days|all week)\b",
    re.IGNORECASE,
)
_A_WEEK = re.compile(
    rf"\b(\d{{1,2}}|once|twice|{COUNT})\s*(?:x|times|days)?\s*(?:a|per|each|every|/)\s*(?:week|wk)\b",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"^\W*(?:(?:and|but|ok|okay|so|hm+|right|cool|thanks|cheers)\W+)*"
    r"(?:(?:what|how) about|and(?=\s+[a-z]+(?:\s+[a-z]+)?\W*$))\s+"
    r"(?!(?:what|how|when|where|why|who|which|if|on|in|at|for|before|after|with|without|is|are|do|does|can|"
    r"should|then|also|now|no|not|to|by|during)\b)"
    r"(?:(?:the|my|some|doing|running|a|an|when there are)\s+)*([a-z][a-z' -]{2,30}?)\s*[?.!]*$",
    re.IGNORECASE,
)


def times_a_week(message: str) -> int | None:
    """Return how many times a week a message asks about, None where it names no number."""
    if found := _A_WEEK.search(message):
        word = found[1].lower()
        return {"once": 1, "twice": 2}.get(word) or COUNTS.get(word) or int(word)
    return 7 if DAILY.search(message) else None


def subject(message: str) -> str:
    """Return what "and what about …" asks about, "" for a message of another form."""
    found = _SUBJECT.search(message)
    return found[1].strip() if found else ""
