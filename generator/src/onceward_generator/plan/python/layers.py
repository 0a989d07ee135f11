"""Order types so that each comes after the types that it consists of; types that refer to each other stay together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from onceward_generator.model import Api, references

__all__ = ["layers"]


def layers(api: Api, keys: Iterable[str]) -> list[list[str]]:
    """Return groups of types, dependencies first: the strongly connected components of their references."""
    chosen = sorted(keys)
    return list(_components(chosen, {key: _inside(api, key, set(chosen)) for key in chosen}))


def _inside(api: Api, key: str, chosen: set[str]) -> list[str]:
    return [other for other in dict.fromkeys(references(api.types[key].type)) if other in chosen]


def _components(order: list[str], edges: dict[str, list[str]]) -> Iterator[list[str]]:
    """Tarjan's algorithm with a stack of its own, since references can be nested deeper than Python recurses."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    waiting: set[str] = set()
    for start in order:
        work = [(start, 0)] if start not in index else []
        while work:
            key, position = work.pop()
            if position == 0:
                index[key] = low[key] = len(index)
                stack.append(key)
                waiting.add(key)
            following = edges[key]
            if position > 0:
                low[key] = min(low[key], low[following[position - 1]])
            while position < len(following) and following[position] in index:
                if following[position] in waiting:
                    low[key] = min(low[key], index[following[position]])
                position += 1
            if position < len(following):
                work += [(key, position + 1), (following[position], 0)]
            elif low[key] == index[key]:
                at = stack.index(key)
                group = stack[at:]
                del stack[at:]
                waiting -= set(group)
                yield group
