"""`make bench`: this assistant, the bare embedding call, and the peers a user would pick, side by side.

All servers stand at once and are loaded in turn, in several short rounds, so that whatever else the machine
does falls on all of them alike; the best round of each counts, for the others were slowed by something else.
Writes its tables between the marks in `docs/benchmarks.md`.
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
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Any, Literal

import httpx
import numpy as np
from numpy.typing import NDArray

from assistant import preparation
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
Texts = Literal["new", "repeated"]
KINDS: tuple[Texts, ...] = ("new", "repeated")
MADE_UP = "It depends."
EMBEDDINGS = 60
"""Bare embedding calls and bare retrievals of one round."""


class Server:
    """A server in a process of its own, and what was measured of it."""

    def __init__(
        self, name: str, command: Sequence[str], port: int, python: str = sys.executable, **env: str
    ) -> None:
        self.name = name
        self._command = [python, *command]
        self.port = port
        self._env = {**os.environ, **env}
        self._process: subprocess.Popen[bytes] | None = None
        self.starts: list[float] = []
        self.latencies: dict[tuple[Texts, int], list[list[float]]] = {}
        self.rates: dict[tuple[Texts, int], list[float]] = {}
        self.memory = 0.0
        self.failed = 0

    @property
    def pid(self) -> int:
        """Id of the running process."""
        assert self._process is not None
        return self._process.pid

    def start(self, *, counted: bool = True) -> None:
        """Start it and wait for its first answer."""
        began = time.perf_counter()
        self._process = subprocess.Popen(
            self._command, env=self._env, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        url = f"http://127.0.0.1:{self.port}/api/chat"
        while True:
            try:
                if httpx.post(url, json={"message": "How do I do a bird dog?"}, timeout=60).is_success:
                    break
            except httpx.TransportError:
                pass
            if self._process.poll() is not None:
                raise RuntimeError(f"{self.name} ended; see its output")
            time.sleep(0.02)
        if counted:
            self.starts.append(time.perf_counter() - began)

    def stop(self) -> None:
        """End it, after a last look at its memory."""
        if self._process is None:
            return
        self.memory = max(self.memory, memory_of(self._process.pid))
        self._process.terminate()
        self._process.wait(60)
        self._process = None

    def load(self, clients: int, seconds: float, seed: int, kind: Texts) -> None:
        """Load it from another process and note what came of it."""
        numbers = (str(self.port), str(clients), str(seconds), str(seed), kind)
        command = [sys.executable, "-m", "tests.bench.load", *numbers]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        figures: dict[str, Any] = json.loads(done.stdout)
        self.latencies.setdefault((kind, clients), []).append(figures["latencies"])
        self.rates.setdefault((kind, clients), []).append(figures["rate"])
        self.failed += figures["failed"]

    def answer(self, kind: Texts) -> float:
        """Return the milliseconds of an answer to a single client: the best round's median."""
        return min(median(times) for times in self.latencies[kind, 1])

    def rate(self, kind: Texts, clients: int) -> float:
        """Return the requests per second of the best round."""
        return max(self.rates[kind, clients])

    def row(self, kind: Texts) -> str:
        """Return one line of the table."""
        rates = " | ".join(f"{self.rate(kind, clients):.0f}" for clients in CLIENTS)
        slow = sorted(time for times in self.latencies[kind, 32] for time in times)
        return (
            f"| {self.name} | {min(self.starts):.1f} s | {self.answer(kind):.1f} ms | {rates} "
            f"| {slow[int(len(slow) * 0.95)]:.0f} ms | {self.memory:.0f} MB | {self.failed} |"
        )


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


def bare_embedding(embeddings: LocalEmbeddings, seed: int) -> float:
    """Return the median milliseconds of one embedding call: the limit of any answer to a new text."""
    times = []
    for question in questions(EMBEDDINGS + 10, seed=300 + seed):
        began = time.perf_counter()
        embeddings.encode([question])
        times.append((time.perf_counter() - began) * 1000)
    return median(times[10:])


@contextmanager
def peer_retrieval() -> Iterator[subprocess.Popen[str]]:
    """Yield a process that measures the peer's bare retrieval each time it is given a number."""
    command = [sys.executable, "-m", "tests.bench.peer", "retrieve", str(GUIDE)]
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


def asked(process: subprocess.Popen[str], number: int) -> float:
    """Return what the process answers to a number."""
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(f"{number}\n")
    process.stdin.flush()
    return float(process.stdout.readline())


