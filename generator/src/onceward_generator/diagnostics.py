"""What the generator has to say about a contract: errors that stop it and warnings that do not.

A diagnostic names a code, a place (file, line, column, JSON pointer), what is so, and what to do about it. Codes
that start with ``E`` stop the run; codes that start with ``W`` mean that something is expressed less exactly than
the contract says; ``N`` is a note. Every code is listed in `CODES`, so that a code always means one thing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from .model import Origin

__all__ = ["CODES", "ContractError", "Diagnostic", "Report", "Severity", "render", "summary"]

CODES: dict[str, str] = {
    "E001": "the file cannot be read",
    "E002": "the text is no YAML or JSON",
    "E003": "the document is no OpenAPI 3.0 or 3.1 contract",
    "E004": "a reference leads nowhere",
    "E005": "a key stands twice in one mapping",
    "W101": "a schema could not be expressed and became an open type",
    "W102": "a keyword is not expressed",
    "W103": "a reference leads nowhere and became an open type",
    "W104": "members of `allOf` contradict each other",
    "W105": "two names are the same once they are split into words",
    "W106": "a tuple became a list",
    "W107": "several media types: one was chosen",
    "W108": "a path parameter is not declared, or declared and not in the path",
    "W109": "a parameter is declared twice",
    "W110": "a schema and a reference share one name",
    "W201": "`operationId` is missing or stands twice",
    "W202": "two operations asked for the same method name",
    "W203": "a union has no mark by which to tell its variants",
    "W204": "a stream is declared, but not how it is asked for or what its events are",
    "W205": "a discriminator names a key or a schema that is not there",
    "W301": "an unknown key in the configuration",
    "W302": "the configuration names something that the contract does not have",
    "W303": "a value in the configuration has the wrong type",
    "N901": "left out: webhooks and callbacks are no calls of a client",
    "N902": "left out on request",
    "N903": "several operations became one method",
}


class Severity(Enum):
    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding. ``hint`` is the next step for whoever owns the contract."""

    code: str
    message: str
    origin: Origin
    hint: str = ""

    @property
    def severity(self) -> Severity:
        return {"E": Severity.ERROR, "W": Severity.WARNING, "N": Severity.NOTE}[self.code[0]]

    def __str__(self) -> str:
        at = f"{self.origin.file}:{self.origin.line}:{self.origin.column}"
        hint = f" ({self.hint})" if self.hint else ""
        return f"{at}: {self.code} {self.message}{hint} [{self.origin.pointer or '/'}]"


class ContractError(Exception):
    """The contract cannot be read at all; `diagnostic` says where and why."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(str(diagnostic))
        self.diagnostic = diagnostic


class Report:
    """Collects diagnostics, each once, in the order in which they were found."""

    def __init__(self) -> None:
        self._found: dict[Diagnostic, None] = {}

    def add(self, code: str, message: str, origin: Origin, hint: str = "") -> None:
        if code not in CODES:
            raise ValueError(f"unknown diagnostic code {code!r}: add it to `CODES`")
        self._found.setdefault(Diagnostic(code, message, origin, hint))

    @property
    def diagnostics(self) -> list[Diagnostic]:
        return list(self._found)


def summary(diagnostics: Iterable[Diagnostic]) -> str:
    """Counts by code, most frequent first, one line each."""
    counts = Counter(d.code for d in diagnostics)
    ordered = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    return "\n".join(f"{count:6} x {code} {CODES[code]}" for code, count in ordered)


def render(diagnostics: Iterable[Diagnostic]) -> str:
    """One line a diagnostic, errors first, otherwise in order of file and line."""
    rank = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}

    def place(found: Diagnostic) -> tuple[int, str, int, int, str]:
        at = found.origin
        return rank[found.severity], at.file, at.line, at.column, found.code

    return "\n".join(str(found) for found in sorted(diagnostics, key=place))
