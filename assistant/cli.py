"""The `assistant` command."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import sys
import threading
import time
from pathlib import Path
from typing import Annotated, Any

import click
import typer

from assistant import inbox, preparation
from assistant import settings as settings_module
from assistant.preparation import say

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="A running clinic's chat assistant: answers from the guide, referral to a person.",
)


_Clinic = Annotated[
    str, typer.Option("--clinic", help="Name of the clinic's folder, where there are several.")
]


class Failure(Exception):
    """Ends the command with one sentence and an exit code."""

    def __init__(self, sentence: str, code: int = 2) -> None:
        super().__init__(sentence)
        self.code = code


def main() -> None:
    """Run the command; exit 0 done, 1 a check not met, 2 wrong use or bad input."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    try:
        code = app(standalone_mode=False, prog_name="assistant")
    except Failure as failure:
        _fail(str(failure), failure.code)
    except (click.exceptions.Abort, KeyboardInterrupt):
        _fail("stopped", 130)
    except Exception as error:
        if hasattr(error, "format_message"):  # click's own, however typer carries it
            _fail(error.format_message(), 2)
        if _is_ours(error):
            _fail(str(error), 2)
        raise
    sys.exit(code if isinstance(code, int) else 0)


def _fail(sentence: str, code: int) -> None:
    print(f"assistant: {' '.join(sentence.split())}", file=sys.stderr)
    sys.exit(code)


def _is_ours(error: Exception) -> bool:
    """Say whether the error was raised with a sentence for the person who runs the command."""
    return type(error).__module__.startswith(("assistant.", "evals."))


def _own(clinic: str) -> settings_module.Settings:
    """Return the settings of one clinic, or of the only one."""
    from assistant import clinics

    return clinics.named(settings_module.load(), clinic)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, max=64, help="Server processes.")] = None,
) -> None:
    """Build or refresh the index if the knowledge changed, then serve."""
    from assistant.server import process

    process.starts()
    given = {"host": host, "port": port, "workers": workers}
    settings = settings_module.load(**{name: value for name, value in given.items() if value is not None})
    _check_port(settings)
    import uvicorn

    from assistant import clinics
    from assistant.server import telemetry

    own = clinics.load(settings)
    if preparation.stale(settings, own):
        preparation.apart(settings, own)

    for name, value in (("HOST", settings.host), ("PORT", settings.port), ("WORKERS", settings.workers)):
        os.environ[f"ASSISTANT_{name}"] = str(value)
    telemetry.prepare_workers(settings)
    telemetry.configure_logs(settings.log_level)
    threading.Thread(target=_announce, args=(settings.host, settings.port), daemon=True).start()
    uvicorn.run(
        "assistant.server.process:serving",
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=20,
    )


def _announce(host: str, port: int) -> None:
    """Print the address once the assistant answers."""
    from http.client import HTTPConnection, HTTPException

    shown = f"[{host}]" if ":" in host else host
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    while True:
        time.sleep(0.1)
        connection = HTTPConnection(reached, port, timeout=5)
        with contextlib.suppress(OSError, HTTPException), contextlib.closing(connection):
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                break
    print(f"Ready: http://{shown}:{port} (Ctrl-C ends)", flush=True)


def _check_port(settings: settings_module.Settings) -> None:
    import socket

    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise Failure(
                f"cannot listen on {settings.host}:{settings.port} ({error.strerror}); choose another --port"
            ) from error


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="One question; without it, a conversation.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole reply as JSON.")] = False,
    clinic: _Clinic = "",
) -> None:
    """Answer one question in the terminal, or hold a conversation."""
    from assistant.conversation import Conversation
    from assistant.pipeline import Assistant
    from assistant.retrieval.embeddings import load_embeddings

    base, settings = settings_module.load(), _own(clinic)
    if question is not None:
        question = _checked(question)
    if preparation.stale(base, [settings]):
        preparation.refresh(base, [settings])
    embeddings = load_embeddings(base)
    assistant = Assistant.load(settings, embeddings=embeddings)
    conversation = Conversation.new()
    if question is not None:
        _show(assistant.reply(question, conversation), as_json)
        return
    say("Ask about back strains and running; an empty line or Ctrl-D ends.")
    while True:
        try:
            line = input("> ").strip()
        except EOFError:
            return
        if not line:
            return
        try:
            _show(assistant.reply(_checked(line), conversation), as_json)
        except Failure as failure:
            say(str(failure))


def _checked(question: str) -> str:
    from pydantic import ValidationError

    from assistant.schema import MAX_MESSAGE_CHARS, ChatRequest

    try:
        return ChatRequest(message=question).message
    except ValidationError:
        raise Failure(f"a question has 1 to {MAX_MESSAGE_CHARS:,} characters") from None


def _show(reply: Any, as_json: bool) -> None:
    if as_json:
        print(json.dumps(reply.model_dump(mode="json"), ensure_ascii=False, indent=2))
        return
    print(reply.answer)
    for action in reply.referral.actions:
        print(f"→ {action.label}: {action.url}")
    for number, citation in enumerate(reply.citations, start=1):
        print(f"[{number}] {citation.guide} — {citation.section}")
    if reply.suggestions:
        print(f"({' · '.join(reply.suggestions)})")
    print()


