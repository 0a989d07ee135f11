"""Turn the arguments of a method into the parts of a request, reporting every fault at once before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from .checks import compiled, is_free, loosely_ok, made_of, makes
from .doubled import doubled_names
from .encode import Encoded, encode_path, header_fault, header_name_fault, query_pairs, scalar
from .errors import ParameterError
from .narrow import is_iterable, is_list, is_mapping
from .nodes import Node
from .operation import Operation, Param
from .options import OPTION_NAMES, UNSET, option_fault

__all__ = ["Parts", "checked_body", "split"]


@dataclass(slots=True)
class Parts:
    """The parts of a request before the body is encoded."""

    path: str
    query: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    headers: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    body: dict[str, Any] = field(default_factory=dict[str, Any])
    whole: Any = None
    has_whole: bool = False
    forms: dict[str, Param] = field(default_factory=dict[str, Param])
    """Body parameters by wire name, for form and multipart bodies."""
    options: dict[str, Any] = field(default_factory=dict[str, Any])


class _Member:
    """A parameter and its check, which is made when an argument is first given for it."""

    __slots__ = ("free", "makes", "name", "node", "param")

    def __init__(self, name: str, param: Param) -> None:
        self.name = name
        self.param = param
        self.node: Node | None = None
        self.makes = False
        self.free = False
        """True if any JSON is accepted and no check looks inside."""

    def check(self) -> Node:
        self.node = node = compiled(self.param.check)
        self.makes = makes(node)
        self.free = is_free(node)
        return node


@dataclass(slots=True)
class _Plan:
    """The part of `split` that is the same for every call of one operation."""

    operation: Operation
    required: tuple[str, ...]
    members: dict[str, _Member]


# Operations are constants of generated modules, so there is a fixed number of them. The plan keeps its operation alive,
# so that its id cannot be reused for another one.
_PLANS: Final[dict[int, _Plan]] = {}


def _plan_of(operation: Operation) -> _Plan:
    plan = _PLANS.get(id(operation))
    if plan is None:
        required = tuple(name for name, param in operation.params.items() if param.required)
        members = {name: _Member(name, param) for name, param in operation.params.items()}
        plan = _PLANS[id(operation)] = _Plan(operation, required, members)
    return plan


def split(operation: Operation, arguments: Mapping[str, Any], *, whole: bool = True) -> Parts:
    """Sort ``arguments`` into parts, or raise one `ParameterError` that lists everything wrong with them.

    Without ``whole``, required arguments may be missing.
    """
    plan = _plan_of(operation)
    members, body = plan.members, operation.body
    as_json = body is None or body.kind == "json"
    parts = Parts(operation.path)
    faults: list[str] = []
    segments: dict[str, Any] = {}
    for name, value in arguments.items():
        member = members.get(name)
        if member is None:
            _option(name, value, operation, parts, faults)
            continue
        param = member.param
        if as_json and param.place == "body" and value is not None and not member.makes:
            # Nearly all arguments of nearly all calls end here.
            node = member.node or member.check()
            try:
                if not member.makes and not member.free and not hasattr(value, "__next__") and node.ok(value):
                    parts.body[param.wire] = value
                    continue
            except RecursionError:
                pass
        _place(member, value, parts, segments, faults, as_json=as_json)
    if whole:
        faults += [f"`{name}` is missing" for name in plan.required if name not in arguments]
    if faults:
        raise ParameterError(faults, operation.id)
    if segments:
        parts.path = _path(operation.path, segments)
    if body is not None and body.kind in ("form", "multipart"):
        parts.forms = {param.wire: param for param in operation.params.values() if param.place == "body"}
    return parts


def _path(template: str, segments: Mapping[str, Any]) -> str:
    path = template
    for wire, value in segments.items():
        path = path.replace("{" + wire + "}", value if value.__class__ is Encoded else encode_path(value))
    return path


def checked_body(operation: Operation, body: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return a body given by wire names as it is sent, and its faults. Unknown members are kept."""
    members = {m.param.wire: m for m in _plan_of(operation).members.values() if m.param.place == "body"}
    faults = [f"`{wire}` is missing" for wire, m in members.items() if m.param.required and wire not in body]
    made = dict(body)
    for wire, value in body.items():
        member = members.get(wire)
        if member is not None and value is not None and member.param.check is not None:
            made[wire] = _checked(member, value, faults, True)
    return made, faults


