"""What is tested: the assistant as a library, or a running server."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from assistant.schema import Reply
from evals.text import slug


class TargetError(RuntimeError):
    """The assistant or server cannot be reached or answers against its contract; says the remedy."""


class Passage(NamedTuple):
    """A retrieved passage."""

    kind: str
    section: str
    """Headings joined by " > "."""
    text: str
    score: float

    @property
    def name(self) -> str:
        """Return its name as cases write it: kind and last heading, "exercise:bird-dogs"."""
        return f"{self.kind or 'section'}:{slug(self.section.split(' > ')[-1])}"


class Spoken(NamedTuple):
    """One reply and how long it took."""

    reply: Reply
    milliseconds: float


class Target(Protocol):
    """Something that replies."""

    name: str

    def converse(self, messages: Sequence[str]) -> list[Spoken]:
        """Say `messages` one after another in one new conversation."""

    def retrieve(self, question: str, k: int) -> list[Passage] | None:
        """Return the best `k` passages for `question`; None where the target cannot say."""

    def close(self) -> None:
        """Let go of what the target holds."""


def matches(name: str, section: str, text: str) -> bool:
    """Say whether the passage `section`, `text` is the one that a case calls `name`.

    "section:…" is a passage right under that heading. Every other kind is an item of the guide: a heading
    of its own, or a bullet that starts with those words, whatever the chunker made of it.
    """
    kind, _, wanted = name.partition(":")
    headings = [slug(part) for part in section.split(" > ")]
    if kind == "section":
        return headings[-1] == wanted
    return wanted in headings or any(
        line == wanted or line.startswith(f"{wanted}-") for line in map(slug, _lines(text))
    )


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()] or [text]


class HttpTarget:
    """A running server, over `POST /api/chat`."""

    def __init__(self, url: str, *, patience: float = 60.0) -> None:
        import httpx

        self.name = url.rstrip("/")
        self._client = httpx.Client(base_url=self.name, timeout=30.0)
        self._patience = patience
        try:
            self._client.get("/readyz").raise_for_status()
        except httpx.HTTPError as error:
            raise TargetError(f"{self.name}/readyz: {error}; start the server, or mend --url") from error

    def converse(self, messages: Sequence[str]) -> list[Spoken]:
        spoken: list[Spoken] = []
        body: dict[str, str] = {}
        for message in messages:
            data, milliseconds = self._post({**body, "message": message})
            try:
                reply = Reply.model_validate(data)
            except ValueError as error:
                raise TargetError(f"{self.name}: a reply against the contract: {error}") from error
            body["conversation_id"] = reply.conversation_id
            spoken.append(Spoken(reply, milliseconds))
        return spoken

    def _post(self, body: Mapping[str, str]) -> tuple[Any, float]:
        import httpx

        deadline = time.monotonic() + self._patience
        while True:
            start = time.perf_counter()
            try:
                response = self._client.post("/api/chat", json=body)
            except httpx.HTTPError as error:
                raise TargetError(f"{self.name}: {error}; is the server still running?") from error
            milliseconds = (time.perf_counter() - start) * 1000
            if response.status_code == 429 and time.monotonic() < deadline:
                time.sleep(min(float(response.headers.get("Retry-After", "1")), 10.0))
                continue
            if response.status_code != 200:
                raise TargetError(
                    f"{self.name}: HTTP {response.status_code}; raise its rate limit for an eval"
                )
            return response.json(), milliseconds

    def retrieve(self, question: str, k: int) -> list[Passage] | None:
        """Return None: the contract does not show what was retrieved."""
        return None

    def close(self) -> None:
        self._client.close()