@app.command()
def ingest(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Guides: Markdown, HTML, text, DOCX, PDF.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
    clinic: _Clinic = "",
) -> None:
    """Read guides into the index; say what was added, changed, removed, and how each file was cut."""
    from assistant.ingestion import index
    from assistant.retrieval.embeddings import load_embeddings

    base, settings = settings_module.load(), _own(clinic)
    missing = [path for path in paths or [] if not path.exists()]
    if missing and len(missing) == len(paths or []):
        raise Failure(f"there is no {missing[0]}")
    embeddings = load_embeddings(base)
    report = index.ingest(
        settings,
        embeddings.encode,
        embeddings.identity,
        paths or [],
        dry_run=dry_run,
        progress=say,
    )
    if not dry_run:
        preparation.keep(settings, embeddings)
    if report.note:
        print(report.note)
    for file in report.files:
        if not file.error:
            _describe(file)
    verb = "would be " if dry_run else ""
    print(
        f"{len(report.added)} passages {verb}added, {len(report.changed)} {verb}changed, "
        f"{len(report.removed)} {verb}removed, {report.unchanged} unchanged"
    )
    for label, ids in (("+", report.added), ("~", report.changed), ("-", report.removed)):
        for chunk_id in ids:
            print(f"  {label} {chunk_id}")
    if report.failed:
        names = "; ".join(f"{file.path.name}: {file.error}" for file in report.failed)
        raise Failure(f"left out {names}")


def _describe(file: Any) -> None:
    from collections import Counter

    kinds = Counter(chunk.kind for chunk in file.chunks)
    print(f"{file.path}: “{file.title}”, {', '.join(f'{n} {kind}' for kind, n in kinds.items())}")


@app.command("eval")
def evaluate(
    suites: Annotated[list[str] | None, typer.Argument(help="Suites; all of them without.")] = None,
    cases: Annotated[Path | None, typer.Option(help="A JSON Lines file of your own.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the report.")] = None,
    against: Annotated[Path | None, typer.Option(help="Folder of an earlier run to compare with.")] = None,
    url: Annotated[str | None, typer.Option(help="A running server to test instead of the library.")] = None,
    workers: Annotated[int, typer.Option(min=1, max=16, help="Cases at a time.")] = 1,
    ablate: Annotated[
        bool, typer.Option("--ablate", help="Compare retrievers, chunk sizes, guardrail parts.")
    ] = False,
    junit: Annotated[Path | None, typer.Option(help="Write JUnit XML for CI.")] = None,
    inspect: Annotated[bool, typer.Option("--inspect", help="Write an Inspect log too.")] = False,
    judge: Annotated[bool, typer.Option("--judge", help="Ask the language model too; never a gate.")] = False,
    baselines: Annotated[
        bool, typer.Option("--baselines", help="Measure naive triage beside the guardrail's.")
    ] = False,
) -> int:
    """Run the answer-quality evals and write the report; exit 1 when a bar is missed."""
    from evals import cli as evals_cli

    return evals_cli.run(
        suites or [], cases, out, against, url, workers, ablate, junit, inspect, judge=judge, naive=baselines
    )


app.add_typer(inbox.app, name="inbox")


@app.command()
def gaps(
    days: Annotated[int, typer.Option(min=1, max=3650, help="How far to look back.")] = 30,
    limit: Annotated[int, typer.Option(min=1, help="How many gaps to show.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print all of them as JSON.")] = False,
    clinic: _Clinic = "",
) -> None:
    """Show what visitors asked that the guide could not answer, clustered by meaning, with counts."""
    from assistant.retrieval.embeddings import load_embeddings
    from assistant.storage.database import open_database
    from assistant.storage.secrecy import Secrecy
    from assistant.storage.statistics import Statistics

    base, settings = settings_module.load(), _own(clinic)
    statistics = Statistics(open_database(base), Secrecy.load(base), clinic=settings.clinic_id)
    found = statistics.gaps(load_embeddings(base).encode, days=days)
    if as_json:
        print(json.dumps([gap._asdict() for gap in found.found], ensure_ascii=False, indent=2))
        return
    for gap in found.found[:limit]:
        print(f"{gap.times:>5} × {gap.question}")
        for other in gap.others:
            print(f"        {other}")
    if len(found.found) > limit:
        print(f"… and {len(found.found) - limit} more; see --limit")
    if found.without_text:
        print(f"{found.without_text} unanswered questions were stored without their text")
    if not found.found and not found.without_text:
        print(f"no unanswered question in the last {days} days")


@app.command()
def doctor(
    show_settings: Annotated[
        bool, typer.Option("--settings", help="List every setting and its value.")
    ] = False,
    new_key: Annotated[bool, typer.Option("--new-key", help="Print a new encryption key.")] = False,
    hash_password: Annotated[
        bool, typer.Option("--hash-password", help="Ask for a staff password and print its hash.")
    ] = False,
) -> None:
    """Check settings, model, index, database, and say what to mend."""
    from assistant import diagnosis

    if new_key:
        print(diagnosis.new_key())
        return
    if hash_password:
        print(diagnosis.hash_password(_asked_password()))
        return
    settings = settings_module.load()
    if show_settings:
        for line in diagnosis.list_settings(settings):
            print(line)
        return
    checks = diagnosis.run_all(settings)
    for check in checks:
        print(f"{'ok  ' if check.ok else 'MEND'} {check.name}: {check.detail}")
    if not all(check.ok for check in checks):
        raise Failure("something above needs mending", code=1)


def _asked_password() -> str:
    """Ask for a password, unseen in a terminal, or read one line."""
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    return sys.stdin.readline().rstrip("\n")


if __name__ == "__main__":
    main()
