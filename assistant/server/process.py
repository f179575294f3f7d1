"""A server process: how it starts quickly and stays small."""

from __future__ import annotations

import contextlib
import ctypes
import gc
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp

M_ARENA_MAX = -8
"""Name of the setting in glibc's `malloc.h`."""


def starts() -> None:
    """Hold the garbage collector until `started`: nearly all that a start makes is there to stay."""
    gc.disable()


def started() -> None:
    """Let the collector work again, and leave out what the start has made.

    Called again, when something was loaded anew, it takes that in again: what was replaced is garbage now.
    """
    if gc.isenabled():
        gc.unfreeze()
    else:
        gc.collect()
        gc.freeze()
        gc.enable()


def serving() -> ASGIApp:
    """Return the application for a server process, with its logs set up."""
    starts()
    _few_arenas()
    # Imported only here: a worker process comes to this module first.
    from assistant import settings as settings_module
    from assistant.server import telemetry
    from assistant.server.app import create_app

    settings = settings_module.load()
    telemetry.configure_logs(settings.log_level)
    if settings.clinics_dir is None:
        return create_app(settings)
    from assistant.server.dispatch import Dispatcher

    return Dispatcher(settings)


def _few_arenas() -> None:
    """Let the threads share two memory arenas: glibc gives each its own and so keeps 60 MB that none uses."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)
