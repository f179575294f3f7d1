"""What the figures depend on, as one short hash: two runs with the same fingerprint have the same scores."""

from __future__ import annotations

import hashlib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MEASURED = (
    "evals/cases/*.jsonl",
    "evals/bars.toml",
    "evals/*.py",
    "evals/metrics/*.py",
    "knowledge/*",
    "prompts/*.toml",
    "assistant/*.py",
    "assistant/answering/**/*",
    "assistant/guardrail/**/*",
    "assistant/ingestion/**/*",
    "assistant/retrieval/**/*",
)
"""What the figures depend on; a change in any of it makes the table stale."""
_NOT_MEASURED = frozenset(["assistant/cli.py", "prompts/errors.toml", "prompts/judge.toml"])


def fingerprint(root: Path = ROOT) -> str:
    """Return 12 hex digits of the SHA-256 over everything that the figures depend on."""
    digest = hashlib.sha256()
    for path in sorted({path for pattern in MEASURED for path in root.glob(pattern) if path.is_file()}):
        name = path.relative_to(root).as_posix()
        if name not in _NOT_MEASURED and "__pycache__" not in name:
            digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]
