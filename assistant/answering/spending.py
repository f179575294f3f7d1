"""What the language model did and cost, as Prometheus metrics; imported only where a model is set."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from assistant.answering.provider import Usage
from assistant.settings import Settings

MILLION = 1_000_000
REGISTRY = CollectorRegistry()
"""The metrics of this module; a process has one language model."""
CALLS = Counter("assistant_model_calls", "Calls of the language model.", ["outcome"], registry=REGISTRY)
TOKENS = Counter("assistant_model_tokens", "Tokens as the provider counts them.", ["kind"], registry=REGISTRY)
COST = Counter("assistant_model_cost", "Cost by the prices that the settings give.", registry=REGISTRY)
CONVERSATIONS = Counter(
    "assistant_model_conversations",
    "Conversations in which the language model was asked at least once.",
    registry=REGISTRY,
)
SENTENCES = Counter(
    "assistant_model_sentences", "Sentences by what became of them.", ["verdict"], registry=REGISTRY
)
SHARE = Histogram(
    "assistant_model_supported",
    "Share of an answer's statements that the guide supports.",
    buckets=(0.0, 0.25, 0.5, 0.75, 0.9, 1.0),
    registry=REGISTRY,
)
SECONDS = Histogram(
    "assistant_model_seconds", "Time of one call.", buckets=(0.5, 1, 2, 4, 8, 16, 32), registry=REGISTRY
)
OPEN = Gauge(
    "assistant_model_circuit_open",
    "1 while the provider is left alone.",
    multiprocess_mode="max",
    registry=REGISTRY,
)


def count(usage: Usage, settings: Settings) -> None:
    """Add the tokens and the cost of one call."""
    TOKENS.labels("read").inc(usage.read)
    TOKENS.labels("written").inc(usage.written)
    COST.inc(
        (usage.read * settings.model_input_price + usage.written * settings.model_output_price) / MILLION
    )
