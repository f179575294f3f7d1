"""Logs and metrics: what happened, how often and how fast; never what a visitor wrote or who it was."""

from __future__ import annotations

import logging
import os
import shutil
import sys
import time
from collections.abc import Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import Any

import structlog
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Metric,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant import schema
from assistant.server import errors
from assistant.settings import Settings
from assistant.wording import Wording

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_MULTIPROCESS = "PROMETHEUS_MULTIPROC_DIR"
_OWN_LOGGERS = ("assistant", "evals", "uvicorn")
_SHARED: list[structlog.typing.Processor] = [
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
_access: structlog.stdlib.BoundLogger = structlog.wrap_logger(
    logging.getLogger("assistant.access"),
    processors=[
        structlog.stdlib.filter_by_level,
        *_SHARED,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    wrapper_class=structlog.stdlib.BoundLogger,
)


def configure_logs(level: str) -> None:
    """Send every log line to standard error as one line of JSON, at `level` or above.

    Lines of other libraries keep their place and level but not their text, and an exception keeps its type
    and place: either could hold what a visitor wrote.
    """
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_SHARED,
        keep_exc_info=True,
        processors=[
            _discreet,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    logging.captureWarnings(True)
    for noisy in ("httpx", "httpcore", "chromadb"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))


def _discreet(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    record = event.get("_record")
    if isinstance(record, logging.LogRecord):
        if record.exc_info and record.exc_info[1] is not None:
            event["error"] = type(record.exc_info[1]).__name__
            event["at"] = place(record.exc_info[1])
        if not record.name.startswith(_OWN_LOGGERS) or record.exc_info:
            event["event"] = f"line {record.lineno} of {record.module}"
        record.exc_info = record.exc_text = record.stack_info = None
    for name in ("exc_info", "exception", "stack", "stack_info"):
        event.pop(name, None)
    return event


def place(error: BaseException) -> str:
    """Return file and line where an exception was raised."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "?"


def prepare_workers(settings: Settings) -> None:
    """Let several workers count together: called once, before any of them starts."""
    if settings.workers == 1:
        os.environ.pop(_MULTIPROCESS, None)
        return
    folder = settings.data_dir / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ[_MULTIPROCESS] = str(folder)


class Metrics:
    """The metrics of one process; every label comes from a fixed set, none from a request."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        own: dict[str, Any] = {"registry": self.registry}
        self.requests = Counter(
            "assistant_requests", "Requests answered.", ["clinic", "method", "route", "status"], **own
        )
        self.seconds = Histogram(
            "assistant_request_seconds", "Time to the last byte.", ["clinic", "route"], buckets=SECONDS, **own
        )
        self.replies = Counter(
            "assistant_replies", "Replies to visitors.", ["clinic", "level", "topic"], **own
        )
        self.limited = Counter(
            "assistant_limited", "Requests refused by a limit.", ["clinic", "limit"], **own
        )
        self.deliveries = Counter(
            "assistant_deliveries",
            "Attempts to deliver a call-back request.",
            ["clinic", "channel", "outcome"],
            **own,
        )
        self.unexpected = Counter(
            "assistant_unexpected_errors", "Errors that no code foresaw.", ["clinic"], **own
        )
        self.waiting = Gauge(
            "assistant_outbox_waiting",
            "Deliveries that have not arrived.",
            ["clinic"],
            multiprocess_mode="mostrecent",
            **own,
        )
        self.oldest = Gauge(
            "assistant_outbox_oldest_seconds",
            "Age of the oldest one.",
            ["clinic"],
            multiprocess_mode="mostrecent",
            **own,
        )
        self.ready = Gauge(
            "assistant_ready",
            "1 where index and model are loaded.",
            ["clinic"],
            multiprocess_mode="livemin",
            **own,
        )

    def collected(self) -> CollectorRegistry:
        """Return the registry with the figures of all workers."""
        if not os.environ.get(_MULTIPROCESS):
            return self.registry
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return registry


class _Only:
    """What a registry holds of one clinic."""

    def __init__(self, registry: CollectorRegistry, clinic: str) -> None:
        self._registry = registry
        self._clinic = clinic

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics with the samples of that clinic alone."""
        for metric in self._registry.collect():
            metric.samples = [
                sample if self._clinic else sample._replace(labels=_unnamed(sample.labels))
                for sample in metric.samples
                if sample.labels.get("clinic", "") == self._clinic
            ]
            yield metric


def _unnamed(labels: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in labels.items() if name != "clinic"}


class Telemetry:
    """Counts for one clinic; an empty label, as in a deployment of one clinic, is left out of the page."""

    def __init__(self, clinic: str = "", metrics: Metrics | None = None) -> None:
        self.clinic = clinic
        self._metrics = metrics or Metrics()
        self._metrics.unexpected.labels(clinic)

    def reply(self, reply: schema.Reply) -> None:
        """Count a reply by level and topic."""
        self._metrics.replies.labels(self.clinic, reply.referral.level, reply.topic).inc()

    def limited(self, limit: str) -> None:
        """Count a refusal by the limit that caused it."""
        self._metrics.limited.labels(self.clinic, limit).inc()

    def delivery(self, channel: str, arrived: bool) -> None:
        """Count an attempt to deliver."""
        self._metrics.deliveries.labels(self.clinic, channel, "arrived" if arrived else "failed").inc()

    def unexpected(self) -> None:
        """Count an error that no code foresaw."""
        self._metrics.unexpected.labels(self.clinic).inc()

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request; `route` is the template of a path, never the path."""
        self._metrics.requests.labels(self.clinic, method, route, str(status)).inc()
        self._metrics.seconds.labels(self.clinic, route).observe(seconds)

    def state(self, *, ready: bool, waiting: int, oldest: float) -> None:
        """Note what is so now: whether it can answer, and what waits to be delivered."""
        self._metrics.ready.labels(self.clinic).set(int(ready))
        self._metrics.waiting.labels(self.clinic).set(waiting)
        self._metrics.oldest.labels(self.clinic).set(oldest)

    def page(self) -> tuple[bytes, str]:
        """Return the metrics of all workers in Prometheus' text format, and its media type."""
        registry = self._metrics.collected()
        text = generate_latest(_Only(registry, self.clinic))
        # With a language model its module is loaded; the figures of several workers are in the files already.
        spending = sys.modules.get("assistant.answering.spending")
        if spending is not None and registry is self._metrics.registry and not self.clinic:
            text += generate_latest(spending.REGISTRY)
        return text, CONTENT_TYPE_LATEST


_METHODS = frozenset({"GET", "POST", "DELETE", "HEAD", "OPTIONS"})


class Observer:
    """ASGI middleware: one metric and one log line per request, and an answer where code broke."""

    def __init__(self, app: ASGIApp, *, telemetry: Telemetry, wording: Wording) -> None:
        self.app = app
        self._telemetry = telemetry
        self._wording = wording

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and note how it ended."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        status = 0

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noted)
        except Exception as error:
            # Never raised further: the server would print it whole, with what the visitor wrote.
            self._telemetry.unexpected()
            _access.error("unexpected error", error=type(error).__name__, at=place(error))
            if not status:
                await errors.response(self._wording, 503, "not_ready", {"Retry-After": "5"})(
                    scope, receive, noted
                )
        finally:
            seconds = time.perf_counter() - began
            method = scope["method"] if scope["method"] in _METHODS else "other"
            route = str(getattr(scope.get("route"), "path", "other"))
            self._telemetry.request(method, route, status, seconds)
            of_clinic = {"clinic": self._telemetry.clinic} if self._telemetry.clinic else {}
            _access.info(
                "request",
                method=method,
                route=route,
                status=status,
                milliseconds=round(seconds * 1000, 1),
                **of_clinic,
            )
