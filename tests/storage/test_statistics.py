"""Gaps are clustered by meaning and masked."""

from __future__ import annotations

from assistant.conversation import Conversation
from assistant.retrieval.embeddings import LocalEmbeddings
from assistant.storage.conversations import Conversations
from assistant.storage.database import Database
from assistant.storage.secrecy import Secrecy
from assistant.storage.statistics import Statistics, redacted
from tests.storage.test_retention import reply

ASKED = (
    "do you treat knee pain?",
    "can you treat my knee pain",
    "what running shoes should I buy?",
    "which running shoes should I buy",
    "which running shoes are best to buy?",
    "what is the capital of France",
)


def test_gaps_are_clustered_with_counts(
    database: Database, secrecy: Secrecy, embeddings: LocalEmbeddings
) -> None:
    conversations = Conversations(database, secrecy)
    for number, text in enumerate(ASKED):
        talk = Conversation.new()
        conversations.keep(talk, text, reply(talk, f"m{number}", "out_of_scope"))
    talk = Conversation.new()
    conversations.keep(talk, "how do I do a bird dog", reply(talk, "covered"))
    found = Statistics(database, secrecy).gaps(embeddings.encode).found
    assert [gap.times for gap in found] == [3, 2, 1]
    assert "shoes" in found[0].question and "knee" in found[1].question and "France" in found[2].question
    assert all("bird dog" not in gap.question for gap in found)


def test_questions_without_text_are_only_counted(
    database: Database, secrecy: Secrecy, embeddings: LocalEmbeddings
) -> None:
    talk = Conversation.new()
    Conversations(database, secrecy, keep_text=False).keep(talk, "secret", reply(talk, "m", "out_of_scope"))
    gaps = Statistics(database, secrecy).gaps(embeddings.encode)
    assert gaps.found == [] and gaps.without_text == 1


def test_contacts_in_questions_are_masked() -> None:
    text = redacted("call me on +44 20 7946-0018 or ana.b@runner.example after 10 sets of 12")
    assert text == "call me on [number] or [address] after 10 sets of 12"
