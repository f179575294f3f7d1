"""A cross-encoder set by a setting: a tiny one with random weights, made here, loaded and run for real."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.conversation import Conversation
from assistant.pipeline import Assistant
from assistant.retrieval.embeddings import LocalEmbeddings
from assistant.retrieval.reranker import Reranker, RerankerError, load_reranker
from assistant.settings import Settings

pytest.importorskip("sentence_transformers")
pytestmark = pytest.mark.filterwarnings("default")
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "hips", "back", "core", "plank", "run", "how", "stretch", "hold"]


def tiny(folder: Path, labels: int = 1) -> Path:
    """Write a one-layer BERT for sequence classification with random weights."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    (folder / "vocab.txt").write_text("\n".join(WORDS))
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        num_labels=labels,
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny(tmp_path_factory.mktemp("reranker"))


def test_the_passages_stand_in_the_order_of_its_scores(
    guide_settings: Settings, embeddings: LocalEmbeddings, model: Path
) -> None:
    assistant = Assistant.load(guide_settings, embeddings=embeddings)
    before = [d.id for d in assistant.retriever.search("tight hips", 20)]
    reranker = Reranker(str(model))
    assistant.retriever.rerank = reranker
    after = assistant.retriever.search("tight hips", 20)
    scores = reranker("tight hips", [assistant.retriever.chunk(str(d.id)).searchable for d in after])
    assert sorted(str(d.id) for d in after) == sorted(str(i) for i in before)
    assert [d.id for d in after] != before
    assert scores == sorted(scores, reverse=True)


def test_few_passages_are_the_best_of_many(guide_settings: Settings, embeddings: LocalEmbeddings) -> None:
    assistant = Assistant.load(guide_settings, embeddings=embeddings)
    last = assistant.retriever.search("tight hips", 20)[-1].id
    passage = assistant.retriever.chunk(str(last)).searchable
    assistant.retriever.rerank = lambda _question, texts: [float(text == passage) for text in texts]
    assert [d.id for d in assistant.retriever.search("tight hips", 1)] == [last]


def test_the_setting_switches_it_on_and_the_assistant_answers(
    guide_settings: Settings, embeddings: LocalEmbeddings, model: Path
) -> None:
    settings = guide_settings.model_copy(update={"rerank_model": str(model)})
    assistant = Assistant.load(settings, embeddings=embeddings)
    assert isinstance(assistant.retriever.rerank, Reranker)
    reply = assistant.reply("How do I do a bird dog?", Conversation.new())
    assert "3–5 seconds" in reply.answer


def test_without_the_setting_there_is_none(guide_settings: Settings) -> None:
    assert load_reranker(guide_settings) is None
    assert Assistant.load(guide_settings).retriever.rerank is None


def test_a_model_that_is_none_says_what_to_mend(tmp_path: Path) -> None:
    with pytest.raises(RerankerError, match="ASSISTANT_RERANK_MODEL"):
        Reranker(str(tmp_path))
    with pytest.raises(RerankerError, match="one"):
        Reranker(str(tiny(tmp_path, labels=3)))
