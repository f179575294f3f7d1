"""An answer under construction: guide sentences with their citations, and words around them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote as percent

from assistant import schema
from assistant.ingestion.chunks import Chunk
from assistant.ingestion.loaders import slug

_MARK = re.compile(r"\[(\d+)\]")


class Draft:
    """Collects paragraphs, citations and exercise cards.

    Example:
        >>> draft = Draft(topic="causes")
        >>> draft.say("The guide says:")
        >>> draft.quote(chunk)  # doctest: +SKIP
    """

    def __init__(self, topic: schema.Topic) -> None:
        self.topic = topic
        self.paragraphs: list[str] = []
        self.citations: list[schema.Citation] = []
        self.exercises: list[schema.Exercise] = []
        self.suggestions: list[str] = []
        self.actions: list[schema.Action] = []
        self.covered = True
        self.shown: list[str] = []
        """Ids of the exercise chunks that the answer names, in order."""
        self.listed: list[str] = []
        """Ids of the causes, tips or ways that the answer lists first, in order."""
        self.said: list[str] = []
        """Keys of what was said before in the conversation and need not be said again."""
        self.beside = 0
        """How many passages were added to the answer proper."""
        self.asked_for = ""
        """The intent that is answered; what is asked for is said even if it was said before."""
        self.plan: list[schema.PlanDay] | None = None
        self.weeks_away = 0

    @classmethod
    def joined(cls, drafts: Sequence[Draft]) -> Draft:
        """Return one draft that says them all in order, citations renumbered."""
        if len(drafts) == 1:
            return drafts[0]
        covered = [draft for draft in drafts if draft.covered]
        whole = cls((covered or list(drafts))[0].topic)
        whole.covered = bool(covered)
        for draft in drafts:
            numbers = {}
            for number, citation in enumerate(draft.citations, start=1):
                if citation not in whole.citations:
                    whole.citations.append(citation)
                numbers[number] = whole.citations.index(citation) + 1
            for paragraph in draft.paragraphs:
                whole.say(_renumbered(paragraph, numbers))
            whole.exercises += [e for e in draft.exercises if e not in whole.exercises]
            whole.listed = whole.listed or draft.listed
            whole.shown += [i for i in draft.shown if i not in whole.shown]
            whole.actions += [a for a in draft.actions if a not in whole.actions]
            whole.suggestions += [s for s in draft.suggestions if s not in whole.suggestions][:2]
            whole.plan = draft.plan or whole.plan
            whole.weeks_away = max(whole.weeks_away, draft.weeks_away)
        return whole

    @property
    def answer(self) -> str:
        """Return the Markdown so far."""
        return "\n\n".join(self.paragraphs)

    def say(self, text: str) -> None:
        """Add a paragraph of the assistant's own words."""
        if text and text not in self.paragraphs:
            self.paragraphs.append(text)

    def bullets(self, lines: Sequence[str]) -> None:
        """Add a list."""
        if lines:
            self.paragraphs.append("\n".join(f"- {line}" for line in lines))

    def cite(self, chunk: Chunk, quote: str = "") -> str:
        """Return the mark " [n]" of the passage; the same passage keeps its number."""
        text = quote or chunk.quote
        for number, citation in enumerate(self.citations, start=1):
            if citation.id == chunk.id and citation.quote == text:
                return f" [{number}]"
        self.citations.append(citation_of(chunk, text))
        return f" [{len(self.citations)}]"

    def show(self, chunk: Chunk, *, card: bool = True) -> None:
        """Note that an exercise was named, and add its card."""
        if chunk.id in self.shown or chunk.exercise is None:
            return
        self.shown.append(chunk.id)
        if card:
            self.exercises.append(exercise_of(chunk))


def _renumbered(paragraph: str, numbers: dict[int, int]) -> str:
    return _MARK.sub(lambda mark: f"[{numbers[int(mark[1])]}]", paragraph)


def exercise_of(chunk: Chunk) -> schema.Exercise:
    """Return the exercise of a chunk as the contract shows it."""
    fields = chunk.exercise
    assert fields is not None
    name = slug(fields.name)
    return schema.Exercise(
        id=name,
        name=fields.name,
        why=fields.why,
        steps=list(fields.steps),
        dose=fields.dose,
        figure=f"/figures/{name}.svg",
    )


def citation_of(chunk: Chunk, quote: str) -> schema.Citation:
    """Return the citation of a passage; its address opens the passage on the guide's page."""
    return schema.Citation(
        id=chunk.id,
        guide=chunk.guide,
        section=chunk.section,
        url=f"{chunk.page or f'/guides/{chunk.guide_id}'}#:~:text={_fragment(quote)}",
        quote=quote,
    )


def _fragment(quote: str) -> str:
    """Return a text fragment (WICG Scroll To Text Fragment): the first line, cut at eight words."""
    first = next((line for line in quote.split("\n") if line.strip()), quote)
    first = first.removeprefix("- ").removeprefix("• ")
    return percent(" ".join(first.split()[:8]), safe="").replace("-", "%2D")
