"""The complete plan of a Python package."""

from __future__ import annotations

from onceward_generator.model import Api, Ref

from .checks import Checks
from .lift import lift
from .modules import types_modules
from .naming import name_types
from .options import PythonOptions
from .placing import places
from .resources import plan_resources
from .shapes import Package
from .words import brand_class

__all__ = ["plan"]


def plan(api: Api, options: PythonOptions | None = None) -> Package:
    """Lower an API to Python."""
    options = options or PythonOptions()
    lifted = lift(api)
    placed = places(lifted)
    naming = name_types(lifted, placed.of_type)
    planned = plan_resources(lifted, naming, options, placed)
    types = types_modules(lifted, naming, planned.params, options)
    client = options.client or brand_class(api.brand)
    checks = Checks(lifted, naming, options).modules()
    hooks = api.webhooks.event if api.webhooks else None
    event = naming.received[hooks.key] if isinstance(hooks, Ref) else None
    return Package(lifted, api.brand, client, types, planned.modules, checks, event)
