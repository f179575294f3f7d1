"""A run as an Inspect log, which `inspect view` opens.

inspect-ai pins other versions than the assistant, so it may live in an environment of its own: this module
needs nothing but the standard library and inspect-ai, and reads a run's folder.

    /path/to/inspect-env/bin/python -m evals.exports.inspect_log evals/runs/last
"""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any


class MissingInspect(RuntimeError):
    """inspect-ai is not installed here."""


def require() -> None:
    """Raise MissingInspect, with the remedy, unless inspect-ai can be imported."""
    if importlib.util.find_spec("inspect_ai") is None:
        raise MissingInspect(
            "inspect-ai is not installed here; install it in an environment of its own and run "
            "`python -m evals.exports.inspect_log RUN` there, or leave out --inspect"
        )


def write(run: Path, folder: Path) -> Path:
    """Write the run in folder `run` as an Inspect log into `folder`, and return the log.

    `inspect view` lists only files that are named by time, task and id, so the log is.

    Args:
        run: folder with results.jsonl, figures.json and run.json.
        folder: where the log goes; `inspect view --log-dir FOLDER` shows it.

    Raises:
        MissingInspect: inspect-ai is not installed here.
        OSError: the folder does not hold a run.
    """
    require()
    from inspect_ai.log import (  # type: ignore[import-not-found]
        EvalConfig,
        EvalDataset,
        EvalLog,
        EvalMetric,
        EvalResults,
        EvalSample,
        EvalScore,
        EvalSpec,
        write_eval_log,
    )

    record = json.loads((run / "run.json").read_text(encoding="utf-8"))
    figures = json.loads((run / "figures.json").read_text(encoding="utf-8"))
    rows = [json.loads(line) for line in (run / "results.jsonl").read_text(encoding="utf-8").splitlines()]
    scores = [
        EvalScore(
            name=figure["name"],
            scorer="deterministic",
            metrics={
                "value": EvalMetric(name="value", value=figure["value"]),
                "low": EvalMetric(name="low", value=figure["interval"]["low"]),
                "high": EvalMetric(name="high", value=figure["interval"]["high"]),
            },
        )
        for figure in figures
        if figure["split"] == "report"
    ]
    log = EvalLog(
        status="success",
        eval=EvalSpec(
            created=record["started"],
            task="back-assistant",
            dataset=EvalDataset(
                name="evals/cases", samples=len(rows), sample_ids=[row["id"] for row in rows]
            ),
            model=record.get("model") or "none/none",
            config=EvalConfig(),
            metadata={key: record[key] for key in ("target", "code", "cases_sha256")},
        ),
        results=EvalResults(total_samples=len(rows), completed_samples=len(rows), scores=scores),
        samples=[EvalSample(**_sample(row)) for row in rows],
    )
    name = f"{record['started'].replace(':', '-')}_back-assistant_{record['fingerprint']}.eval"
    folder.mkdir(parents=True, exist_ok=True)
    write_eval_log(log, str(folder / name))
    return folder / name


def _sample(row: dict[str, Any]) -> dict[str, Any]:
    from inspect_ai.model import (  # type: ignore[import-not-found]
        ChatMessageAssistant,
        ChatMessageUser,
        ModelOutput,
    )
    from inspect_ai.scorer import Score  # type: ignore[import-not-found]

    messages: list[Any] = []
    answers: list[str] = []
    for turn in row["turns"]:
        messages.append(ChatMessageUser(content=turn["said"]))
        if turn["got"]:
            answers.append(turn["got"]["answer"])
            messages.append(ChatMessageAssistant(content=answers[-1]))
    expected = [c["expected"] for turn in row["turns"] for c in turn["checks"]]
    last = answers[-1] if answers else "; ".join(passage["name"] for passage in row["passages"])
    return {
        "id": row["id"],
        "epoch": 1,
        "input": [message for message in messages if message.role == "user"],
        "target": "; ".join(dict.fromkeys(expected)),
        "messages": messages,
        "output": ModelOutput.from_content("none/none", last),
        "scores": {
            "right": Score(
                value="C" if row["ok"] else "I", answer=last, explanation="; ".join(row["why"]) or "right"
            )
        },
        "metadata": {key: row[key] for key in ("suite", "split", "lang", "voice", "note")},
    }


def main(arguments: list[str]) -> int:
    """Write the log of the run named on the command line; return the exit code."""
    if len(arguments) not in (1, 2):
        print("usage: python -m evals.exports.inspect_log RUN [FOLDER]", file=sys.stderr)
        return 2
    run = Path(arguments[0])
    try:
        path = write(run, Path(arguments[1]) if len(arguments) == 2 else run / "inspect")
    except (MissingInspect, OSError, json.JSONDecodeError) as error:
        print(error, file=sys.stderr)
        return 2
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