def grown(chunks: int, folder: Path, embeddings: LocalEmbeddings) -> Settings:
    """Return settings with an index of the guide and about that many made-up passages.

    Made-up passages get made-up vectors, each near one of a few hundred real ones: what grows here is the
    look-up, and a hundred thousand embeddings would take a quarter of an hour.
    """
    settings = folder_settings(folder)
    guides = folder / "guides"
    guides.mkdir()
    texts = questions(chunks * 2, seed=9)
    for number in range(0, chunks, 500):
        parts = [
            f"## Section {i}\n\n{texts[2 * i]} {MADE_UP} {texts[2 * i + 1]} Go by how it feels.\n"
            for i in range(number, min(number + 500, chunks))
        ]
        (guides / f"g{number}.md").write_text(f"# Guide {number}\n\n" + "\n".join(parts))
    real = embeddings.encode(texts[:300])
    chance = np.random.default_rng(9)

    def encode(asked: Sequence[str]) -> NDArray[np.float32]:
        if not any(MADE_UP in text for text in asked):
            return embeddings.encode(asked)
        noise = chance.normal(0, 0.6 / real.shape[1] ** 0.5, (len(asked), real.shape[1]))
        rows = real[chance.integers(0, len(real), len(asked))] + noise.astype(np.float32)
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)

    index.ingest(settings, encode, embeddings.identity, [settings.knowledge_dir, guides])
    preparation.keep(settings, load_embeddings(settings))
    return settings


def folder_settings(folder: Path) -> Settings:
    """Return settings with a data folder that shares the exported model."""
    folder.mkdir(parents=True, exist_ok=True)
    models = settings_module.default_data_dir() / "models"
    if models.is_dir():
        (folder / "models").symlink_to(models.resolve())
    return settings_module.load(data_dir=folder)


def ours(name: str, settings: Settings, workers: int = 1) -> Server:
    """Return this assistant as a server."""
    port = free_port()
    command = ["-m", "assistant.cli", "serve", "--port", str(port), "--workers", str(workers)]
    return Server(name, command, port, ASSISTANT_DATA_DIR=str(settings.data_dir))


def peer(name: str, kind: str, python: str = sys.executable) -> Server:
    """Return a peer as a server."""
    port = free_port()
    command = ["-m", "tests.bench.peer", "serve", str(GUIDE), str(port), kind]
    return Server(name, command, port, python)


def bar(name: str, value: float, limit: float, *, least: bool = False) -> str:
    """Return one line of the table of bars."""
    met = value >= limit if least else value <= limit
    sign = "≥" if least else "≤"
    return f"| {name} | {sign} {limit:g} × | {value:.2f} × | {'met' if met else '**missed**'} |"


def compare(
    folder: Path, embeddings: LocalEmbeddings, rounds: int, seconds: float, peers_python: str = ""
) -> list[str]:
    """Measure this assistant beside its peers; return the lines of both tables.

    `peers_python` runs Haystack and LlamaIndex, which bring other pins; without it they are left out.
    """
    small = folder_settings(folder / "small")
    preparation.refresh(small, [small])
    one, two = ours("this assistant, 1 worker", small), ours("this assistant, 2 workers", small, workers=2)
    other = peer("LangChain's tutorial pipeline", "langchain")
    servers = [one, two, other]
    if peers_python:
        servers += [
            peer("Haystack's starter", "haystack", peers_python),
            peer("LlamaIndex's starter", "llamaindex", peers_python),
        ]
    loads: list[float] = []
    embedding: list[float] = []
    retrieval: list[float] = []
    with ExitStack() as stack:
        process = stack.enter_context(peer_retrieval())
        asked(process, 1)
        for server in servers:
            # The first start of all fills the caches on disk, as one on a user's machine does once.
            server.start(counted=False)
            server.stop()
        for turn in range(rounds):
            for server in servers:
                server.start()
                if turn < rounds - 1:
                    server.stop()
        for server in servers:
            stack.callback(server.stop)
        for turn in range(rounds):
            loads.append(os.getloadavg()[0])
            embedding.append(bare_embedding(embeddings, turn))
            retrieval.append(asked(process, EMBEDDINGS))
            for kind in KINDS:
                for clients in CLIENTS:
                    for server in servers:
                        server.load(clients, seconds, seed=100 * turn + clients, kind=kind)
    embed, bare = min(embedding), min(retrieval)
    print(f"load averages {loads}; embeddings {embedding}; retrievals {retrieval}", file=sys.stderr)
    head = [
        "| first answer after start | one answer | req/s, 1 client | 8 | 32 | p95 at 32 | memory | failed |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    lines = [
        f"Load average before each round: {', '.join(f'{value:.1f}' for value in loads)}.",
        "",
        f"| every text new {head[0]}",
        head[1],
        *(server.row("new") for server in servers),
        "",
        f"| texts repeated {head[0]}",
        head[1],
        *(server.row("repeated") for server in servers),
        "",
        f"Bare embedding call (onnxruntime, two threads as the server of one worker runs it, the limit): "
        f"{embed:.1f} ms. "
        f"Bare retrieval of LangChain's tutorial pipeline (torch, two threads): {bare:.1f} ms.",
        "",
        "| bar | wanted | measured | |",
        "|---|---|---|---|",
    ]
    for kind in KINDS:
        text = "new texts" if kind == "new" else "repeated texts"
        lines += [
            bar(f"{text}: a whole answer over HTTP, of its bare retrieval", one.answer(kind) / bare, 0.5),
            bar(f"{text}: a whole answer over HTTP, of the bare embedding", one.answer(kind) / embed, 1.5),
        ]
        for server in (one, two):
            ratio = server.rate(kind, 32) / other.rate(kind, 32)
            lines.append(bar(f"{text}: throughput at 32 clients, {server.name[16:]}", ratio, 5, least=True))
    lines += [
        bar("start to first answer", min(one.starts) / min(other.starts), 0.3),
        bar("memory, 1 worker each", one.memory / other.memory, 0.6),
    ]
    return lines


