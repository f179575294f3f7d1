"""Chat assistant of a running clinic: guardrail, retrieval, cited answers."""

__version__ = "0.1.0"
