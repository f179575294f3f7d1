"""JUnit XML, which every CI system shows."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree.ElementTree import Element, ElementTree, SubElement

from evals.runner import Run

_NOT_XML = re.compile("[^\\x09\\x0a\\x0d\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")


def write(run: Run, path: Path) -> None:
    """Write one test suite per eval suite, one test per case, and one test per bar.

    A failed case is skipped with its reason, because single cases may fail; a missed bar or a significant
    drop is the failure.
    """
    root = Element("testsuites", name="evals")
    for suite in dict.fromkeys(row["suite"] for row in run.rows):
        rows = [row for row in run.rows if row["suite"] == suite]
        missed = sum(not row["ok"] for row in rows)
        node = SubElement(
            root, "testsuite", name=suite, tests=str(len(rows)), failures="0", skipped=str(missed)
        )
        for row in rows:
            seconds = sum(run.milliseconds.get(row["id"], [])) / 1000
            test = SubElement(
                node, "testcase", classname=f"evals.{suite}", name=row["id"], time=f"{seconds:.3f}"
            )
            if not row["ok"]:
                SubElement(test, "skipped", message=_clean("; ".join(row["why"])))
    failures = len(run.missed) + len(run.drops) + len(run.lost)
    total = len(run.verdicts) + len(run.drops) + len(run.lost)
    node = SubElement(root, "testsuite", name="bars", tests=str(total), failures=str(failures), skipped="0")
    for verdict in run.verdicts:
        name = f"{verdict.bar.figure} {verdict.bar.wording()}"
        test = SubElement(node, "testcase", classname="evals.bars", name=name, time="0")
        if not verdict.met:
            SubElement(test, "failure", message=_clean(f"{verdict.figure.value}: {verdict.bar.why}"))
    for change in run.drops:
        test = SubElement(node, "testcase", classname="evals.drops", name=change.name, time="0")
        message = f"{change.before} → {change.after}, p {change.p} ({change.test})"
        SubElement(test, "failure", message=_clean(message))
    for lost in run.lost:
        test = SubElement(node, "testcase", classname="evals.must", name=lost, time="0")
        SubElement(test, "failure", message="it held in the other run and must hold")
    path.parent.mkdir(parents=True, exist_ok=True)
    ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def _clean(text: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
