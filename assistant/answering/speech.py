"""One answer of a language model on its way to the visitor, each sentence checked before it is released."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from assistant import schema
from assistant.answering import grounding, proposal, spending
from assistant.answering.claims import Verdict
from assistant.answering.compose import Draft
from assistant.answering.keep import Kept
from assistant.answering.pieces import Cutter, Layout, Piece
from assistant.answering.prompts import Prompt, bounded
from assistant.answering.proposal import Raise
from assistant.answering.provider import CHARS_PER_TOKEN, Fault, Stream, Usage, fault_of
from assistant.ingestion.chunks import Chunk

if TYPE_CHECKING:
    from assistant.answering.generative import Speaker

log = logging.getLogger(__name__)

Mode = Literal["extractive", "generated", "fallback"]
Search = Callable[[str], Sequence[Chunk]]

ENOUGH = 0.5
"""Least share of the model's statements that must stand; below it the extractive answer takes over."""
MOST_STATEMENTS = 16
"""Sentences after which the model is not listened to any more."""
MOST_PASSAGES = 10
CONDENSE_SHARE = 0.25
"""Share of the budget that the rewriting of a follow-up may take."""
_REPLACED = frozenset(("number", "side", "negation", "opposite"))
"""Faults of fact, for which the guide's own sentence stands in; what is invented is left out."""
_NOTHING = re.compile(r"^\W*nothing\W*$", re.IGNORECASE)
_MARK = re.compile(r"\s*\[\d{1,3}\]")
_ENDED = re.compile(
    r"(?:[.!?:…][\"”’)*_]*|\*\*)(?:\s*\[\d{1,3}\])*\s*$|\]\s*$|^\W*nothing\W*$", re.IGNORECASE
)
_FOLLOWS = re.compile(
    r"\b(?:it|that|this|those|these|them|they|one|ones|there)\b"
    r"|^(?:and|what about|how about|but|so|why|ok)\b",
    re.IGNORECASE,
)
FOLLOW_UP_WORDS = 6


@dataclass(frozen=True)
class Request:
    """What is answered."""

    message: str
    draft: Draft
    """The extractive answer."""
    documents: Sequence[str]
    """Ids of the passages that retrieval found, best first."""
    level: schema.Level
    earlier: Sequence[str] = ()
    """The visitor's earlier questions, oldest first."""
    first_of_conversation: bool = True
    """Whether the model has not been asked in this conversation."""
    personal: bool = False
    """Whether anything is known of the visitor."""


