"""`onceward serve`: start the gateway, which is a separate package."""

from __future__ import annotations

import argparse

from ._gateway import gateway_cli, missing_message
from ._screen import Screen

__all__ = ["command"]


def command(given: argparse.Namespace, screen: Screen) -> int:
    """Run the command and return its exit status."""
    gateway = gateway_cli()
    if gateway is None:
        screen.fault(*missing_message())
        return 1
    status: int = gateway.serve(given)
    return status
