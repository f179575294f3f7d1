"""The command: exit codes, one sentence on standard error, whole answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.settings import Settings
from tests.conftest import FIXTURES


def run(settings: Settings, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "ASSISTANT_DATA_DIR": str(settings.data_dir), **env}
    command = [sys.executable, "-m", "assistant.cli", *arguments]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=180, check=False, input=""
    )


def test_ask_gives_the_whole_exercise(guide_settings: Settings) -> None:
    done = run(guide_settings, "ask", "How do I do a bird dog?")
    assert done.returncode == 0
    for part in (
        "all fours",
        "left leg back",
        "3–5 seconds",
        "switch sides",
        "2–3 sets of 8–10 per side",
        "coordination",
    ):
        assert part in done.stdout


def test_ask_prints_the_reply_as_json(guide_settings: Settings) -> None:
    reply = json.loads(run(guide_settings, "ask", "--json", "how often?").stdout)
    assert reply["referral"]["level"] == "none"


def test_ingest_says_how_a_file_was_cut_and_what_changed(empty_settings: Settings) -> None:
    first = run(empty_settings, "ingest", str(FIXTURES / "knee-guide.txt"))
    assert first.returncode == 0
    assert "10 exercise" in first.stdout and "24 passages added" in first.stdout
    again = run(empty_settings, "ingest")
    assert "0 passages added, 0 changed, 0 removed, 24 unchanged" in again.stdout
    assert "30–45 seconds" in run(empty_settings, "ask", "how do I do wall sits").stdout


def test_ingest_names_what_it_could_not_read(empty_settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "bad.docx").write_bytes(b"x")
    (tmp_path / "knee.txt").write_bytes((FIXTURES / "knee-guide.txt").read_bytes())
    done = run(empty_settings, "ingest", str(tmp_path))
    assert done.returncode == 2
    assert "24 passages added" in done.stdout
    assert "bad.docx" in done.stderr and len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("ask", ""), "1 to 4,000 characters"),
        (("ask", "x" * 4001), "1 to 4,000 characters"),
        (("ingest", "nowhere.md"), "nowhere.md"),
        (("fly",), "fly"),
        (("serve", "--port", "99999"), "port"),
        (("serve", "--workers", "0"), "workers"),
    ],
)
def test_wrong_use_exits_2_with_one_sentence(
    guide_settings: Settings, arguments: tuple[str, ...], says: str
) -> None:
    done = run(guide_settings, *arguments)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_wrong_setting_is_named(guide_settings: Settings) -> None:
    done = run(guide_settings, "ask", "hi", ASSISTANT_PORT="many")
    assert done.returncode == 2 and "port" in done.stderr


def test_doctor_finds_everything_in_order(guide_settings: Settings) -> None:
    done = run(guide_settings, "doctor")
    assert done.returncode == 0, done.stdout
    assert "MEND" not in done.stdout


def test_doctor_says_what_to_mend(empty_settings: Settings) -> None:
    done = run(empty_settings, "doctor")
    assert done.returncode == 1
    assert "assistant ingest" in done.stdout
