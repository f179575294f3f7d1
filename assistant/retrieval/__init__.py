"""Question → ranked passages, or "not in the guide"."""
