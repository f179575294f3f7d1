"""A language model behind `ASSISTANT_MODEL`: loading it, streaming from it in time, naming its faults."""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import threading
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from langchain_core.messages import AIMessageChunk, BaseMessage

from assistant.settings import Settings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

EXTRAS = {
    "openai": "openai",
    "anthropic": "anthropic",
    "google_genai": "google",
    "mistralai": "mistral",
    "ollama": "ollama",
    "huggingface": "huggingface",
}
"""LangChain's name of a provider → the extra that installs it."""
ALIASES = {"google": "google_genai", "mistral": "mistralai", "gemini": "google_genai"}
MAX_CALLS = 16
"""Calls at a time; one that hangs holds a place until its time-out."""
CHARS_PER_TOKEN = 6
"""More characters than this per allowed token, and the model ignores its limit."""
LASTING = 300.0
"""Seconds for which a refused key surely stays refused."""
_TALKATIVE = (
    "openai",
    "anthropic",
    "httpx",
    "httpx2",
    "httpcore",
    "httpcore2",
    "ollama",
    "google",
    "google_genai",
)


class ModelUnavailable(ValueError):
    """`ASSISTANT_MODEL` cannot be used; the message says what to mend, and holds no key."""


class Fault(Exception):
    """A call that went wrong; `kind` is a word that may be logged, `pause` how long it surely lasts."""

    def __init__(self, kind: str, pause: float | None = None) -> None:
        super().__init__(kind)
        self.kind = kind
        self.pause = pause


class Usage(NamedTuple):
    """Tokens of one call as the provider counts them; 0 where it does not."""

    read: int = 0
    written: int = 0


def load_model(settings: Settings) -> BaseChatModel:
    """Return the model that the settings name; its package is imported here and nowhere else.

    Raises:
        ModelUnavailable: the name is no `provider:model`, its package is missing, or it refuses the settings.
    """
    provider, _, name = settings.model.partition(":")
    provider = ALIASES.get(provider.strip().lower(), provider.strip().lower())
    if not name.strip() or provider not in EXTRAS:
        known = ", ".join(sorted({*EXTRAS, *ALIASES}))
        raise ModelUnavailable(f"ASSISTANT_MODEL must be provider:model, provider one of {known}")
    _quiet()
    try:
        from langchain.chat_models import init_chat_model

        model: Any = init_chat_model(name.strip(), model_provider=provider, **_options(provider, settings))
    except ImportError as error:
        raise ModelUnavailable(
            f"ASSISTANT_MODEL names {provider}, whose package is missing; "
            f'pip install "back-assistant[{EXTRAS[provider]}]"'
        ) from error
    except Exception as error:
        raise ModelUnavailable(
            f"ASSISTANT_MODEL {provider}:{name.strip()} cannot be set up ({type(error).__name__}); "
            "check its name and that its key stands in the environment"
        ) from None
    return model  # type: ignore[no-any-return]


def try_model(settings: Settings, messages: Sequence[BaseMessage]) -> str:
    """Ask the model something small and say how it went.

    Raises:
        ModelUnavailable: it cannot be set up or does not answer; the message says what to mend.
    """
    model = load_model(settings)
    began = time.monotonic()
    until = began + settings.model_budget_seconds
    try:
        stream = Stream(model, messages, settings.model_timeout_seconds, until, settings.model_max_tokens * 6)
        text = "".join(stream)
    except Fault as fault:
        raise ModelUnavailable(f"{settings.model} {_REMEDIES.get(fault.kind, _REMEDIES['error'])}") from None
    if not text.strip():
        raise ModelUnavailable(f"{settings.model} answers with nothing; choose another model")
    return f"answers within {time.monotonic() - began:.1f} s"


def _options(provider: str, settings: Settings) -> dict[str, Any]:
    """Return the arguments by which each provider's class takes limits and address."""
    seconds, tokens = settings.model_timeout_seconds, settings.model_max_tokens
    if provider == "huggingface":
        return {
            "backend": "pipeline",
            "pipeline_kwargs": {"max_new_tokens": tokens, "return_full_text": False},
        }
    options: dict[str, Any] = {}
    if settings.model_temperature >= 0:
        options["temperature"] = settings.model_temperature
    if provider == "ollama":
        options |= {"client_kwargs": {"timeout": seconds}, "num_predict": tokens}
    else:
        options |= {"timeout": seconds, "max_retries": 0, "max_tokens": tokens}
    if provider == "mistralai":
        options["timeout"] = max(int(seconds), 1)
    if provider == "openai":
        options["stream_usage"] = True
        if settings.model_base_url and not os.environ.get("OPENAI_API_KEY"):
            # A server of one's own often takes no key, but the client wants one.
            options["api_key"] = "none"
    if settings.model_base_url:
        options["endpoint" if provider == "mistralai" else "base_url"] = settings.model_base_url
    return options


def _quiet() -> None:
    """Keep clients from logging requests: at debug level they log the visitor's words."""
    for name in _TALKATIVE:
        logger = logging.getLogger(name)
        logger.setLevel(max(logger.level, logging.WARNING))


