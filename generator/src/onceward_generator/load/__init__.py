"""Reads a contract: YAML or JSON, one file or many, OpenAPI 3.0 or 3.1, and keeps the place of every node."""

from __future__ import annotations

from .bundle import bundle
from .grammar import METHODS, rebuild
from .sources import Sources, read_text
from .tree import Map, Node, Seq, escape, mapping, sequence, text
from .write import write_yaml

__all__ = [
    "METHODS",
    "Map",
    "Node",
    "Seq",
    "Sources",
    "bundle",
    "escape",
    "mapping",
    "read_text",
    "rebuild",
    "sequence",
    "text",
    "write_yaml",
]
