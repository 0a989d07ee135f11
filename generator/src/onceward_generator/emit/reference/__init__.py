"""Render `api.md`: every resource and method of an API on one page."""

from .page import render_reference

__all__ = ["render_reference"]
