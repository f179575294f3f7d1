"""Every error as the contract shows it: a code, and a sentence for the person."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant import schema
from assistant.wording import Wording

MAX_BODY_BYTES = 16 * 1024
JSON_PATHS = frozenset(
    {"/api/chat", "/api/chat/stream", "/api/callbacks", "/api/feedback", "/v1/chat/completions"}
)
BODY_SECONDS = 15.0
"""Time in which a body must have arrived."""
_CODES = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
    422: "unprocessable",
    429: "too_many_requests",
    503: "not_ready",
}
RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"model": schema.ErrorReply, "description": code.replace("_", " ")}
    for status, code in _CODES.items()
    if status in (400, 404, 413, 415, 422, 429, 503)
}
IN_JSON: dict[str, Any] = {
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorReply"}}},
    "description": "an error",
}
"""An error of a route that answers in another format."""
FORBIDDEN: dict[str, Any] = {"model": schema.ErrorReply, "description": "forbidden"}


class ApiError(Exception):
    """An error that the visitor is told of; `key` names the sentence in `prompts/errors.toml`."""

    def __init__(self, status: int, key: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(key)
        self.status = status
        self.key = key
        self.headers = headers or {}


def response(wording: Wording, status: int, key: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """Return the error body for a status and a sentence of `prompts/errors.toml`."""
    body = {"error": {"code": key, "message": wording.say(f"errors.{key}")}}
    return JSONResponse(body, status_code=status, headers=headers)


def install(app: FastAPI, wording: Wording) -> None:
    """Make every error of the app answer in the contract's shape, without echoing what was sent."""

    @app.exception_handler(ApiError)
    async def known(_request: Request, error: ApiError) -> JSONResponse:
        return response(wording, error.status, error.key, error.headers)

    @app.exception_handler(RequestValidationError)
    async def invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        status, key = _kind(error)
        return response(wording, status, key)

    @app.exception_handler(HTTPException)
    async def http(_request: Request, error: HTTPException) -> JSONResponse:
        key = _CODES.get(error.status_code, "bad_request")
        headers = dict(error.headers) if error.headers else None
        return response(wording, error.status_code, key, headers)


def _kind(error: RequestValidationError) -> tuple[int, str]:
    kinds = {(item["type"], "message" if "message" in item["loc"] else "") for item in error.errors()}
    types = {kind for kind, _ in kinds}
    if "json_invalid" in types:
        return 400, "not_json"
    if any(name == "message" and kind == "string_too_long" for kind, name in kinds):
        return 422, "too_long"
    if any(name == "message" and kind in ("string_too_short", "missing") for kind, name in kinds):
        return 422, "empty"
    wrong = ("_type", "_parsing", "_unicode", "model_attributes_type", "literal_error")
    if any(kind.endswith(wrong) for kind in types):
        return 400, "wrong_type"
    return 422, "unprocessable"


class BodyGuard:
    """ASGI middleware: refuses bodies over the limit and bodies that are not JSON, before they are read."""

    def __init__(
        self, app: ASGIApp, wording: Wording, limit: int = MAX_BODY_BYTES, seconds: float = BODY_SECONDS
    ) -> None:
        self.app = app
        self.wording = wording
        self.limit = limit
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 413 or 415."""
        if scope["type"] != "http" or scope["method"] not in ("POST", "PUT", "PATCH"):
            await self.app(scope, receive, send)
            return
        headers = {name.lower(): value for name, value in scope["headers"]}
        length = headers.get(b"content-length", b"")
        if length.isdigit() and int(length) > self.limit:
            await response(self.wording, 413, "too_large")(scope, receive, send)
            return
        media = headers.get(b"content-type", b"").split(b";")[0].strip().lower()
        if scope["method"] == "POST" and scope["path"] in JSON_PATHS and media != b"application/json":
            await response(self.wording, 415, "unsupported_media_type")(scope, receive, send)
            return
        try:
            async with asyncio.timeout(self.seconds):
                body = await self._read(receive)
        except TimeoutError:
            await response(self.wording, 408, "too_slow", {"Connection": "close"})(scope, receive, send)
            return
        if body is None:
            await response(self.wording, 413, "too_large")(scope, receive, send)
            return
        if media == b"application/json" and (problem := _unusable(body)):
            await response(self.wording, 400, problem)(scope, receive, send)
            return
        await self.app(scope, _replay(body, receive), send)

    async def _read(self, receive: Receive) -> bytes | None:
        body = b""
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return body
            part: bytes = message.get("body", b"")
            body += part
            if len(body) > self.limit:
                return None
            if not message.get("more_body", False):
                return body


def _unusable(body: bytes) -> str:
    """Return the key of what is wrong with a JSON body as such: no JSON, or nested beyond reading."""
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return "not_json"
    return ""


def _replay(body: bytes, receive: Receive) -> Callable[[], Awaitable[Message]]:
    sent = False

    async def again() -> Message:
        nonlocal sent
        if not sent:
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}
        return await receive()

    return again
