"""What no sentence may hold, whatever the passages say: contacts, markup, diagnoses, drugs and the like."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.answering.rules import WORD, Rules
from assistant.answering.verdict import Reason

MAXWORDS = 60
LEAKEDWORDS = 6
"""Words in a row of the prompt that count as repeating it."""
_LINK = re.compile(
    r"(?:[a-z][a-z0-9+.-]{1,12}:)?//\S+|\bwww\.\S+|\b[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|io|co|uk|de|fr|eu|info|biz|"
    r"health|app|dev|me|us|ca|au|ch|at|es|it|nl|clinic|shop|site|xyz|online|gov|edu)\b(?:/\S*)?"
    r"|\b(?:javascript|mailto|tel|data):\S+",
    re.IGNORECASE,
)
_MAIL = re.compile(r"\S+\s?(?:@|\(at\)|\[at\])\s?\S+\.\w+", re.IGNORECASE)
_PHONE = re.compile(r"(?:\+|\b0|\(0|\b1-|\b)\d(?:[\s().-]?\d){5,}|\b(?:111|112|911|999|988)\b")
_CONDITION = re.compile(r"\b(?:if|when|once|whenever|unless)\b", re.IGNORECASE)
_MARKUP = re.compile(r"</?[a-z!][^>]*>|\]\(|!\[|`|\{\{|\}\}|<<|>>|\|", re.IGNORECASE)


class Barred:
    """Finds what no sentence may hold.

    Args:
        rules: The lists of `claims.toml`.
        contacts: Addresses and telephone numbers of the clinic, which a sentence may hold.
        prompts: The texts of the prompts, which a sentence must not repeat.
    """

    def __init__(self, rules: Rules, contacts: Sequence[str] = (), prompts: Sequence[str] = ()) -> None:
        self.rules = rules
        self._contacts = frozenset(contact.rstrip("/").lower() for contact in contacts)
        self._prompt_runs = frozenset(run for prompt in prompts for run in _runs(prompt))

    def steers(self, text: str) -> bool:
        """Say whether `text` tries to instruct a language model."""
        return any(pattern.search(text) for pattern in self.rules.never["steering"])

    def fault(self, text: str, secret: str) -> Reason:
        if not WORD.search(text):
            return "empty"
        if len(text.split()) > MAXWORDS:
            return "long"
        if secret and secret.lower() in text.lower():
            return "prompt"
        if self._foreign_contact(text):
            return "contact"
        if _MARKUP.search(text):
            return "markup"
        if not self._prompt_runs.isdisjoint(_runs(text)):
            return "prompt"
        straight = text.replace("’", "'")
        for name in ("steering", "drug", "diagnosis", "reassurance"):
            for pattern in self.rules.never[name]:
                if any(
                    name != "diagnosis" or not _conditional(straight, match)
                    for match in pattern.finditer(straight)
                ):
                    return name
        return ""

    def _foreign_contact(self, text: str) -> bool:
        found = [*_LINK.findall(text), *_MAIL.findall(text)]
        if any(one.rstrip("/.,;:!?)").lower() not in self._contacts for one in found):
            return True
        rest = _LINK.sub(" ", text)
        known = {re.sub(r"\D", "", contact) for contact in self._contacts}
        return any(re.sub(r"\D", "", match) not in known for match in _PHONE.findall(rest))


def _conditional(text: str, match: re.Match[str]) -> bool:
    """Say whether what seems a diagnosis stands under a condition: "when your hips are tight"."""
    before = re.split(r"[,;:.]", text[: match.start()])[-1]
    return bool(re.search(r"\byou", match[0], re.IGNORECASE) and _CONDITION.search(before))


def _runs(text: str) -> set[str]:
    words = [word.lower() for word in WORD.findall(text)]
    return {" ".join(words[i : i + LEAKEDWORDS]) for i in range(len(words) - LEAKEDWORDS + 1)}
