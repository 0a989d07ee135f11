"""The choice among several media types of a request: by an argument, or by the arguments that only one of them has."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from .errors import ParameterError
from .operation import Operation
from .options import OPTION_NAMES

__all__ = ["chosen"]

_MADE: Final[dict[tuple[int, str], Operation]] = {}
"""Operations are constants of generated modules, so there is a fixed number of them and of their forms."""


def chosen(operation: Operation, arguments: Mapping[str, Any]) -> tuple[Operation, Mapping[str, Any]]:
    """Return the operation with the body of one media type, and the arguments without the choice of it."""
    given = arguments.get(operation.chooser)
    if given is not None:
        arguments = {name: value for name, value in arguments.items() if name != operation.chooser}
        return _form(operation, given), arguments
    if not _fits(operation, arguments):
        for media_type in operation.alternatives:
            form = _form(operation, media_type)
            if _fits(form, arguments):
                return form, arguments
    return operation, arguments


def _form(operation: Operation, media_type: Any) -> Operation:
    if operation.body is not None and media_type == operation.body.media_type:
        return operation
    if media_type not in operation.alternatives:
        first = operation.body.media_type if operation.body is not None else ""
        known = ", ".join(map(repr, (first, *operation.alternatives)))
        raise ParameterError([f"`{operation.chooser}` is {media_type!r}; give one of {known}"], operation.id)
    made = _MADE.get((id(operation), media_type))
    if made is None:
        body, params = operation.alternatives[media_type]
        made = replace(operation, body=body, params=params, alternatives={})
        # The original is kept alive by its module, so that its id is not used again.
        _MADE[id(operation), media_type] = made
    return made


def _fits(operation: Operation, arguments: Mapping[str, Any]) -> bool:
    """Report whether an operation has all arguments, and files only where it has files."""
    for name, value in arguments.items():
        param = operation.params.get(name)
        if param is None:
            if name not in OPTION_NAMES:
                return False
        elif param.place == "body" and not param.file and _is_file(value):
            return False
    return True


def _is_file(value: Any) -> bool:
    return isinstance(value, (bytes, bytearray, os.PathLike)) or hasattr(value, "read")
