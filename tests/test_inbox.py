"""`assistant inbox`, `assistant gaps` and what `assistant doctor` makes."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from assistant import settings as settings_module
from assistant.cli import app
from assistant.settings import Settings
from assistant.storage.callbacks import Callbacks
from assistant.storage.database import open_database
from assistant.storage.passwords import PasswordError, hashed, matches
from assistant.storage.secrecy import Secrecy

runner = CliRunner()


@pytest.fixture
def callbacks(empty_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callbacks]:
    monkeypatch.setenv("ASSISTANT_DATA_DIR", str(empty_settings.data_dir))
    settings = settings_module.load()
    database = open_database(settings)
    yield Callbacks(database, Secrecy.load(settings))
    database.close()


def run(*arguments: str) -> str:
    done = runner.invoke(app, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_the_list_masks_and_show_does_not(callbacks: Callbacks) -> None:
    made = callbacks.receive(
        name="Ana Long", contact="ana@runner.example", topic="call_back", message="evenings"
    )
    listed = run("inbox")
    assert made in listed and "A.L." in listed
    assert "Ana" not in listed and "runner" not in listed
    shown = run("inbox", "show", made[:8])
    assert all(part in shown for part in ("Ana Long", "ana@runner.example", "evenings"))


def test_done_leaves_the_list(callbacks: Callbacks) -> None:
    made = callbacks.receive(name="Ana", contact="ana@runner.example", topic="call_back")
    run("inbox", "done", made)
    assert made not in run("inbox", "list") and made in run("inbox", "list", "--all")


def test_the_export_runs_nothing_in_a_spreadsheet(callbacks: Callbacks) -> None:
    callbacks.receive(name="=HYPERLINK(1)", contact="+44 20 7946 0018", topic="call_back", message='a,\n"b"')
    row = next(csv.DictReader(io.StringIO(run("inbox", "export"))))
    assert row["name"] == "'=HYPERLINK(1)" and row["contact"].startswith("'+") and row["message"] == 'a,\n"b"'


def test_one_contact_is_exported_and_erased(callbacks: Callbacks) -> None:
    callbacks.receive(name="Ana", contact="ana@runner.example", topic="call_back")
    callbacks.receive(name="Bo", contact="bo@runner.example", topic="call_back")
    assert len(json.loads(run("inbox", "export", "--contact", "ANA@runner.example"))["callbacks"]) == 1
    assert "1 call-back requests" in run("inbox", "erase", "ana@runner.example", "--yes")
    assert [request.name for request in callbacks.requests()] == ["Bo"]


def test_an_unknown_id_is_said(callbacks: Callbacks) -> None:
    done = runner.invoke(app, ["inbox", "show", "nothing"])
    assert done.exit_code != 0 and "nothing" in str(done.exception)


def test_gaps_of_an_empty_clinic(callbacks: Callbacks) -> None:
    assert "no unanswered question" in run("gaps")


def test_doctor_makes_keys_and_hashes(callbacks: Callbacks) -> None:
    key = run("doctor", "--new-key").strip()
    assert Secrecy([key.encode()]).open(Secrecy([key.encode()]).seal("x")) == "x"
    done = runner.invoke(app, ["doctor", "--hash-password"], input="correct horse battery\n")
    assert matches("correct horse battery", done.output.strip())
    assert not matches("correct horse batter", done.output.strip())


def test_a_short_password_and_a_wrong_hash_are_refused() -> None:
    with pytest.raises(PasswordError, match="12"):
        hashed("short")
    with pytest.raises(PasswordError, match="doctor"):
        matches("whatever it is", "no hash")
