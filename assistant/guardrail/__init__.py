"""The guardrail: referral level of a conversation, with the visitor's own words as evidence."""

from assistant.guardrail.model import Ask, Fact, Triage, TriageState
from assistant.guardrail.policy import PolicyError
from assistant.guardrail.triage import Embed, Guardrail

__all__ = ["Ask", "Embed", "Fact", "Guardrail", "PolicyError", "Triage", "TriageState"]
