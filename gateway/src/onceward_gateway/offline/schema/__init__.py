"""Filling a JSON schema: from any schema to a value that it accepts, with words of the conversation where they fit.

pattern.py   a text for a regular expression
resolve.py   references, merging of `allOf`, how deep a schema must go
check.py     does a value fit a schema (what the filler needs of JSON Schema 2020-12, and the older spellings)
hints.py     what the conversation says about a property
fill.py      the filler itself
"""

from __future__ import annotations

from .check import fits
from .fill import fill
from .hints import Hints

__all__ = ["Hints", "fill", "fits"]
