"""Rewrite a contract into one canonical form, in named passes.

Each pass is a pure function from a document to a document, has one purpose, and is idempotent. The result is an OpenAPI
document with one way of expressing each thing. Facts that OpenAPI cannot express are in ``x-onceward-...`` keys, each
declared by the pass that writes it.
"""

from __future__ import annotations

from collections.abc import Callable

from onceward_generator.load import Map

from .all_of import all_of
from .answers import answers
from .consts import consts
from .context import Context
from .decide import decide
from .dialect import dialect
from .extensions import extensions
from .inheritance import inheritance
from .inline import inline
from .lift import lift
from .malformed import malformed
from .media import media
from .method_names import method_names
from .nullable import nullable
from .pages import pages
from .retries import retries
from .shared import shared
from .streams import streams
from .twins import twins
from .unions import unions
from .variants import variants
from .webhooks import webhooks

__all__ = ["PASSES", "Context", "Pass", "normalise"]

Pass = Callable[[Map, Context], Map]

PASSES: tuple[tuple[str, Pass], ...] = (
    ("malformed", malformed),
    ("extensions", extensions),
    ("shared", shared),
    ("inline", inline),
    ("webhooks", webhooks),
    ("variants", variants),
    ("dialect", dialect),
    ("nullable", nullable),
    ("consts", consts),
    ("inheritance", inheritance),
    ("all_of", all_of),
    ("unions", unions),
    ("method_names", method_names),
    ("twins", twins),
    ("media", media),
    ("answers", answers),
    ("streams", streams),
    ("pages", pages),
    ("retries", retries),
    ("lift", lift),
    ("decide", decide),
)
"""The passes in the order in which they run."""


def normalise(document: Map, context: Context) -> Map:
    """Apply every pass to a document."""
    for _, run in PASSES:
        document = run(document, context)
    return document
