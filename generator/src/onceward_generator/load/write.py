"""Write a tree as readable, reproducible YAML: keys in order, long texts as block scalars."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator

from .tree import Node

__all__ = ["write_yaml"]

_PLAIN = re.compile(r"[A-Za-z_$/](?:[^\s:#]| (?=[^\s#])|:(?=[^\s])|(?<=\S)#)*")
_WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf"})
_FLOW_WIDTH = 100
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")


def write_yaml(node: Node, header: str = "") -> str:
    """Return a document as text, below `header` as a comment."""
    comment = "".join(f"# {line}".rstrip() + "\n" for line in header.splitlines())
    return comment + "".join(f"{line}\n" for line in _block(node, 0))


def _block(node: Node, depth: int) -> Iterator[str]:
    if isinstance(node, dict) and node:
        for key, value in node.items():
            yield from _entry(f"{_scalar(str(key), key=True)}:", value, depth, deeper=depth + 1)
    elif isinstance(node, list) and node:
        for value in node:
            yield from _item(value, depth)
    else:
        yield _indent(depth) + _flow(node)


def _entry(head: str, value: Node, depth: int, deeper: int) -> Iterator[str]:
    pad = _indent(depth)
    if isinstance(value, str) and _is_long(value):
        yield from _block_text(f"{pad}{head} ", value, deeper)
        return
    flow = _short(value)
    if flow is not None and len(pad) + len(head) + len(flow) < _FLOW_WIDTH:
        yield f"{pad}{head} {flow}"
        return
    yield f"{pad}{head}"
    yield from _block(value, deeper)


def _item(value: Node, depth: int) -> Iterator[str]:
    """Return a list item, whose first line follows the dash."""
    if isinstance(value, list) and value and _short(value) is None:
        yield f"{_indent(depth)}-"
        yield from _block(value, depth + 1)
    elif isinstance(value, dict) and value and _short(value) is None:
        lines = list(_block(value, depth + 1))
        yield f"{_indent(depth)}- {lines[0].lstrip(' ')}"
        yield from lines[1:]
    else:
        yield from _entry("-", value, depth, depth + 1)


def _short(value: Node) -> str | None:
    """Return scalars, references and short lists of scalars in flow form; None for everything else."""
    if isinstance(value, dict):
        small = not value or (set(value) == {"$ref"})
        return _flow(value) if small and not any(isinstance(v, dict | list) for v in value.values()) else None
    if isinstance(value, list):
        if any(isinstance(member, dict | list) or (isinstance(member, str) and _is_long(member)) for member in value):
            return None
        flow = _flow(value)
        return flow if len(flow) <= _FLOW_WIDTH - 20 else None
    return _scalar(value)


def _flow(value: Node) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_scalar(str(k), key=True)}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow_scalar(v) for v in value) + "]"
    return _scalar(value)


def _flow_scalar(value: Node) -> str:
    if isinstance(value, str) and re.search(r"[,\[\]{}]", value):
        return _quoted(value)
    return _scalar(value)


def _scalar(value: Node, key: bool = False) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, int):
        return str(value)
    if key and re.fullmatch(r"[1-5][0-9X][0-9X]", value):
        return f'"{value}"'
    if key and re.fullmatch(r"/[A-Za-z0-9_/{}.-]*", value):
        return str(value)
    if _CONTROL.search(value):
        return _quoted(value)
    if _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return str(value)
    return _quoted(value)


def _quoted(value: str) -> str:
    return _CONTROL.sub(_escaped, json.dumps(value, ensure_ascii=False))


def _escaped(found: re.Match[str]) -> str:
    """Return the escape of a character. Half of a surrogate pair becomes the replacement character."""
    return "\\ufffd" if "\ud800" <= found[0] <= "\udfff" else f"\\u{ord(found[0]):04x}"


def _float(value: float) -> str:
    if math.isnan(value):
        return ".nan"
    if math.isinf(value):
        return ".inf" if value > 0 else "-.inf"
    return repr(value)


def _is_long(value: str) -> bool:
    return ("\n" in value or len(value) > _FLOW_WIDTH) and not _CONTROL.search(value) and bool(value.strip())


def _block_text(head: str, value: str, depth: int) -> Iterator[str]:
    """Return a block scalar: folded without line ends, else literal. Chomping keeps the last line ends."""
    pad = _indent(depth)
    if "\n" not in value:
        if "  " in value or value != value.strip():
            yield head + _quoted(value)
            return
        yield f"{head}>-"
        yield from (pad + line for line in _wrap(value, max(60, _FLOW_WIDTH + 20 - len(pad))))
        return
    body = value.rstrip("\n")
    ends = len(value) - len(body)
    mark = "-" if ends == 0 else "" if ends == 1 else "+"
    leading = "2" if body[:1] in {" ", "\n", "\t"} else ""
    yield f"{head}|{leading}{mark}"
    yield from (pad + line if line else "" for line in body.split("\n"))
    yield from [""] * (ends - 1)


def _wrap(value: str, width: int) -> Iterator[str]:
    line = ""
    for word in value.split(" "):
        if line and len(line) + 1 + len(word) > width:
            yield line
            line = word
        else:
            line = f"{line} {word}" if line else word
    yield line


def _indent(depth: int) -> str:
    return "  " * depth