def growth(folder: Path, embeddings: LocalEmbeddings, sizes: Sequence[int], seconds: float) -> list[str]:
    """Measure one answer over more and more passages; return the lines of a table."""
    small = folder_settings(folder / "grow0")
    preparation.refresh(small, [small])
    servers: list[tuple[int, float, Server]] = [
        (len(index.current(small).chunks), 0.0, ours("smallest", small))
    ]
    for size in sizes:
        began = time.perf_counter()
        settings = grown(size, folder / f"grow{size}", embeddings)
        took = time.perf_counter() - began
        servers.append((len(index.current(settings).chunks), took, ours(f"{size}", settings)))
    with ExitStack() as stack:
        for _, _, server in servers:
            server.start()
            stack.callback(server.stop)
        for turn in range(3):
            for _, _, server in servers:
                server.load(1, seconds, seed=7_000 + turn, kind="new")
    first = servers[0][2].answer("new")
    lines = [
        "| passages | ingest | first answer | one answer | of the smallest | memory |",
        "|---|---|---|---|---|---|",
    ]
    for number, took, server in servers:
        lines.append(
            f"| {number:,} | {took:.0f} s | {min(server.starts):.1f} s | {server.answer('new'):.1f} ms "
            f"| {server.answer('new') / first:.2f} × | {server.memory:.0f} MB |"
        )
    return lines


def write(mark: str, lines: Sequence[str]) -> None:
    """Put lines between the marks of that name in the page."""
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, {time.strftime('%Y-%m-%d %H:%M')}"
    text = "\n".join([f"Measured on {machine}.", "", *lines])
    print(text, flush=True)
    marked = f"<!-- {mark}:begin -->\n{text}\n<!-- {mark}:end -->"
    page = PAGE.read_text(encoding="utf-8")
    pattern = rf"<!-- {mark}:begin -->.*<!-- {mark}:end -->"
    PAGE.write_text(re.sub(pattern, lambda _: marked, page, flags=re.DOTALL), encoding="utf-8")


def main() -> None:
    """Measure everything and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0, help="of each load")
    parser.add_argument("--rounds", type=int, default=3, help="of loads, and starts of each server")
    parser.add_argument("--grow", type=int, nargs="*", default=[], help="passages of larger indexes")
    parser.add_argument("--only-grow", action="store_true", help="leave the comparison out")
    parser.add_argument(
        "--peers-python",
        default=os.environ.get("PEERS_PYTHON", ""),
        help="interpreter of an environment with Haystack and LlamaIndex, to measure them too",
    )
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        # Without the guardrail's own layers: the limit is the embedding alone.
        embeddings = load_embeddings(folder_settings(Path(temporary) / "model"), adapted=False)
        if not given.only_grow:
            compared = compare(Path(temporary), embeddings, given.rounds, given.seconds, given.peers_python)
            write("bench", compared)
        if given.grow:
            write("growth", growth(Path(temporary), embeddings, given.grow, given.seconds))


if __name__ == "__main__":
    main()
