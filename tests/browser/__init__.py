"""Drives the widget in a real Chromium against a server whose replies a test writes."""
