"""The command line ``headgate-generate``: from a contract to sources, and from many files to one (``bundle``)."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from .diagnostics import ContractError, Report, render
from .load import bundle, write_yaml

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; the exit status is 0, 1 for differences or errors in the contract, 2 for wrong usage."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        if arguments[:1] == ["bundle"]:
            return _bundle(arguments[1:])
        print("only `bundle` is built yet", file=sys.stderr)
        return 2
    except ContractError as error:
        print(error, file=sys.stderr)
        return 1


def _bundle(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser("headgate-generate bundle", description="Write a contract of many files as one.")
    parser.add_argument("root", type=Path, help="the contract's root file")
    parser.add_argument("--out", type=Path, required=True, help="the file to write")
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if the file would change")
    options = parser.parse_args(arguments)
    report = Report()
    document, _ = bundle(options.root, report)
    source = f"{options.root.resolve().parent.name}/{options.root.name}"
    text = write_yaml(document, f"Generated from {source} by `headgate-generate bundle`. Do not edit.")
    if report.diagnostics:
        print(render(report.diagnostics), file=sys.stderr)
    current = options.out.read_text(encoding="utf-8") if options.out.exists() else None
    if options.check:
        if current != text:
            print(f"{options.out} differs from its sources: run `headgate-generate bundle`", file=sys.stderr)
        return int(current != text or bool(report.diagnostics))
    if current != text:
        options.out.write_text(text, encoding="utf-8", newline="\n")
    return int(bool(report.diagnostics))
