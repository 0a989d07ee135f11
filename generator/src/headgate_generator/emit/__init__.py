"""Rendering of a plan to text. Renderers decide nothing: what stands where was settled by the plan.

`emit` is the one door: a language's name, a model, and that language's options as plain data give the files of a
project by their path under its folder.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headgate_generator.model import Api
from headgate_generator.plan.python import OptionError

__all__ = ["LANGUAGES", "OptionError", "emit"]

LANGUAGES = ("python",)


def emit(language: str, api: Api, options: Mapping[str, Any]) -> dict[str, str]:
    """Every file of a project, formatted, by its path. Raises `OptionError` for an unknown language or option."""
    if language == "python":
        from .python import PythonOptions, emit_python

        return emit_python(api, PythonOptions.of(options))
    raise OptionError(f"`language` is {language!r}; the languages are {', '.join(LANGUAGES)}")
