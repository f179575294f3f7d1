"""`assistant inbox`: call-back requests in the terminal, and what is held of one contact."""

from __future__ import annotations

import csv
import json
import sys
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from assistant import settings as settings_module
from assistant.storage.masking import masked_contact, masked_name

if TYPE_CHECKING:
    from assistant.storage.callbacks import Callback, Callbacks
    from assistant.storage.subjects import Subjects

app = typer.Typer(
    help="Show call-back requests, and answer access and erasure requests.", invoke_without_command=True
)
_Id = Annotated[str, typer.Argument(metavar="ID", help="The request's id, or how it starts.")]
_All = Annotated[bool, typer.Option("--all", help="Those that were dealt with, too.")]


class UnknownRequest(ValueError):
    """There is no such call-back request, or several start like this."""


class _Store(NamedTuple):
    callbacks: Callbacks
    subjects: Subjects


_chosen = ""
"""Clinic that the command is about, where there are several."""


def _open() -> _Store:
    # Here, not above: every command of the assistant would wait for these.
    from assistant import clinics
    from assistant.storage.callbacks import Callbacks
    from assistant.storage.conversations import Conversations
    from assistant.storage.database import open_database
    from assistant.storage.secrecy import Secrecy
    from assistant.storage.subjects import Subjects

    base = settings_module.load()
    clinic = clinics.named(base, _chosen).clinic_id
    database, secrecy = open_database(base), Secrecy.load(base)
    callbacks = Callbacks(database, secrecy, clinic=clinic)
    conversations = Conversations(database, secrecy, clinic=clinic)
    return _Store(callbacks, Subjects(database, secrecy, callbacks, conversations))


@app.callback()
def inbox(
    context: typer.Context,
    clinic: Annotated[
        str, typer.Option("--clinic", help="Name of the clinic's folder, where there are several.")
    ] = "",
) -> None:
    """List the open requests where no sub-command is given."""
    global _chosen
    _chosen = clinic
    if context.invoked_subcommand is None:
        show_list(include_done=False)


@app.command("list")
def list_requests(include_done: _All = False) -> None:
    """List the requests, oldest first; names and contacts are masked."""
    show_list(include_done=include_done)


@app.command()
def show(callback_id: _Id) -> None:
    """Show one request whole."""
    found = _find(_open().callbacks, callback_id)
    for name, value in asdict(found).items():
        if name in ("created", "done"):
            value = _when(value) if value else "–"
        print(f"{name.replace('_', ' '):<16}{value or '–'}")


@app.command()
def done(callback_id: _Id) -> None:
    """Mark a request as dealt with."""
    callbacks = _open().callbacks
    found = _find(callbacks, callback_id)
    callbacks.mark_done(found.id)
    print(f"{found.id} is done")


@app.command()
def export(
    contact: Annotated[
        str | None, typer.Option(help="Everything held of one phone number or e-mail address, as JSON.")
    ] = None,
    include_done: _All = False,
) -> None:
    """Write the requests as CSV, or all that is held of one contact as JSON."""
    store = _open()
    if contact is not None:
        print(json.dumps(store.subjects.export(contact), ensure_ascii=False, indent=2))
        return
    names = [
        "id",
        "created",
        "done",
        "topic",
        "name",
        "contact",
        "preferred_time",
        "message",
        "conversation_id",
    ]
    writer = csv.DictWriter(sys.stdout, names, extrasaction="ignore")
    writer.writeheader()
    for request in store.callbacks.requests(include_done=include_done):
        writer.writerow({name: _inert(value) for name, value in asdict(request).items()})


@app.command()
def erase(
    contact: Annotated[str, typer.Argument(help="The phone number or e-mail address.")],
    sure: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete everything held of one contact."""
    if not sure:
        typer.confirm(f"Delete everything held of {contact}?", abort=True)
    requests, conversations = _open().subjects.erase(contact)
    print(f"{requests} call-back requests and {conversations} conversations deleted")


def show_list(*, include_done: bool) -> None:
    """Print one line per request."""
    requests = _open().callbacks.requests(include_done=include_done)
    for request in requests:
        state = "done" if request.done else "open"
        print(
            f"{request.id}  {_when(request.created)}  {state}  {request.topic:<18}"
            f"{masked_name(request.name):<6}{masked_contact(request.contact)}"
        )
    if not requests:
        print("no call-back request waits")


def _find(callbacks: Callbacks, start: str) -> Callback:
    if exact := callbacks.get(start):
        return exact
    found = [request for request in callbacks.requests(include_done=True) if request.id.startswith(start)]
    if len(found) != 1:
        raise UnknownRequest(
            f"{len(found) or 'no'} call-back request{'s' if len(found) > 1 else ''} with the id {start}; "
            "see `assistant inbox list --all`"
        )
    return found[0]


def _when(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M")


def _inert(value: object) -> object:
    """Keep a spreadsheet from running what a visitor typed (OWASP: CSV injection)."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
