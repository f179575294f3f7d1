"""Answers worded by a language model, of which a visitor reads only the sentences that stand the check.

The extractive answer is there before the model is asked, and takes over on any fault, on too little support
and whenever the circuit is open; so a model can make an answer warmer, never missing, wrong or late.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant import schema
from assistant.answering.breaker import Breaker
from assistant.answering.claims import Checker, Encode, Rules
from assistant.answering.compose import Draft
from assistant.answering.entailment import Entailment
from assistant.answering.keep import Keep
from assistant.answering.mentions import Mentions
from assistant.answering.prompts import Prompts
from assistant.answering.provider import ModelUnavailable, load_model
from assistant.answering.speech import Request, Search, Speech
from assistant.ingestion.chunks import Chunk
from assistant.settings import Settings
from assistant.wording import Wording

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

__all__ = ["Request", "Speaker", "Speech"]

log = logging.getLogger(__name__)

_PERFECT = frozenset(("dose", "plan", "which", "all", "clinic", "order", "holds"))
"""Intents that the guide's own words answer perfectly."""
_TALK: frozenset[schema.Topic] = frozenset(("clinic", "smalltalk", "out_of_scope"))


class Speaker:
    """Words answers with a language model.

    Example:
        >>> speech = speaker.speak(request, search)  # doctest: +SKIP
        >>> proposal = speech.start()  # doctest: +SKIP
        >>> for text in speech: ...  # doctest: +SKIP
    """

    def __init__(
        self,
        settings: Settings,
        model: BaseChatModel,
        checker: Checker,
        chunks: Sequence[Chunk],
        wording: Wording,
        keep: Keep,
        breaker: Breaker | None = None,
    ) -> None:
        self.settings = settings
        self.model = model
        self.checker = checker
        self.chunks = {chunk.id: chunk for chunk in chunks}
        self.wording = wording
        self.prompts = Prompts(wording)
        self.keep = keep
        self.breaker = breaker or Breaker()

    @classmethod
    def load(
        cls,
        settings: Settings,
        chunks: Sequence[Chunk],
        mentions: Mentions,
        encode: Encode,
        wording: Wording,
        build: str,
        entailment: Entailment | None = None,
    ) -> Speaker | None:
        """Return the speaker that the settings ask for; None where they ask for none, or it cannot be had.

        A model that cannot be set up is no reason not to serve: the log and `assistant doctor` say so.

        Raises:
            ClaimsError, WordingError: `claims.toml` or a prompt cannot be used.
        """
        rules = Rules.load(settings.knowledge("claims.toml"))
        prompts = Prompts(wording)
        try:
            model = load_model(settings)
        except ModelUnavailable as error:
            log.error("%s; the guide's own words answer", error)
            return None
        clinic = settings.clinic
        contacts = [*(way.url for way in clinic.ways_to_a_person()), clinic.phone, clinic.privacy_url]
        texts = prompts.texts()
        known = [contact for contact in contacts if contact]
        checker = Checker(chunks, mentions, encode, rules, known, texts, entailment)
        scope = f"{build}\0{settings.model}\0{hash(tuple(texts))}"
        keep = Keep(encode, scope, settings.model_cache_similarity, settings.model_cache_answers)
        return cls(settings, model, checker, chunks, wording, keep)

    def wanted(self, draft: Draft, level: schema.Level) -> bool:
        """Say whether the model words this answer."""
        if level == "urgent" or not draft.covered or draft.plan is not None:
            return False
        if not draft.citations:
            return False
        if self.settings.model_always:
            return True
        return draft.topic not in _TALK and draft.asked_for not in _PERFECT

    def speak(self, request: Request, search: Search) -> Speech:
        """Return the answer to `request`, not yet begun."""
        return Speech(self, request, search)
