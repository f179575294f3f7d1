"""Every knob: `ASSISTANT_*` variables over `knowledge/clinic.toml` over defaults."""

from __future__ import annotations

import ipaddress
import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from assistant import resources, schema

_LIMITS = r"^\s*(\d+\s*/\s*(\d+\s*)?(second|minute|hour|day)s?\s*(;\s*|$))*$"


class SettingsError(ValueError):
    """A setting cannot be used; the message names where it stands and the remedy."""


class ClinicAction(BaseModel):
    """One way to a person, as `clinic.toml` gives it."""

    model_config = ConfigDict(extra="forbid")

    id: Literal["discovery_visit", "call_back", "discovery_call", "cost_availability", "phone"]
    kind: Literal["link", "form", "phone"]
    label: str = Field(min_length=1, max_length=80)
    url: str = Field(pattern=r"^(https?://|tel:|#)\S+$")

    def public(self) -> schema.Action:
        """Return the action as the contract shows it."""
        return schema.Action(kind=self.kind, label=self.label, url=self.url)


class Clinic(BaseModel):
    """The clinic that the assistant speaks for."""

    model_config = ConfigDict(extra="forbid")

    name: str = "the clinic"
    country: str = Field(default="", pattern=r"^([A-Z]{2})?$")
    privacy_url: str = Field(default="", pattern=r"^(https?://\S+)?$")
    phone: str = Field(default="", pattern=r"^(\+?[0-9 ()-]{3,20})?$")
    actions: list[ClinicAction] = []

    def action(self, action_id: str) -> schema.Action | None:
        """Return the action with that id, or None where the clinic does not offer it."""
        return next((a.public() for a in self.actions if a.id == action_id), None)

    def ways_to_a_person(self) -> list[schema.Action]:
        """Return every action of the clinic, in its own order, its phone number last."""
        ways = [action.public() for action in self.actions]
        if self.phone and not any(way.kind == "phone" for way in ways):
            number = self.phone.translate(str.maketrans("", "", " ()-"))
            ways.append(schema.Action(kind="phone", label=self.phone, url=f"tel:{number}"))
        return ways


def default_data_dir() -> Path:
    """Return `.data/` of a checkout, else `~/.local/share/back-assistant`."""
    checkout = Path(__file__).resolve().parent.parent
    if (checkout / "pyproject.toml").is_file():
        return checkout / ".data"
    return Path.home() / ".local" / "share" / "back-assistant"


