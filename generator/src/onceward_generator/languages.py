"""The registry of output languages. Emitters are imported on first use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .model import Api

__all__ = ["LANGUAGES", "VERDICTS", "Emit", "UnknownLanguageError", "emitter"]

Emit = Callable[[Api, Mapping[str, Any]], dict[str, str]]
"""A function from a model and plain options to texts by relative path. The option `folder` is the output folder.

Raises `ValueError` on unknown options.
"""


class UnknownLanguageError(ValueError):
    """A language without an emitter; the message lists the supported ones."""


def _python(api: Api, options: Mapping[str, Any]) -> dict[str, str]:
    from .emit.python import PythonOptions, emit_python

    return emit_python(api, PythonOptions.of(options))


LANGUAGES: Mapping[str, Emit] = {"python": _python}

VERDICTS = ("python", "typescript", "go", "rust")
"""The languages for whose users a change is judged."""


def emitter(language: str) -> Emit:
    """Return the emitter of a language. Raises `UnknownLanguageError`."""
    if language not in LANGUAGES:
        raise UnknownLanguageError(f"unknown language `{language}`; the languages are {', '.join(LANGUAGES)}")
    return LANGUAGES[language]
