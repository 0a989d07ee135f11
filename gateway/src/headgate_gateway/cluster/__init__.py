"""What the nodes of a gateway tell each other.

bus.py     messages between nodes by topic; `LocalBus` where there is no Redis
redis.py   one connection to Redis: commands and scripts, bounded in time; whether it answers
"""

from __future__ import annotations

__all__: list[str] = []
