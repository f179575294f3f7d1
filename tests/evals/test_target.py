from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from langchain_core.documents import Document

from evals.library import passage
from evals.target import HttpTarget, TargetError
from tests.evals.fake import reply


class Handler(BaseHTTPRequestHandler):
    """Answers as a server of the contract; the first request is refused for its rate."""

    asked: list[dict[str, Any]]
    status = 200

    def do_GET(self) -> None:
        self._send(200, {"status": "ready"})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        type(self).asked.append(body)
        if len(type(self).asked) == 1:
            self._send(429, {}, {"Retry-After": "0"})
        else:
            answer = reply(f"You said {body['message']}.", conversation_id="c-1")
            self._send(type(self).status, json.loads(answer.model_dump_json()))

    def _send(self, status: int, body: object, headers: dict[str, str] | None = None) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    Handler.asked, Handler.status = [], 200
    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_port}/"
    running.shutdown()
    running.server_close()


def test_a_server_is_spoken_to_in_one_conversation_and_waited_for(server: str) -> None:
    target = HttpTarget(server)
    spoken = target.converse(["one", "two"])
    assert [one.reply.answer for one in spoken] == ["You said one.", "You said two."]
    assert Handler.asked == [
        {"message": "one"},
        {"message": "one"},
        {"message": "two", "conversation_id": "c-1"},
    ]
    assert target.retrieve("one", 5) is None
    target.close()


def test_a_server_that_fails_is_named_with_the_status(server: str) -> None:
    Handler.status = 503
    target = HttpTarget(server)
    with pytest.raises(TargetError, match="HTTP 503"):
        target.converse(["one"])
    target.close()


def test_a_documents_own_title_ends_its_section() -> None:
    data = {"kind": "cause", "section": "Causes", "title": "Weak Core and Glutes", "dense": 0.5}
    found = passage(Document(page_content="Weak Core and Glutes – …", metadata=data))
    assert found.section == "Causes > Weak Core and Glutes"
    assert found.name == "cause:weak-core-and-glutes" and found.score == 0.5
    exercise = {"kind": "exercise", "section": "Exercises > 3. Glute Bridges", "title": "Glute Bridges"}
    assert passage(Document(page_content="", metadata=exercise)).name == "exercise:glute-bridges"