def _place(
    member: _Member, value: Any, parts: Parts, segments: dict[str, Any], faults: list[str], *, as_json: bool
) -> None:
    name, param = member.name, member.param
    if value is UNSET:
        faults += [f"`{name}` is missing"] if param.required else []
        return
    if value is None and not param.nullable:
        faults.append(f"`{name}` is None; {'give a value' if param.required else 'leave it out instead'}")
        return
    before = len(faults)
    if value is not None and not param.file and (param.check is not None or as_json):
        value = _checked(member, value, faults, as_json and param.place in ("body", "whole_body"))
    if len(faults) > before:
        return
    if param.place == "body":
        parts.body[param.wire] = value
    elif param.place == "whole_body":
        parts.whole, parts.has_whole = value, True
    else:
        try:
            _place_apart(member, value, parts, segments, faults)
        except ParameterError as error:
            faults += error.faults


def _place_apart(member: _Member, value: Any, parts: Parts, segments: dict[str, Any], faults: list[str]) -> None:
    """Place a value outside the body."""
    name, param = member.name, member.param
    styled = param.content is not None or param.reserved
    if param.place == "path":
        plain = not styled and param.style == "form" and _is_scalar(value)
        text = scalar(value) if plain else _styles().path_text(param, value)
        if text in ("", ".", ".."):
            faults.append(f"`{name}` is {value!r}, which is not allowed in a path")
        segments[param.wire] = text
    elif param.place == "query":
        if styled:
            parts.query += _styles().query_of(param, value)
        else:
            parts.query += query_pairs(param.wire, value, param.style, param.explode)
    elif param.place == "querystring":
        parts.query += _styles().whole_query(param, value)
    elif param.place == "accept":
        return
    elif param.place == "cookie":
        _place_cookie(param, value, parts)
    elif value is not None and not (param.content is None and _is_empty(value)):
        text = scalar(value) if isinstance(value, str) else _styles().header_text(param, value)
        fault = header_name_fault(param.wire) or header_fault(param.wire, text)
        if fault:
            faults.append(fault)
        parts.headers.append((param.wire, text))


def _styles() -> Any:
    """Return the module of the rarer styles, which most packages never load."""
    from . import styles

    return styles


def _is_empty(value: Any) -> bool:
    """Return whether a value is a list or an object without members, which has no form in a style."""
    return (is_mapping(value) or is_list(value)) and not value


def _is_scalar(value: Any) -> bool:
    return isinstance(value, (str, int, float)) or not (
        is_mapping(value) or is_iterable(value) or hasattr(value, "to_dict") or hasattr(value, "model_dump")
    )


def _place_cookie(param: Param, value: Any, parts: Parts) -> None:
    """Add a cookie to the one ``Cookie`` header of a request."""
    texts: list[str] = [] if value is None else _styles().cookie_pairs(param, value)
    for place, (name, text) in enumerate(parts.headers):
        if name == "Cookie":
            parts.headers[place] = (name, "; ".join([text, *texts]))
            return
    if texts:
        parts.headers.append(("Cookie", "; ".join(texts)))


def _checked(member: _Member, value: Any, faults: list[str], as_json: bool) -> Any:
    """Return the value as it is sent, and add its faults."""
    node = member.node or member.check()
    if hasattr(value, "__next__"):
        value = list(value)  # an iterator can only be read once
    try:
        if not node.ok(value):
            value = node.pruned(value)
        if not node.ok(value) and (as_json or not loosely_ok(node, value)):
            node.explain(value, member.name, faults)
        elif member.makes:
            value = made_of(node, value, member.name, faults)
        elif member.free:
            faults += doubled_names(value, member.name)
    except RecursionError:
        faults.append(f"`{member.name}` is nested too deeply, or contains itself")
    return value


def _option(name: str, value: Any, operation: Operation, parts: Parts, faults: list[str]) -> None:
    """Place an argument that every method takes, or add a fault for an unknown one."""
    if name not in OPTION_NAMES:
        body = operation.body
        if body is None or body.extra is None:
            faults.append(_unknown(name, operation))
        elif value is not None:
            member = _Member(name, Param(wire=name, check=body.extra[0]))
            parts.body[name] = _checked(member, value, faults, body.kind == "json")
        return
    if value is UNSET:
        return
    fault = option_fault(name, value)
    if fault is not None:
        faults.append(fault)
    parts.options[name] = value


def _unknown(name: str, operation: Operation) -> str:
    from difflib import get_close_matches  # only for the message of an error

    close = get_close_matches(name, [*operation.params, *OPTION_NAMES], n=1, cutoff=0.6)
    hint = (
        f"did you mean `{close[0]}`?" if close else "a parameter that this version does not know goes into `extra_body`"
    )
    return f"`{name}` is unknown; {hint}"
