"""The routes of those who run models: deployments, credentials, guardrails, the cache, tools and health."""

from __future__ import annotations

from collections.abc import Iterator

from ..cache import routes as cache
from ..guardrails import routes as guardrails
from ..http import Route
from ..utilities import routes as utilities
from . import admin, credentials

__all__ = ["operations"]


def operations() -> Iterator[Route]:
    """All of them."""
    for family in (admin, credentials, guardrails, cache, utilities):
        yield from family.ROUTES
