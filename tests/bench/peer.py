"""The peers behind the same FastAPI: what a user would pick instead, over the same guide and model.

LangChain's "Build a semantic search engine": split with RecursiveCharacterTextSplitter, embed with the same
model by sentence-transformers, keep in Chroma, answer with the nearest passages. The starters of Haystack and
LlamaIndex are those of `evals.peers`.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from assistant.retrieval.embeddings import DEFAULT_MODEL, locate_model
from tests.bench.questions import questions


def build(text: str) -> Any:
    """Return the vector store of the tutorial over a text."""
    from langchain_chroma import Chroma
    from langchain_core.embeddings import Embeddings
    from langchain_text_splitters import RecursiveCharacterTextSplitter
    from sentence_transformers import SentenceTransformer

    # What langchain-huggingface's HuggingFaceEmbeddings does, without its own import time.
    class Local(Embeddings):
        def __init__(self) -> None:
            self._model = SentenceTransformer(str(locate_model(DEFAULT_MODEL)[0]), device="cpu")

        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return self._model.encode(texts, show_progress_bar=False).tolist()  # type: ignore[no-any-return]

        def embed_query(self, text: str) -> list[float]:
            return self.embed_documents([text])[0]

    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200, add_start_index=True)
    store = Chroma(embedding_function=Local())
    store.add_texts(splitter.split_text(text))
    return store


def answers(name: str, text: str) -> Callable[[str], str]:
    """Return a peer as a function from a question to the nearest passages."""
    if name == "langchain":
        store = build(text)
        return lambda question: "\n\n".join(
            document.page_content for document in store.similarity_search(question, k=5)
        )
    from evals import peers

    ask = {"haystack": peers.haystack, "llamaindex": peers.llamaindex}[name](
        text, str(locate_model(DEFAULT_MODEL)[0])
    )
    return lambda question: ask(question).text


def serve(name: str, text: str, port: int) -> None:
    """Serve `POST /api/chat` with the nearest passages."""
    import uvicorn
    from fastapi import FastAPI
    from pydantic import BaseModel

    answer = answers(name, text)
    app = FastAPI()

    class Question(BaseModel):
        message: str

    def chat(question: Question) -> dict[str, Any]:
        return {"answer": answer(question.message)}

    chat.__annotations__["question"] = Question
    app.post("/api/chat")(chat)
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="error")


def retrieve(text: str) -> None:
    """Read numbers from standard input; print the median milliseconds of as many bare retrievals."""
    store = build(text)
    for turn, line in enumerate(sys.stdin):
        times = []
        for question in questions(int(line) + 10, seed=300 + turn):
            began = time.perf_counter()
            store.similarity_search(question, k=5)
            times.append((time.perf_counter() - began) * 1000)
        print(median(times[10:]), flush=True)


if __name__ == "__main__":
    guide = Path(sys.argv[2]).read_text(encoding="utf-8")
    if sys.argv[1] == "serve":
        serve(sys.argv[4], guide, int(sys.argv[3]))
    else:
        retrieve(guide)
