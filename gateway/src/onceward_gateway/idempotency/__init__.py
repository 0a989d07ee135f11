"""Idempotency: of all requests with the same key, on all nodes, one takes effect, and the others share its outcome."""
