"""The policy files are checked on load, and a mistake is named with file, line and remedy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from assistant import resources
from assistant.guardrail import policy
from assistant.guardrail.policy import PolicyError


@pytest.fixture
def knowledge(tmp_path: Path) -> Path:
    for name in (policy.RED_FLAGS, policy.WORDS):
        shutil.copy(resources.folder("knowledge") / name, tmp_path / name)
    return tmp_path


def change(path: Path, old: str, new: str) -> int:
    """Replace `old` once and return the line it stood on."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_shipped_policy_names_source_and_review_of_every_row() -> None:
    rules = policy.load()
    assert rules.thresholds.refer_from_days == 8
    assert all(flag.source and flag.reviewed for flag in rules.flags.values())


def test_threshold_is_the_clinicians(knowledge: Path) -> None:
    change(knowledge / policy.RED_FLAGS, "refer_from_days = 8", "refer_from_days = 15")
    assert policy.load(knowledge).thresholds.refer_from_days == 15


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('signal = "saddle"', 'signal = "sadle"', "signal"),
        ("refer_from_days = 8", "refer_from_days = 0", "refer_from_days"),
        ("{wet_self}", "{wet_slef}", "wet_slef"),
        ('id = "fever"', 'id = "saddle"', "twice"),
        ("[thresholds]", "[treshholds]", "treshholds"),
    ],
)
def test_mistake_in_the_rows_is_named(knowledge: Path, old: str, new: str, words: str) -> None:
    change(knowledge / policy.RED_FLAGS, old, new)
    with pytest.raises(PolicyError, match=rf"red_flags\.toml, line \d+: .*{words}"):
        policy.load(knowledge)


def test_broken_toml_and_missing_file_are_named(knowledge: Path) -> None:
    change(knowledge / policy.WORDS, "[concepts]", "[concepts")
    with pytest.raises(PolicyError, match=r"triage_words\.toml: .*line"):
        policy.load(knowledge)
    (knowledge / policy.WORDS).unlink()
    with pytest.raises(PolicyError, match="restore the file"):
        policy.load(knowledge)


@pytest.mark.parametrize("language", policy.LANGUAGES)
def test_language_file_may_be_absent_and_its_mistakes_are_named(knowledge: Path, language: str) -> None:
    name = f"triage_{language}.toml"
    rules = policy.load(knowledge)
    assert rules.speech(language) is rules.speech("en")
    shutil.copy(resources.folder("knowledge") / name, knowledge / name)
    policy.load(knowledge)
    line = change(knowledge / name, "{l_sleep_bad}", "{l_slep_bad}")
    with pytest.raises(PolicyError, match=rf"{name}, line {line}: row interference: .*l_slep_bad"):
        policy.load(knowledge)


def test_row_that_no_flag_has_is_named_in_a_language_file(knowledge: Path) -> None:
    (knowledge / "triage_es.toml").write_text('[patterns]\nfevre = ["fiebre"]\n', encoding="utf-8")
    with pytest.raises(PolicyError, match=r"triage_es\.toml, line 2: 'fevre' is no row"):
        policy.load(knowledge)


def test_words_of_one_language_count_in_no_other() -> None:
    rules = policy.load()
    shared = set(rules.speech("en").lexicon.concepts)
    for language in policy.LANGUAGES:
        assert set(rules.speech(language).lexicon.concepts) > shared
    foot = ["arrastro", "el", "pie"]
    assert "l_drag" in rules.speech("es").lexicon.places(foot)
    assert not any(name.startswith("l_") for name in rules.speech("en").lexicon.places(foot))
