"""The assistant that serves requests: loaded in the background, renewed when the index was swapped."""

from __future__ import annotations

import contextlib
import logging
import threading
import time

from sqlalchemy.exc import SQLAlchemyError

from assistant.ingestion import index
from assistant.pipeline import Assistant
from assistant.retrieval.embeddings import LocalEmbeddings, load_embeddings
from assistant.server import delivery, process
from assistant.server.errors import ApiError
from assistant.server.protection import FormTokens, Limiter
from assistant.server.telemetry import Metrics, Telemetry
from assistant.settings import Settings
from assistant.storage.callbacks import Callbacks
from assistant.storage.conversations import Conversations
from assistant.storage.database import open_database
from assistant.storage.outbox import Outbox, Waiting
from assistant.storage.retention import Clock, purge
from assistant.storage.secrecy import Secrecy
from assistant.storage.sessions import Sessions
from assistant.storage.statistics import Statistics
from assistant.wording import Wording

log = logging.getLogger(__name__)

LOOK_EVERY_SECONDS = 1.0
PURGE_EVERY_SECONDS = 3_600.0
LEASE_IN_TIMEOUTS = 6
"""A delivery makes several network calls, each of which may take the whole time-out."""


class Shared:
    """What the clinics of one deployment share: the database, the keys, counters and the embedding model."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._embeddings: LocalEmbeddings | None = None
        self.loading = threading.Lock()
        """Held by the clinic that loads: the next one finds in the cache what both need."""
        self.database = open_database(settings)
        self.secrecy = Secrecy.load(settings)
        self.limiter = Limiter(settings)
        self.metrics = Metrics()

    def embeddings(self) -> LocalEmbeddings:
        """Return the embeddings, loaded on first use.

        Raises:
            ModelError: they cannot be loaded.
        """
        with self._lock:
            self._embeddings = self._embeddings or load_embeddings(self._settings)
            return self._embeddings

    def close(self) -> None:
        """Let the database go."""
        self.database.close()


class Runtime:
    """Holds what the routes of one clinic share.

    `assistant()` is cheap: it looks at most once a second whether a new index was swapped in, and goes on
    serving the old one while the new one is opened in the background.
    """

    def __init__(self, settings: Settings, shared: Shared | None = None) -> None:
        self.settings = settings
        self._shared = shared or Shared(settings)
        self._closes = shared is None
        self.database, self.secrecy = self._shared.database, self._shared.secrecy
        clinic = settings.clinic_id
        self.wording = Wording.load(own=settings.prompts_dir)
        self.conversations = Conversations(
            self.database, self.secrecy, clinic=clinic, keep_text=settings.store_messages
        )
        routes = delivery.channels(settings, self.wording)
        self.callbacks = Callbacks(self.database, self.secrecy, clinic=clinic, channels=list(routes))
        self.outbox = Outbox(
            self.database, self.callbacks, clinic=clinic, lease=settings.delivery_timeout * LEASE_IN_TIMEOUTS
        )
        self.telemetry = Telemetry(clinic, self._shared.metrics)
        self.courier = delivery.Courier(self.outbox, routes, told=self.telemetry.delivery)
        self.limiter = self._shared.limiter
        self.form_tokens = FormTokens(self.secrecy, self.limiter, clinic)
        self.has_channels = bool(routes)
        self.sessions = Sessions(
            self.database, self.secrecy, settings.staff_password_hash.get_secret_value(), clinic=clinic
        )
        self.statistics = Statistics(self.database, self.secrecy, clinic=clinic)
        self.problem = ""
        self._assistant: Assistant | None = None
        self._embeddings: LocalEmbeddings | None = None
        self._looked = 0.0
        self._lock = threading.Lock()
        self._ending = threading.Event()

    def start(self) -> None:
        """Begin to load the assistant, to deliver call-back requests and to purge, in the background."""
        if self.settings.workers > 1:
            # The others serve meanwhile: one that took requests before it is ready would refuse them.
            self._load()
        else:
            self._load_in_background()
        self.courier.start()
        threading.Thread(target=self._keep_purging, name="purge", daemon=True).start()

    def stop(self) -> None:
        """End the background work and let the database go; what waits in the outbox stays there."""
        self._ending.set()
        self.courier.stop()
        if self._closes:
            self._shared.close()

    @property
    def embeddings(self) -> LocalEmbeddings | None:
        """The embeddings, once they are loaded."""
        return self._embeddings

    def note_state(self) -> None:
        """Put into the metrics what is so now."""
        waiting = Waiting(0, 0.0, "")
        with contextlib.suppress(SQLAlchemyError):
            waiting = self.outbox.waiting()
        self.telemetry.state(ready=self.ready, waiting=waiting.count, oldest=waiting.oldest_seconds)

    def _load_in_background(self) -> None:
        threading.Thread(target=self._load, name="load-assistant", daemon=True).start()

    def _keep_purging(self) -> None:
        clock = Clock()
        while True:
            try:
                if clock.trusted():
                    purge(self.database, self.settings)
                else:
                    log.warning("the machine's clock was set; nothing is purged for a day")
            except Exception as error:
                log.warning("old data could not be purged: %s", type(error).__name__)
            if self._ending.wait(PURGE_EVERY_SECONDS):
                return

    @property
    def ready(self) -> bool:
        """Say whether index and model are loaded."""
        return self._assistant is not None

    def assistant(self) -> Assistant:
        """Return the assistant.

        Raises:
            ApiError: 503 while it is not ready.
        """
        if self._assistant is None:
            raise ApiError(503, "not_ready", {"Retry-After": "2"})
        now = time.monotonic()
        if now - self._looked > LOOK_EVERY_SECONDS:
            self._looked = now
            if index.current_name(self.settings) not in ("", self._assistant.build):
                self._load_in_background()
        return self._assistant

    def _load(self) -> None:
        if not self._lock.acquire(blocking=False):
            return
        try:
            self._embeddings = self._shared.embeddings()
            with self._shared.loading:
                self._assistant = Assistant.load(self.settings, embeddings=self._embeddings)
            self.problem = ""
        except Exception as error:
            self.problem = f"{type(error).__name__}: {error}"
            log.error("the assistant cannot be loaded: %s", self.problem)
        finally:
            process.started()
            self._lock.release()
