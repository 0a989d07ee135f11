"""Values that are true or at least sensible for a property, by its name and by what its object is about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any

from ..facts import (
    Place,
    fact_about,
    place_in,
    place_named,
)
from .budget import spend
from .hints import Hints, words_of

__all__ = ["exemplified", "known_values", "numbers_named", "plausible", "samples_in"]

_TEXTS = 3
_NEAREST = 3
_FIRST = 6
# The part of the budget that a search for a place costs.
_LOOKING = 4
_LONGEST_SEARCH = 500
_NUMBERS: Mapping[str, tuple[float | int, ...]] = {
    "age": (36,),
    "amount": (100,),
    "confidence": (0.9, 90, 9, 1),
    "cost": (19.99, 20),
    "count": (3,),
    "day": (15,),
    "days": (3,),
    "distance": (10,),
    "duration": (30,),
    "founded": (1998,),
    "height": (180, 1.8),
    "hour": (9,),
    "humidity": (60, 0.6),
    "id": (1,),
    "latitude": (38.72,),
    "lat": (38.72,),
    "longitude": (-9.14,),
    "lon": (-9.14,),
    "lng": (-9.14,),
    "minute": (30,),
    "minutes": (30,),
    "month": (6,),
    "pages": (320,),
    "percent": (50, 0.5),
    "percentage": (50, 0.5),
    "population": (250000,),
    "price": (19.99, 20),
    "priority": (1,),
    "probability": (0.9, 90),
    "quantity": (1,),
    "rank": (1,),
    "rating": (4, 4.5),
    "salary": (60000,),
    "score": (0.9, 9, 90),
    "stars": (4,),
    "temperature": (21, 0.7),
    "total": (100,),
    "weight": (70,),
    "year": (2024,),
}
_LEAST: Mapping[str, tuple[float, float]] = {
    "age": (0, 130),
    "day": (1, 31),
    "founded": (1000, 2100),
    "hour": (0, 24),
    "minute": (0, 60),
    "month": (1, 12),
    "population": (100, 1e10),
    "year": (1000, 2100),
}
_EXAMPLE = re.compile(
    r"(?:\be\.g\.,?|\bfor example,?|\bfor instance,?|\bsuch as|\bexamples?:|\blike)\s*"
    r"(?:[\"'\u201c`]([^\"'\u201d`]{1,80})[\"'\u201d`]|([^\s,;.()][^;.()\n]{0,60}))",
    re.IGNORECASE,
)


def known_values(name: str, objects: Sequence[Mapping[str, Any]], hints: Hints) -> Iterator[Any]:
    """Return what is true of the place that the object under construction names, or that the conversation is about."""
    words = words_of(name)
    for place in _places(objects, hints):
        fact = fact_about(place, words)
        if fact is not None:
            yield fact
            return


def _places(objects: Sequence[Mapping[str, Any]], hints: Hints) -> Iterator[Place]:
    spend(_LOOKING)
    told = _place_of(hints.texts[:_TEXTS])
    for known in reversed(objects[-_NEAREST:]):
        lands: list[Place] = []
        for name, value in islice(known.items(), _FIRST):
            words = words_of(name)
            # An object with a capital is about the country.
            if "capital" in words or not isinstance(value, str) or (place := place_named(value)) is None:
                continue
            if "country" in words:
                lands.append(place)
            else:
                yield place
        for land in lands:
            # An object with the country of a city is about the city.
            yield told if told is not None and told.kind == "city" and told.country == land.name else land
    if told is not None:
        yield told


@lru_cache(maxsize=64)
def _place_of(texts: tuple[str, ...]) -> Place | None:
    return place_in(texts)


def numbers_named(name: str) -> tuple[float | int, ...]:
    """Sensible numbers for a property of this name, the likeliest first."""
    return next((_NUMBERS[word] for word in reversed(words_of(name)) if word in _NUMBERS), ())


def plausible(name: str, number: float) -> bool:
    """Return whether a number of the conversation can be meant for the property: a year is not 3."""
    bounds = next((_LEAST[word] for word in reversed(words_of(name)) if word in _LEAST), None)
    return bounds is None or bounds[0] <= number <= bounds[1]


def samples_in(node: Mapping[str, Any]) -> Iterator[Any]:
    """The values that a schema itself proposes: its default (null says nothing), its examples, one in its words."""
    if node.get("default") is not None:
        yield node["default"]
    examples = node.get("examples")
    yield from examples if isinstance(examples, list) else ()
    if node.get("example") is not None:
        yield node["example"]
    if "format" not in node and "pattern" not in node:
        yield from exemplified(node.get("description"))


def exemplified(description: Any) -> Iterator[str]:
    """Yield the example that a description gives: `The city and state, e.g. San Francisco, CA`."""
    if not isinstance(description, str):
        return
    found = _EXAMPLE.search(description[:_LONGEST_SEARCH])
    if found is not None:
        yield (found.group(1) or found.group(2)).strip().rstrip(",")
