"""Where the files that clinic staff edit are found: in a checkout, in a wheel, or where a setting says."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """Return the folder `name` ("knowledge" or "prompts") of this installation.

    A checkout's own folder wins over the copy that travels in the wheel.

    Raises:
        FileNotFoundError: if the installation holds neither.
    """
    for candidate in (_PACKAGE.parent / name, _PACKAGE / "_shipped" / name):
        if candidate.is_dir():
            return candidate
    raise FileNotFoundError(f"this installation has no {name}/ folder; reinstall it")
