"""A tiny model with random weights, made here, through the local provider: real loading, real generation."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

from assistant.conversation import Conversation
from assistant.pipeline import Assistant
from assistant.retrieval.embeddings import LocalEmbeddings
from assistant.settings import Settings

pytest.importorskip("langchain_huggingface")
pytestmark = pytest.mark.filterwarnings("default")

WORDS = [
    "the",
    "back",
    "run",
    "spine",
    "hips",
    "hold",
    "keep",
    "your",
    "arm",
    "leg",
    "and",
    "for",
    "3",
    "5",
    "seconds",
    "level",
    "none",
    ".",
    "[1]",
    "{",
    "}",
    '"',
    ":",
    ",",
]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a one-layer GPT-2 with random weights and a word-level tokenizer."""
    import tokenizers
    import torch
    from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("tiny-model")
    vocabulary = {word: n for n, word in enumerate(["<unk>", "<end>", *WORDS])}
    plain = tokenizers.Tokenizer(tokenizers.models.WordLevel(vocabulary, unk_token="<unk>"))
    plain.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=plain, unk_token="<unk>", eos_token="<end>", pad_token="<end>"
    )
    tokenizer.chat_template = "{% for message in messages %}{{ message['content'] }} {% endfor %}"
    tokenizer.save_pretrained(folder)
    torch.manual_seed(7)
    config = GPT2Config(vocab_size=len(vocabulary), n_positions=4096, n_embd=16, n_layer=1, n_head=2)
    config.eos_token_id = config.bos_token_id = config.pad_token_id = 1
    GPT2LMHeadModel(config).save_pretrained(folder)
    return folder


def test_a_local_model_is_loaded_and_generates(
    guide_settings: Settings, embeddings: LocalEmbeddings, plain: Assistant, tiny: Path
) -> None:
    settings = guide_settings.model_copy(
        update={
            "model": f"huggingface:{tiny}",
            "model_max_tokens": 60,
            "model_timeout_seconds": 60.0,
            "model_budget_seconds": 120.0,
        }
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assistant = Assistant.load(settings, embeddings=embeddings)
        assert assistant.speaker is not None
        raw = str(assistant.speaker.model.invoke("hold your back").text)
        answered = assistant.reply("what causes back strains in runners?", Conversation.new())
    assert raw.strip()
    assert answered.grounding.mode == "fallback"
    expected = plain.reply("what causes back strains in runners?", Conversation.new())
    assert answered.answer.endswith(expected.answer)
    assert assistant.speaker.breaker.last_fault in ("", "too_long", "empty")
