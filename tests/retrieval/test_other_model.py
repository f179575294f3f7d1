"""Another embedding model by setting: made here, tiny, of other dimensions; the guardrail keeps its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.conversation import Conversation
from assistant.ingestion import index
from assistant.pipeline import Assistant
from assistant.retrieval.embeddings import load_embeddings, locate_model, same_model
from assistant.settings import Settings

pytest.importorskip("sentence_transformers")
pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a one-layer sentence-transformers model with random weights and 24 dimensions."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Pooling, Transformer
    from transformers import AutoTokenizer, BertConfig, BertModel

    source, _ = locate_model("all-MiniLM-L6-v2")
    folder = tmp_path_factory.mktemp("tiny")
    tokenizer = AutoTokenizer.from_pretrained(source)
    tokenizer.save_pretrained(folder / "bert")
    torch.manual_seed(5)
    shape = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=24,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
    )
    BertModel(shape).save_pretrained(folder / "bert")
    parts = [Transformer(str(folder / "bert"), max_seq_length=64), Pooling(24)]
    SentenceTransformer(modules=parts, device="cpu").save(str(folder / "model"))
    return folder / "model"


def test_the_index_is_rebuilt_and_the_guardrail_keeps_its_level(
    guide_settings: Settings, tiny: Path, tmp_path: Path
) -> None:
    settings = guide_settings.model_copy(update={"embedding_model": str(tiny), "data_dir": tmp_path})
    embeddings = load_embeddings(settings)
    assert embeddings.encode(["back"]).shape == (1, 24)
    assert index.stale(settings, embeddings.identity)
    index.ingest(settings, embeddings.encode, embeddings.identity)
    assistant = Assistant.load(settings, embeddings=embeddings)
    usual = Assistant.load(guide_settings)
    for message in (
        "How many glute bridges?",
        "it's been grumbling since the clocks went back and I skip my long runs now",
        "toilet paper feels like it's touching somebody else and my back went on saturday",
    ):
        got = assistant.reply(message, Conversation.new())
        assert got.referral.level == usual.reply(message, Conversation.new()).referral.level
    assert "12–15" in assistant.reply("How many glute bridges?", Conversation.new()).answer


def test_an_index_of_another_model_is_stale(guide_settings: Settings, tiny: Path) -> None:
    settings = guide_settings.model_copy(update={"embedding_model": str(tiny)})
    assert index.stale(settings, load_embeddings(settings).identity)


def test_the_default_model_has_two_names() -> None:
    assert same_model("all-MiniLM-L6-v2", "sentence-transformers/all-MiniLM-L6-v2")
    assert not same_model("all-MiniLM-L6-v2", "all-mpnet-base-v2")
