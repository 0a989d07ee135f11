"""The subcommands of the command line besides generating: init, import, diff, model, bundle."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from .adopt import import_stainless, infer
from .api import build_api
from .canonical import to_json
from .changelog import changelog_entry, next_version, with_entry
from .diagnostics import Report, render, summary
from .languages import VERDICTS
from .load import bundle, write_yaml
from .verdict import Level, verdict

__all__ = ["COMMANDS"]


def _init(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        "onceward-generate init", description="Write sdk.yaml with what is inferred of a contract."
    )
    parser.add_argument("contract", type=Path)
    parser.add_argument("--name", help="the product's name (default: from the title)")
    parser.add_argument("--out", type=Path, default=Path("sdk.yaml"), help="the file to write (default: sdk.yaml)")
    parser.add_argument("--overwrite", action="store_true", help="replace the file if it exists")
    options = parser.parse_args(arguments)
    text = infer(options.contract, options.name)
    _write(options.out, text, options.overwrite)
    return 0


def _import(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        "onceward-generate import", description="Write sdk.yaml from the stainless.yml of an SDK."
    )
    parser.add_argument("config", type=Path, help="stainless.yml")
    parser.add_argument("--contract", type=Path, help="the contract, which gives endpoints their exact spelling")
    parser.add_argument("--out", type=Path, default=Path("sdk.yaml"), help="the file to write (default: sdk.yaml)")
    parser.add_argument("--overwrite", action="store_true", help="replace the file if it exists")
    options = parser.parse_args(arguments)
    found = import_stainless(options.config, options.contract)
    _write(options.out, found.text, options.overwrite)
    if found.lost:
        print(f"without a counterpart in {options.out.name}:")
        for line in found.lost:
            print(f"  {line}")
    return 0


def _write(path: Path, text: str, overwrite: bool) -> None:
    if path.exists() and not overwrite and path.read_text(encoding="utf-8") != text:
        raise ValueError(f"`{path}` exists; pass --overwrite, or another file with --out")
    path.write_text(text, encoding="utf-8", newline="\n")
    print(f"wrote {path}")


def _diff(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        "onceward-generate diff",
        description="Compare two contracts: the meaning of the difference for users, and the entry of the changelog.",
    )
    parser.add_argument("old", type=Path, help="the earlier contract")
    parser.add_argument("new", type=Path, help="the later contract; the same file to compare two configurations")
    parser.add_argument("--sdk", type=Path, help="the configuration of the later contract, and of both by default")
    parser.add_argument("--old-sdk", type=Path, help="the configuration of the earlier contract")
    parser.add_argument("--language", choices=VERDICTS, help="the language of the entry (default: python)")
    parser.add_argument("--current", metavar="VERSION", help="the version of the earlier contract's package")
    parser.add_argument("--changelog", type=Path, metavar="FILE", help="write the entry to the top of this changelog")
    parser.add_argument("--fail-on", choices=["major", "minor", "patch"], help="exit with 1 at this level or above")
    options = parser.parse_args(arguments)
    old, _ = build_api(options.old, options.old_sdk or options.sdk)
    new, _ = build_api(options.new, options.sdk)
    whole = verdict(old, new)
    for language in [options.language] if options.language else VERDICTS:
        level = whole.in_language(language).level
        arrow = f" -> {next_version(options.current, level)}" if options.current else ""
        print(f"{language}: {level.name.lower()}{arrow}")
    shown = whole.in_language(options.language or VERDICTS[0])
    version = next_version(options.current, shown.level) if options.current else None
    entry = changelog_entry(shown, version)
    print(f"\n{entry}", end="")
    if options.changelog is not None and shown.level is not Level.NONE:
        options.changelog.write_text(with_entry(options.changelog, entry), encoding="utf-8", newline="\n")
    return int(options.fail_on is not None and shown.level >= Level[options.fail_on.upper()])


def _model(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser("onceward-generate model", description="Print the model of a contract as JSON.")
    parser.add_argument("contract", type=Path)
    parser.add_argument("--sdk", type=Path)
    options = parser.parse_args(arguments)
    api, diagnostics = build_api(options.contract, options.sdk)
    sys.stdout.buffer.write(to_json(api).encode())
    if diagnostics:
        print(summary(diagnostics), file=sys.stderr)
    return 0


def _bundle(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser("onceward-generate bundle", description="Write a contract of many files as one.")
    parser.add_argument("root", type=Path, help="the contract's root file")
    parser.add_argument("--out", type=Path, required=True, help="the file to write")
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if the file would change")
    options = parser.parse_args(arguments)
    report = Report()
    document, _ = bundle(options.root, report)
    source = f"{options.root.resolve().parent.name}/{options.root.name}"
    text = write_yaml(document, f"Generated from {source} by `onceward-generate bundle`. Do not edit.")
    if report.diagnostics:
        print(render(report.diagnostics), file=sys.stderr)
    current = options.out.read_text(encoding="utf-8") if options.out.exists() else None
    if options.check:
        if current != text:
            print(f"{options.out} differs from its sources: run `onceward-generate bundle`", file=sys.stderr)
        return int(current != text or bool(report.diagnostics))
    if current != text:
        options.out.write_text(text, encoding="utf-8", newline="\n")
    return int(bool(report.diagnostics))


COMMANDS: Mapping[str, Callable[[Sequence[str]], int]] = {
    "bundle": _bundle, "diff": _diff, "import": _import, "init": _init, "model": _model,
}  # fmt: skip
"""The subcommands by name; each takes its arguments and returns the exit status."""
