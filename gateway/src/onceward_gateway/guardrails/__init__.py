"""Guardrails: checks of a request before its call and of the answer after it."""
