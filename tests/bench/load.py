"""A load generator in a process of its own: keep-alive connections, one thread each."""

from __future__ import annotations

import http.client
import json
import sys
import threading
import time
from collections.abc import Iterable
from itertools import cycle

from tests.bench.questions import questions

REPEATED = 40
"""How many different questions there are where questions are repeated."""


def load(
    port: int, clients: int, seconds: float, seed: int, *, repeated: bool = False
) -> tuple[float, list[float], int]:
    """Return requests per second, every latency in milliseconds, and how many failed.

    Every question is asked once, or, `repeated`, a few of them again and again.
    """
    times: list[float] = []
    failed = 0
    end = time.perf_counter() + seconds

    def client(number: int) -> None:
        nonlocal failed
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        headers = {"Content-Type": "application/json"}
        asked: Iterable[str] = questions(3_000, seed=seed * 1_000 + number)
        if repeated:
            asked = cycle(questions(REPEATED, seed=1)[number % REPEATED :])
        for question in asked:
            began = time.perf_counter()
            if began > end:
                return
            connection.request("POST", "/api/chat", json.dumps({"message": question}), headers)
            answer = connection.getresponse()
            answer.read()
            times.append((time.perf_counter() - began) * 1000)
            failed += answer.status != 200

    began = time.perf_counter()
    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(times) / (time.perf_counter() - began), times, failed


if __name__ == "__main__":
    numbers = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
    rate, latencies, errors = load(*numbers, repeated=sys.argv[5:] == ["repeated"])
    print(json.dumps({"rate": rate, "latencies": latencies, "failed": errors}))
