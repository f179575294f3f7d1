"""Load for longer: `--clients 32 --seconds 60 --workers 4`, or `--mixed --seconds 600`, memory watched.

Prints one line and, with `--write`, puts it between the marks in `docs/benchmarks.md`.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import re
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from statistics import median

from assistant import preparation
from tests.bench.questions import questions
from tests.bench.run import PAGE, folder_settings, memory_of, ours

JSON = {"Content-Type": "application/json"}
WARM_SHARE = 0.25
"""Part of a run after which memory must stay as it is: caches are full by then."""


class Client(threading.Thread):
    """One visitor after another on one connection."""

    def __init__(self, port: int, number: int, until: float, *, mixed: bool) -> None:
        super().__init__()
        self._port = port
        self._chance = random.Random(number)
        self._asks = iter(questions(20_000, seed=40_000 + number))
        self._until = until
        self._mixed = mixed
        self.latencies: list[float] = []
        self.statuses: Counter[str] = Counter()

    def run(self) -> None:
        """Ask until the time is over."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=120)
        while time.monotonic() < self._until:
            first = self._send(connection, "POST", "/api/chat", {"message": next(self._asks)})
            if self._mixed:
                self._more(connection, first)

    def _more(self, connection: http.client.HTTPConnection, first: dict[str, str]) -> None:
        """Do what visitors do beside the first question."""
        talk, said = first.get("conversation_id", ""), first.get("message_id", "")
        what = self._chance.random()
        if what < 0.3:
            self._send(
                connection, "POST", "/api/chat", {"message": "how many reps?", "conversation_id": talk}
            )
            self._send(connection, "POST", "/api/chat", {"message": "and why?", "conversation_id": talk})
        elif what < 0.4:
            self._send(connection, "POST", "/api/chat/stream", {"message": "how do I do side planks?"})
        elif what < 0.5:
            self._send(connection, "POST", "/api/feedback", {"message_id": said, "helpful": True})
        elif what < 0.6:
            turns = [{"role": "user", "content": "what helps tight hips?"}]
            self._send(connection, "POST", "/v1/chat/completions", {"messages": turns})
        elif what < 0.7:
            self._send(connection, "GET", "/widget.js")
            self._send(connection, "GET", "/api/config")
        elif what < 0.75:
            asks = {"name": "Ana", "contact": "ana@runner.example", "topic": "call_back", "consent": True}
            self._send(connection, "POST", "/api/callbacks", asks)
        elif what < 0.8:
            self._send(connection, "POST", "/api/chat", {"message": "my back has hurt for a month " * 100})
        elif what < 0.85:
            self._send(connection, "POST", "/api/chat", {"message": "make me a weekly plan, I run on Monday"})
        elif what < 0.9:
            self._send(connection, "DELETE", f"/api/conversations/{talk}")
        else:
            self._send(connection, "POST", "/api/chat", {"message": ""})

    def _send(
        self, connection: http.client.HTTPConnection, method: str, path: str, body: object = None
    ) -> dict[str, str]:
        began = time.perf_counter()
        connection.request(method, path, json.dumps(body) if body is not None else None, JSON)
        answer = connection.getresponse()
        raw = answer.read()
        if path == "/api/chat" and answer.status == 200:
            self.latencies.append((time.perf_counter() - began) * 1000)
        self.statuses[f"{answer.status}"] += 1
        try:
            found: dict[str, str] = json.loads(raw)
        except ValueError:
            return {}
        return found


def main() -> None:
    """Load a server and say how it did."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--mixed", action="store_true")
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        settings = folder_settings(Path(temporary) / "data")
        preparation.refresh(settings, [settings])
        server = ours("", settings, given.workers)
        server.start()
        began = time.monotonic()
        until = began + given.seconds
        clients = [Client(server.port, n, until, mixed=given.mixed) for n in range(given.clients)]
        for client in clients:
            client.start()
        memory: list[tuple[float, float]] = []
        loads: list[float] = []
        while any(client.is_alive() for client in clients):
            time.sleep(min(5.0, given.seconds / 12))
            memory.append((time.monotonic() - began, memory_of(server.pid)))
            loads.append(os.getloadavg()[0])
        took = time.monotonic() - began
        server.stop()
    times = sorted(value for client in clients for value in client.latencies)
    statuses: Counter[str] = sum((client.statuses for client in clients), Counter())
    warm = [value for at, value in memory if at >= given.seconds * WARM_SHARE]
    part = max(1, len(warm) // 4)
    early, late = median(warm[:part]), median(warm[-part:])
    row = (
        f"| {'mixed' if given.mixed else 'new questions'} | {given.clients} | {given.workers} | {took:.0f} s "
        f"| {sum(statuses.values())} | {sum(statuses.values()) / took:.0f} "
        f"| {median(times):.0f} ms | {times[int(len(times) * 0.95)]:.0f} ms "
        f"| {', '.join(f'{n} × {status}' for status, n in sorted(statuses.items()))} "
        f"| {early:.0f} → {late:.0f} MB ({late / early - 1:+.1%}) | {median(loads):.1f} |"
    )
    print(row)
    if given.write:
        write_row(row)


def write_row(row: str) -> None:
    """Put a row into the page's table, in the place of one of the same kind."""
    head = [
        "| load | clients | workers | time | requests | per second | answer, median | p95 | statuses "
        "| memory, early → late | load average |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    page = PAGE.read_text(encoding="utf-8")
    found = re.search(r"<!-- load:begin -->\n(.*?)<!-- load:end -->", page, re.DOTALL)
    assert found
    kind = row.split("|")[1]
    rows = [line for line in found[1].splitlines()[2:] if line.split("|")[1] != kind]
    text = "\n".join([*head, *rows, row])
    PAGE.write_text(
        page.replace(found[0], f"<!-- load:begin -->\n{text}\n<!-- load:end -->"), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
