"""The parts around a language model that need none: prompts, sentences of a stream, what is kept, faults."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from assistant import settings as settings_module
from assistant.answering.keep import Keep, Kept, impersonal
from assistant.answering.pieces import Cutter, Piece, layout
from assistant.answering.prompts import VARIABLES, Prompts
from assistant.answering.provider import ModelUnavailable, fault_of, load_model
from assistant.retrieval.embeddings import LocalEmbeddings
from assistant.wording import Wording, WordingError


def cut(*texts: str) -> list[Piece]:
    cutter = Cutter()
    return [piece for text in texts for piece in cutter.feed(text)] + list(cutter.end())


def test_sentences_keep_their_marks_and_their_place() -> None:
    text = "Sure! Do this:\n\n- Hold for 3–5 s. [1]\n- Rest. [2] Then stop [1].\n\nDone"
    assert cut(text) == [
        Piece("paragraph", "Sure!"),
        Piece("same", "Do this:"),
        Piece("item", "Hold for 3–5 s. [1]"),
        Piece("item", "Rest. [2]"),
        Piece("same", "Then stop [1]."),
        Piece("paragraph", "Done"),
    ]


def test_pieces_do_not_depend_on_how_the_text_arrives() -> None:
    text = "One is here. Two, e.g. this. [1] [2] Three!\n1. Four.\n2. Five"
    whole = cut(text)
    assert whole == cut(*text)
    assert [p.text for p in whole] == ["One is here.", "Two, e.g. this. [1] [2]", "Three!", "Four.", "Five"]


def test_a_sentence_is_out_as_soon_as_the_next_begins() -> None:
    cutter = Cutter()
    assert list(cutter.feed("Keep your back flat. [1]")) == []
    assert [p.text for p in cutter.feed(" T")] == ["Keep your back flat. [1]"]


def test_layout_is_markdown() -> None:
    assert layout("item", None) == "- " and layout("item", "item") == "\n- "
    assert layout("item", "paragraph") == "\n\n- " and layout("same", "item") == " "


@pytest.mark.parametrize("key", VARIABLES)
def test_a_prompt_that_lost_a_variable_is_named(tmp_path: Path, key: str) -> None:
    wording = Wording.load()
    assert Prompts(wording)
    texts = dict.fromkeys(wording.keys(), "x")
    for name in VARIABLES:
        texts[name] = " ".join(f"{{{variable}}}" for variable in VARIABLES[name])
    assert Prompts(Wording(texts))
    with pytest.raises(WordingError, match=key.replace(".", r"\.")):
        Prompts(Wording({**texts, key: texts[key] + " {surprise}"}))
    if VARIABLES[key]:
        with pytest.raises(WordingError, match="lacks"):
            Prompts(Wording({**texts, key: "nothing"}))
    with pytest.raises(WordingError, match="restore"):
        Prompts(Wording({name: text for name, text in texts.items() if name != key}))


def test_hidden_characters_do_not_reach_a_prompt() -> None:
    prompt = Prompts(Wording.load()).answer("c", "none", [], "a\u202eb\U000e0041\x00c\u200b")
    assert "abc" in str(prompt.messages[-1].content)


@pytest.mark.parametrize(
    "message", ["What causes back strains?", "how do I do a bird dog", "which exercises help my back"]
)
def test_common_questions_are_impersonal(message: str) -> None:
    assert impersonal(message)


@pytest.mark.parametrize(
    "message",
    [
        "my back hurts, what helps",
        "I'm 52 and run",
        "my wife asks about planks",
        "pain since Monday, which exercise",
        "call me on 07700900123",
    ],
)
def test_personal_ones_are_never_kept(message: str, embeddings: LocalEmbeddings) -> None:
    keep = Keep(embeddings.encode, "x", 0.8, 4)
    keep.add(message, [], Kept("a", ()))
    assert not impersonal(message) and keep.find(message, []) is None


def test_the_same_question_in_other_words_is_found_and_a_near_one_is_not(embeddings: LocalEmbeddings) -> None:
    keep = Keep(embeddings.encode, "x", 0.9, 2)
    keep.add("What causes back strains in runners?", [], Kept("a", ()))
    assert keep.find("what causes back strains in runners", []) == Kept("a", ())
    assert keep.find("What does not cause back strains in runners?", []) is None
    assert keep.find("What causes back strains in runners?", ["bird-dogs"]) is None
    assert keep.find("What causes 3 back strains in runners?", []) is None
    for n in range(2):
        keep.add(f"another question number {n} about shoes", [], Kept("b", ()))
    assert keep.find("What causes back strains in runners?", []) is None


class _Http(Exception):
    def __init__(self, status: int, **headers: str) -> None:
        super().__init__("text that nobody may read")
        self.response = httpx.Response(status, headers=headers)


@pytest.mark.parametrize(
    ("error", "kind", "pause"),
    [
        (_Http(401), "refused", 300.0),
        (_Http(429, **{"Retry-After": "9"}), "rate_limit", 9.0),
        (_Http(429), "rate_limit", 30.0),
        (_Http(500), "server_error", None),
        (_Http(404), "bad_request", None),
        (httpx.ReadTimeout("x"), "timeout", None),
        (httpx.ConnectError("x"), "connection", None),
        (ValueError("x"), "error", None),
    ],
)
def test_faults_are_named_without_their_text(error: Exception, kind: str, pause: float | None) -> None:
    fault = fault_of(error)
    assert (fault.kind, fault.pause) == (kind, pause)
    assert "nobody" not in str(fault)


@pytest.mark.parametrize("model", ["gpt", "openai:", "nobody:model"])
def test_a_model_that_cannot_be_named_is_refused_with_a_sentence(model: str) -> None:
    with pytest.raises(ModelUnavailable, match="provider:model"):
        load_model(settings_module.load(model=model))


def test_without_a_model_nothing_of_it_is_imported() -> None:
    code = (
        "import sys, assistant.pipeline; "
        "print([m for m in sys.modules if m.split('.')[0] in ('langchain_openai', 'openai', 'torch') "
        "or m in ('assistant.answering.generative', 'assistant.answering.provider')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
