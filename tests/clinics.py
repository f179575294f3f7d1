"""Three clinics in one folder, each with a guide, a name and sites of its own."""

from __future__ import annotations

import shutil
from pathlib import Path

from assistant import resources
from assistant.storage.passwords import hashed
from tests.conftest import FIXTURES

PASSWORDS = {"north": "the northern password", "south": "the southern password", "west": "a western password"}
GUIDES = {
    "north": FIXTURES / "knee-guide.txt",
    "south": FIXTURES / "ankle-guide.html",
    "west": resources.folder("knowledge") / "back-exercises-for-runners.md",
}
HOSTS = {"north": "north.example", "south": "south.example"}
KEYS = {"north": "pk_north", "west": "pk_west"}
ASKED = {
    "north": ("how do I do clamshells?", "3 sets of 15 per side"),
    "south": ("how do I do towel scrunches?", "2 sets of 20"),
    "west": ("how do I do bird dogs?", "8–10 per side"),
}


def make(folder: Path) -> Path:
    """Write the clinics' folders; return the folder that holds them."""
    for name, guide in GUIDES.items():
        own = folder / name
        own.mkdir(parents=True)
        shutil.copy(guide, own)
        lines = [
            f'hosts = ["{HOSTS[name]}"]' if name in HOSTS else "",
            f'clinic_key = "{KEYS[name]}"' if name in KEYS else "",
            f'allowed_origins = ["https://{name}-page.example"]',
            f'staff_password_hash = "{hashed(PASSWORDS[name])}"',
            f'[clinic]\nname = "Clinic {name.title()}"\nphone = "+1 555 01{len(name)}"',
            '[[clinic.actions]]\nid = "call_back"\nkind = "form"\nlabel = "Call me back"\nurl = "#call_back"',
        ]
        (own / "clinic.toml").write_text("\n".join(lines))
    (folder / "south" / "prompts").mkdir()
    (folder / "south" / "prompts" / "answers.toml").write_text('greeting = "Ahoy from the south!"\n')
    return folder
