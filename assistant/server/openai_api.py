"""`/v1/chat/completions` and `/v1/models`: the OpenAI shape over the same pipeline; nothing is stored."""

from __future__ import annotations

import json
import logging
import secrets
import time
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BeforeValidator, Field, StrictBool, StringConstraints

from assistant import schema
from assistant.conversation import Conversation
from assistant.pipeline import Assistant
from assistant.server.chat import Shared
from assistant.server.errors import RESPONSES, ApiError
from assistant.wording import Wording

log = logging.getLogger(__name__)

MODEL = "back-assistant"
MAX_TURNS = 50
"""Messages of a history that are read; older ones of a longer history are left out."""

Text = Annotated[str, StringConstraints(max_length=16_000), BeforeValidator(schema.without_controls)]


_SAID: Any = {
    "type": "object",
    "required": ["role", "content"],
    "properties": {
        "role": {"const": "user"},
        "content": {
            "anyOf": [
                {"type": "string", "pattern": schema.PRINTABLE},
                {
                    "type": "array",
                    "contains": {
                        "type": "object",
                        "required": ["type", "text"],
                        "properties": {
                            "type": {"const": "text"},
                            "text": {"type": "string", "pattern": schema.PRINTABLE},
                        },
                    },
                },
            ]
        },
    },
}
"""For the API's description: at least one message of the visitor that is not empty."""


class ContentPart(schema.Model):
    """One part of a message; only text is read."""

    type: str = Field(max_length=32)
    text: Text = ""


class ChatMessage(schema.Model):
    """One message of the history."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Text | list[ContentPart] | None = None

    @property
    def text(self) -> str:
        """Return the message's text."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.type == "text").strip()
        return (self.content or "").strip()


class CompletionRequest(schema.Model):
    """What the OpenAI chat-completions API takes; knobs of a language model are accepted and not used."""

    model: str = Field(default=MODEL, max_length=100)
    messages: list[ChatMessage] = Field(
        min_length=1,
        max_length=1_000,
        examples=[[{"role": "user", "content": "How do I do a bird dog?"}]],
        json_schema_extra={"contains": _SAID},
    )
    stream: StrictBool = False


def replay(assistant: Assistant, messages: list[ChatMessage]) -> tuple[Conversation, str]:
    """Return the conversation as it stood before the last message of the visitor, and that message.

    Raises:
        ApiError: 422 where there is no message of a visitor, or it is empty or too long.
    """
    said = [message.text for message in messages if message.role == "user" and message.text][-MAX_TURNS:]
    if not said:
        raise ApiError(422, "empty")
    if len(said[-1]) > schema.MAX_MESSAGE_CHARS:
        raise ApiError(422, "too_long")
    conversation = Conversation.new()
    for text in said[:-1]:
        assistant.reply(text[: schema.MAX_MESSAGE_CHARS], conversation)
    return conversation, said[-1]


def content_of(reply: schema.Reply, wording: Wording) -> str:
    """Return the answer with what the OpenAI shape has no place for: ways to a person, and the sources."""
    return reply.answer + tail_of(reply, wording)


def tail_of(reply: schema.Reply, wording: Wording) -> str:
    """Return what follows the answer: ways to a person, and the sources."""
    parts = []
    if reply.referral.actions:
        lines = [
            f"- [{action.label}]({action.url})" if not action.url.startswith("#") else f"- {action.label}"
            for action in reply.referral.actions
        ]
        parts.append("\n".join(lines))
    if reply.citations:
        lines = [f"[{n}] {c.guide} – {c.section}" for n, c in enumerate(reply.citations, start=1)]
        parts.append("\n\n".join([wording.say("answers.sources"), "\n".join(lines)]))
    return "".join(f"\n\n{part}" for part in parts)


def build_router(wording: Wording) -> APIRouter:
    """Return the OpenAI-compatible routes."""
    router = APIRouter(tags=["openai"])

    @router.get("/v1/models")
    def models() -> dict[str, Any]:
        """List the one model there is."""
        return {"object": "list", "data": [{"id": MODEL, "object": "model", "created": 0, "owned_by": MODEL}]}

    @router.post(
        "/v1/chat/completions",
        responses={
            **{k: v for k, v in RESPONSES.items() if k != 404},
            200: {"content": {"application/json": {}, "text/event-stream": {}}, "description": "The reply"},
        },
        response_class=JSONResponse,
    )
    def complete(request: CompletionRequest, runtime: Shared) -> Any:
        """Answer the last message of a history."""
        assistant = runtime.assistant()
        conversation, message = replay(assistant, request.messages)
        head = {
            "id": f"chatcmpl-{secrets.token_urlsafe(12)}",
            "created": int(time.time()),
            "model": request.model,
        }
        if request.stream:
            return StreamingResponse(
                _chunks(assistant, conversation, message, head, wording),
                media_type="text/event-stream",
                headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
            )
        reply = assistant.reply(message, conversation)
        runtime.telemetry.reply(reply)
        choice = {
            "index": 0,
            "message": {"role": "assistant", "content": content_of(reply, wording)},
            "finish_reason": "stop",
        }
        usage = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
        return {
            **head,
            "object": "chat.completion",
            "choices": [choice],
            "usage": usage,
            "assistant": _extra(reply),
        }

    return router


def _extra(reply: schema.Reply) -> dict[str, Any]:
    return reply.model_dump(mode="json", exclude={"answer", "conversation_id", "message_id"})


def _chunks(
    assistant: Assistant, conversation: Conversation, message: str, head: dict[str, Any], wording: Wording
) -> Iterator[str]:
    def chunk(delta: dict[str, str], finish: str | None = None, **extra: Any) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        body = {**head, "object": "chat.completion.chunk", "choices": [choice], **extra}
        return f"data: {json.dumps(body)}\n\n"

    try:
        yield chunk({"role": "assistant", "content": ""})
        for event in assistant.stream(message, conversation):
            if event.kind == "delta":
                yield chunk({"content": str(event.data)})
            elif isinstance(event.data, schema.Reply):
                yield chunk({"content": tail_of(event.data, wording)})
                yield chunk({}, "stop", assistant=_extra(event.data))
        yield "data: [DONE]\n\n"
    except Exception as error:
        log.error("a stream broke off: %s", type(error).__name__)
        message_text = wording.say("errors.not_ready")
        yield f"data: {json.dumps({'error': {'code': 'not_ready', 'message': message_text}})}\n\n"
