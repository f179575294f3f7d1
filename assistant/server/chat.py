"""`/api/chat`, `/api/chat/stream` and what belongs to a conversation."""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from assistant import schema
from assistant.conversation import Conversation
from assistant.pipeline import Assistant
from assistant.server.errors import RESPONSES, ApiError
from assistant.server.runtime import Runtime
from assistant.storage.conversations import Overtaken
from assistant.wording import Wording

log = logging.getLogger(__name__)

MOST_REPEATS = 5


async def runtime_of(request: Request) -> Runtime:
    """Return the app's runtime; `async`, as a plain function would cost a hop to another thread."""
    runtime: Runtime = request.app.state.runtime
    return runtime


Shared = Annotated[Runtime, Depends(runtime_of)]


async def base_of(request: Request) -> str:
    """Return what the addresses in a reply begin with: the path by which a clinic of several was named."""
    return str(request.scope.get("state", {}).get("base", ""))


Base = Annotated[str, Depends(base_of)]


def based(reply: schema.Reply, base: str) -> schema.Reply:
    """Return the reply with `base` before the addresses on this server."""
    if not base:
        return reply

    def at(url: str) -> str:
        return base + url if url.startswith("/") else url

    changed: dict[str, Any] = {
        "citations": [c.model_copy(update={"url": at(c.url)}) for c in reply.citations],
        "exercises": [e.model_copy(update={"figure": at(e.figure)}) for e in reply.exercises],
    }
    if reply.plan is not None:
        changed["plan"] = reply.plan.model_copy(update={"calendar_url": at(reply.plan.calendar_url)})
    return reply.model_copy(update=changed)


def _conversation(runtime: Runtime, conversation_id: str | None) -> Conversation:
    if conversation_id is None:
        return Conversation.new()
    found = runtime.conversations.get(conversation_id)
    if found is None:
        raise ApiError(404, "unknown_conversation")
    return found


def _answer(runtime: Runtime, assistant: Assistant, request: schema.ChatRequest) -> schema.Reply:
    """Answer and keep; where another message of the conversation was faster, answer again on top of it."""
    for _ in range(MOST_REPEATS):
        conversation = _conversation(runtime, request.conversation_id)
        reply = assistant.reply(request.message, conversation)
        try:
            runtime.conversations.keep(conversation, request.message, reply)
        except Overtaken:
            continue
        runtime.telemetry.reply(reply)
        return reply
    raise ApiError(503, "not_ready", {"Retry-After": "1"})


def _event(kind: str, data: Any) -> str:
    value = data.model_dump(mode="json") if isinstance(data, BaseModel) else data
    return f"event: {kind}\ndata: {json.dumps(value, ensure_ascii=False)}\n\n"


def _stream(
    runtime: Runtime,
    assistant: Assistant,
    wording: Wording,
    message: str,
    conversation: Conversation,
    base: str = "",
) -> Iterator[str]:
    try:
        for event in assistant.stream(message, conversation):
            if isinstance(event.data, schema.Reply):
                _keep_streamed(runtime, assistant, message, conversation, event.data)
                runtime.telemetry.reply(event.data)
                event = event._replace(data=based(event.data, base))
            yield _event(event.kind, {"text": event.data} if event.kind == "delta" else event.data)
    except Exception as error:
        log.error("a stream broke off: %s", type(error).__name__)
        yield _event("error", {"error": {"code": "not_ready", "message": wording.say("errors.not_ready")}})


def _keep_streamed(
    runtime: Runtime, assistant: Assistant, message: str, conversation: Conversation, reply: schema.Reply
) -> None:
    """Keep a streamed reply; where another message was faster, add this one's facts to what is there now."""
    try:
        runtime.conversations.keep(conversation, message, reply)
    except Overtaken:
        for _ in range(MOST_REPEATS):
            newer = runtime.conversations.get(conversation.id)
            if newer is None:
                return
            assistant.reply(message, newer)
            with contextlib.suppress(Overtaken):
                runtime.conversations.keep(newer, message, reply)
                return


def build_router(wording: Wording) -> APIRouter:
    """Return the chat routes."""
    router = APIRouter(tags=["chat"])

    @router.post("/api/chat", responses=RESPONSES)
    def chat(request: schema.ChatRequest, runtime: Shared, base: Base) -> schema.Reply:
        """Answer one message."""
        return based(_answer(runtime, runtime.assistant(), request), base)

    @router.post(
        "/api/chat/stream",
        responses={
            **RESPONSES,
            200: {"content": {"text/event-stream": {}}, "description": "Server-sent events"},
        },
        response_class=StreamingResponse,
    )
    def stream(request: schema.ChatRequest, runtime: Shared, base: Base) -> StreamingResponse:
        """Answer one message as server-sent events: referral, delta …, done."""
        assistant = runtime.assistant()
        conversation = _conversation(runtime, request.conversation_id)
        return StreamingResponse(
            _stream(runtime, assistant, wording, request.message, conversation, base),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    @router.delete("/api/conversations/{conversation_id}", status_code=204, responses={404: RESPONSES[404]})
    def forget(conversation_id: str, runtime: Shared) -> Response:
        """Forget a conversation."""
        if not runtime.conversations.delete(conversation_id):
            raise ApiError(404, "unknown_conversation")
        return Response(status_code=204)

    @router.get("/api/config")
    def config(runtime: Shared) -> dict[str, Any]:
        """Return what the widget shows before the first message."""
        clinic = runtime.settings.clinic
        return {
            "clinic": {"name": clinic.name, "privacy_url": clinic.privacy_url, "country": clinic.country},
            "actions": [way.model_dump() for way in clinic.ways_to_a_person()],
            "greeting": wording.say("widget.greeting", clinic=clinic.name),
            "starters": wording.all("widget.starters"),
            "storage": runtime.settings.store_messages,
        }

    return router
