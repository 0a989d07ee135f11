"""From the arguments of a method to the parts of a request, with every fault named at once and before anything is
sent."""

from __future__ import annotations

from collections.abc import Mapping, Sized
from dataclasses import dataclass, field
from typing import Any, Final

from .encode import encode_path, header_fault, query_pairs, scalar
from .errors import ParameterError
from .narrow import is_iterable
from .operation import Check, Operation, Param
from .options import OPTION_NAMES

__all__ = ["Parts", "split"]


@dataclass(slots=True)
class Parts:
    """A request's parts, not yet encoded as a whole."""

    path: str
    query: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    headers: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    body: dict[str, Any] = field(default_factory=dict[str, Any])
    whole: Any = None
    has_whole: bool = False
    forms: dict[str, Param] = field(default_factory=dict[str, Param])
    """Body parameters by wire name, for form and multipart bodies."""
    options: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(slots=True)
class _Plan:
    """What is the same for every call of one operation."""

    operation: Operation
    required: tuple[str, ...]
    simple: dict[str, str]
    """Arguments that go into the body under their wire name with nothing to check."""


# Operations are constants of generated modules, and there is a fixed number of them. The plan keeps its operation
# alive, so that no other one can come to have its id.
_PLANS: Final[dict[int, _Plan]] = {}


def _plan_of(operation: Operation) -> _Plan:
    plan = _PLANS.get(id(operation))
    if plan is None:
        required = tuple(name for name, param in operation.params.items() if param.required)
        simple = {
            name: param.wire
            for name, param in operation.params.items()
            if param.place == "body" and param.check is None and not param.file
        }
        plan = _PLANS[id(operation)] = _Plan(operation, required, simple)
    return plan


def split(operation: Operation, arguments: Mapping[str, Any]) -> Parts:
    """Sort ``arguments`` into parts; raise one `ParameterError` that names all that is wrong with them."""
    plan = _plan_of(operation)
    params, simple = operation.params, plan.simple
    parts = Parts(operation.path)
    faults: list[str] = []
    segments: dict[str, Any] = {}
    for name, value in arguments.items():
        wire = simple.get(name)
        if wire is not None and value is not None:
            parts.body[wire] = value
            continue
        param = params.get(name)
        if param is not None:
            _place(name, param, value, parts, segments, faults)
        elif name in OPTION_NAMES:
            parts.options[name] = value
        else:
            faults.append(_unknown(name, operation))
    faults += [f"`{name}` is missing" for name in plan.required if name not in arguments]
    if faults:
        raise ParameterError(faults, operation.id)
    if segments:
        for wire, value in segments.items():
            parts.path = parts.path.replace("{" + wire + "}", encode_path(value))
    if operation.body is not None and operation.body.kind in ("form", "multipart"):
        parts.forms = {param.wire: param for param in params.values() if param.place == "body"}
    return parts


def _place(name: str, param: Param, value: Any, parts: Parts, segments: dict[str, Any], faults: list[str]) -> None:
    if value is None and not param.nullable:
        faults.append(f"`{name}` is None; {'give a value' if param.required else 'leave it out instead'}")
        return
    if value is not None and param.check is not None:
        value = _counted(value, param.check)
        fault = _fault(name, value, param.check)
        if fault:
            faults.append(fault)
            return
    if param.place == "body":
        parts.body[param.wire] = value
    elif param.place == "whole_body":
        parts.whole, parts.has_whole = value, True
    elif param.place == "path":
        text = scalar(value)
        if text in ("", ".", ".."):
            faults.append(f"`{name}` is {value!r}, which no path can carry")
        segments[param.wire] = text
    elif param.place == "query":
        parts.query += query_pairs(param.wire, value, param.style, param.explode)
    else:
        _place_header(param, value, parts, faults)


def _place_header(param: Param, value: Any, parts: Parts, faults: list[str]) -> None:
    if value is None:
        return
    text = ",".join(value_text for _, value_text in query_pairs(param.wire, value))
    if param.place == "cookie":
        parts.headers.append(("Cookie", f"{param.wire}={text}"))
        return
    fault = header_fault(param.wire, text)
    if fault:
        faults.append(fault)
    parts.headers.append((param.wire, text))


def _counted(value: Any, check: Check) -> Any:
    """A list in place of an iterator whose length is to be checked: it could not be walked twice."""
    bounds = (check.min_length, check.max_length, check.min_items, check.max_items)
    if all(bound is None for bound in bounds) or isinstance(value, Sized) or not is_iterable(value):
        return value
    return list(value)


def _fault(name: str, value: Any, check: Check) -> str | None:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if value != value:
            return f"`{name}` is {value!r}, which is no number"
        return _range_fault(name, value, check)
    if isinstance(value, Sized) and not isinstance(value, Mapping):
        fault = _length_fault(name, value, check)
        if fault:
            return fault
        if isinstance(value, str) and _has_range(check):
            return f"`{name}` is {value!r}; give a number"
    return None


def _length_fault(name: str, value: Sized, check: Check) -> str | None:
    count, is_text = len(value), isinstance(value, (str, bytes, bytearray, memoryview))
    unit = "characters" if isinstance(value, str) else "bytes" if is_text else "items"
    least = [check.min_length, None if is_text else check.min_items]
    most = [check.max_length, None if is_text else check.max_items]
    for bound in least:
        if bound is not None and count < bound:
            return f"`{name}` has {count} {unit}; at least {bound} needed"
    for bound in most:
        if bound is not None and count > bound:
            return f"`{name}` has {count} {unit}; at most {bound} allowed"
    return None


def _has_range(check: Check) -> bool:
    return not (
        check.minimum is None
        and check.maximum is None
        and check.exclusive_minimum is None
        and check.exclusive_maximum is None
    )


def _range_fault(name: str, value: float, check: Check) -> str | None:
    if check.minimum is not None and value < check.minimum:
        return f"`{name}` is {value!r}; at least {check.minimum:g} needed"
    if check.maximum is not None and value > check.maximum:
        return f"`{name}` is {value!r}; at most {check.maximum:g} allowed"
    if check.exclusive_minimum is not None and value <= check.exclusive_minimum:
        return f"`{name}` is {value!r}; more than {check.exclusive_minimum:g} needed"
    if check.exclusive_maximum is not None and value >= check.exclusive_maximum:
        return f"`{name}` is {value!r}; less than {check.exclusive_maximum:g} needed"
    return None


def _unknown(name: str, operation: Operation) -> str:
    from difflib import get_close_matches  # only where there is a fault to tell

    close = get_close_matches(name, [*operation.params, *OPTION_NAMES], n=1, cutoff=0.6)
    hint = (
        f"did you mean `{close[0]}`?" if close else "a parameter that this version does not know goes into `extra_body`"
    )
    return f"`{name}` is unknown; {hint}"
