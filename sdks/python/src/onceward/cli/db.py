"""`onceward db`: back up, restore, upgrade and check the database of a gateway on this machine."""

from __future__ import annotations

import argparse

from ._gateway import gateway_database, missing_message
from ._screen import Screen

__all__ = ["command"]


def command(given: argparse.Namespace, screen: Screen) -> int:
    """Run the command and return its exit status."""
    database = gateway_database()
    if database is None:
        screen.fault(*missing_message())
        return 1
    status: int = database.run(given)
    return status
