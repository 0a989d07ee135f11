"""`onceward credentials`: provider API keys. Secrets come from the environment, not from the command line."""

from __future__ import annotations

import os
from typing import Any

from ._group import Action, Call, Column, Group
from ._options import Option, pairs, text

__all__ = ["GROUP", "command"]

_COLUMNS = (
    Column("credential", "credential_name"),
    Column("provider", "credential_info.custom_llm_provider"),
    Column("values", "credential_values", lambda values: ", ".join(values)),
    Column("description", "credential_info.description"),
    Column("stored", "created_at"),
)
_NAME = Option("NAME", None, "the credential's name", required=True)
_WHAT = (
    text("--provider", "provider", "its provider", "NAME"),
    text("--description", "description", "a description"),
    pairs("--value", "values", "a value that is not secret, such as api_base=https://eu.example/v1", "NAME=TEXT"),
    pairs("--env", "environ", "a value from an environment variable, such as api_key=OPENAI_API_KEY", "NAME=VARIABLE"),
)


def _list(call: Call) -> int:
    return call.table(_COLUMNS, call.client.credentials.list(), "credentials")


def _show(call: Call) -> int:
    return call.record(call.client.credentials.retrieve(call.given.NAME))


def _new(call: Call) -> int:
    params = _params(call)
    if params is None:
        return 2
    return call.record(call.client.credentials.create(credential_name=call.given.NAME, **params))


def _update(call: Call) -> int:
    params = _params(call)
    if params is None:
        return 2
    return call.record(call.client.credentials.update(call.given.NAME, **params))


def _delete(call: Call) -> int:
    answer = call.client.credentials.delete(call.given.NAME)
    return call.done(answer, f"deleted {answer.credential_name}")


def _params(call: Call) -> dict[str, Any] | None:
    """Return the parameters of the SDK, or None after an error message if a variable is not set."""
    values = dict(call.params.get("values", {}))
    for name, variable in call.params.get("environ", {}).items():
        if not os.environ.get(variable):
            call.screen.fault(f"the variable {variable!r} is not set", f"`export {variable}=...`, then try again.")
            return None
        values[name] = os.environ[variable]
    info = {
        "custom_llm_provider": call.params.get("provider"),
        "description": call.params.get("description"),
    }
    given = {name: value for name, value in info.items() if value is not None}
    return {
        **({"credential_values": values} if values else {}),
        **({"credential_info": given} if given else {}),
    }


GROUP = Group(
    "credentials",
    (
        Action("list", "list credentials", _list),
        Action("show", "show a credential; values are hidden", _show, (_NAME,)),
        Action("new", "store a credential, encrypted", _new, (_NAME, *_WHAT)),
        Action("update", "change a credential", _update, (_NAME, *_WHAT)),
        Action("delete", "delete a credential", _delete, (_NAME,), asks="delete the credential"),
    ),
)
command = GROUP.command
