"""How a lower-case text is cut into words."""

from __future__ import annotations

import re

WORDS = re.compile(r"[a-z]+(?:'[a-z]+)?")
