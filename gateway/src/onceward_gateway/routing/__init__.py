"""Routing: which deployment of a model name answers a call, and what happens when it does not.

settings.py      what onceward.toml says
deployments.py   a deployment as a value; how one is made of `/model/new`'s parameters
knowledge.py     what well-known models can do, where the operator does not say
needs.py         what a request asks of a model
state.py         what is known of a running deployment: load, pace, breaker
choice.py        strategies, pure functions
attempt.py       one try at one deployment, held back until there is content
router.py        names to pools, pools to producers
addresses.py     the guard of every address that a user gives
vault.py         secrets at rest; credentials.py their records and routes
admin.py         `/model/...`, `/model_group/info`
written.py       what writes of `/model/...` refuse
news.py          what other nodes changed
sql.py           every statement
"""

from __future__ import annotations

__all__: list[str] = []
