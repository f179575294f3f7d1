"""`GET /api/plans/<id>.ics`: a weekly plan for a calendar."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response

from assistant.answering import calendar
from assistant.answering.compose import exercise_of
from assistant.server.chat import Shared
from assistant.server.errors import RESPONSES, ApiError
from assistant.wording import Wording


def build_router(wording: Wording) -> APIRouter:
    """Return the calendar route."""
    router = APIRouter(tags=["plans"])

    @router.get(
        "/api/plans/{plan_id}.ics",
        response_class=Response,
        responses={
            200: {"content": {"text/calendar": {}}, "description": "iCalendar"},
            **{status: RESPONSES[status] for status in (404, 422, 503)},
        },
    )
    def plan(
        plan_id: str,
        runtime: Shared,
        tz: Annotated[
            str, Query(max_length=64, description="IANA time zone; without it, all-day events")
        ] = "",
        at: Annotated[str, Query(max_length=5, description="Time of day, HH:MM")] = "",
    ) -> Response:
        """Return the plan as weekly recurring events."""
        found = runtime.conversations.plan(plan_id)
        if found is None:
            raise ApiError(404, "unknown_plan")
        kept, created = found
        chunks = runtime.assistant().retriever.chunks
        names = {exercise_of(chunk).id: chunk.title for chunk in chunks if chunk.exercise}
        try:
            body = calendar.render(
                kept,
                kept.start,
                wording,
                names,
                uid=plan_id,
                stamp=datetime.fromtimestamp(created, UTC),
                zone=tz,
                at=at,
            )
        except calendar.CalendarError as error:
            raise ApiError(422, "unprocessable") from error
        return Response(
            body,
            media_type="text/calendar; charset=utf-8",
            headers={
                "Content-Disposition": 'attachment; filename="back-exercises.ics"',
                "Cache-Control": "no-store",
            },
        )

    return router
