"""Every conversation of the triage and attack suites with every scripted model: `-m tests.models.levels`."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

from assistant.answering.breaker import Breaker
from assistant.ingestion import index
from assistant.pipeline import Assistant
from assistant.retrieval.embeddings import load_embeddings
from tests.conftest import fresh_settings
from tests.models.server import serving
from tests.models.test_levels import CASES, MODELS, levels

SUITES = ("triage", "triage_multi", "triage_must", "attacks")


def main() -> int:
    os.environ.setdefault("OPENAI_API_KEY", "scripted")
    with serving() as server, tempfile.TemporaryDirectory() as folder:
        settings = fresh_settings(Path(folder))
        embeddings = load_embeddings(settings)
        index.ingest(settings, embeddings.encode, embeddings.identity)
        changes = {"model": "openai:scripted", "model_base_url": server.url, "model_cache_answers": 0}
        plain = Assistant.load(settings, embeddings=embeddings)
        spoken = Assistant.load(settings.model_copy(update=changes), embeddings=embeddings)
        assert spoken.speaker is not None
        rows = [
            json.loads(row)["turns"]
            for suite in SUITES
            for row in (CASES / f"{suite}.jsonl").read_text(encoding="utf-8").splitlines()
        ]
        expected = [levels(plain, turns) for turns in rows]
        differing = 0
        for name, script in MODELS.items():
            server.requests.clear()
            server.answer = lambda _body, script=script: script  # type: ignore[misc]
            found = []
            for turns in rows:
                spoken.speaker.breaker = Breaker()
                found.append(levels(spoken, turns))
            changed = sum(a != b for a, b in zip(expected, found, strict=True))
            differing += changed
            print(f"{name}: {changed} of {len(rows)} differ, {len(server.requests)} requests", flush=True)
    return int(differing > 0)


if __name__ == "__main__":
    sys.exit(main())
