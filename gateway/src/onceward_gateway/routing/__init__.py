"""Routing: deployments of a model, their selection, retries, fallbacks and circuit breakers."""
