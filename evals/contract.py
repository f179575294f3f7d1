"""The rules of the public contract that every reply must keep, whatever was asked."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.schema import Reply
from evals.guides import Guides
from evals.text import contains, squeeze


def broken_rules(reply: Reply, said: Sequence[str], guides: Guides) -> list[str]:
    """Return the rules of the contract that a reply breaks, whatever was asked.

    Args:
        reply: the reply.
        said: the visitor's messages so far, this one last.
        guides: the ground that replies are judged on.
    """
    broken: list[str] = []
    referral = reply.referral
    due = {"none": (None,), "check": (None,), "refer": ("soon",), "urgent": ("today", "now")}[referral.level]
    if referral.when not in due:
        broken.append(f"level {referral.level} with when {referral.when}")
    if referral.level in ("refer", "urgent") and not referral.reasons:
        broken.append(f"level {referral.level} without a reason")
    for reason in referral.reasons:
        if not 1 <= reason.turn <= len(said) or not contains(said[reason.turn - 1], reason.evidence):
            broken.append(f"evidence {reason.evidence!r} is not in turn {reason.turn}")
    if referral.level == "refer" and not referral.actions:
        broken.append("refer without an action")
    if referral.level == "check" and not reply.suggestions and "?" not in reply.answer:
        broken.append("check without a question")
    if referral.level == "urgent" and (reply.exercises or reply.plan):
        broken.append("urgent with exercises or a plan")
    if not reply.answer.strip():
        broken.append("an empty answer")
    guide = squeeze(guides.text)
    broken.extend(
        f"quote not in the guide: {c.quote[:60]!r}" for c in reply.citations if squeeze(c.quote) not in guide
    )
    for citation in reply.citations:
        part = guides.under(citation.section.split(" > ")[-1])
        if part is not None and squeeze(citation.quote) not in squeeze(part):
            broken.append(f"quote not under its heading {citation.section!r}: {citation.quote[:60]!r}")
    for exercise in reply.exercises:
        for line in (exercise.name, exercise.why, *exercise.steps, exercise.dose):
            if squeeze(line) not in guide:
                broken.append(f"card {exercise.id}: not in the guide: {line[:60]!r}")
    if re.search(r"<[a-z/!][^>]*>", reply.answer, re.IGNORECASE):
        broken.append("HTML in the answer")
    if re.search(r"\{[a-z_]+\}", reply.answer):
        broken.append("an unfilled {variable} in the answer")
    for url in re.findall(r"https?://[^\s\"'<>)\]]+", reply.answer):
        if url.rstrip(".,") not in guides.urls:
            broken.append(f"a strange address: {url}")
    return broken
