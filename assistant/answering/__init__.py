"""Passages → words: composed from the guide's own facts."""
