"""The assistant, readable in one screen: guardrail → retrieval → answering → grounding → Reply."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, NamedTuple

from langchain_core.documents import Document
from langchain_core.runnables import Runnable, RunnableLambda

from assistant import schema
from assistant.answering import calendar, grounding, segments
from assistant.answering.answerer import Answerer
from assistant.answering.compose import Draft
from assistant.answering.concepts import Concepts, Linker
from assistant.answering.intent import IntentClassifier
from assistant.answering.mentions import Mentions
from assistant.conversation import Conversation
from assistant.guardrail import Guardrail, Triage, referral
from assistant.ingestion import index
from assistant.retrieval import relevance, vectorstore
from assistant.retrieval.embeddings import LocalEmbeddings, load_embeddings
from assistant.retrieval.hybrid import HybridRetriever
from assistant.retrieval.spelling import Spelling, short_forms
from assistant.settings import Settings
from assistant.wording import Wording

FOREIGN_WORDS = 3
"""Least words of a message whose language is worth a remark."""
PASSAGES = 8
"""Passages that a question is answered from."""


@dataclass(frozen=True)
class Turn:
    """One message on its way through the pipeline."""

    message: str
    conversation: Conversation
    triage: Triage | None = None
    passages: Mapping[str, Sequence[Document]] = field(default_factory=dict)
    """The message's questions in order, each with its passages."""
    draft: Draft | None = None


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
        retriever: HybridRetriever,
        answerer: Answerer,
        wording: Wording,
        build: str,
        today: Callable[[], date] = date.today,
    ) -> None:
        self.settings = settings
        self.guardrail = guardrail
        self.retriever = retriever
        self.answerer = answerer
        self.wording = wording
        self._today = today
        self.build = build
        """Name of the index that this assistant answers from."""
        self.chain: Runnable[Turn, schema.Reply] = (
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
            ModelError, StoreError, WordingError, IntentsError: a part cannot be used; the message says why.
        """
        embeddings = embeddings or load_embeddings(settings)
        build = index.current(settings)
        wording = Wording.load()
        encode = embeddings.keeping(settings.data_dir / "cache")
        answerer = Answerer(
            build.chunks,
            IntentClassifier.load(settings.knowledge_dir / "intents.toml", encode),
            Mentions(build.chunks, embeddings.is_word),
            Linker(build.chunks, Concepts.load(settings.knowledge_dir / "concepts.toml"), encode),
            wording,
            settings.clinic,
        )
        short = short_forms(settings.knowledge_dir / "chat_words.toml")
        texts = [*(chunk.searchable for chunk in build.chunks), *answerer.vocabulary]
        retriever = HybridRetriever(
            chunks=build.chunks,
            store=vectorstore.open_store(settings, build.name, embeddings),
            embeddings=embeddings,
            k=PASSAGES,
            mend=Spelling(texts, embeddings.is_word, short).mend,
        )
        guardrail = Guardrail.load(settings.knowledge_dir, today=today)
        return cls(settings, guardrail, retriever, answerer, wording, build.name, today)

    def reply(self, message: str, conversation: Conversation) -> schema.Reply:
        """Answer one message; the conversation is changed to hold what must be remembered."""
        return self.chain.invoke(Turn(message, conversation))

    def stream(self, message: str, conversation: Conversation) -> Iterator[Event]:
        """Answer one message in steps: the referral before any text, so that urgent advice never waits."""
        turn = self._triage(Turn(message, conversation))
        assert turn.triage is not None
        yield Event("referral", self._referral(turn.triage))
        reply = self._reply(self._answer(self._retrieve(turn)))
        for piece in re.findall(r"\S+\s*|\s+", reply.answer):
            yield Event("delta", piece)
        yield Event("done", reply)

    def _triage(self, turn: Turn) -> Turn:
        triage = self.guardrail.assess(
            turn.message, turn.conversation.triage, embed=self.retriever.embeddings.encode
        )
        return replace(turn, triage=triage)

    def _retrieve(self, turn: Turn) -> Turn:
        if turn.triage is not None and turn.triage.level == "urgent":
            return turn
        questions = segments.questions(self.retriever.mend(turn.message))
        return replace(turn, passages={text: self.retriever.search(text) for text in questions})

    def _answer(self, turn: Turn) -> Turn:
        if turn.triage is not None and turn.triage.level == "urgent":
            return replace(turn, draft=Draft("seek_help"))
        assert turn.triage is not None
        draft, turn.conversation.memory = self.answerer.answer(
            turn.passages,
            turn.conversation.memory,
            relevance.covered,
            tells=turn.triage.present_pain and not segments.asks(turn.message),
        )
        return replace(turn, draft=draft)

    def _reply(self, turn: Turn) -> schema.Reply:
        triage, draft = turn.triage, turn.draft
        assert triage is not None and draft is not None
        turn.conversation.triage = triage.state
        turn.conversation.turns += 1
        card = referral.render(triage, self.settings.clinic, self.wording)
        decided = self._referral(triage)
        if not decided.actions:
            decided = decided.model_copy(update={"actions": draft.actions})
        return schema.Reply(
            conversation_id=turn.conversation.id,
            message_id=secrets.token_urlsafe(12),
            topic=draft.topic,
            answer=self._joined(turn, triage, card.lead, draft),
            referral=decided,
            citations=draft.citations,
            exercises=draft.exercises,
            plan=self._plan(draft),
            suggestions=card.suggestions or draft.suggestions,
            grounding=schema.Grounding(supported=grounding.supported(draft.answer, draft.citations)),
            language=triage.language,
        )

    def _plan(self, draft: Draft) -> schema.Plan | None:
        if draft.plan is None:
            return None
        start = calendar.first_monday(self._today(), draft.weeks_away)
        url = f"/api/plans/{secrets.token_urlsafe(18)}.ics"
        return schema.Plan(days=draft.plan, calendar_url=url, start=start)

    def _joined(self, turn: Turn, triage: Triage, lead: str, draft: Draft) -> str:
        """Put the care card where its level wants it: alone, before the answer, or after it."""
        if triage.level == "urgent":
            return lead
        note = f"care.language.{triage.language}"
        foreign = triage.language != "en" and len(turn.message.split()) >= FOREIGN_WORDS
        if not lead and foreign and self.wording.has(note):
            return "\n\n".join((self.wording.say(note), draft.answer))
        if triage.level == "refer":
            general = self.wording.say("answers.lead.general") if draft.covered else ""
            return "\n\n".join(part for part in (lead, general, draft.answer) if part)
        return "\n\n".join(part for part in (draft.answer, lead) if part)

    def _referral(self, triage: Triage) -> schema.Referral:
        card = referral.render(triage, self.settings.clinic, self.wording)
        return schema.Referral(
            level=triage.level, when=triage.when, reasons=list(triage.reasons), actions=card.actions
        )