_REMEDIES = {
    "refused": "refuses the key; set the provider's own variable, e.g. OPENAI_API_KEY, to a valid one",
    "rate_limit": "says that too much was asked of it; wait, or raise the limit of the account",
    "server_error": "has trouble of its own; look at the provider's status page, or at your server's log",
    "bad_request": "refuses the request; check the model's name, and ASSISTANT_MODEL_TEMPERATURE=-1 may help",
    "timeout": "does not answer in time; check its address or raise ASSISTANT_MODEL_TIMEOUT_SECONDS",
    "connection": "cannot be reached; check ASSISTANT_MODEL_BASE_URL and the network",
    "too_long": "writes without end; choose another model",
    "error": "does not answer as its client expects; check its name and ASSISTANT_MODEL_BASE_URL",
}
_places = threading.BoundedSemaphore(MAX_CALLS)


class Stream:
    """One streamed call, read in a thread of its own so that neither silence nor length holds the visitor up.

    Args:
        silence: Longest wait for the next piece, in seconds.
        deadline: Clock time (`time.monotonic`) at which the call ends, whatever it does.
        most: Characters that may come.

    Example:
        >>> until = time.monotonic() + 20
        >>> "".join(Stream(model, messages, silence=8, deadline=until, most=4_000))  # doctest: +SKIP
    """

    def __init__(
        self,
        model: BaseChatModel,
        messages: Sequence[BaseMessage],
        silence: float,
        deadline: float,
        most: int,
    ) -> None:
        self._queue: queue.Queue[AIMessageChunk | BaseException | None] = queue.Queue(maxsize=256)
        self._stop = threading.Event()
        self._silence = silence
        self._deadline = deadline
        self._most = most
        self.usage = Usage()
        if not _places.acquire(blocking=False):
            raise Fault("busy")
        thread = threading.Thread(
            target=self._pump, args=(model, list(messages)), name="model-call", daemon=True
        )
        thread.start()

    def __iter__(self) -> Iterator[str]:
        """Yield text as it comes.

        Raises:
            Fault: the provider failed, fell silent, or went on beyond its limits.
        """
        received = 0
        try:
            while True:
                item = self._next()
                if item is None:
                    return
                if isinstance(item, BaseException):
                    raise fault_of(item) from None
                self._count(item)
                text = str(item.text)
                received += len(text)
                if received > self._most:
                    raise Fault("too_long")
                if text:
                    yield text
        finally:
            self.close()

    def close(self) -> None:
        """Stop reading; the thread ends at the next piece or at the client's time-out."""
        self._stop.set()

    def _next(self) -> AIMessageChunk | BaseException | None:
        left = min(self._silence, self._deadline - time.monotonic())
        try:
            return self._queue.get(timeout=max(left, 0.001))
        except queue.Empty:
            raise Fault("timeout") from None

    def _count(self, chunk: AIMessageChunk) -> None:
        usage = getattr(chunk, "usage_metadata", None) or {}
        self.usage = Usage(
            max(self.usage.read, int(usage.get("input_tokens", 0))),
            self.usage.written + int(usage.get("output_tokens", 0)),
        )

    def _pump(self, model: BaseChatModel, messages: list[BaseMessage]) -> None:
        last: BaseException | None = None
        try:
            with contextlib.closing(model.stream(messages)) as chunks:  # type: ignore[type-var]
                for chunk in chunks:
                    if not self._put(chunk):
                        return
        except Exception as error:
            last = error
        finally:
            _places.release()
        self._put(last)

    def _put(self, item: Any) -> bool:
        while not self._stop.is_set():
            try:
                self._queue.put(item, timeout=0.1)
                return True
            except queue.Full:
                continue
        return False


def fault_of(error: BaseException) -> Fault:
    """Return what went wrong as a word, and how long it surely lasts; a provider's own text is not kept."""
    status = getattr(error, "status_code", None) or getattr(error, "code", None)
    response = getattr(error, "response", None)
    status = status if isinstance(status, int) else getattr(response, "status_code", None)
    name = type(error).__name__.lower()
    if status in (401, 403):
        return Fault("refused", LASTING)
    if status == 429:
        return Fault("rate_limit", _retry_after(getattr(response, "headers", None)))
    if isinstance(status, int) and status >= 500:
        return Fault("server_error")
    if isinstance(status, int) and status >= 400:
        return Fault("bad_request")
    if "timeout" in name:
        return Fault("timeout")
    if "connect" in name or "protocol" in name or "read" in name or isinstance(error, OSError):
        return Fault("connection")
    return Fault("error")


def _retry_after(headers: Any) -> float:
    """Return the seconds of a Retry-After header (RFC 9110, 10.2.3), 30 where it gives none."""
    value = str(headers.get("retry-after", "")) if headers is not None else ""
    if value.strip().isdigit():
        return float(value)
    from email.utils import parsedate_to_datetime

    try:
        return max(parsedate_to_datetime(value).timestamp() - time.time(), 0.0)
    except (TypeError, ValueError):
        return 30.0
