"""Several clinics behind one server: each request goes to the application of its clinic, and to no other.

A clinic is found by the host name, by the header `X-Clinic-Key`, or by a path that begins with
`/c/<key>/` (so that a page embeds `https://assistant.example/c/<key>/widget.js` and needs nothing more). Each
clinic has an application of its own, with its own limits, sites, staff and pages; they share the database, in
which every row carries its clinic, the encryption key and the embedding model.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import AsyncExitStack

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant import clinics
from assistant.server import errors
from assistant.server.app import create_app
from assistant.server.protection import Proxies, SecurityHeaders
from assistant.server.runtime import Runtime, Shared
from assistant.settings import Settings
from assistant.wording import Wording

log = logging.getLogger(__name__)

PREFIX = "/c/"
KEY_HEADER = b"x-clinic-key"


class Dispatcher:
    """The ASGI application of a deployment of several clinics.

    Raises:
        SettingsError, WordingError: a clinic's file is wrong; the message says which and where.
    """

    def __init__(self, settings: Settings) -> None:
        self._wording = Wording.load()
        self._proxies = Proxies(settings.trusted_proxies)
        self._shared = Shared(settings)
        self._apps: dict[str, FastAPI] = {}
        self._by_host: dict[str, str] = {}
        self._by_key: dict[str, str] = {}
        self._origins: dict[str, list[str]] = {}
        for own in clinics.load(settings):
            self._apps[own.clinic_id] = create_app(own, self._shared)
            self._origins[own.clinic_id] = own.allowed_origins
            self._by_host.update({host.lower(): own.clinic_id for host in own.hosts})
            if own.clinic_key:
                self._by_key[own.clinic_key] = own.clinic_id
        self._nobody = SecurityHeaders(self._unknown, settings=settings)

    @property
    def clinics(self) -> list[str]:
        """Names of the clinics."""
        return list(self._apps)

    def runtime(self, clinic_id: str) -> Runtime:
        """Return the runtime of one clinic."""
        runtime: Runtime = self._apps[clinic_id].state.runtime
        return runtime

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request to its clinic; what belongs to none is answered here."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        if scope["type"] != "http":
            return
        found = self._clinic(scope)
        if found is None:
            await self._nobody(scope, receive, send)
            return
        clinic_id, path = found
        if path != scope["path"]:
            base = scope["path"].removesuffix(path)
            state = {**scope.get("state", {}), "base": base}
            scope = {**scope, "path": path, "raw_path": path.encode("utf-8"), "state": state}
        await self._apps[clinic_id](scope, receive, send)

    def _clinic(self, scope: Scope) -> tuple[str, str] | None:
        """Return the clinic of a request and the path in its application.

        Where host name and key name two clinics, the request belongs to none.
        """
        headers = dict(scope["headers"])
        path = scope["path"]
        named: list[str | None] = []
        if path.startswith(PREFIX):
            key, _, rest = path.removeprefix(PREFIX).partition("/")
            named.append(self._by_key.get(key))
            path = f"/{rest}"
        if (given := headers.get(KEY_HEADER)) is not None:
            named.append(self._by_key.get(given.decode("latin-1")))
        host = _host(headers.get(b"host", b"").decode("latin-1"))
        if host in self._by_host:
            named.append(self._by_host[host])
        if not named and scope["method"] == "OPTIONS":
            named.extend(self._asked_from(headers.get(b"origin", b"").decode("latin-1")))
        if not named or None in named or len(set(named)) > 1:
            return None
        assert named[0] is not None
        return named[0], path

    def _asked_from(self, origin: str) -> Iterator[str]:
        """Yield one clinic whose page may ask before it sends a key, which a preflight cannot carry."""
        for clinic_id, origins in self._origins.items():
            if origin and (origin in origins or "*" in origins):
                yield clinic_id
                return

    async def _live(self, receive: Receive, send: Send) -> None:
        """Start every clinic, and end them all."""
        started = False
        try:
            async with AsyncExitStack() as stack:
                await receive()
                for app in self._apps.values():
                    await stack.enter_async_context(app.router.lifespan_context(app))
                started = True
                await send({"type": "lifespan.startup.complete"})
                await receive()
            await run_in_threadpool(self._shared.close)
            await send({"type": "lifespan.shutdown.complete"})
        except Exception as error:
            log.error("the clinics cannot be %s: %s", "ended" if started else "started", type(error).__name__)
            stage = "shutdown" if started else "startup"
            await send({"type": f"lifespan.{stage}.failed", "message": type(error).__name__})

    async def _unknown(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (await self._answer(scope))(scope, receive, send)

    async def _answer(self, scope: Scope) -> ASGIApp:
        """Answer what belongs to no clinic: health for the load balancer, all metrics for this machine."""
        path = scope["path"]
        if scope["method"] == "GET" and path == "/healthz":
            return JSONResponse({"status": "ok"})
        if scope["method"] == "GET" and path == "/readyz":
            if all(self.runtime(name).ready for name in self._apps):
                return JSONResponse({"status": "ready"})
            return errors.response(self._wording, 503, "not_ready", {"Retry-After": "2"})
        if scope["method"] == "GET" and path == "/metrics" and self._proxies.client(scope).local:
            return Response(
                await run_in_threadpool(self._metrics), headers={"Content-Type": CONTENT_TYPE_LATEST}
            )
        return errors.response(self._wording, 404, "unknown_clinic")

    def _metrics(self) -> bytes:
        for name in self._apps:
            self.runtime(name).note_state()
        return generate_latest(self._shared.metrics.collected())


def _host(value: str) -> str:
    """Return the host name of a Host header, without its port."""
    if value.startswith("["):
        return value.partition("]")[0].lower() + "]"
    return value.partition(":")[0].lower().rstrip(".")
