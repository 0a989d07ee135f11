"""The commands of the gateway package, which may not be installed."""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = ["gateway_cli", "gateway_database", "missing_message"]


def gateway_cli() -> Any:
    """Return the gateway's own command line, or None if it is not installed."""
    return _part("entry.cli")


def gateway_database() -> Any:
    """Return the gateway's database commands, or None if it is not installed."""
    return _part("entry.maintenance.commands")


def _part(name: str) -> Any:
    try:
        return import_module(f"onceward_gateway.{name}")
    except ModuleNotFoundError as error:
        if error.name is not None and error.name.partition(".")[0] == "onceward_gateway":
            return None
        raise


def missing_message() -> tuple[str, str]:
    return "the gateway is not installed here", "Install it with: pip install 'onceward[gateway]'"
