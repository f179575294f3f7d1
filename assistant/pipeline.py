"""The assistant, readable in one screen: guardrail → retrieval → answering → grounding → Reply."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING, Literal, NamedTuple

from langchain_core.documents import Document

from assistant import escalation, schema
from assistant.answering import calendar, cues, grounding, segments
from assistant.answering.answerer import Answerer
from assistant.answering.compose import Draft
from assistant.conversation import Conversation
from assistant.guardrail import Guardrail, Triage, referral
from assistant.guardrail.referral import CareCard
from assistant.openings import Openings
from assistant.retrieval import relevance
from assistant.retrieval.embeddings import LocalEmbeddings
from assistant.retrieval.hybrid import Hybrid
from assistant.settings import Settings
from assistant.wording import Wording

if TYPE_CHECKING:
    from langchain_core.runnables import Runnable

    from assistant.answering.generative import Speaker, Speech

log = logging.getLogger(__name__)

REPLY_WORDS = 6
"""An answer to a tappable question is up to so long."""
FOREIGN_WORDS = 3
"""Least words of a message whose language is worth a remark."""


@dataclass(frozen=True)
class Turn:
    """One message on its way through the pipeline."""

    message: str
    conversation: Conversation
    questions: tuple[str, ...] = ()
    """What the message asks, in order."""
    triage: Triage | None = None
    passages: Mapping[str, Sequence[Document]] = field(default_factory=dict)
    """The message's questions in order, each with its passages."""
    draft: Draft | None = None
    grounding: schema.Grounding | None = None
    """How a language model's answer stands; None where none was asked."""
    card: CareCard | None = None
    around: tuple[str, str] | None = None
    """What stands before and behind the answer, once it is settled."""


class Event(NamedTuple):
    """One step of a streamed reply: the referral, a piece of text, or the whole reply."""

    kind: Literal["referral", "delta", "done"]
    data: schema.Referral | str | schema.Reply