class Speech:
    """One answer on its way: first `start`, then the text, then `draft`, `mode` and `supported`."""

    def __init__(self, speaker: Speaker, request: Request, search: Search) -> None:
        self._speaker = speaker
        self._request = request
        self._search = search
        settings = speaker.settings
        self._deadline = time.monotonic() + settings.model_budget_seconds
        self._began = time.monotonic()
        self._stream: Stream | None = None
        self._text: Iterator[str] = iter(())
        self._head = ""
        self._fault: Fault | None = None
        self._kept: Kept | None = None
        self._mark = ""
        self._about: Chunk | None = None
        self._passages: list[Chunk] = []
        self._statements = self._held = self._filled = 0
        self.proposal: Raise | None = None
        self.draft = request.draft
        self.mode: Mode = "fallback"
        self.supported = grounding.supported(request.draft.answer, request.draft.citations)

    # ── before the text ───────────────────────────────────────────────────────────────────────────────────

    def start(self) -> Raise | None:
        """Ask the model and read the head of its reply; returns the level that it proposes, if any."""
        if (kept := self._cached()) is not None:
            self._kept = kept
            return None
        if not self._speaker.breaker.allows():
            self._fault = Fault("circuit_open")
            return None
        try:
            self._ask()
            self.proposal, self._head = proposal.read(self._text)
        except Fault as fault:
            self._fault = fault
        except Exception as error:
            self._fault = fault_of(error)
        return self.proposal

    def stop(self) -> None:
        """Give the model up, as when it raised the level to urgent."""
        if self._stream is not None:
            self._stream.close()
            self._finish_call("stopped")

    def _cached(self) -> Kept | None:
        request = self._request
        if request.earlier or request.personal or request.level != "none":
            return None
        return self._speaker.keep.find(request.message, request.draft.shown)

    def _ask(self) -> None:
        speaker, request, settings = self._speaker, self._request, self._speaker.settings
        if request.first_of_conversation:
            spending.CONVERSATIONS.inc()
        found = [speaker.chunks[c.id] for c in request.draft.citations if c.id in speaker.chunks]
        found += [speaker.chunks[i] for i in request.documents if i in speaker.chunks]
        if self._follows():
            found += self._search(self._standalone())
        usable = [c for c in dict.fromkeys(found) if speaker.checker.usable(c) and not self._steered(c)]
        self._passages = bounded(usable[:MOST_PASSAGES])
        if not self._passages:
            raise Fault("no_passages", None)
        prompt = speaker.prompts.answer(settings.clinic.name, request.level, self._passages, request.message)
        self._mark = prompt.mark.strip("=")
        self._stream = self._open(prompt, self._deadline)
        self._text = iter(self._stream)

    def _steered(self, chunk: Chunk) -> bool:
        return self._speaker.checker.steers(chunk.quote)

    def _open(self, prompt: Prompt, deadline: float) -> Stream:
        settings = self._speaker.settings
        return Stream(
            self._speaker.model,
            prompt.messages,
            silence=settings.model_timeout_seconds,
            deadline=deadline,
            most=settings.model_max_tokens * CHARS_PER_TOKEN,
        )

    def _follows(self) -> bool:
        message = self._request.message
        short = len(message.split()) <= FOLLOW_UP_WORDS
        return bool(self._request.earlier) and (short or bool(_FOLLOWS.search(message)))

    def _standalone(self) -> str:
        """Return the follow-up as a question of its own; as it is where the model has none."""
        request, settings = self._request, self._speaker.settings
        prompt = self._speaker.prompts.condense(request.earlier, request.message)
        until = time.monotonic() + settings.model_budget_seconds * CONDENSE_SHARE
        stream = self._open(prompt, min(self._deadline, until))
        text = ""
        for piece in stream:
            text += piece
            if len(text) > schema.MAX_MESSAGE_CHARS:
                break
        stream.close()
        spending.count(stream.usage, settings)
        line = next((one.strip(' -"') for one in text.splitlines() if one.strip()), "")
        odd = not line or len(line) > 300 or prompt.mark in line or self._speaker.checker.steers(line)
        return request.message if odd else line

    # ── the text ──────────────────────────────────────────────────────────────────────────────────────────

    def __iter__(self) -> Iterator[str]:
        """Yield the answer's Markdown in pieces, each checked before it is yielded."""
        if self._kept is not None:
            yield from self._repeat(self._kept)
            return
        told = _copy_of(self._request.draft)
        if self._fault is None:
            yield from self._checked(told)
        text = told.answer
        if self._fault is not None or not self._enough():
            yield from self._fall_back(told)
            return
        self.mode = "generated"
        self.supported = self._held / self._statements
        self.draft = told
        spending.SHARE.observe(self.supported)
        self._finish_call("generated")
        if self._held == self._statements and not self._request.personal and self._request.level == "none":
            self._keep(text, told)

    def _keep(self, text: str, told: Draft) -> None:
        if not self._request.earlier and self.proposal is None:
            self._speaker.keep.add(
                self._request.message, self._request.draft.shown, Kept(text, tuple(told.citations))
            )

    def _repeat(self, kept: Kept) -> Iterator[str]:
        told = _copy_of(self._request.draft)
        told.paragraphs = [kept.text]
        told.citations = list(kept.citations)
        self.draft, self.mode, self.supported = told, "generated", 1.0
        spending.CALLS.labels("cached").inc()
        yield kept.text

    def _enough(self) -> bool:
        standing = self._held + self._filled
        return standing > 0 and self._held >= ENOUGH * self._statements

    def _checked(self, told: Draft) -> Iterator[str]:
        """Yield the sentences that stand; a fault on the way is kept for the end."""
        cutter = Cutter()
        state = Layout()
        said: set[str] = set()
        try:
            for piece in self._pieces(cutter):
                if _NOTHING.match(piece.text) and not told.paragraphs:
                    raise Fault("nothing", None)
                for text in self._released(piece, told, state, said):
                    told.paragraphs = [told.answer + text]
                    yield text
                if self._statements >= MOST_STATEMENTS:
                    break
        except Fault as fault:
            self._fault = fault
        except Exception as error:
            self._fault = fault_of(error)
        finally:
            if self._stream is not None:
                self._stream.close()

    def _pieces(self, cutter: Cutter) -> Iterator[Piece]:
        yield from cutter.feed(self._head)
        for text in self._text:
            yield from cutter.feed(text)
        for piece in cutter.end():
            # A reply that ran out of tokens ends in half a sentence.
            if _ENDED.search(piece.text) or piece.place == "item":
                yield piece

    def _released(self, piece: Piece, told: Draft, state: Layout, said: set[str]) -> Iterator[str]:
        """Check one sentence and yield what the visitor reads of it, if anything."""
        verdict = self._speaker.checker.check(piece.text, self._passages, self._mark, self._about)
        if verdict.ok and verdict.chunks:
            self._about = verdict.chunks[-1]
        plain = re.sub(r"\W+", " ", _MARK.sub("", piece.text)).strip().lower()
        if plain in said:
            verdict = Verdict(False, "repeated")
        said.add(plain)
        if verdict.claim and verdict.reason not in ("repeated", "empty"):
            self._statements += 1
            self._held += verdict.ok
        spending.SENTENCES.labels(verdict.reason or "supported").inc()
        text = ""
        if verdict.ok:
            text = _MARK.sub("", piece.text).strip()
            text += "".join(told.cite(chunk) for chunk in verdict.chunks)
        elif verdict.reason in _REPLACED and verdict.instead_of is not None and verdict.instead not in said:
            said.add(verdict.instead)
            self._filled += 1
            self._about = verdict.instead_of
            text = self._own_words(verdict.instead, verdict.instead_of) + told.cite(verdict.instead_of)
        state.take(piece.place)
        if not text:
            return
        if verdict.ok and verdict.reason == "talk" and text.endswith(":"):
            state.lead = text
            return
        yield state.place(text)

    def _own_words(self, text: str, chunk: Chunk) -> str:
        """Return a sentence of the guide; a dose with the name it belongs to."""
        if chunk.exercise and text == chunk.exercise.dose:
            return self._speaker.wording.say("answers.exercise.dose_of", name=chunk.title, dose=text)
        return text

    # ── the extractive answer takes over ──────────────────────────────────────────────────────────────────

    def _fall_back(self, told: Draft) -> Iterator[str]:
        """Yield the extractive answer behind what was read already, which stands."""
        fault = self._fault
        own = self._request.draft
        if told.paragraphs and told.citations:
            before = told.answer
            suggestions = own.suggestions
            whole = Draft.joined([told, own])
            whole.suggestions, whole.asked_for, whole.said = suggestions, own.asked_for, own.said
            self.draft = whole
            yield whole.answer[len(before) :]
        else:
            before = told.answer
            self.draft = own
            if before:
                self.draft = _copy_of(own)
                self.draft.paragraphs = [before, *own.paragraphs]
                self.draft.citations = list(own.citations)
            yield self.draft.answer[len(before) :]
        self.mode = "fallback"
        self.supported = grounding.supported(self.draft.answer, self.draft.citations)
        self._finish_call(fault.kind if fault is not None else "unsupported")

    def _finish_call(self, outcome: str) -> None:
        """Tell breaker, metrics and log how the call went; a kind of fault, never a text."""
        breaker, fault = self._speaker.breaker, self._fault
        usage = self._stream.usage if self._stream is not None else Usage()
        spending.count(usage, self._speaker.settings)
        spending.CALLS.labels(outcome).inc()
        spending.SECONDS.observe(time.monotonic() - self._began)
        if fault is None or fault.kind == "nothing":
            breaker.succeeded()
        elif fault.kind not in ("circuit_open", "busy", "no_passages"):
            breaker.failed(fault.kind, fault.pause)
            log.warning("the language model failed (%s); the guide's own words answered", fault.kind)
        spending.OPEN.set(breaker.state == "open")


def _copy_of(draft: Draft) -> Draft:
    """Return a draft with all but the text and citations of `draft`."""
    told = Draft(draft.topic)
    for name, value in vars(draft).items():
        if name not in ("paragraphs", "citations", "topic"):
            setattr(told, name, list(value) if isinstance(value, list) else value)
    return told
