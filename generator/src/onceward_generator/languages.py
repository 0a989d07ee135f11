"""The languages that can be emitted. Emitters are imported when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .model import Api

__all__ = ["LANGUAGES", "Emit", "UnknownLanguage", "emitter"]

Emit = Callable[[Api, Mapping[str, Any]], dict[str, str]]
"""From a model and plain options to texts by relative path. Raises `ValueError` on options that it does not know."""


class UnknownLanguage(ValueError):
    """There is no emitter for a language; the text names those that there are."""


def _python(api: Api, options: Mapping[str, Any]) -> dict[str, str]:
    from .emit.python import PythonOptions, emit_python

    return emit_python(api, PythonOptions.of(options))


LANGUAGES: Mapping[str, Emit] = {"python": _python}


def emitter(language: str) -> Emit:
    if language not in LANGUAGES:
        raise UnknownLanguage(f"`{language}` is no language that can be emitted; there are: {', '.join(LANGUAGES)}")
    return LANGUAGES[language]
