"""The whole plan: what a Python package for an API consists of."""

from __future__ import annotations

from headgate_generator.model import Api

from .lift import lift
from .modules import types_modules
from .naming import name_types
from .resources import Helpers, plan_resources
from .shapes import Package
from .words import class_name

__all__ = ["plan"]


def plan(api: Api, *, helpers: Helpers | None = None, client: str | None = None) -> Package:
    """Lower an API to Python.

    ``helpers`` tells where the package keeps hand-written additions, if it has any; ``client`` spells the class
    where the brand's words alone would spell it otherwise.
    """
    lifted = lift(api)
    naming = name_types(lifted)
    planned = plan_resources(lifted, naming, helpers)
    types = types_modules(lifted, naming, planned.params)
    return Package(lifted, api.brand, client or class_name(api.brand.name), types, planned.modules)
