"""`POST /api/feedback`: whether a reply helped."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BeforeValidator, Field, StrictBool, StringConstraints

from assistant import schema
from assistant.server.chat import Shared
from assistant.server.errors import RESPONSES, ApiError


class FeedbackRequest(schema.Model):
    """One vote on a reply."""

    message_id: str = Field(max_length=100, examples=["c50zIzLSDC8IyaE3"])
    helpful: StrictBool
    comment: Annotated[
        str,
        StringConstraints(strip_whitespace=True, max_length=1_000),
        BeforeValidator(schema.without_controls),
    ] = ""


def build_router() -> APIRouter:
    """Return the feedback route."""
    router = APIRouter(tags=["feedback"])

    @router.post("/api/feedback", status_code=204, responses=RESPONSES)
    def vote(request: FeedbackRequest, runtime: Shared) -> Response:
        """Keep a vote; a second one replaces the first."""
        if not runtime.conversations.vote(
            request.message_id, helpful=request.helpful, comment=request.comment or None
        ):
            raise ApiError(404, "unknown_message")
        return Response(status_code=204)

    return router
