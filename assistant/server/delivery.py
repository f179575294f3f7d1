"""Call-back requests on their way to the clinic: by signed webhook, by mail, and the thread that sends them.

Webhooks follow Standard Webhooks 1.0 (standardwebhooks.com): the headers `webhook-id` (the same on every
repeat), `webhook-timestamp` and `webhook-signature`, an HMAC-SHA256 over `id.timestamp.body`.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import hmac
import json
import logging
import smtplib
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Protocol

from assistant.settings import Settings
from assistant.storage.outbox import Delivery, Outbox
from assistant.wording import Wording

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0
IDLE_AFTER_TROUBLE_SECONDS = 2.0


class Undelivered(Exception):
    """A delivery did not arrive; the message is its kind, without anything a visitor wrote."""


class Channel(Protocol):
    """Brings one delivery to the clinic.

    Raises:
        Undelivered: it may not have arrived and must be tried again.
    """

    def __call__(self, delivery: Delivery, /) -> None: ...


def signature(secret: str, delivery_id: str, timestamp: int, body: bytes) -> str:
    """Return the value of `webhook-signature`; a secret is `whsec_` and base64, or any text."""
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        key = b""
    if not secret.startswith("whsec_") or not key:
        key = secret.encode()
    signed = f"{delivery_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


class Webhook:
    """Posts a delivery to the clinic's own address; anything but a 2xx counts as not arrived."""

    def __init__(self, url: str, secret: str, timeout: float) -> None:
        self._url = url
        self._secret = secret
        # Imported only here: where nothing is posted it costs no start-up time.
        import httpx

        self._failures = (httpx.HTTPError, OSError)
        self._client = httpx.Client(timeout=timeout, follow_redirects=False)

    def __call__(self, delivery: Delivery, /) -> None:
        """Post the delivery."""
        now = int(time.time())
        body = json.dumps(
            {
                "type": "callback.received",
                "timestamp": datetime.fromtimestamp(delivery.callback.created, UTC).isoformat(),
                "data": {k: v for k, v in asdict(delivery.callback).items() if k != "done"},
            },
            ensure_ascii=False,
        ).encode()
        headers = {
            "Content-Type": "application/json",
            "webhook-id": delivery.id,
            "webhook-timestamp": str(now),
        }
        if self._secret:
            headers["webhook-signature"] = signature(self._secret, delivery.id, now, body)
        try:
            answer = self._client.post(self._url, content=body, headers=headers)
        except self._failures as error:
            raise Undelivered(f"webhook: {type(error).__name__}") from error
        if not answer.is_success:
            raise Undelivered(f"webhook: status {answer.status_code}")


class Mail:
    """Mails a delivery to staff; the Message-ID is the same on every repeat."""

    def __init__(self, settings: Settings, wording: Wording) -> None:
        self._settings = settings
        self._wording = wording

    def __call__(self, delivery: Delivery, /) -> None:
        """Send the mail."""
        settings = self._settings
        try:
            with self._connect() as server:
                if settings.smtp_user:
                    server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
                server.send_message(self.message(delivery))
        except (smtplib.SMTPException, OSError) as error:
            raise Undelivered(f"mail: {type(error).__name__}") from error

    def message(self, delivery: Delivery) -> EmailMessage:
        """Write the mail; the subject line names nobody."""
        callback, say = delivery.callback, self._wording.say
        mail = EmailMessage()
        mail["Subject"] = say(f"staff.mail.subject.{callback.topic}")
        mail["From"] = self._settings.smtp_from
        mail["To"] = ", ".join(self._settings.smtp_to)
        mail["Date"] = format_datetime(datetime.fromtimestamp(callback.created, UTC))
        domain = self._settings.smtp_from.rpartition("@")[2].strip("> ") or "localhost"
        mail["Message-ID"] = f"<{delivery.id}@{domain}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(
            say(
                "staff.mail.body",
                name=callback.name,
                contact=callback.contact,
                preferred_time=callback.preferred_time or "–",
                message=callback.message or "–",
                id=callback.id,
            )
            + "\n"
        )
        return mail

    def _connect(self) -> smtplib.SMTP:
        settings = self._settings
        where = (settings.smtp_host, settings.smtp_port)
        if settings.smtp_security == "tls":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(*where, timeout=settings.delivery_timeout, context=context)
        server = smtplib.SMTP(*where, timeout=settings.delivery_timeout)
        if settings.smtp_security == "starttls":
            try:
                server.starttls(context=ssl.create_default_context())
            except BaseException:
                server.close()
                raise
        return server


def channels(settings: Settings, wording: Wording) -> dict[str, Channel]:
    """Return the channels that the settings name; without any, requests wait in the inbox alone."""
    found: dict[str, Channel] = {}
    if settings.webhook_url:
        secret = settings.webhook_secret.get_secret_value()
        found["webhook"] = Webhook(settings.webhook_url, secret, settings.delivery_timeout)
    if settings.smtp_host and settings.smtp_to:
        found["mail"] = Mail(settings, wording)
    return found


class Courier:
    """The thread that empties the outbox; one in every worker, and no two deliver the same row at once."""

    def __init__(
        self,
        outbox: Outbox,
        routes: Mapping[str, Channel],
        *,
        told: Callable[[str, bool], None] = lambda _channel, _arrived: None,
    ) -> None:
        self._outbox = outbox
        self._routes = routes
        self._told = told
        self._wake = threading.Event()
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to deliver."""
        if self._routes and self._thread is None:
            self._thread = threading.Thread(target=self._run, name="courier", daemon=True)
            self._thread.start()

    def wake(self) -> None:
        """Say that something new waits."""
        self._wake.set()

    def stop(self, timeout: float = 5.0) -> None:
        """Finish the delivery at hand and end; what is left waits in the outbox."""
        self._ending.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout)

    def deliver_due(self) -> int:
        """Deliver what is due now; return how many arrived."""
        arrived = 0
        while not self._ending.is_set() and (batch := self._outbox.claim(limit=1)):
            for delivery in batch:
                arrived += self._deliver(delivery)
        return arrived

    def _deliver(self, delivery: Delivery) -> bool:
        problem = ""
        route = self._routes.get(delivery.channel)
        if route is None:
            problem = f"{delivery.channel}: not set up any more"
        else:
            try:
                route(delivery)
            except Undelivered as error:
                problem = str(error)
            except Exception as error:
                problem = f"{delivery.channel}: {type(error).__name__}"
        if problem:
            log.warning("a call-back request could not be delivered yet: %s", problem)
        self._told(delivery.channel, not problem)
        self._outbox.settle(delivery, problem)
        return not problem

    def _run(self) -> None:
        while not self._ending.is_set():
            self._wake.clear()
            try:
                self.deliver_due()
            except Exception as error:
                # The database is away; the rows wait in it.
                log.warning("the outbox cannot be read just now: %s", type(error).__name__)
                self._ending.wait(IDLE_AFTER_TROUBLE_SECONDS)
            with contextlib.suppress(RuntimeError):
                self._wake.wait(POLL_SECONDS)
