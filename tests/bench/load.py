"""A load generator in a process of its own: keep-alive connections, one thread each."""

from __future__ import annotations

import http.client
import json
import sys
import threading
import time

from tests.bench.questions import questions


def load(port: int, clients: int, seconds: float, seed: int) -> tuple[float, list[float], int]:
    """Return requests per second, every latency in milliseconds, and how many failed."""
    times: list[float] = []
    failed = 0
    end = time.perf_counter() + seconds

    def client(number: int) -> None:
        nonlocal failed
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        headers = {"Content-Type": "application/json"}
        for question in questions(3_000, seed=seed * 1_000 + number):
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
    rate, latencies, errors = load(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]))
    print(json.dumps({"rate": rate, "latencies": latencies, "failed": errors}))
