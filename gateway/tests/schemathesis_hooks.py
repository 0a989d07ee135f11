"""Hooks for schemathesis: fault models, and the events of streams."""

from __future__ import annotations

import json
from typing import Any

import schemathesis

__all__ = ["filter_case", "payloads"]


@schemathesis.hook
def filter_case(context: Any, case: Any) -> bool:
    """Leave out calls of fault models, whose names it learns from the list of models."""
    # In a path the name's slash is encoded, so the part behind it is looked for.
    return "fault-" not in repr((case.path_parameters, case.query, case.body))


@schemathesis.deserializer("text/event-stream")
def payloads(context: Any, response: Any) -> list[Any]:
    """Return the data of a stream's events, which the schema of the contract describes; end markers have none."""
    found: list[Any] = []
    for event in response.content.decode().split("\n\n"):
        lines = [line.partition(": ") for line in event.split("\n")]
        data = "\n".join(value for name, _, value in lines if name == "data")
        if data and data != "[DONE]" and ("event", ": ", "error") not in lines:
            found.append(json.loads(data))
    return found
