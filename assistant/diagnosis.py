"""What `assistant doctor` checks, each with what to mend."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from pydantic import BaseModel

from assistant.settings import Settings, SettingsError

_SECRET = ("password", "secret", "key", "token", "url")


class Check(NamedTuple):
    """One thing that was looked at."""

    name: str
    ok: bool
    detail: str


def run(settings: Settings) -> list[Check]:
    """Look at every part in turn; a part that raises is reported with its own sentence."""
    return [_guarded(name, look, settings) for name, look in _CHECKS.items()]


def run_all(settings: Settings) -> list[Check]:
    """Look at every part; of several clinics, at what each has of its own."""
    from assistant import clinics

    try:
        found = clinics.load(settings)
    except SettingsError as error:
        return [Check("clinics", False, str(error))]
    if settings.clinics_dir is None:
        return run(settings)
    checks = [_guarded(name, look, settings) for name, look in _CHECKS.items() if name not in _OF_A_CLINIC]
    for own in found:
        checks += [_guarded(f"{own.clinic_id}: {n}", _CHECKS[n], own) for n in _OF_A_CLINIC]
    return checks


def list_settings(settings: Settings) -> Iterator[str]:
    """Yield `ASSISTANT_NAME = value  # meaning` for every setting; secrets are masked."""
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        if isinstance(value, BaseModel):
            value = "(see clinic.toml)"
        elif value and not isinstance(value, int | float) and any(part in name for part in _SECRET):
            value = "(set)"
        yield f"ASSISTANT_{name.upper()} = {value!s:<40} # {field.description or ''}"


def new_key() -> str:
    """Return a new key for `ASSISTANT_ENCRYPTION_KEY`."""
    from cryptography.fernet import Fernet

    return Fernet.generate_key().decode()


def hash_password(password: str) -> str:
    """Return the Argon2id hash of a staff password for `ASSISTANT_STAFF_PASSWORD_HASH`."""
    from assistant.storage.passwords import hashed

    return hashed(password)


def _guarded(name: str, look: Callable[[Settings], str], settings: Settings) -> Check:
    try:
        return Check(name, True, look(settings))
    except Exception as error:
        return Check(name, False, f"{error}" if str(error) else type(error).__name__)


def _clinic(settings: Settings) -> str:
    if not settings.clinic.ways_to_a_person():
        raise ValueError("clinic.toml names no way to a person; add [[clinic.actions]]")
    return f"{settings.clinic.name}, {len(settings.clinic.ways_to_a_person())} ways to a person"


def _wording(settings: Settings) -> str:
    from assistant.wording import Wording

    return f"{len(Wording.load(own=settings.prompts_dir).keys())} sentences in prompts/"


def _policy(settings: Settings) -> str:
    from assistant.guardrail import Guardrail

    Guardrail.load(settings.policy_dir)
    return "red_flags.toml and the guardrail's files are in order"


def _model(settings: Settings) -> str:
    from assistant.retrieval.embeddings import load_embeddings

    embeddings = load_embeddings(settings)
    dimensions = embeddings.encode(["back"]).shape[1]
    return f"{embeddings.identity}, {dimensions} dimensions, {settings.embedding_backend}"


def _reranker(settings: Settings) -> str:
    from assistant.retrieval.reranker import load_reranker

    reranker = load_reranker(settings)
    if reranker is None:
        return "none is set; the fused order stands"
    reranker("How do I do a bird dog?", ["Begin on all fours."])
    return settings.rerank_model


def _language_model(settings: Settings) -> str:
    if not settings.model:
        return "none is set; the guide's own words answer"
    from assistant.answering.prompts import Prompts
    from assistant.answering.provider import try_model
    from assistant.wording import Wording

    return f"{settings.model} {try_model(settings, Prompts(Wording.load()).probe())}"


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


def _database(settings: Settings) -> str:
    from sqlalchemy import func, select

    from assistant.storage.database import open_database
    from assistant.storage.models import ConversationRow

    database = open_database(settings)
    if database.is_sqlite:
        with database.engine.connect() as connection:
            verdict = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
        if verdict != "ok":
            raise ValueError(
                f"the database is damaged ({str(verdict)[:100]}); restore a backup, or move the file away"
            )
    with database.session() as session:
        kept = session.scalar(select(func.count(ConversationRow.id)))
    database.close()
    return f"{database.engine.dialect.name}, {kept} conversations kept"


def _encryption(settings: Settings) -> str:
    from sqlalchemy import select

    from assistant.storage.database import open_database
    from assistant.storage.models import CallbackRow
    from assistant.storage.secrecy import Secrecy

    secrecy = Secrecy.load(settings)
    database = open_database(settings)
    with database.session() as session:
        sealed = session.scalar(select(CallbackRow.details).limit(1))
    database.close()
    if sealed is not None:
        secrecy.open(sealed)
    where = "the environment" if settings.encryption_key.get_secret_value() else f"{settings.data_dir}"
    return f"the key is in {where} and opens what is stored; keep a copy of it elsewhere"


def _callbacks(settings: Settings) -> str:
    from assistant.server.delivery import channels
    from assistant.storage.callbacks import Callbacks
    from assistant.storage.database import open_database
    from assistant.storage.outbox import Outbox
    from assistant.storage.secrecy import Secrecy
    from assistant.wording import Wording

    names = list(channels(settings, Wording.load()))
    if settings.smtp_host and not (settings.smtp_to and settings.smtp_from):
        raise ValueError("ASSISTANT_SMTP_HOST is set, but not ASSISTANT_SMTP_FROM and ASSISTANT_SMTP_TO")
    database = open_database(settings)
    waiting = Outbox(database, Callbacks(database, Secrecy.load(settings)), lease=60).waiting()
    database.close()
    if waiting.oldest_seconds > 3_600:
        raise ValueError(
            f"{waiting.count} call-back requests wait for delivery, the oldest for "
            f"{waiting.oldest_seconds / 3600:.0f} h ({waiting.problem or 'not tried yet'})"
        )
    return f"delivered by {' and '.join(names) or 'nothing but `assistant inbox`'}, {waiting.count} waiting"


_OF_A_CLINIC = ("clinic", "wording", "guardrail", "index")
_CHECKS: dict[str, Callable[[Settings], str]] = {
    "clinic": _clinic,
    "wording": _wording,
    "guardrail": _policy,
    "data folder": _data,
    "model": _model,
    "reranker": _reranker,
    "language model": _language_model,
    "index": _index,
    "database": _database,
    "encryption": _encryption,
    "call-backs": _callbacks,
}
