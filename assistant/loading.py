"""Putting an assistant together: index, models, guardrail and wording, as the settings say."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from assistant.answering.answerer import Answerer
from assistant.answering.concepts import Concepts, Linker
from assistant.answering.intent import IntentClassifier
from assistant.answering.mentions import Mentions, mask
from assistant.guardrail import Guardrail
from assistant.ingestion import index
from assistant.pipeline import Assistant
from assistant.retrieval import vectorstore
from assistant.retrieval.embeddings import LocalEmbeddings, load_embeddings, same_model
from assistant.retrieval.hybrid import Hybrid
from assistant.retrieval.reranker import load_reranker
from assistant.retrieval.spelling import Spelling, short_forms
from assistant.settings import Settings
from assistant.wording import Wording

if TYPE_CHECKING:
    from assistant.answering.entailment import Entailment

log = logging.getLogger(__name__)

PASSAGES = 8
"""Passages that a question is answered from."""


def load_assistant(
    settings: Settings, *, today: Callable[[], date], embeddings: LocalEmbeddings | None
) -> Assistant:
    """Return what `Assistant.load` returns, which says what may go wrong."""
    embeddings = embeddings or load_embeddings(settings)
    build = index.current(settings)
    wording = Wording.load(own=settings.prompts_dir)
    encode = embeddings.keeping(settings.cache_dir)
    concepts = Concepts.load(settings.knowledge("concepts.toml"))
    titles = concepts.named(" ".join({chunk.guide for chunk in build.chunks}))
    mentions = Mentions(build.chunks, embeddings.is_word)
    stand_in = wording.say("answers.exercise.stand_in")
    answerer = Answerer(
        build.chunks,
        IntentClassifier.load(
            settings.knowledge("intents.toml"),
            encode,
            lambda text: bool(concepts.named(text) & titles),
            lambda text: mask(text, mentions.find(text), stand_in),
        ),
        mentions,
        Linker(build.chunks, concepts, encode),
        wording,
        settings.clinic,
    )
    short = short_forms(settings.knowledge("chat_words.toml"))
    texts = [*(chunk.searchable for chunk in build.chunks), *answerer.vocabulary]
    retriever = Hybrid(
        chunks=build.chunks,
        store=vectorstore.open_store(
            settings, build.name, [chunk.id for chunk in build.chunks], build.vectors
        ),
        embeddings=embeddings,
        k=PASSAGES,
        mend=Spelling(texts, embeddings.is_word, short).mend,
        rerank=load_reranker(settings),
        needs=lambda text: concepts.need(text).weights,
        encode=encode,
    )
    guardrail = Guardrail.load(settings.policy_dir, today=today)
    speaker = None
    if settings.model:
        # Imported only here: without a model nothing of it costs start-up time.
        from assistant.answering.generative import Speaker

        speaker = Speaker.load(
            settings, build.chunks, mentions, encode, wording, build.name, load_entailment(settings)
        )
    watch = None
    if guardrail.head is not None and not same_model(guardrail.head.model, settings.embedding_model):
        watch = load_embeddings(settings.model_copy(update={"embedding_model": guardrail.head.model}))
    # The model loads beside all this: one that cannot be loaded ends the start, not the first question.
    embeddings.encode([stand_in])
    return Assistant(settings, guardrail, retriever, answerer, wording, build.name, today, speaker, watch)


def load_entailment(settings: Settings) -> Entailment | None:
    """Return what reads a language model's sentences; None where the installation has no weights for it.

    Raises:
        ModelError, ValueError: the weights, or their export, are damaged or cannot be made.
    """
    # Imported only here: without a language model nothing of it costs start-up time.
    from assistant.answering.entailment import Entailment
    from assistant.retrieval.cross_encoder import open_installed

    if (opened := open_installed(settings)) is None:
        log.warning("no weights to read a language model's sentences with; the rules check alone")
        return None
    reader, weights = opened
    return Entailment(reader, float(weights.meta["sure"]), float(weights.meta["doubtful"]))
