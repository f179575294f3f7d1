"""What `assistant doctor` checks, each with what to mend."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from pydantic import BaseModel

from assistant.settings import Settings

_SECRET = ("password", "secret", "key", "token", "url")


class Check(NamedTuple):
    """One thing that was looked at."""

    name: str
    ok: bool
    detail: str


def run(settings: Settings) -> list[Check]:
    """Look at every part in turn; a part that raises is reported with its own sentence."""
    return [_guarded(name, look, settings) for name, look in _CHECKS.items()]


def list_settings(settings: Settings) -> Iterator[str]:
    """Yield `ASSISTANT_NAME = value  # meaning` for every setting; secrets are masked."""
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        if isinstance(value, BaseModel):
            value = "(see clinic.toml)"
        elif value and any(part in name for part in _SECRET):
            value = "(set)"
        yield f"ASSISTANT_{name.upper()} = {value!s:<40} # {field.description or ''}"


def _guarded(name: str, look: Callable[[Settings], str], settings: Settings) -> Check:
    try:
        return Check(name, True, look(settings))
    except Exception as error:
        return Check(name, False, f"{error}" if str(error) else type(error).__name__)


def _clinic(settings: Settings) -> str:
    if not settings.clinic.ways_to_a_person():
        raise ValueError("clinic.toml names no way to a person; add [[clinic.actions]]")
    return f"{settings.clinic.name}, {len(settings.clinic.ways_to_a_person())} ways to a person"


def _wording(_settings: Settings) -> str:
    from assistant.wording import Wording

    return f"{len(Wording.load().keys())} sentences in prompts/"


def _policy(settings: Settings) -> str:
    from assistant.guardrail import Guardrail

    Guardrail.load(settings.knowledge_dir)
    return "red_flags.toml and the guardrail's files are in order"


def _model(settings: Settings) -> str:
    from assistant.retrieval.embeddings import load_embeddings

    embeddings = load_embeddings(settings)
    dimensions = embeddings.encode(["back"]).shape[1]
    return f"{embeddings.identity}, {dimensions} dimensions, {settings.embedding_backend}"


def _index(settings: Settings) -> str:
    from assistant.ingestion import index

    build = index.current(settings)
    guides = {chunk.guide_id for chunk in build.chunks}
    return f"{len(build.chunks)} passages of {len(guides)} guide(s), built {build.manifest['built']}"


def _data(settings: Settings) -> str:
    probe = settings.data_dir / ".doctor"
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    probe.write_text("")
    probe.unlink()
    return f"{settings.data_dir} can be written"


_CHECKS: dict[str, Callable[[Settings], str]] = {
    "clinic": _clinic,
    "wording": _wording,
    "guardrail": _policy,
    "data folder": _data,
    "model": _model,
    "index": _index,
}
