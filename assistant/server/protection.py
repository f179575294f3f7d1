"""Against abuse: who asks, how much they may, form tokens, and the headers that browsers enforce."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import math
import secrets
import threading
import time
from collections.abc import Sequence
from typing import NamedTuple

from limits import RateLimitItem, RateLimitItemPerDay, parse_many
from limits.storage import MemoryStorage, Storage, storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.server import errors
from assistant.server.telemetry import Telemetry
from assistant.settings import Settings
from assistant.storage.secrecy import Secrecy, SecrecyError
from assistant.wording import Wording

log = logging.getLogger(__name__)

MESSAGE_PATHS = frozenset({"/api/chat", "/api/chat/stream", "/v1/chat/completions"})
FORM_PATHS = frozenset({"/api/callbacks"})
LIGHT_PATHS = frozenset({"/api/feedback", "/api/forms/token"})
LIGHT_LIMIT = "120/minute"
REDIS_PAUSE_SECONDS = 10.0
TOKEN_SECONDS = 2 * 3_600
USES_OF_A_FORM = "3/2 hours"
MAX_IN_PROGRESS = 256
"""Requests that one worker answers at a time; more are asked to come again."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Client(NamedTuple):
    """Who asks: an address by which to limit, and whether it is this machine itself, through no proxy."""

    address: str
    local: bool


class Proxies:
    """Finds the client behind the proxies that are trusted.

    Raises:
        ValueError: an entry of the setting is neither an address nor a network.
    """

    def __init__(self, trusted: Sequence[str]) -> None:
        self._networks: list[Network] = [ipaddress.ip_network(entry, strict=False) for entry in trusted]

    def client(self, scope: Scope) -> Client:
        """Return the rightmost address that is not a trusted proxy's; anyone can write what is left of it."""
        peer = scope["client"][0] if scope.get("client") else ""
        given = [
            part.strip()
            for name, value in scope["headers"]
            if name.lower() == b"x-forwarded-for"
            for part in value.decode("latin-1").split(",")
        ]
        address = peer
        for hop in reversed(given):
            if not self.trusts(address) or _parsed(hop) is None:
                break
            address = hop
        parsed = _parsed(address)
        # A peer without an address speaks through a socket of this machine.
        local = not given and (parsed is None or parsed.is_loopback)
        return Client(_grouped(address), local)

    def trusts(self, address: str) -> bool:
        """Say whether an address is that of a trusted proxy, or of a socket of this machine."""
        parsed = _parsed(address)
        return parsed is None or any(parsed in network for network in self._networks)

    def secure(self, scope: Scope) -> bool:
        """Say whether the visitor's connection is encrypted, by the trusted proxy's word."""
        peer = scope["client"][0] if scope.get("client") else ""
        told = dict(scope["headers"]).get(b"x-forwarded-proto", b"") if self.trusts(peer) else b""
        return bool(scope.get("scheme") == "https" or told.split(b",")[-1].strip() == b"https")


def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return None
    mapped = getattr(parsed, "ipv4_mapped", None)
    return mapped or parsed


def _grouped(address: str) -> str:
    """Return what is limited as one: an IPv4 address, or the /64 network that one IPv6 user is given."""
    parsed = _parsed(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed) if parsed else "unknown"


class Limiter:
    """Counts in Redis, or in memory; where Redis is away, in memory until it is back."""

    def __init__(self, settings: Settings) -> None:
        self._own = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._shared: SlidingWindowCounterRateLimiter | None = None
        self._back_at = 0.0
        self._lock = threading.Lock()
        if settings.redis_url:
            options = {"socket_timeout": 1.0, "socket_connect_timeout": 1.0}
            store = storage_from_string(settings.redis_url, **options)
            assert isinstance(store, Storage)
            self._shared = SlidingWindowCounterRateLimiter(store)

    @property
    def is_shared(self) -> bool:
        """Say whether counting may wait for a network."""
        return self._shared is not None

    def refusal(self, limits: Sequence[RateLimitItem], *key: str) -> int:
        """Count one use of each limit; return 0, or the seconds after which to try again."""
        for item in limits:
            if wait := self._hit(item, key):
                return wait
        return 0

    def _hit(self, item: RateLimitItem, key: tuple[str, ...]) -> int:
        if self._shared is not None and time.monotonic() >= self._back_at:
            try:
                return _wait(self._shared, item, key)
            except Exception as error:
                with self._lock:
                    if time.monotonic() >= self._back_at:
                        log.warning("Redis is away (%s); limits are counted in memory", type(error).__name__)
                    self._back_at = time.monotonic() + REDIS_PAUSE_SECONDS
        return _wait(self._own, item, key)


def _wait(limiter: SlidingWindowCounterRateLimiter, item: RateLimitItem, key: tuple[str, ...]) -> int:
    if limiter.hit(item, *key):
        return 0
    reset = limiter.get_window_stats(item, *key).reset_time
    return max(1, min(item.get_expiry(), math.ceil(reset - time.time())))


