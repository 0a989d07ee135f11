"""`onceward cache`: the state of the response cache, and clearing it."""

from __future__ import annotations

from ._group import Action, Call, Group
from ._options import Option

__all__ = ["GROUP", "command"]

_KEYS = Option("KEY", "keys", "keys of answers, from the header `x-onceward-cache-key`", required=True, many=True)


def _ping(call: Call) -> int:
    return call.record(call.client.cache.ping())


def _delete(call: Call) -> int:
    answer = call.client.cache.delete(keys=call.params["keys"])
    return call.done(answer, f"deleted {answer.deleted} of {len(call.params['keys'])} answers")


def _flush(call: Call) -> int:
    answer = call.client.cache.flush_all()
    return call.done(answer, f"deleted {answer.deleted} answers")


GROUP = Group(
    "cache",
    (
        Action("ping", "show the state of the cache", _ping),
        Action("delete", "delete single answers", _delete, (_KEYS,)),
        Action("flush", "delete all answers that you may delete", _flush, asks="delete all answers of the cache"),
    ),
    default="ping",
)
command = GROUP.command
