"""The command line ``onceward-generate``: generate an SDK, or check that it is up to date.

The other subcommands are in `onceward_generator.commands`. Without a subcommand, the arguments are those of `generate`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from .commands import COMMANDS
from .config import CONFIG_NAME, Config, ConfigError, Target, find_config, read_config
from .diagnostics import ContractError, render, summary
from .files import apply
from .languages import LANGUAGES
from .lock import LockError
from .run import Outcome, run

__all__ = ["main"]

_DESCRIPTION = """Generate SDKs from an OpenAPI contract.

subcommands (each has --help):
  generate  generate an SDK; the default without a subcommand
  check     write nothing; exit with 1 if a file would change
  init      write sdk.yaml with what is inferred of a contract
  import    write sdk.yaml from a stainless.yml
  diff      compare two contracts: semantic versions and the entry of the changelog
  model     print the model of a contract as JSON
  bundle    write a contract of many files as one
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Return 0; 1 for differences or a faulty contract; 2 for wrong usage.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        command = COMMANDS.get(arguments[0]) if arguments else None
        if command is not None:
            return command(arguments[1:])
        if arguments[:1] == ["check"]:
            return _generate([*arguments[1:], "--check"])
        return _generate(arguments[1:] if arguments[:1] == ["generate"] else arguments)
    except ContractError as error:
        print(error, file=sys.stderr)
        return 1
    except (LockError, ValueError) as error:
        print(f"onceward-generate: {error}", file=sys.stderr)
        return 2


def _generate(arguments: Sequence[str]) -> int:
    options = _parser().parse_args(arguments)
    config = _config(options)
    against = options.against_file or options.against
    outcome = run(config if against is None else replace(config, against=against))
    _report(outcome, options.quiet)
    return _check(outcome) if options.check else _write(outcome, options.overwrite)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "onceward-generate", description=_DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "contract",
        type=Path,
        nargs="?",
        help=f"the root file of the contract (default: as configured in {CONFIG_NAME})",
    )
    parser.add_argument("--sdk", type=Path, help="the SDK configuration of the contract (sdk.yaml)")
    parser.add_argument("--name", help="the product's name, after which all is named (default: from the title)")
    parser.add_argument("--language", choices=sorted(LANGUAGES), default="python")
    parser.add_argument("--out", type=Path, help="the output folder")
    parser.add_argument(
        "--option",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="an option of the language, as in the configuration file",
    )
    base = parser.add_mutually_exclusive_group()
    base.add_argument(
        "--against",
        metavar="REV",
        help="the git revision that the verdict compares with (default: the last tag, or HEAD)",
    )
    base.add_argument(
        "--against-file",
        type=Path,
        metavar="FILE",
        help="an earlier contract that the verdict compares with, without git",
    )
    parser.add_argument(
        "--config", type=Path, help=f"the configuration file (default: the nearest {CONFIG_NAME}, here or above)"
    )
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if a file would change")
    parser.add_argument("--overwrite", action="store_true", help="also replace files that the generator did not write")
    parser.add_argument("--quiet", action="store_true", help="print only the number of diagnostics of each kind")
    return parser


def _config(options: argparse.Namespace) -> Config:
    if options.contract is not None:
        if options.out is None:
            raise ConfigError("`--out` is required with a contract: the output folder")
        values = dict(option.split("=", 1) if "=" in option else (option, "") for option in options.option)
        return Config(
            options.contract, options.sdk, (Target(options.language, options.out, values),), name=options.name
        )
    path = options.config or find_config(Path.cwd())
    if path is None:
        raise ConfigError(f"no contract: pass one, or run in a folder with `{CONFIG_NAME}` (here or above)")
    found = read_config(path)
    return found if options.name is None else replace(found, name=options.name)


def _report(outcome: Outcome, quiet: bool) -> None:
    if outcome.diagnostics and not quiet:
        print(render(outcome.diagnostics), file=sys.stderr)
    if outcome.diagnostics:
        print(summary(outcome.diagnostics), file=sys.stderr)
    if outcome.comparison.verdict is not None:
        print(outcome.comparison)
    elif not quiet:
        print(outcome.comparison, file=sys.stderr)


def _check(outcome: Outcome) -> int:
    lines = [
        f"{output.folder}: {line}"
        for output in outcome.outputs
        if output.changes.any
        for line in output.changes.lines()
    ]
    for line in lines:
        print(line)
    if lines:
        print("generated files differ: run `onceward-generate` and commit the result", file=sys.stderr)
    return int(bool(lines))


def _write(outcome: Outcome, overwrite: bool) -> int:
    foreign = [str(output.folder / path) for output in outcome.outputs for path in output.changes.foreign]
    if foreign and not overwrite:
        names = ", ".join(foreign)
        raise ConfigError(f"refusing to overwrite files of other origin: {names}; move them, or pass --overwrite")
    for output in outcome.outputs:
        apply(output.folder, output.files, output.changes)
        total = len(output.files)
        touched = len(output.changes.added) + len(output.changes.changed) + len(output.changes.foreign)
        print(f"{output.folder}: {total} files, {touched} written, {len(output.changes.removed)} removed")
        for path in output.changes.edited:
            print(f"kept {output.folder / path}: no longer generated, but edited by hand", file=sys.stderr)
    return 0