class Throttle:
    """ASGI middleware: limits per client and for all together, a daily budget, and requests in progress.

    Addresses are counted under a keyed hash, so that neither Redis nor memory holds who asked.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        settings: Settings,
        wording: Wording,
        secrecy: Secrecy,
        telemetry: Telemetry,
        limiter: Limiter,
    ) -> None:
        self.app = app
        self._settings = settings
        self._wording = wording
        self._secrecy = secrecy
        self._telemetry = telemetry
        self._limiter = limiter
        self._proxies = Proxies(settings.trusted_proxies)
        self._messages = _limits(settings.limit_messages)
        self._callbacks = _limits(settings.limit_callbacks)
        self._light = _limits(LIGHT_LIMIT)
        self._total = _limits(settings.limit_total)
        self._budget = [RateLimitItemPerDay(settings.daily_budget)] if settings.daily_budget else []
        self._own = (settings.clinic_id,) if settings.clinic_id else ()
        self._in_progress = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 429 with Retry-After."""
        if scope["type"] != "http" or scope["method"] in ("OPTIONS", "HEAD"):
            await self.app(scope, receive, send)
            return
        client = self._proxies.client(scope)
        scope.setdefault("state", {})["client"] = client
        if (not client.local or self._settings.limit_local) and (
            refused := await self._refused(scope, client)
        ):
            kind, wait = refused
            self._telemetry.limited(kind)
            key = "budget_spent" if kind == "budget" else "too_many_requests"
            refuse = errors.response(self._wording, 429, key, {"Retry-After": str(wait)})
            await refuse(scope, receive, send)
            return
        if scope["path"] in MESSAGE_PATHS:
            if self._in_progress >= MAX_IN_PROGRESS:
                self._telemetry.limited("in_progress")
                busy = errors.response(self._wording, 429, "too_many_requests", {"Retry-After": "2"})
                await busy(scope, receive, send)
                return
            self._in_progress += 1
            try:
                await self.app(scope, receive, send)
            finally:
                self._in_progress -= 1
            return
        await self.app(scope, receive, send)

    async def _refused(self, scope: Scope, client: Client) -> tuple[str, int] | None:
        path, method = scope["path"], scope["method"]
        if path not in MESSAGE_PATHS | FORM_PATHS | LIGHT_PATHS and method == "GET":
            return None
        if self._limiter.is_shared:
            return await asyncio.to_thread(self._count, path, client)
        return self._count(path, client)

    def _count(self, path: str, client: Client) -> tuple[str, int] | None:
        who = self._secrecy.digest(f"client {client.address}")[:32]
        if path in MESSAGE_PATHS:
            # The client first: one that is refused uses up nothing of what all share.
            if wait := self._limiter.refusal(self._messages, "message", *self._own, who):
                return "client", wait
            if wait := self._limiter.refusal(self._total, "total", *self._own):
                return "total", wait
            if wait := self._limiter.refusal(self._budget, "budget", *self._own):
                return "budget", wait
        elif path in FORM_PATHS:
            if wait := self._limiter.refusal(self._callbacks, "callback", *self._own, who):
                return "callback", wait
        elif wait := self._limiter.refusal(self._light, "light", *self._own, who):
            return "light", wait
        return None


def _limits(setting: str) -> list[RateLimitItem]:
    return parse_many(setting) if setting.strip(" ;") else []


class FormTokens:
    """Signed tokens that a form carries: they tell a page that was opened from a script that was not.

    A token is a Fernet token (timestamp and HMAC), valid for two hours and three uses, so that a form whose
    answer was lost can be sent again.
    """

    def __init__(self, secrecy: Secrecy, limiter: Limiter, clinic: str = "") -> None:
        self._secrecy = secrecy
        self._limiter = limiter
        self._begin = f"form {clinic} " if clinic else "form "
        self._uses = parse_many(USES_OF_A_FORM)

    def issue(self) -> str:
        """Return a new token."""
        return self._secrecy.seal(f"{self._begin}{secrets.token_urlsafe(9)}").decode()

    def accepts(self, token: str) -> bool:
        """Say whether a token was given here, not too long ago, and is not used up."""
        try:
            text = self._secrecy.open(token.encode(), within=TOKEN_SECONDS)
        except (SecrecyError, UnicodeError):
            return False
        return text.startswith(self._begin) and not self._limiter.refusal(self._uses, "form", text)


_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
}
_GUIDE_POLICY = (
    "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)


class SecurityHeaders:
    """ASGI middleware: a strict policy on every response that brings none of its own."""

    def __init__(self, app: ASGIApp, *, settings: Settings) -> None:
        self.app = app
        self._proxies = Proxies(settings.trusted_proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the headers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path = scope["path"]

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if path.startswith("/guides/"):
                    headers.setdefault("Content-Security-Policy", _GUIDE_POLICY)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                if self._proxies.secure(scope):
                    headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
                if path.startswith(("/api/", "/v1/")):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self.app(scope, receive, guarded)


def client_of(connection: HTTPConnection) -> Client:
    """Return who asks, as the throttle found it."""
    client = None
    with contextlib.suppress(AttributeError, KeyError):
        client = connection.scope["state"]["client"]
    return client if isinstance(client, Client) else Client("unknown", False)