class Assistant:
    """Answers a visitor's messages from the guide, and sends those who need a person to a person.

    Example:
        >>> assistant = Assistant.load(settings.load())  # doctest: +SKIP
        >>> assistant.reply("How do I do a bird dog?", Conversation.new()).answer  # doctest: +SKIP
    """

    def __init__(
        self,
        settings: Settings,
        guardrail: Guardrail,
        retriever: Hybrid,
        answerer: Answerer,
        wording: Wording,
        build: str,
        today: Callable[[], date] = date.today,
        speaker: Speaker | None = None,
        watch: LocalEmbeddings | None = None,
    ) -> None:
        self.settings = settings
        self.guardrail = guardrail
        self.retriever = retriever
        self.answerer = answerer
        self.wording = wording
        self._today = today
        self.speaker = speaker
        """Words the answers, where a language model is set."""
        self._watch = watch
        """The guardrail's own embeddings, where the retriever's are not those that it was trained with."""
        self.build = build
        """Name of the index that this assistant answers from."""
        self._openings = Openings[Turn]()

    @property
    def chain(self) -> Runnable[Turn, schema.Reply]:
        """The pipeline as a LangChain chain, to be traced or built into another."""
        # Imported only here: with them comes a client for traces, a fifth of all that a server loads.
        from langchain_core.runnables import RunnableLambda

        return (
            RunnableLambda(self._triage)
            | RunnableLambda(self._retrieve)
            | RunnableLambda(self._answer)
            | RunnableLambda(self._reply)
        )

    @classmethod
    def load(
        cls,
        settings: Settings,
        *,
        today: Callable[[], date] = date.today,
        embeddings: LocalEmbeddings | None = None,
    ) -> Assistant:
        """Open the index, the guardrail's policy and the wording; the index must exist.

        Raises:
            IndexMissing: nothing has been ingested yet.
            ModelError, RerankerError, StoreError, WordingError, IntentsError: a part cannot be used; the
                message says why.
        """
        # Imported only here: it puts an assistant together, and so knows this class.
        from assistant.loading import load_assistant

        return load_assistant(settings, today=today, embeddings=embeddings)

    def reply(self, message: str, conversation: Conversation) -> schema.Reply:
        """Answer one message; the conversation is changed to hold what must be remembered."""
        turn = Turn(message, conversation)
        if (opening := self._opening(turn)) is not None:
            return self._reply(opening)
        # The chain's own steps, called directly: running them as a chain costs as much as the retrieval.
        return self._reply(self._answer(self._retrieve(self._triage(turn))))

    def stream(self, message: str, conversation: Conversation) -> Iterator[Event]:
        """Answer one message in steps: the referral before any text, so that urgent advice never waits."""
        begun = Turn(message, conversation)
        opening = self._opening(begun)
        turn = self._with_card(opening or self._triage(begun))
        yield Event("referral", self._referral(turn))
        turn = opening or self._compose(self._retrieve(turn))
        if (speech := self._speech(turn)) is None:
            reply = self._reply(turn)
            for piece in re.findall(r"\S+\s*|\s+", reply.answer):
                yield Event("delta", piece)
            yield Event("done", reply)
            return
        heard = self._heard(turn, speech)
        assert heard.triage is not None
        if heard.triage is not turn.triage:
            heard = self._with_card(heard)
            yield Event("referral", self._referral(heard))
        before, after = self._around(heard)
        heard = replace(heard, around=(before, after))
        assert heard.triage is not None
        told: Iterable[str] = () if heard.triage.level == "urgent" else speech
        for text in chain([before], told, [after]):
            if text:
                yield Event("delta", text)
        yield Event("done", self._reply(self._told(heard, speech)))

    def _triage(self, turn: Turn) -> Turn:
        questions = segments.questions(self.retriever.mend(turn.message))
        texts, memory = self.answerer.understanding.texts, turn.conversation.memory
        before = turn.conversation.triage
        # One run for guardrail and answer: a second one would read all the weights again.
        self.retriever.embeddings.prepare(
            [text for question in questions for text in texts(question, memory)],
            scored=self.guardrail.text(turn.message, before) if self._watch is None else None,
        )
        embeddings = self._watch or self.retriever.embeddings
        triage = self.guardrail.assess(
            turn.message, turn.conversation.triage, embed=embeddings.encode, score=embeddings.scores
        )
        return replace(turn, triage=triage, questions=tuple(questions))

    def _retrieve(self, turn: Turn) -> Turn:
        if turn.triage is not None and turn.triage.level == "urgent":
            return turn
        return replace(turn, passages={text: self.retriever.search(text) for text in turn.questions})

    def _answer(self, turn: Turn) -> Turn:
        turn = self._compose(turn)
        if (speech := self._speech(turn)) is None:
            return turn
        heard = self._heard(turn, speech)
        if heard.triage is not None and heard.triage.level != "urgent":
            for _ in speech:
                pass
        return self._told(heard, speech)

    def _compose(self, turn: Turn) -> Turn:
        """Draft the answer from the guide's own words."""
        if turn.triage is not None and turn.triage.level == "urgent":
            return replace(turn, draft=Draft("seek_help"))
        assert turn.triage is not None
        opens = self._opens(turn)
        replies = self._replies(turn)
        asks = segments.asks(turn.message) and not (replies and cues.YES_OR_NO.match(turn.message))
        draft, turn.conversation.memory = self.answerer.answer(
            turn.passages,
            turn.conversation.memory,
            relevance.covered,
            tells=turn.triage.present_pain and not asks,
            fresh=self._new_on_pain(turn),
            replies=replies,
        )
        turn = replace(turn, draft=draft)
        if opens and self._general(turn):
            kept = Conversation(id="", memory=turn.conversation.memory.model_copy(deep=True))
            self._openings.keep(self._key(turn), replace(turn, conversation=kept, passages={}))
        return turn

    def _opening(self, turn: Turn) -> Turn | None:
        """Return the turn as it was worked out when its question opened another conversation."""
        if not self._opens(turn) or (kept := self._openings.get(self._key(turn))) is None:
            return None
        turn.conversation.memory = kept.conversation.memory.model_copy(deep=True)
        return replace(kept, conversation=turn.conversation)

    def _opens(self, turn: Turn) -> bool:
        """Say whether nothing came before, and no language model words the answer."""
        return self.speaker is None and turn.conversation.turns == 0 and turn.conversation.triage is None

    def _key(self, turn: Turn) -> str:
        """Return what a first answer depends on; "since Easter" is read by the date."""
        return f"{self._today().isoformat()} {turn.message}"

    @staticmethod
    def _general(turn: Turn) -> bool:
        """Say whether an answer is one for everybody: to no complaint, and no plan of one's own."""
        assert turn.triage is not None and turn.draft is not None
        told = turn.triage.present_pain or turn.triage.state.facts
        return turn.triage.level == "none" and not told and turn.draft.plan is None

    @staticmethod
    def _replies(turn: Turn) -> bool:
        """Say whether this message is in few words what the last reply asked for."""
        before = turn.conversation.triage
        return before is not None and before.pending is not None and len(turn.message.split()) <= REPLY_WORDS

    @staticmethod
    def _new_on_pain(turn: Turn) -> bool:
        """Say whether this message told something of the pain that was not known."""
        assert turn.triage is not None
        now, before = turn.triage.state, turn.conversation.triage
        settled = before.settled if before is not None else {}
        return (
            now.pain_turn == now.turn
            or any(fact.turn == now.turn for fact in now.facts)
            or now.settled != settled
        )

    def _speech(self, turn: Turn) -> Speech | None:
        """Return a language model's answer, not yet begun, where one is wanted."""
        assert turn.triage is not None and turn.draft is not None
        triage, conversation = turn.triage, turn.conversation
        if self.speaker is None or not self.speaker.wanted(turn.draft, triage.level):
            return None
        from assistant.answering.generative import Request

        request = Request(
            message=turn.message,
            draft=turn.draft,
            documents=[str(d.id) for documents in turn.passages.values() for d in documents],
            level=triage.level,
            earlier=conversation.memory.questions[:-1],
            first_of_conversation=not conversation.asked_model,
            personal=triage.present_pain or bool(triage.state.facts),
        )
        conversation.asked_model = True
        return self.speaker.speak(
            request, lambda text: [self.retriever.chunk(str(d.id)) for d in self.retriever.search(text)]
        )

    def _heard(self, turn: Turn, speech: Speech) -> Turn:
        """Begin a language model's answer; the level may rise by it and never falls."""
        assert turn.triage is not None and self.speaker is not None
        proposal = speech.start()
        if proposal is None:
            return turn
        steers = self.speaker.checker.steers
        triage = escalation.raised(turn.triage, proposal.level, proposal.evidence, turn.message, steers)
        if triage is not turn.triage:
            turn = replace(turn, card=None)
        if triage.level == "urgent":
            speech.stop()
            return replace(turn, triage=triage, draft=Draft("seek_help"))
        return replace(turn, triage=triage)

    def _told(self, turn: Turn, speech: Speech) -> Turn:
        """Put a language model's answer, told to its end, in the place of the draft."""
        assert turn.triage is not None
        if turn.triage.level == "urgent":
            return turn
        stands = schema.Grounding(mode=speech.mode, supported=speech.supported)
        return replace(turn, draft=speech.draft, grounding=stands)

    def _reply(self, turn: Turn) -> schema.Reply:
        turn = self._with_card(turn)
        triage, draft, card = turn.triage, turn.draft, turn.card
        assert triage is not None and draft is not None and card is not None
        turn.conversation.triage = triage.state
        turn.conversation.turns += 1
        before, after = turn.around or self._around(turn)
        decided = self._referral(turn)
        if not decided.actions:
            decided = decided.model_copy(update={"actions": draft.actions})
        return schema.Reply(
            conversation_id=turn.conversation.id,
            message_id=secrets.token_urlsafe(12),
            topic=draft.topic,
            answer=f"{before}{draft.answer}{after}",
            referral=decided,
            citations=draft.citations,
            exercises=draft.exercises,
            plan=self._plan(draft),
            suggestions=card.suggestions or draft.suggestions,
            grounding=turn.grounding
            or schema.Grounding(supported=grounding.supported(draft.answer, draft.citations)),
            language=triage.language,
        )

    def _plan(self, draft: Draft) -> schema.Plan | None:
        if draft.plan is None:
            return None
        start = calendar.first_monday(self._today(), draft.weeks_away)
        url = f"/api/plans/{secrets.token_urlsafe(18)}.ics"
        return schema.Plan(days=draft.plan, calendar_url=url, start=start)

    def _with_card(self, turn: Turn) -> Turn:
        """Render the care card of the turn's verdict, once."""
        assert turn.triage is not None
        if turn.card is not None:
            return turn
        return replace(turn, card=referral.render(turn.triage, self.settings.clinic, self.wording))

    def _around(self, turn: Turn) -> tuple[str, str]:
        """Return what stands before and behind the draft: the care card where its level wants it.

        What need not be said twice in a conversation is remembered with what the answers said.
        """
        triage, draft, card = turn.triage, turn.draft, turn.card
        assert triage is not None and draft is not None and card is not None
        lead, said = card.lead, turn.conversation.memory.said
        if triage.level == "urgent":
            return lead, ""
        gap = "\n\n" if draft.answer else ""
        note = f"care.language.{triage.language}"
        foreign = triage.language != "en" and len(turn.message.split()) >= FOREIGN_WORDS
        if not lead and foreign and self.wording.has(note):
            return self.wording.say(note) + gap, ""
        if triage.level == "refer":
            if draft.plan is not None and not lead:
                other = "_other" if triage.subject == "other" else ""
                lead = self.wording.say(f"care.refer.reminder{other}")
            tells = draft.covered and bool(draft.citations) and "general" not in said
            general = self.wording.say("answers.lead.general") if tells else ""
            said += ["general"] if general else []
            before = "\n\n".join(part for part in (lead, general) if part)
            return before + gap if before else "", ""
        if lead and triage.ask is None:
            lead = "" if draft.answer and "check" in said else lead
            said.append("check")
        return "", gap + lead if lead else ""

    @staticmethod
    def _referral(turn: Turn) -> schema.Referral:
        triage, card = turn.triage, turn.card
        assert triage is not None and card is not None
        return schema.Referral(
            level=triage.level, when=triage.when, reasons=list(triage.reasons), actions=card.actions
        )
