"""Diagnostics of a contract: errors that stop the generator, and warnings that do not.

A diagnostic has a code, a place (file, line, column, JSON pointer), a description, and a hint. Codes that start with
``E`` are errors; codes that start with ``W`` report that something is expressed less exactly than in the contract;
``N`` is a note. `CODES` lists every code with its one meaning.
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
    "E002": "the text is not valid YAML or JSON",
    "E003": "the document is not an OpenAPI 3.x contract",
    "E004": "a reference without which operations would be lost has no target",
    "W101": "a schema could not be expressed and became an open type",
    "W102": "a keyword cannot be expressed",
    "W103": "a reference has no target and became an open type",
    "W104": "members of `allOf` contradict each other",
    "W105": "two names consist of the same words",
    "W106": "a tuple became a list",
    "W107": "several media types: one was chosen",
    "W108": "a path parameter is not declared, or is not in the path",
    "W109": "a parameter is declared twice",
    "W111": "a reference refers to another kind of component",
    "W112": "a key occurs twice in one mapping, and the last one is used",
    "W113": "a value of the wrong type",
    "W121": "a value is nested more deeply than a style can express",
    "W122": "a cookie is sent as several",
    "W123": "an encoding names a missing property",
    "W124": "a header of a part has no fixed value",
    "W130": "a response is read as bytes, because the contract does not describe it",
    "W131": "a response cannot be decoded to its schema and is returned as text",
    "W132": "an example does not fit its schema",
    "W140": "the pagination of a list cannot be expressed",
    "W141": "a security scheme that is not supported",
    "W142": "a security requirement names a missing scheme",
    "W143": "security schemes that nothing requires",
    "W144": "a server without an address",
    "W145": "a server variable is not declared",
    "W201": "`operationId` is missing or not unique",
    "W202": "two operations have the same method name",
    "W203": "the variants of a union cannot be distinguished",
    "W204": "a stream is declared without its events",
    "W205": "a discriminator refers to a missing key or schema",
    "W301": "an unknown key in the configuration",
    "W302": "the configuration refers to something that the contract does not have",
    "W303": "a value in the configuration has the wrong type",
    "N901": "left out: a callback, or a webhook without a JSON payload",
    "N902": "left out as configured",
    "N903": "several operations were merged into one method",
    "N904": "a header parameter that is not an argument",
    "N905": "an extension of another generator that has no effect",
}


class Severity(Enum):
    """The severity of a diagnostic."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A finding in a contract. ``hint`` is the next step for the owner of the contract."""

    code: str
    message: str
    origin: Origin
    hint: str = ""

    @property
    def severity(self) -> Severity:
        """The severity, from the first letter of the code."""
        return {"E": Severity.ERROR, "W": Severity.WARNING, "N": Severity.NOTE}[self.code[0]]

    def __str__(self) -> str:
        at = f"{self.origin.file}:{self.origin.line}:{self.origin.column}"
        hint = f" ({self.hint})" if self.hint else ""
        return f"{at}: {self.code} {self.message}{hint} [{self.origin.pointer or '/'}]"


class ContractError(Exception):
    """A contract that cannot be read; `diagnostic` has the place and the reason."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(str(diagnostic))
        self.diagnostic = diagnostic


class Report:
    """A collection of diagnostics, in the order in which they were found, without repetitions."""

    def __init__(self) -> None:
        self._found: dict[Diagnostic, None] = {}

    def add(self, code: str, message: str, origin: Origin, hint: str) -> None:
        """Add a diagnostic with the next step. Raises `ValueError` for a code that is not in `CODES`."""
        if code not in CODES:
            raise ValueError(f"unknown diagnostic code {code!r}: add it to `CODES`")
        self._found.setdefault(Diagnostic(code, message, origin, hint))

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """The diagnostics found so far."""
        return list(self._found)


def summary(diagnostics: Iterable[Diagnostic]) -> str:
    """Return the number of diagnostics of each code, the most frequent first, one line each."""
    counts = Counter(d.code for d in diagnostics)
    ordered = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    return "\n".join(f"{count:6} x {code} {CODES[code]}" for code, count in ordered)


def render(diagnostics: Iterable[Diagnostic]) -> str:
    """Return one line per diagnostic: errors first, then in order of file and line."""
    rank = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}

    def place(found: Diagnostic) -> tuple[int, str, int, int, str]:
        at = found.origin
        return rank[found.severity], at.file, at.line, at.column, found.code

    return "\n".join(str(found) for found in sorted(diagnostics, key=place))
