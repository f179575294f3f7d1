"""A server of the contract's shape whose replies a test writes: states, faults and hostile content.

`python -m tests.browser.mock_server [PORT]` serves it for a look by hand.
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import HTMLResponse, JSONResponse, Response, StreamingResponse

from assistant import settings as settings_module
from assistant.server import pages
from tests.browser import scripts

Json = dict[str, Any]


@dataclass
class Script:
    """What the server does; a test changes it between messages."""

    replies: dict[str, Json] = field(default_factory=lambda: dict(scripts.REPLIES))
    """Reply by a piece of the message; the first that occurs in it answers."""
    default: Json = field(default_factory=lambda: scripts.ANSWER)
    config: Json = field(default_factory=scripts.config)
    delay: float = 0.0
    """Seconds between two deltas."""
    cut_after: int | None = None
    """Break the connection after so many deltas."""
    error: tuple[int, Json, dict[str, str]] | None = None
    """Answer chat requests with this status, body and headers."""
    error_event: Json | None = None
    """End the stream with this error event instead of `done`."""
    callback_status: int = 201
    feedback_status: int = 204
    delete_status: int = 204
    form_token: str | None = "signed-token"
    requests: list[tuple[str, str, Json, dict[str, str]]] = field(default_factory=list)
    """(method, path, body, headers) of every request to /api."""
    hold: threading.Event | None = None
    """Wait for this before the delta of number `hold_before`."""
    hold_before: int = 0

    def of(self, path: str, method: str = "POST") -> list[Json]:
        """Return the bodies of the requests to `path`."""
        return [body for verb, where, body, _ in self.requests if where == path and verb == method]


@dataclass
class MockServer:
    """A running server on its own port of 127.0.0.1."""

    url: str
    script: Script
    stop: Callable[[], None]
    sites: dict[str, tuple[str, dict[str, str]]]
    """Pages under /site/<name>: HTML and headers."""

    def reset(self) -> None:
        """Forget what a test set."""
        fresh = Script()
        for name in vars(fresh):
            setattr(self.script, name, getattr(fresh, name))
        self.sites.clear()


def pieces(text: str, size: int = 24) -> list[str]:
    """Cut a text as a stream would."""
    return [text[at : at + size] for at in range(0, len(text), size)] or [""]


def create(
    script: Script, sites: dict[str, tuple[str, dict[str, str]]], origins: list[str] | None = None
) -> FastAPI:
    """Return the application; `origins` are the sites that CORS allows (default: every one)."""
    app = FastAPI()
    allowed = ["*"] if origins is None else origins
    app.add_middleware(CORSMiddleware, allow_origins=allowed, allow_methods=["*"], allow_headers=["*"])
    app.include_router(pages.build_router(settings_module.load(allowed_origins=allowed)))

    async def note(request: Request) -> Json:
        raw = await request.body()
        body = json.loads(raw) if raw else {}
        script.requests.append((request.method, request.url.path, body, dict(request.headers)))
        return dict(body)

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/api/config")
    async def config(request: Request) -> JSONResponse:
        await note(request)
        return JSONResponse(script.config)

    @app.post("/api/chat/stream")
    async def stream(request: Request) -> Response:
        message = (await note(request))["message"]
        if script.error:
            status, body, headers = script.error
            return JSONResponse(body, status, headers)
        reply = next(
            (reply for key, reply in script.replies.items() if key in message.lower()), script.default
        )
        return StreamingResponse(_events(script, reply), media_type="text/event-stream")

    @app.post("/api/feedback")
    async def feedback(request: Request) -> Response:
        await note(request)
        return Response(status_code=script.feedback_status)

    @app.get("/api/forms/token")
    async def token(request: Request) -> Response:
        await note(request)
        return JSONResponse({"token": script.form_token}) if script.form_token else Response(status_code=404)

    @app.post("/api/callbacks")
    async def callbacks(request: Request) -> Response:
        await note(request)
        if script.callback_status == 201:
            return JSONResponse({"id": "c1", "status": "received"}, 201)
        error = {"error": {"code": "unusable", "message": "The clinic's inbox is closed for a moment."}}
        return JSONResponse(error, script.callback_status)

    @app.delete("/api/conversations/{conversation_id}")
    async def forget(conversation_id: str, request: Request) -> Response:
        await note(request)
        return Response(status_code=script.delete_status)

    @app.get("/api/plans/{name}")
    def calendar(name: str) -> Response:
        return Response("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", media_type="text/calendar")

    @app.get("/site/{name}")
    def site(name: str) -> Response:
        html, headers = sites.get(name, ("", {}))
        return HTMLResponse(html, 200 if html else 404, headers)

    return app


async def _events(script: Script, reply: Json) -> AsyncIterator[str]:
    def event(kind: str, data: Any) -> str:
        return f"event: {kind}\ndata: {json.dumps(data)}\n\n"

    yield event("referral", reply["referral"])
    for index, piece in enumerate(pieces(str(reply["answer"]))):
        while index == script.hold_before and script.hold and not script.hold.is_set():
            await asyncio.sleep(0.02)
        if script.cut_after is not None and index >= script.cut_after:
            await asyncio.sleep(0.1)
            raise ConnectionResetError("scripted")
        yield event("delta", {"text": piece})
        await asyncio.sleep(script.delay)
    if script.error_event:
        yield event("error", script.error_event)
    else:
        yield event("done", reply)


def start(origins: list[str] | None = None, port: int = 0) -> MockServer:
    """Serve in a thread; returns once it answers."""
    script = Script()
    sites: dict[str, tuple[str, dict[str, str]]] = {}
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    config = uvicorn.Config(create(script, sites, origins), log_level="critical", lifespan="off", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)

    def stop() -> None:
        server.should_exit = True
        server.force_exit = True
        thread.join(10)
        listener.close()

    return MockServer(f"http://127.0.0.1:{listener.getsockname()[1]}", script, stop, sites)


if __name__ == "__main__":
    running = start(port=int(sys.argv[1]) if len(sys.argv) > 1 else 8099)
    running.script.delay = 0.03
    print(running.url, flush=True)
    threading.Event().wait()
