"""The words of the command line before they are parsed: `help`, `version`, and corrections."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any, Final, NoReturn

__all__ = ["Parser", "UsageError", "check_command", "check_encoding", "check_leftover", "nearest", "plain_words"]

_SYNONYMS: Final = {
    "add": "new",
    "ask": "chat",
    "check": "doctor",
    "complete": "chat",
    "cost": "spend",
    "costs": "spend",
    "create": "new",
    "database": "db",
    "edit": "update",
    "embedding": "embed",
    "embeddings": "embed",
    "generate": "new",
    "get": "info",
    "key": "keys",
    "list": "models",
    "ls": "list",
    "make": "new",
    "model": "models",
    "organization": "orgs",
    "organizations": "orgs",
    "ping": "doctor",
    "prompt": "chat",
    "remove": "delete",
    "rm": "delete",
    "run": "serve",
    "server": "serve",
    "set": "update",
    "show": "info",
    "start": "serve",
    "status": "doctor",
    "team": "teams",
    "tour": "demo",
    "usage": "spend",
    "user": "users",
}
_OPTION: Final = re.compile(r"(?<![\w-])--[a-z][\w-]*")


class UsageError(Exception):
    """Wrong usage: the mistake and the next step."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class Parser(argparse.ArgumentParser):
    """A parser that raises `UsageError` instead of printing its usage and exiting the process."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(message, f"`{self.prog} --help` lists its options.")

    def _print_message(self, message: str, file: Any = None) -> None:
        # argparse ignores failures to write; a full disk must be reported here too.
        if message:
            (file or sys.stderr).write(message)


def nearest(word: str, names: Iterable[str]) -> str | None:
    """Return the name that `word` was probably meant to be."""
    known = list(names)
    low = word.lower()
    if _SYNONYMS.get(low) in known:
        return _SYNONYMS[low]
    return next(iter(get_close_matches(low, known, n=1, cutoff=0.6)), None)


def plain_words(words: Sequence[str]) -> list[str]:
    """Return `help chat` as `chat --help`, and `version` as `--version`."""
    if words[:1] == ["help"]:
        return [*words[1:], "--help"]
    if list(words) == ["version"]:
        return ["--version"]
    return list(words)


def check_encoding(words: Sequence[str]) -> None:
    """Refuse arguments that are not text in this machine's encoding."""
    for number, word in enumerate(words, 1):
        if any("\ud800" <= character <= "\udfff" for character in word):
            encoded = word.encode("utf-8", "surrogateescape" if _from_bytes(word) else "replace")
            raise UsageError(
                f"argument {number} is not UTF-8 text: '{str(encoded)[2:-1]}'",
                "Write it as UTF-8, or pipe it in.",
            )


def _from_bytes(word: str) -> bool:
    return all("\udc80" <= character <= "\udcff" for character in word if "\ud800" <= character <= "\udfff")


def check_command(word: str, names: Iterable[str], prog: str) -> None:
    """Refuse a command (or an action of one) that does not exist, and suggest the nearest."""
    known = list(names)
    if word in known or word in ("-h", "--help", "--version"):
        return
    if word.startswith("-"):
        raise UsageError(
            f"{word!r} comes before the command; options go after it",
            f"For example: {prog} {known[0]} {word} ... (`{prog} --help` lists the commands)",
        )
    what = "action" if " " in prog else "command"
    meant = nearest(word, known)
    if meant is not None:
        hint = f"Did you mean `{prog} {meant}`? `{prog} --help` lists all {what}s."
    elif any(character.isspace() for character in word) and "chat" in known:
        hint = f'To ask a model: {prog} chat "{word[:60]}"'
    else:
        hint = f"There are: {', '.join(known)}"
    raise UsageError(f"there is no {what} {word!r} of `{prog}`" if what == "action" else f"no command {word!r}", hint)


def check_leftover(leftover: Sequence[str], parser: argparse.ArgumentParser) -> None:
    """Refuse words that the parser could not use, and suggest the nearest option."""
    if not leftover:
        return
    word = next((one for one in leftover if one.startswith("-")), leftover[0])
    option = word.partition("=")[0]
    if not word.startswith("-"):
        raise UsageError(f"{word!r} is one argument too many", f"`{parser.prog} --help` lists its options.")
    known = dict.fromkeys(_OPTION.findall(parser.format_help()))
    meant = next(iter(get_close_matches(option.lower().replace("_", "-"), known, n=1, cutoff=0.6)), None)
    if meant is not None:
        raise UsageError(f"`{parser.prog}` has no option {option!r}", f"Did you mean `{meant}`?")
    raise UsageError(f"`{parser.prog}` has no option {option!r}", f"`{parser.prog} --help` lists them.")
