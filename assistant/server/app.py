"""The FastAPI application."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from assistant import __version__
from assistant import settings as settings_module
from assistant.server import (
    callbacks,
    chat,
    errors,
    feedback,
    guides,
    openai_api,
    pages,
    plans,
    protection,
    staff,
    telemetry,
)
from assistant.server.runtime import Runtime, Shared
from assistant.settings import Settings

log = logging.getLogger(__name__)


def create_app(settings: Settings | None = None, shared: Shared | None = None) -> FastAPI:
    """Return the application of one clinic; the assistant is loaded in the background once it starts.

    Args:
        settings: The clinic's; read anew where none are given.
        shared: What it shares with the other clinics of a deployment.

    Raises:
        SettingsError, WordingError: a file that clinic staff edit is wrong; the message says where.
    """
    settings = settings or settings_module.load()
    runtime = Runtime(settings, shared)
    wording = runtime.wording

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await run_in_threadpool(runtime.start)
        try:
            yield
        finally:
            await run_in_threadpool(runtime.stop)

    app = FastAPI(
        title="Back assistant",
        version=__version__,
        description="Chat about back strains and running, from the clinic's guide.",
        lifespan=lifespan,
        redoc_url=None,
        docs_url=None,
    )
    app.state.runtime = runtime
    errors.install(app, wording)
    app.include_router(chat.build_router(wording))
    app.include_router(callbacks.build_router())
    app.include_router(feedback.build_router())
    app.include_router(plans.build_router(wording))
    app.include_router(openai_api.build_router(wording))
    app.include_router(guides.build_router())
    app.include_router(pages.build_router(settings))
    app.include_router(staff.build_router(settings, wording))

    @app.exception_handler(staff.NotSignedIn)
    async def sign_in(_request: Request, _error: Exception) -> RedirectResponse:
        return RedirectResponse("/staff/login", 303)

    @app.get("/healthz", tags=["health"])
    def healthz() -> dict[str, str]:
        """Say that the process is alive."""
        return {"status": "ok"}

    @app.get("/readyz", tags=["health"], responses={503: errors.RESPONSES[503]})
    def readyz() -> JSONResponse:
        """Say whether index and model are ready."""
        if runtime.ready:
            return JSONResponse({"status": "ready"})
        return errors.response(wording, 503, "not_ready", {"Retry-After": "2"})

    @app.get("/metrics", tags=["health"], response_class=PlainTextResponse)
    def metrics() -> Response:
        """Return the metrics in Prometheus' text format."""
        runtime.note_state()
        body, media = runtime.telemetry.page()
        return Response(body, headers={"Content-Type": media})

    # The last one added is the outermost.
    app.add_middleware(errors.BodyGuard, wording=wording)
    app.add_middleware(
        protection.Throttle,
        settings=settings,
        wording=wording,
        secrecy=runtime.secrecy,
        telemetry=runtime.telemetry,
        limiter=runtime.limiter,
    )
    app.add_middleware(telemetry.Observer, telemetry=runtime.telemetry, wording=wording)
    if settings.allowed_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.allowed_origins,
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["Content-Type", "Idempotency-Key", "X-Form-Token", "X-Clinic-Key"],
            expose_headers=["Retry-After"],
        )
    app.add_middleware(protection.SecurityHeaders, settings=settings)
    return app
