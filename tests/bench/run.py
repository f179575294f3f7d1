"""`make bench`: this assistant, the bare embedding call, and LangChain's tutorial pipeline, in one run.

Writes its table between the marks in `docs/benchmarks.md`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import httpx

from assistant import settings as settings_module
from assistant.ingestion import index
from assistant.retrieval.embeddings import LocalEmbeddings, load_embeddings
from assistant.settings import Settings
from tests.bench.questions import questions
from tests.services.engines import free_port

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "knowledge" / "back-exercises-for-runners.md"
PAGE = ROOT / "docs" / "benchmarks.md"
CLIENTS = (1, 8, 32)


class Measured(NamedTuple):
    """What one server did: seconds to its first answer, latency at one client, requests a second, MB."""

    start: float
    answer: float
    rates: dict[int, float]
    slowest: float
    memory: float
    failed: int


def memory_of(pid: int) -> float:
    """Return the megabytes of a process and its children; shared pages are counted once (PSS)."""
    total = 0.0
    for process in [pid, *children(pid)]:
        try:
            text = Path(f"/proc/{process}/smaps_rollup").read_text()
        except OSError:
            continue
        found = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
        total += int(found[1]) / 1024 if found else 0.0
    return total


def children(pid: int) -> list[int]:
    """Return the children of a process, and theirs."""
    try:
        direct = [int(c) for c in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
    return [*direct, *(grandchild for child in direct for grandchild in children(child))]


def measure(command: list[str], port: int, seconds: float, **env: str) -> Measured:
    """Start a server, load it, and end it."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *command],
        env={**os.environ, **env},
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while True:
            try:
                url = f"http://127.0.0.1:{port}/api/chat"
                if httpx.post(url, json={"message": "How do I do a bird dog?"}, timeout=60).is_success:
                    break
            except httpx.TransportError:
                pass
            if process.poll() is not None:
                raise RuntimeError("the server ended; see its output")
            time.sleep(0.02)
        start = time.perf_counter() - began
        runs = {clients: loaded(port, clients, seconds) for clients in CLIENTS}
        return Measured(
            start,
            median(runs[1]["latencies"]),
            {clients: run["rate"] for clients, run in runs.items()},
            sorted(runs[32]["latencies"])[int(len(runs[32]["latencies"]) * 0.95)],
            memory_of(process.pid),
            sum(run["failed"] for run in runs.values()),
        )
    finally:
        process.terminate()
        process.wait(60)


