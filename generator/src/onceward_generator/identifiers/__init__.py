"""Safe identifiers in every language that the model is emitted in.

`identifier` is the only function that turns words into a name of a language, so that digits in front, keywords,
builtins and empty names are handled in one place; `file_stem` does the same for the names of modules and their files.
"""

from __future__ import annotations

from .languages import GO, LANGUAGES, PYTHON, RUST, TYPESCRIPT, Language
from .spelling import Case, distinct, file_stem, identifier, package_name

__all__ = [
    "GO",
    "LANGUAGES",
    "PYTHON",
    "RUST",
    "TYPESCRIPT",
    "Case",
    "Language",
    "distinct",
    "file_stem",
    "identifier",
    "package_name",
]
