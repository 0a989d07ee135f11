"""`onceward guardrails`: filters for calls."""

from __future__ import annotations

from ._group import Action, Call, Column, Group

__all__ = ["GROUP", "command"]

_COLUMNS = (
    Column("guardrail", "guardrail_name"),
    Column("kind", "litellm_params.guardrail"),
    Column("when", "litellm_params.mode", lambda mode: mode if isinstance(mode, str) else ", ".join(mode)),
    Column("for all calls", "litellm_params.default_on"),
    Column("does", "guardrail_info.description"),
)


def _list(call: Call) -> int:
    return call.table(_COLUMNS, call.client.guardrails.list(), "guardrails")


GROUP = Group("guardrails", (Action("list", "list guardrails", _list),))
command = GROUP.command
