"""Chat assistant of a running clinic: guardrail, retrieval, cited answers."""
