"""Once: a call is made once, paid once, and its stream is never lost.

presented.py   what a request says of its call, and what that means
calls.py       the calls of this process, and their ends
claims.py      the right to make the call of a key
run.py         a call that this process makes
follow.py      a call that another node makes
others.py      what other nodes ask of calls, and leave when they die
feed.py        what clients read of either
log.py         the event log of running streams
deliver.py     how clients get it
mutations.py   once for operations that call no model
store.py       records, keys, answers and events; sql.py: every statement
"""

from __future__ import annotations

from .calls import Calls
from .feed import Feed, Listener
from .presented import Joined, Presented, Replayed
from .run import Run
from .store import CallRecord

__all__ = ["CallRecord", "Calls", "Feed", "Joined", "Listener", "Presented", "Replayed", "Run"]