class Settings(BaseSettings):
    """The knobs, each with its default; `ASSISTANT_<NAME>` sets one from the environment."""

    model_config = SettingsConfigDict(
        env_prefix="ASSISTANT_", extra="forbid", use_attribute_docstrings=True, env_nested_delimiter="__"
    )

    clinic: Clinic = Clinic()
    """The clinic, from `clinic.toml`."""
    data_dir: Path = Field(default_factory=default_data_dir)
    """Folder of the index, the exported model and the SQLite database."""
    knowledge_dir: Path = Field(default_factory=lambda: resources.folder("knowledge"))
    """Folder of the guides (Markdown, HTML, text, DOCX, PDF), `clinic.toml` and `red_flags.toml`."""
    prompts_dir: Path | None = None
    """Folder of a clinic's own sentences, which take the place of those of the same name in `prompts/`."""
    clinics_dir: Path | None = None
    """Folder with one folder for each of several clinics: its guides and `clinic.toml`."""
    clinic_id: str = Field(default="", pattern=r"^([a-z0-9][a-z0-9-]{0,62})?$")
    """Name of the clinic's folder, where there are several."""
    shared_knowledge_dir: Path | None = None
    """Folder of the files that a clinic of several does not bring itself, such as `red_flags.toml`."""
    hosts: list[str] = []
    """Host names under which the clinic is served, where there are several."""
    clinic_key: str = Field(default="", pattern=r"^([A-Za-z0-9_-]{3,64})?$")
    """Public key by which a page names the clinic where one host name serves several."""
    host: str = "127.0.0.1"
    """Address that the server listens on."""
    port: int = Field(default=8000, ge=0, le=65535)
    """Port that the server listens on."""
    workers: int = Field(default=1, ge=1, le=64)
    """Server processes."""
    embedding_model: str = "sentence-transformers/all-MiniLM-L6-v2"
    """Name or path of a sentence-transformers model."""
    embedding_backend: Literal["onnx", "torch"] = "onnx"
    """`onnx` serves an fp32 export made once at ingest (same vectors, no torch at run time)."""
    embedding_threads: int = Field(default=0, ge=0, le=64)
    """Processor threads of one embedding call; 0 shares the processors among the workers, four at most."""
    rerank_model: str = ""
    """Name or path of a sentence-transformers cross-encoder that orders passages again; empty uses none."""
    chroma_url: str = ""
    """Address of a Chroma server; empty uses the embedded store in `data_dir`."""
    vector_url: str = Field(default="", pattern=r"^(postgres(ql)?(\+psycopg)?://\S+)?$")
    """PostgreSQL with pgvector for the passages of several clinics; empty keeps them in Chroma."""
    database_url: str = ""
    """SQLAlchemy URL; empty uses SQLite in `data_dir`."""
    redis_url: str = ""
    """Redis for rate limits shared by several processes; empty keeps them in memory."""
    model: str = ""
    """`provider:model` of a language model that words the answers; empty composes them from the guide."""
    model_base_url: str = Field(default="", pattern=r"^(https?://\S+)?$")
    """Address of an OpenAI-compatible or Ollama server of your own; empty uses the provider's."""
    model_timeout_seconds: float = Field(default=8.0, gt=0, le=120)
    """Longest silence of the language model before the guide's own words take over."""
    model_budget_seconds: float = Field(default=20.0, gt=0, le=300)
    """Longest time that the language model may take for one answer."""
    model_max_tokens: int = Field(default=700, ge=50, le=8_000)
    """Tokens that the language model may write for one answer."""
    model_temperature: float = Field(default=0.0, ge=-1, le=2)
    """Sampling temperature; -1 leaves the provider's own, for models that take none."""
    model_always: bool = False
    """Whether the language model also words answers that the guide's own words serve perfectly."""
    model_cache_answers: int = Field(default=256, ge=0, le=10_000)
    """Checked answers that are kept for the same impersonal first question; 0 keeps none."""
    model_cache_similarity: float = Field(default=0.95, ge=0.8, le=1.0)
    """Least cosine similarity of two questions that count as the same."""
    model_input_price: float = Field(default=0.0, ge=0)
    """Price of a million tokens that the model reads, for the cost in the metrics."""
    model_output_price: float = Field(default=0.0, ge=0)
    """Price of a million tokens that the model writes."""
    allowed_origins: list[str] = []
    """Sites that may embed the widget, e.g. `["https://clinic.example"]`; `["*"]` allows every site."""
    retention_days: int = Field(default=30, ge=0)
    """Days that a conversation is kept."""
    callback_retention_days: int = Field(default=90, ge=0)
    """Days that a call-back request is kept after it was dealt with."""
    encryption_key: SecretStr = SecretStr("")
    """Key for what visitors typed, from `assistant doctor --new-key`; several are separated by commas, the
    first writes. Empty makes one in `data_dir`."""
    store_messages: bool = True
    """Whether the text of messages is stored at all."""
    webhook_url: str = Field(default="", pattern=r"^(https?://\S+)?$")
    """Address to which each call-back request is posted, signed; empty delivers none there."""
    webhook_secret: SecretStr = SecretStr("")
    """Secret that signs webhook deliveries (Standard Webhooks; `whsec_` and base64, or any text)."""
    smtp_host: str = ""
    """Mail server that takes each call-back request; empty sends no mail."""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    """Port of the mail server."""
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    """How the connection to the mail server is encrypted; `none` only for a server on this machine."""
    smtp_user: str = ""
    """Name to sign in with at the mail server; empty signs in nowhere."""
    smtp_password: SecretStr = SecretStr("")
    """Password to sign in with at the mail server."""
    smtp_from: str = ""
    """Sender of the mails."""
    smtp_to: list[str] = []
    """Staff who get the mails."""
    trusted_proxies: list[str] = ["127.0.0.1", "::1"]
    """Addresses or networks of reverse proxies whose `X-Forwarded-For` and `-Proto` are believed."""
    limit_messages: str = Field(default="60/minute;1000/day", pattern=_LIMITS)
    """Messages that one client may send; several limits are separated by semicolons, empty sets none."""
    limit_callbacks: str = Field(default="10/hour;30/day", pattern=_LIMITS)
    """Call-back requests that one client may send."""
    limit_total: str = Field(default="1200/minute", pattern=_LIMITS)
    """Messages of all clients together."""
    daily_budget: int = Field(default=100_000, ge=0)
    """Messages a day of all clients together; 0 sets no budget."""
    limit_local: bool = False
    """Whether requests that come straight from this machine, through no proxy, are limited too."""
    require_form_token: bool = False
    """Whether a call-back request must carry the token that `GET /api/forms/token` gives. The widget always
    carries it; turn this on where no script of your own posts call-backs."""
    staff_password_hash: SecretStr = SecretStr("")
    """Hash of the staff page's password, from `assistant doctor --hash-password`; empty closes the page."""
    log_level: Literal["debug", "info", "warning", "error"] = "warning"
    """Least level of log lines; `info` adds a line per request, never with what a visitor wrote."""
    delivery_timeout: float = Field(default=10.0, gt=0, le=120)
    """Seconds that one delivery of a call-back request may take."""

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: list[str]) -> list[str]:
        for entry in value:
            ipaddress.ip_network(entry, strict=False)
        return value

    def knowledge(self, name: str) -> Path:
        """Return a file of the knowledge folder, or the shared one where the clinic brings none."""
        own = self.knowledge_dir / name
        if self.shared_knowledge_dir is None or own.is_file():
            return own
        return self.shared_knowledge_dir / name

    @property
    def policy_dir(self) -> Path:
        """Folder of the guardrail's policy: the clinic's own where it brings one, else the shared one."""
        return self.knowledge("red_flags.toml").parent

    @property
    def cache_dir(self) -> Path:
        """Folder of what is computed once for all processes, and for all clinics of a deployment."""
        return (self.data_dir.parents[1] if self.shared_knowledge_dir else self.data_dir) / "cache"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put the environment over `clinic.toml` over the defaults."""
        path = _clinic_file(init_settings, env_settings)
        return (init_settings, env_settings, TomlConfigSettingsSource(settings_cls, path))


def _clinic_file(*sources: PydanticBaseSettingsSource) -> Path:
    for source in sources:
        if folder := source().get("knowledge_dir"):
            return Path(folder) / "clinic.toml"
    return resources.folder("knowledge") / "clinic.toml"


def load(**overrides: object) -> Settings:
    """Read the settings; `overrides` win over everything.

    Raises:
        SettingsError: a value is unknown or out of range, or `clinic.toml` is not TOML; the message
            names the setting and what is wrong with it.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"clinic.toml: {error}; mend the TOML on that line") from error
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}" for item in error.errors()
        )
        raise SettingsError(
            f"settings (clinic.toml or ASSISTANT_* variables): {problems}; correct or remove it"
        ) from error
