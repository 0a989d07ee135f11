"""What the nodes of a gateway tell each other.

settings.py   what onceward.toml says: `[cluster]`
nodes.py      who lives, and who is dead
bus.py        messages between nodes by topic; `LocalBus` where there is no Redis
redis_bus.py  the bus over Redis
redis.py      commands and scripts, bounded in time; whether Redis answers
script.py     a script that Redis runs in one step
away.py       what is raised when Redis does not do what it is asked
line.py       a connection that is made anew when it is lost
wire.py       one connection: what is sent, what comes back, how long it may take
address.py    a URL of Redis, read
cooldowns.py  deployments that rest at one node rest at all
opening.py    Redis and the bus as the settings want them
sql.py        every statement over nodes
"""

from __future__ import annotations

__all__: list[str] = []
