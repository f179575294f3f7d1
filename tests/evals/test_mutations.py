from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from assistant import resources
from evals import mutations, selftest
from evals.selftest import Finding

EVERY = [*mutations.FAULTS, *mutations.MORE_FAULTS, *mutations.HARMLESS]


def test_there_are_25_faults_and_10_harmless_edits_of_different_names() -> None:
    assert len(mutations.FAULTS) == 25 and len(mutations.HARMLESS) == 10
    assert len({mutation.name for mutation in EVERY}) == len(EVERY)
    assert all(mutation.harmless == (mutation in mutations.HARMLESS) for mutation in EVERY)
    assert all(mutation.edits or mutation.alter for mutation in EVERY)


@pytest.mark.parametrize("mutation", [m for m in EVERY if m.edits], ids=lambda m: m.name)
def test_each_edit_still_fits_the_files(tmp_path: Path, mutation: mutations.Mutation) -> None:
    for name in ("knowledge", "prompts"):
        shutil.copytree(resources.folder(name), tmp_path / name)
    mutation.apply(tmp_path)


def test_an_edit_that_changes_nothing_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("words")
    with pytest.raises(mutations.MutationError, match=r"gone: nothing to change in a\.txt"):
        mutations.Mutation("gone", edits=(("a.txt", mutations.swap("x", "y")),)).apply(tmp_path)


def test_only_the_named_flag_is_changed() -> None:
    text = '[[flag]]\nid = "a"\nlevel = "refer"\n\n[[flag]]\nid = "b"\nlevel = "refer"\n'
    changed = mutations.in_flag("b", "refer", "urgent")(text)
    assert changed == '[[flag]]\nid = "a"\nlevel = "refer"\n\n[[flag]]\nid = "b"\nlevel = "urgent"\n'


def findings(caught: int, alarms: int) -> list[Finding]:
    faults = [Finding(f"f{n}", False, n < caught, ("bar x",), 1.0) for n in range(25)]
    return faults + [Finding(f"h{n}", True, n < alarms, (), 1.0) for n in range(10)]


@pytest.mark.parametrize(
    ("caught", "alarms", "passed"), [(25, 0, True), (24, 0, True), (23, 0, False), (25, 1, False)]
)
def test_24_of_25_pass_and_no_false_alarm(caught: int, alarms: int, passed: bool) -> None:
    text, verdict = selftest.summary(findings(caught, alarms))
    assert verdict is passed
    assert text == f"{caught} of 25 faults caught; {alarms} false alarms on 10 harmless edits"


def test_the_list_says_what_was_not_noticed() -> None:
    text = selftest.markdown(findings(24, 0), "24 of 25")
    assert "| fault | f24 | not noticed |" in text
    assert selftest.line(1, findings(0, 0)[0]).startswith("BAD  1 fault    f0: not noticed")
