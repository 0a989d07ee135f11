#!/usr/bin/env python3
"""Check the language of docs, contract, docstrings, comments and messages.

Print each violation, and exit with 1 if there are any.

Usage: check_language.py [FILE ...]    (default: every tracked file of the repository)
"""

from __future__ import annotations

import ast
import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

# Folders and files whose language is not converted yet. The list only shrinks: an entry without violations is an error.
UNCONVERTED: tuple[str, ...] = ()

# Generated files (their sources are checked), and this check with its samples of bad language.
EXCLUDED = (
    "contract/openapi.yaml",
    "sdks/python/src/onceward/resources/",
    "sdks/python/src/onceward/types/",
    "sdks/python/api.md",
    "scripts/check_language.py",
    "tests/test_check_language.py",
)


@dataclass(frozen=True)
class Rule:
    """A pattern that prose must not contain, and the advice to print for it."""

    pattern: re.Pattern[str]
    advice: str


@dataclass(frozen=True)
class Passage:
    """A piece of prose and the line of the file on which it starts."""

    line: int
    text: str
    docstring: bool = False


@dataclass(frozen=True)
class Violation:
    """A place in a file that breaks a rule."""

    path: str
    line: int
    quote: str
    advice: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.quote!r}: {self.advice}"


PROSE_RULES = (
    Rule(
        re.compile(
            r"(?<!\bthere\s)\b(?:is|are|was|were)\s+no\s+(?!(?:longer|more|fewer|less|later|earlier|one)\b)\w+", re.I
        ),
        'write "is not a ...", "has no ..." or "there is no ..."',
    ),
    Rule(
        re.compile(r"\b(?:tells|told)\b|\btell\s+of\b", re.I),
        'software does not tell; write "reports", "shows", "sends" ...',
    ),
    Rule(
        re.compile(
            r"\bstands\b(?!\s+(?:in\s+)?for\b)|\bstood\b|\bstand\s+(?:above|against|around|at|behind|between|there|under)\b",
            re.I,
        ),
        'software does not stand; write "is", "is in", "is listed in" ...',
    ),
    Rule(
        re.compile(r"(?:^|[.:;!?`]\s+)(?:Correct|Give|Name|Say)\s+(?:it|one|them)\.", re.M),
        "write what to do, or only what is wrong",
    ),
    Rule(
        re.compile(r"(?:^[ \t]*|[.!:]\s|[\"'])(?:What|Who|Whom|Whoever|Whatever)\s[^.?!|]*\.(?=\s|$)", re.M),
        "name the subject of the sentence",
    ),
)

DOCSTRING_RULE = Rule(
    re.compile(r"\A\s*(?:What|Who|Whom|Whose|Whether|How|Where|Which)\b"),
    'open a docstring with an imperative ("Return the ...") or a noun phrase',
)


def docstring_nodes(tree: ast.Module) -> set[ast.Constant]:
    """Return the docstrings of a module, of its classes and functions, and those below attributes."""
    found = set()
    for node in ast.walk(tree):
        for statement in getattr(node, "body", ()) if isinstance(getattr(node, "body", None), list) else ():
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                found.add(statement.value)
    return found


def python_passages(source: str) -> Iterator[Passage]:
    """Yield the docstrings, string literals and comments of a Python file."""
    tree = ast.parse(source)
    docstrings = docstring_nodes(tree)
    parts: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts.update(node.values)
            texts = [value.value if isinstance(value, ast.Constant) else "{}" for value in node.values]
            yield Passage(node.lineno, "".join(map(str, texts)))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in parts:
            yield Passage(node.lineno, node.value, docstring=node in docstrings)
    yield from comment_passages(source)


def comment_passages(source: str) -> Iterator[Passage]:
    """Yield the comments of a Python file; adjacent lines form one passage."""
    start, lines = 0, list[str]()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.COMMENT:
            continue
        if lines and token.start[0] != start + len(lines):
            yield Passage(start, "\n".join(lines))
            lines = []
        if not lines:
            start = token.start[0]
        lines.append(token.string.lstrip("# "))
    if lines:
        yield Passage(start, "\n".join(lines))


def yaml_passages(source: str) -> Iterator[Passage]:
    """Yield a YAML file as one passage, with comment signs removed."""
    yield Passage(1, re.sub(r"(?m)^(\s*)#+ ?", r"\1", source))


def markdown_passages(source: str) -> Iterator[Passage]:
    """Yield a Markdown file as one passage."""
    yield Passage(1, source)


READERS = {".py": python_passages, ".md": markdown_passages, ".yaml": yaml_passages, ".yml": yaml_passages}


def without_code(text: str) -> str:
    """Return the text with inline code replaced by a placeholder of the same length."""
    return re.sub(r"`[^`\n]+`", lambda match: "`" + "x" * (len(match[0]) - 2) + "`", text)


def check_passage(path: str, passage: Passage) -> Iterator[Violation]:
    """Yield the violations in one passage."""
    if " " not in passage.text:
        return
    text = without_code(passage.text)
    rules = (*PROSE_RULES, DOCSTRING_RULE) if passage.docstring else PROSE_RULES
    for rule in rules:
        for match in rule.pattern.finditer(text):
            quote = passage.text[match.start() : match.end()]
            offset = match.start() + len(quote) - len(quote.lstrip())
            line = passage.line + text.count("\n", 0, offset)
            yield Violation(path, line, " ".join(quote.split())[:80], rule.advice)


def check_source(path: str, source: str) -> list[Violation]:
    """Return the violations in the text of one file."""
    reader = READERS[Path(path).suffix]
    return [violation for passage in reader(source) for violation in check_passage(path, passage)]


def tracked_files() -> list[str]:
    """Return the paths of the repository's files that exist and can be checked."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [path for path in listed.split("\0") if Path(path).suffix in READERS and (ROOT / path).is_file()]


def check(paths: Iterable[str], unconverted: Iterable[str]) -> tuple[list[Violation], list[str]]:
    """Return the violations in converted files, and the unconverted entries that have none left."""
    pending = dict.fromkeys(unconverted, 0)
    violations: list[Violation] = []
    for path in paths:
        if path.startswith(EXCLUDED):
            continue
        entry = next((entry for entry in pending if path.startswith(entry)), None)
        found = check_source(path, (ROOT / path).read_text(encoding="utf-8"))
        if entry is None:
            violations.extend(found)
        else:
            pending[entry] += len(found)
    return violations, [entry for entry, count in pending.items() if count == 0]


def main(arguments: list[str]) -> int:
    """Check the given files, or all files, and return the exit status."""
    if arguments:
        files = [Path(argument).resolve() for argument in arguments]
        paths = [str(file.relative_to(ROOT) if file.is_relative_to(ROOT) else file) for file in files]
        violations, converted = check(paths, ())
    else:
        violations, converted = check(tracked_files(), UNCONVERTED)
    for violation in violations:
        print(violation)
    for entry in converted:
        print(f"scripts/check_language.py: {entry} has no violations left: remove it from UNCONVERTED")
    return 1 if violations or converted else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
