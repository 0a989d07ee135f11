"""Telemetry: metrics, spans, and the access log."""
