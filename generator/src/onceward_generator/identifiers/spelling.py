"""Spell words as identifiers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from enum import Enum

from onceward_generator.model import Name

from .languages import DEVICES, GO, Language

__all__ = ["Case", "distinct", "file_stem", "identifier", "package_name"]

_FOREIGN = re.compile(r"[^A-Za-z0-9]+")
_NOTHING = "value"
"""The name of something whose spelling has no letter and no digit, and the word before a digit."""


class Case(Enum):
    """The ways to join the words of a name."""

    SNAKE = "snake"
    """``chat_completion``: variables, functions and modules of Python and Rust."""
    CAMEL = "camel"
    """``chatCompletion``: variables and methods of TypeScript, unexported names of Go."""
    PASCAL = "pascal"
    """``ChatCompletion``: types of every language, exported names of Go."""
    UPPER = "upper"
    """``CHAT_COMPLETION``: constants."""


def identifier(language: Language, name: Name, case: Case, taken: frozenset[str] = frozenset()) -> str:
    """Return words as an identifier of a language: never empty, a keyword, a hidden builtin, or one of ``taken``.

    A name never begins with a digit (``2fa`` becomes ``value_2fa``). A reserved name gets an underscore at its end, or
    the language's own mark for raw identifiers.
    """
    words = tuple(part for word in name for part in _FOREIGN.split(word) if part) or (_NOTHING,)
    if words[0][0].isdigit():
        words = (_NOTHING, *words)
    spelled = _joined(language, words, case)
    if spelled in language.raw and spelled not in taken:
        return language.raw_prefix + spelled
    if spelled in language.keywords or spelled in taken or (case is Case.PASCAL and spelled in language.types):
        spelled += "_"
    while spelled in taken:
        spelled += "_"
    return spelled


def _joined(language: Language, words: Name, case: Case) -> str:
    match case:
        case Case.SNAKE:
            return "_".join(words)
        case Case.UPPER:
            return "_".join(words).upper()
        case Case.PASCAL:
            return _mixed(language, words)
        case Case.CAMEL:
            return words[0] + _mixed(language, words[1:])


def _mixed(language: Language, words: Name) -> str:
    """Return words in Pascal case. Two digits that meet are kept apart: ``2.0`` is ``2_0``, not ``20``."""
    joined = ""
    for word in words:
        piece = word.upper() if word in language.initialisms else word[:1].upper() + word[1:]
        joined += f"_{piece}" if joined[-1:].isdigit() and piece[:1].isdigit() else piece
    return joined


def file_stem(language: Language, name: Name, taken: frozenset[str] = frozenset()) -> str:
    """Return words as the name of a module and its file, which every operating system and compiler accepts."""
    stem = identifier(language, name, Case.SNAKE, taken)
    if language.raw_prefix and stem.startswith(language.raw_prefix):
        stem = stem.removeprefix(language.raw_prefix) + "_"
    ending = stem.rpartition("_")[2]
    if stem in DEVICES or ending in language.file_endings:
        # The compiler reads the end of the name, which an underscore does not hide in every version.
        stem = f"{stem}_file" if ending in language.file_endings else f"{stem}_"
    return stem


def package_name(language: Language, name: Name) -> str:
    """Return words as the name of a package: importable, and not the name of another package that is found first."""
    words = ("api", *name) if name and name[0][:1].isdigit() else name
    stem = identifier(language, words, Case.SNAKE).removeprefix(language.raw_prefix or "\0")
    if language is GO:
        stem = stem.replace("_", "")
    if stem in language.packages:
        stem = f"{stem}{'' if language is GO else '_'}api"
    elif stem in language.keywords or stem in DEVICES:
        stem = f"{stem}api" if language is GO else f"{stem}_"
    return stem


def distinct(names: Iterable[Name], spell: Callable[[Name], str]) -> dict[Name, str]:
    """Return a spelling for each name, all different.

    A name that is spelled exactly as its words keeps that spelling; one that got it from an escape gives way.
    """
    spelled = {name: spell(name) for name in names}
    order = sorted(spelled, key=lambda name: ("_".join(name) != spelled[name].rstrip("_"), name))
    found: dict[Name, str] = {}
    used: set[str] = set()
    for name in order:
        spelling = spelled[name]
        while spelling in used:
            spelling += "_"
        used.add(spelling)
        found[name] = spelling
    return {name: found[name] for name in spelled}
