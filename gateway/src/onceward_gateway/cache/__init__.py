"""The response cache: the same question of the same people is answered again without asking the model.

settings.py     what onceward.toml says
controls.py     what a call asks of the cache
entries.py      an answer as it is kept
stores.py       where it is kept: memory or the database
redis_store.py  where it is kept: Redis
cache.py        look up, keep, replay
routes.py       `/cache/...`
sql.py          every statement
"""

from __future__ import annotations

__all__: list[str] = []
