"""Each clinic has what is in its folder, and nothing of it comes from the environment or another clinic."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant import clinics
from assistant import settings as settings_module
from assistant.settings import Settings, SettingsError
from assistant.wording import Wording, WordingError
from tests.clinics import make


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make(tmp_path / "clinics")


def base(folder: Path, **overrides: object) -> Settings:
    return settings_module.load(clinics_dir=folder, data_dir=folder.parent / "data", **overrides)


def test_each_clinic_has_its_own_and_shares_the_rest(folder: Path) -> None:
    north, south, west = clinics.load(base(folder, retention_days=9))
    assert [own.clinic_id for own in (north, south, west)] == ["north", "south", "west"]
    assert north.clinic.name == "Clinic North" and north.hosts == ["north.example"]
    assert len({own.data_dir for own in (north, south, west)}) == 3
    assert south.retention_days == 9
    assert south.knowledge("red_flags.toml").parent == base(folder).knowledge_dir
    assert south.knowledge("clinic.toml").parent == folder / "south"
    assert Wording.load(own=south.prompts_dir).say("answers.greeting") == "Ahoy from the south!"
    assert Wording.load(own=north.prompts_dir).say("answers.greeting") != "Ahoy from the south!"


def test_a_clinics_own_policy_takes_the_place_of_the_shared_one(folder: Path) -> None:
    (folder / "west" / "red_flags.toml").write_text("")
    west = clinics.named(base(folder), "west")
    assert west.policy_dir == folder / "west"


def test_what_is_of_one_clinic_never_comes_from_the_environment(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSISTANT_STAFF_PASSWORD_HASH", "of-everybody")
    monkeypatch.setenv("ASSISTANT_ALLOWED_ORIGINS", '["*"]')
    monkeypatch.setenv("ASSISTANT_WEBHOOK_URL", "https://one-for-all.example")
    monkeypatch.setenv("ASSISTANT_WEBHOOK_SECRET", "shared")
    monkeypatch.setenv("ASSISTANT_RETENTION_DAYS", "5")
    for own in clinics.load(base(folder)):
        assert own.staff_password_hash.get_secret_value() not in ("", "of-everybody")
        assert own.allowed_origins == [f"https://{own.clinic_id}-page.example"]
        assert own.webhook_url == "" and own.webhook_secret.get_secret_value() == ""
        assert own.retention_days == 5


@pytest.mark.parametrize(
    ("clinic", "text", "said"),
    [
        ("north", 'hosts = ["South.example"]', "host south.example belongs to both"),
        ("north", 'clinic_key = "pk_west"', "clinic_key pk_west belongs to both"),
        ("north", "", "add hosts"),
        ("north", 'hosts = ["a.example"]\ndatabase_url = "x"', "database_url holds for all clinics"),
        ("north", 'hosts = ["a.example"]\nretention_days = -1', "retention_days"),
        ("north", "hosts = [", "north/clinic.toml"),
    ],
)
def test_a_wrong_file_is_named(folder: Path, clinic: str, text: str, said: str) -> None:
    (folder / clinic / "clinic.toml").write_text(text)
    with pytest.raises(SettingsError, match=said):
        clinics.load(base(folder))


def test_a_clinic_is_named_where_there_are_several(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="--clinic: north, south, west"):
        clinics.named(base(folder), "")
    alone = settings_module.load(data_dir=tmp_path)
    assert clinics.named(alone, "") is alone
    with pytest.raises(SettingsError, match="leave out"):
        clinics.named(alone, "north")
    with pytest.raises(SettingsError, match="no folder"):
        clinics.load(base(tmp_path / "nowhere"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(SettingsError, match="no clinic"):
        clinics.load(base(tmp_path / "empty"))


@pytest.mark.parametrize(
    ("text", "said"), [('greating = "x"', "no sentence"), ('greeting = "{visitor}"', "not given there")]
)
def test_an_own_sentence_must_have_a_place_and_its_variables(folder: Path, text: str, said: str) -> None:
    (folder / "south" / "prompts" / "answers.toml").write_text(text)
    with pytest.raises(WordingError, match=said):
        Wording.load(own=folder / "south" / "prompts")
