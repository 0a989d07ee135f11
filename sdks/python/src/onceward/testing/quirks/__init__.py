"""An upstream with quirks: more than a hundred kinds of odd answers, each chosen by its name.

Providers, and the proxies in front of them, answer in ways that no documentation mentions. Run an application against
this upstream to see that it delivers the answers that can be read, reports the others as failures, and pays for each
once.
"""

from __future__ import annotations

from . import bodies, connections, statuses, streams, usages
from .registry import QUIRKS, Quirk
from .upstream import Charge, QuirkyUpstream

__all__ = ["QUIRKS", "Charge", "Quirk", "QuirkyUpstream"]

# Each of them registers its quirks.
_MODULES = (usages, statuses, bodies, streams, connections)
