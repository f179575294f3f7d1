"""The retriever keeps LangChain's standard contract and finds the right passages."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.retrievers import BaseRetriever
from langchain_core.vectorstores import InMemoryVectorStore
from langchain_tests.integration_tests import RetrieversIntegrationTests

from assistant.ingestion import index
from assistant.retrieval import vectorstore
from assistant.retrieval.embeddings import LocalEmbeddings
from assistant.retrieval.hybrid import Hybrid
from assistant.retrieval.langchain import GuideEmbeddings, HybridRetriever
from assistant.settings import Settings


def parts(settings: Settings, embeddings: LocalEmbeddings) -> dict[str, Any]:
    build = index.current(settings)
    ids = [chunk.id for chunk in build.chunks]
    store = vectorstore.open_store(settings, build.name, ids, build.vectors)
    return {"chunks": build.chunks, "store": store, "embeddings": embeddings}


class TestStandard(RetrieversIntegrationTests):
    """The retriever suite of langchain-tests."""

    @pytest.fixture(autouse=True)
    def _index(self, guide_settings: Settings, embeddings: LocalEmbeddings) -> None:
        type(self)._parts = {"hybrid": Hybrid(**parts(guide_settings, embeddings))}

    _parts: dict[str, Any]

    @property
    def retriever_constructor(self) -> type[BaseRetriever]:
        return HybridRetriever

    @property
    def retriever_constructor_params(self) -> dict[str, Any]:
        return self._parts

    @property
    def retriever_query_example(self) -> str:
        return "tight hips"


def test_the_embeddings_serve_any_vector_store_of_langchain(embeddings: LocalEmbeddings) -> None:
    store = InMemoryVectorStore(GuideEmbeddings(embeddings))
    store.add_texts(["Stretch your hip flexors.", "Drink enough water."])
    assert [found.page_content for found in store.similarity_search("tight hips", k=1)] == [
        "Stretch your hip flexors."
    ]


@pytest.fixture
def retriever(guide_settings: Settings, embeddings: LocalEmbeddings) -> HybridRetriever:
    return HybridRetriever(hybrid=Hybrid(**parts(guide_settings, embeddings)))


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("my hips are tight from sitting", "Hip Flexor Stretch"),
        ("erector spinae", "Superman Holds"),
        ("old trainers", "Check your running shoes"),
        ("how long on cross training days", "On cross-training days"),
        ("I ramped up my mileage too fast", "Sudden Training Increases"),
    ],
)
def test_the_right_passage_comes_first(retriever: HybridRetriever, query: str, title: str) -> None:
    assert retriever.invoke(query)[0].metadata["title"] == title


def test_documents_say_how_near_they_are(retriever: HybridRetriever) -> None:
    documents = retriever.invoke("side plank")
    assert documents[0].metadata["section"].endswith("5. Side Planks")
    assert documents[0].metadata["dense"] > documents[-1].metadata["dense"]
    scores = [document.metadata["score"] for document in documents]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("off", ["use_dense", "use_lexical"])
def test_each_ranking_works_alone(guide_settings: Settings, embeddings: LocalEmbeddings, off: str) -> None:
    alone = Hybrid(**parts(guide_settings, embeddings), **{off: False})
    assert alone.search("glute bridge")[0].metadata["title"] == "Glute Bridges"


def test_a_query_of_unknown_words_only_is_answered_by_meaning(retriever: HybridRetriever) -> None:
    assert len(retriever.invoke("🏃")) == retriever.k


def test_a_passage_is_found_by_one_of_its_lines(retriever: HybridRetriever) -> None:
    found = retriever.invoke("hands and knees, stick one arm out and the opposite leg back")
    assert "Bird Dogs" in [document.metadata["title"] for document in found[:3]]


def test_shared_needs_raise_a_passage(guide_settings: Settings, embeddings: LocalEmbeddings) -> None:
    given = parts(guide_settings, embeddings)
    wanted = next(chunk for chunk in given["chunks"] if chunk.title == "Vary surfaces")
    query = "what do you think of it"
    plain = Hybrid(**given).search(query, 60)
    needing = Hybrid(
        **given, needs=lambda text: {"ground": 1.0} if text in (query, wanted.searchable) else {}
    ).search(query, 60)

    def score(documents: list[Any]) -> float:
        return next(float(d.metadata["score"]) for d in documents if d.id == wanted.id)

    assert score(needing) > score(plain)
