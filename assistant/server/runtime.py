"""The assistant that serves requests: loaded in the background, renewed when the index was swapped."""

from __future__ import annotations

import logging
import threading
import time

from assistant.ingestion import index
from assistant.pipeline import Assistant
from assistant.retrieval.embeddings import LocalEmbeddings, load_embeddings
from assistant.server.errors import ApiError
from assistant.settings import Settings
from assistant.storage.callbacks import Callbacks
from assistant.storage.conversations import Conversations
from assistant.storage.database import open_database
from assistant.storage.secrecy import Secrecy

log = logging.getLogger(__name__)

LOOK_EVERY_SECONDS = 1.0


class Runtime:
    """Holds what the routes share.

    `assistant()` is cheap: it looks at most once a second whether a new index was swapped in, and goes on
    serving the old one while the new one is opened in the background.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.database = open_database(settings)
        self.secrecy = Secrecy.load(settings)
        self.conversations = Conversations(self.database, self.secrecy, keep_text=settings.store_messages)
        self.callbacks = Callbacks(self.database, self.secrecy)
        self.problem = ""
        self._assistant: Assistant | None = None
        self._embeddings: LocalEmbeddings | None = None
        self._looked = 0.0
        self._lock = threading.Lock()

    def start(self) -> None:
        """Begin to load the assistant in the background."""
        threading.Thread(target=self._load, name="load-assistant", daemon=True).start()

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
                self.start()
        return self._assistant

    def _load(self) -> None:
        if not self._lock.acquire(blocking=False):
            return
        try:
            self._embeddings = self._embeddings or load_embeddings(self.settings)
            self._assistant = Assistant.load(self.settings, embeddings=self._embeddings)
            self.problem = ""
        except Exception as error:
            self.problem = f"{type(error).__name__}: {error}"
            log.error("the assistant cannot be loaded: %s", self.problem)
        finally:
            self._lock.release()
