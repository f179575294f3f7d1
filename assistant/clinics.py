"""Several clinics in one deployment: one folder each, with its guides, `clinic.toml` and own sentences.

    clinics/
      north/  clinic.toml  knee-guide.md  prompts/answers.toml
      south/  clinic.toml  back-guide.md

What is of a clinic alone (its sites, staff password, where call-backs go) is never taken from the
environment, where it would hold for all of them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path

from assistant import settings as settings_module
from assistant.settings import Settings, SettingsError

OWN = (
    "clinic",
    "hosts",
    "clinic_key",
    "allowed_origins",
    "staff_password_hash",
    "webhook_url",
    "webhook_secret",
    "smtp_to",
)
"""Settings that stand in a clinic's `clinic.toml` or nowhere."""
ALSO = (
    "smtp_from",
    "retention_days",
    "callback_retention_days",
    "store_messages",
    "require_form_token",
    "limit_messages",
    "limit_callbacks",
    "limit_total",
    "daily_budget",
)
"""Settings that a clinic's `clinic.toml` may set; else the deployment's hold."""


def load(base: Settings) -> list[Settings]:
    """Return the settings of each clinic, by the name of its folder; without a clinics folder, `base` alone.

    Raises:
        SettingsError: a clinic cannot be told from another, or its file is wrong; the message names it.
    """
    if base.clinics_dir is None:
        return [base]
    if not base.clinics_dir.is_dir():
        raise SettingsError(f"ASSISTANT_CLINICS_DIR: there is no folder {base.clinics_dir}")
    folders = sorted(path.parent for path in base.clinics_dir.glob("*/clinic.toml"))
    if not folders:
        raise SettingsError(f"{base.clinics_dir} holds no clinic; make <name>/clinic.toml in it")
    clinics = [_clinic(base, folder) for folder in folders]
    _distinct(clinics)
    return clinics


def named(base: Settings, clinic_id: str) -> Settings:
    """Return the settings of one clinic; with a single clinic its name is empty.

    Raises:
        SettingsError: there is none of that name, or several and none was named.
    """
    clinics = {settings.clinic_id: settings for settings in load(base)}
    if clinic_id not in clinics:
        known = ", ".join(sorted(clinics)) if base.clinics_dir else ""
        raise SettingsError(
            f"name a clinic with --clinic: {known}" if known else "there is one clinic; leave out --clinic"
        )
    return clinics[clinic_id]


def _clinic(base: Settings, folder: Path) -> Settings:
    path = folder / "clinic.toml"
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path}: {error}; mend it") from error
    if strange := sorted(set(table) - set(OWN) - set(ALSO)):
        raise SettingsError(
            f"{path}: {', '.join(strange)} holds for all clinics: set ASSISTANT_* variables instead"
        )
    if not (table.get("hosts") or table.get("clinic_key")):
        raise SettingsError(f'{path}: add hosts = ["…"] or clinic_key = "…", by which the clinic is found')
    unset = {name: Settings.model_fields[name].get_default(call_default_factory=True) for name in OWN}
    prompts = folder / "prompts"
    try:
        return settings_module.load(
            **{
                **base.model_dump(exclude_unset=True, exclude=set(OWN)),
                **unset,
                **table,
                "clinics_dir": None,
                "clinic_id": folder.name,
                "knowledge_dir": folder,
                "shared_knowledge_dir": base.knowledge_dir,
                "prompts_dir": prompts if prompts.is_dir() else None,
                "data_dir": base.data_dir / "clinics" / folder.name,
            }
        )
    except SettingsError as error:
        raise SettingsError(f"{path}: {error}") from error


def _distinct(clinics: Sequence[Settings]) -> None:
    for what, values in (
        ("host", [(host.lower(), c.clinic_id) for c in clinics for host in c.hosts]),
        ("clinic_key", [(c.clinic_key, c.clinic_id) for c in clinics if c.clinic_key]),
    ):
        seen: dict[str, str] = {}
        for value, clinic_id in values:
            if value in seen:
                raise SettingsError(f"{what} {value} belongs to both {seen[value]} and {clinic_id}")
            seen[value] = clinic_id
