"""Limits of pace: requests and tokens a minute, requests a day and a second, calls at the same time.

window.py   what happened of late
limit.py    one limit; which of them a bound sets
pace.py     the limits of a caller: enter, correct, leave
told.py     the headers and refusals that tell of them
shared.py   the limits counted in Redis, together with other nodes
scripts.py  what Redis does for that
"""

from __future__ import annotations

__all__: list[str] = []
