"""Read a contract: YAML or JSON, one file or many, OpenAPI 3.0 and later 3.x, with the place of every node."""

from __future__ import annotations

from .bundle import bundle
from .grammar import METHODS, operations_of, rebuild, with_operations
from .revision import Revision, RevisionError
from .sources import Read, Sources, decode, read_text
from .tree import Map, Node, Seq, escape, mapping, sequence, text
from .write import write_yaml

__all__ = [
    "METHODS",
    "Map",
    "Read",
    "Revision",
    "RevisionError",
    "Node",
    "Seq",
    "Sources",
    "bundle",
    "decode",
    "escape",
    "mapping",
    "operations_of",
    "read_text",
    "rebuild",
    "sequence",
    "text",
    "with_operations",
    "write_yaml",
]