def loaded(port: int, clients: int, seconds: float) -> dict[str, Any]:
    """Load a server from another process; return the load generator's figures."""
    command = [sys.executable, "-m", "tests.bench.load", str(port), str(clients), str(seconds), str(clients)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def bare_embedding(embeddings: LocalEmbeddings, number: int) -> float:
    """Return the median milliseconds of one embedding call: the limit of any answer."""
    times = []
    for question in questions(number + 10, seed=3):
        began = time.perf_counter()
        embeddings.encode([question])
        times.append((time.perf_counter() - began) * 1000)
    return median(times[10:])


def peer_retrieval(number: int) -> float:
    """Return the peer's median milliseconds of one bare retrieval, in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.peer", "retrieval", str(GUIDE), str(number)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return float(done.stdout.strip().splitlines()[-1])


def grown(chunks: int, folder: Path, embeddings: LocalEmbeddings) -> Settings:
    """Return settings with an index of the guide and about that many made-up passages."""
    settings = folder_settings(folder)
    if chunks > 40:
        guides = folder / "guides"
        guides.mkdir()
        texts = questions(chunks * 2, seed=9)
        for number in range(0, chunks, 500):
            parts = [
                f"## Section {i}\n\n{texts[2 * i]} It depends. {texts[2 * i + 1]} Go by how it feels.\n"
                for i in range(number, min(number + 500, chunks))
            ]
            (guides / f"g{number}.md").write_text(f"# Guide {number}\n\n" + "\n".join(parts))
        index.ingest(settings, embeddings.encode, embeddings.identity, [settings.knowledge_dir, guides])
    else:
        index.ingest(settings, embeddings.encode, embeddings.identity)
    return settings


def folder_settings(folder: Path) -> Settings:
    """Return settings with a data folder that shares the exported model."""
    folder.mkdir(parents=True, exist_ok=True)
    models = settings_module.default_data_dir() / "models"
    if models.is_dir():
        (folder / "models").symlink_to(models.resolve())
    return settings_module.load(data_dir=folder)


def ours(settings: Settings, seconds: float, workers: int = 1) -> Measured:
    """Measure this assistant."""
    port = free_port()
    command = ["-m", "assistant.cli", "serve", "--port", str(port), "--workers", str(workers)]
    return measure(command, port, seconds, ASSISTANT_DATA_DIR=str(settings.data_dir))


def peer(seconds: float) -> Measured:
    """Measure LangChain's tutorial pipeline."""
    port = free_port()
    return measure(["-m", "tests.bench.peer", "serve", str(GUIDE), str(port)], port, seconds)


def row(name: str, found: Measured) -> str:
    """Return one line of the table."""
    rates = " | ".join(f"{found.rates[clients]:.0f}" for clients in CLIENTS)
    return (
        f"| {name} | {found.start:.1f} s | {found.answer:.1f} ms | {rates} "
        f"| {found.slowest:.0f} ms | {found.memory:.0f} MB | {found.failed} |"
    )


def bar(name: str, value: float, limit: float, *, least: bool = False) -> str:
    """Return one line of the table of bars."""
    met = value >= limit if least else value <= limit
    sign = "≥" if least else "≤"
    return f"| {name} | {sign} {limit:g} × | {value:.2f} × | {'met' if met else '**missed**'} |"


def main() -> None:
    """Measure everything and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0, help="of each load")
    parser.add_argument("--grow", type=int, default=10_000, help="passages of the large index; 0 for none")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        small = folder_settings(folder / "small")
        embeddings = load_embeddings(small)
        index.ingest(small, embeddings.encode, embeddings.identity)
        embedding = bare_embedding(embeddings, 200)
        retrieval = peer_retrieval(200)
        one, other = ours(small, given.seconds), peer(given.seconds)
        two = ours(small, given.seconds, workers=2)
        lines = [
            "| | first answer | one answer | req/s, 1 client | 8 | 32 | p95 at 32 | memory | failed |",
            "|---|---|---|---|---|---|---|---|---|",
            row("this assistant, 1 worker", one),
            row("this assistant, 2 workers", two),
            row("LangChain's tutorial pipeline", other),
            "",
            f"Bare embedding call (onnxruntime, the limit): {embedding:.1f} ms. "
            f"Bare retrieval of LangChain's tutorial pipeline: {retrieval:.1f} ms.",
            "",
            "| bar | wanted | measured | |",
            "|---|---|---|---|",
            bar("a whole answer over HTTP, of its bare retrieval", one.answer / retrieval, 0.5),
            bar("a whole answer over HTTP, of the bare embedding call", one.answer / embedding, 1.5),
            bar("throughput at 32 clients, 1 worker each", one.rates[32] / other.rates[32], 5, least=True),
            bar("throughput at 32 clients, 2 workers", two.rates[32] / other.rates[32], 5, least=True),
            bar("start to first answer", one.start / other.start, 0.3),
            bar("memory, 1 worker each", one.memory / other.memory, 0.6),
        ]
        if given.grow:
            big = ours(grown(given.grow, folder / "big", embeddings), given.seconds)
            name = f"one answer at {given.grow:,} passages, of that at {len(index.current(small).chunks)}"
            lines.append(bar(name, big.answer / one.answer, 1.5))
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, {time.strftime('%Y-%m-%d')}"
    text = "\n".join([f"Measured on {machine}; load average {os.getloadavg()[0]:.1f}.", "", *lines])
    print(text)
    page = PAGE.read_text(encoding="utf-8")
    marked = f"<!-- bench:begin -->\n{text}\n<!-- bench:end -->"
    page = re.sub(r"<!-- bench:begin -->.*<!-- bench:end -->", lambda _: marked, page, flags=re.DOTALL)
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
