"""An OpenAI-compatible server on loopback that answers by script, over real HTTP."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

CALM = '{"level": "none", "evidence": ""}\n'


@dataclass
class Script:
    """How the server answers one request."""

    pieces: list[str] = field(default_factory=list)
    """Text deltas of the stream, in order."""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    """Sent as it is in place of a stream."""
    wait: float = 0.0
    """Seconds before the first byte."""
    pause: float = 0.0
    """Seconds before each piece."""
    cut_after: int | None = None
    """Pieces after which the connection is closed."""
    stall_after: int | None = None
    """Pieces after which nothing comes any more."""
    deltas: list[dict[str, Any]] = field(default_factory=list)
    """Deltas of another kind than text, such as tool calls."""


def reply(text: str, *, size: int = 12, **rest: Any) -> Script:
    """Return a script that streams `text` in small pieces."""
    return Script([text[i : i + size] for i in range(0, len(text), size)], **rest)


Answering = Callable[[dict[str, Any]], Script]


class ScriptedServer:
    """Serves `/v1/chat/completions`; `answer` is set by each test, `requests` holds what came."""

    def __init__(self) -> None:
        self.answer: Answering = lambda _body: reply(CALM + "NOTHING")
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.sent: list[tuple[float, str]] = []
        self._over = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_args: object) -> None:
                """Say nothing."""

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.requests.append(body)
                outer.keys.append(self.headers.get("Authorization", ""))
                with contextlib.suppress(OSError):
                    self._send(outer.answer(body))

            def _send(self, script: Script) -> None:
                outer._over.wait(script.wait)
                self.close_connection = True
                self.send_response(script.status)
                for name, value in script.headers.items():
                    self.send_header(name, value)
                self.send_header("Connection", "close")
                kind = "text/event-stream" if script.status == 200 and not script.body else "application/json"
                self.send_header("Content-Type", script.headers.get("Content-Type", kind))
                if script.status != 200 or script.body:
                    self.send_header("Content-Length", str(len(script.body)))
                    self.end_headers()
                    self.wfile.write(script.body)
                    return
                self.end_headers()
                deltas = [*({"content": piece} for piece in script.pieces), *script.deltas]
                for number, delta in enumerate(deltas):
                    if script.cut_after == number:
                        return
                    if script.stall_after == number:
                        outer._over.wait(30)
                        return
                    if script.pause:
                        time.sleep(script.pause)
                    outer.sent.append((time.monotonic(), str(delta.get("content", ""))))
                    self._event({"choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
                self._event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
                usage = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
                self._event({"choices": [], "usage": usage})
                self.wfile.write(b"data: [DONE]\n\n")

            def _event(self, fields: dict[str, Any]) -> None:
                head = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "scripted"}
                self.wfile.write(f"data: {json.dumps({**head, **fields})}\n\n".encode())
                self.wfile.flush()

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}/v1"
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop serving and let whoever waits go."""
        self._over.set()
        self._http.shutdown()
        self._http.server_close()


@contextlib.contextmanager
def serving() -> Iterator[ScriptedServer]:
    """Serve for the length of a block."""
    server = ScriptedServer()
    try:
        yield server
    finally:
        server.close()
