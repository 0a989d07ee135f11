"""The commands, their options, and their error output: one line that says what failed, and the next step."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

from .._brand import BRAND
from .._core.errors import APIConnectionError, SDKError
from ._gateway import gateway_cli, gateway_database, missing_message
from ._program import program
from ._screen import Screen, make_screen
from ._streams import flush, prepare, silence
from ._words import Parser, UsageError, check_command, check_encoding, check_leftover, plain_words

__all__ = ["DEFAULT_MODEL", "run"]

DEFAULT_MODEL = "onceward/echo"
_INTERRUPTED = 130

_EPILOG = """examples:
  onceward serve --offline                     a gateway beside you, no key, no network
  onceward chat "Tell me a joke"               one answer, streamed
  onceward chat                                a conversation
  git diff | onceward chat "Review this"       piped input is added to the prompt
  onceward embed "a cat" "a kitten" "a car"    how similar texts are
  onceward doctor                              check configuration and connection
  onceward demo                                a tour in a minute

to administer a gateway (see `onceward keys --help`, and so on):
  onceward keys new --alias batch --max-budget 10 --models 'onceward/*'
  onceward teams new --name research --max-budget 100 --budget-duration 30d
  onceward spend chart --by day --since 30d
"""

_GROUPS = {
    "keys": "API keys: make, limit, find, block, rotate",
    "teams": "teams, their members and models",
    "orgs": "organizations and their members",
    "users": "users and their keys",
    "customers": "end customers (the `user` of a call)",
    "budgets": "limits shared by several keys, users or teams",
    "spend": "the cost of calls: reports, records, charts",
    "credits": "credits: balance, history, tiers",
    "credentials": "provider API keys, stored encrypted",
    "cache": "the response cache",
    "guardrails": "filters for calls",
}

_COMMANDS = ("chat", "models", "embed", "serve", "db", "demo", "doctor", *_GROUPS, "help", "version")


def run(arguments: Sequence[str] | None = None) -> int:
    words = list(sys.argv[1:] if arguments is None else arguments)
    writable = prepare()
    screen = make_screen(plain=True)
    if not writable and words[:1] not in (["serve"], ["db"]):
        screen.fault("standard output is closed", "Nothing was done, because the result could not be printed.")
        return 1
    try:
        status = _finished(words, screen)
        flush()
        return status
    except KeyboardInterrupt:
        screen.end_line()
        return _INTERRUPTED
    except BrokenPipeError:
        # The reader of the output has exited (`| head`): that is not an error, and nothing more can be written.
        silence()
        return 0
    except OSError as error:
        silence()
        screen.fault(f"{error.filename or 'standard output'}: {error.strerror or error}", None)
        return 1


def _finished(words: list[str], screen: Screen) -> int:
    """Run the command. argparse exits the process for `--help` and `--version`, which becomes a status here."""
    try:
        return _status(words, screen)
    except UsageError as error:
        screen.fault(error.message, error.hint)
        return 2
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else 0 if error.code is None else 1


def _status(words: list[str], screen: Screen) -> int:
    check_encoding(words)
    words = plain_words(words)
    if words:
        check_command(words[0], _COMMANDS, "onceward")
    if words[:1] in (["serve"], ["db"]) and gateway_cli() is None:
        screen.fault(*missing_message())
        return 1
    parser, words = _parser(words)
    given, leftover = parser.parse_known_args(words)
    check_leftover(leftover, getattr(given, "parser", parser))
    if not hasattr(given, "command"):
        parser.print_help()
        return 2
    return _guarded(given, make_screen(plain=given.no_color or given.json))


def _guarded(given: argparse.Namespace, screen: Screen) -> int:
    try:
        command: Callable[[argparse.Namespace, Screen], int] = import_module(f".{given.command}", __package__).command
        return command(given, screen)
    except KeyboardInterrupt:
        screen.end_line()
        return _INTERRUPTED
    except APIConnectionError as error:
        screen.end_line()
        screen.fault(
            error.message,
            f"Is the gateway running? `{program()} serve` starts one; `{program()} doctor` checks the connection.",
        )
        return 1
    except SDKError as error:
        screen.end_line()
        screen.fault(str(error), None)
        return 1
    except (UsageError, OSError):
        screen.end_line()
        raise
    except Exception as error:
        if os.environ.get(BRAND.env("LOG")) == "debug":
            raise
        screen.end_line()
        message = " ".join(str(error).split())[:500]
        screen.fault(
            f"unexpected {type(error).__name__}: {message}",
            f"This is a bug in onceward. {BRAND.env('LOG')}=debug shows where it happened.",
        )
        return 1


def _parser(words: list[str]) -> tuple[argparse.ArgumentParser, list[str]]:
    """Return the parser, and the words with the default action where none is named.

    Of the commands with actions, only the one that is called loads them.
    """
    first = words[0] if words else ""
    parser = Parser(
        prog="onceward",
        description="Talk to language models through an Onceward gateway.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"onceward {BRAND.version}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _add_chat(commands)
    words = _add_group(commands, "models", "the models, their limits and prices; their deployments", words)
    _add_embed(commands)
    _add_serve(commands, serving=first == "serve")
    _add_database(commands, asked=first == "db")
    _add_demo(commands)
    _add_doctor(commands)
    for name, about in _GROUPS.items():
        words = _add_group(commands, name, about, words)
    for name, about in (("help", "the options of a command: `help chat`"), ("version", "the version of this package")):
        commands.add_parser(name, help=about)
    return parser, words


def _command(commands: Any, name: str, about: str, *, client: bool = True) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=about, description=about[0].upper() + about[1:] + ".", argument_default=None
    )
    parser.set_defaults(command=name, json=False, parser=parser)
    _add_common(parser, client=client)
    return parser


def _add_common(parser: argparse.ArgumentParser, *, client: bool = True) -> None:
    parser.add_argument("--no-color", action="store_true", help="no colour and no decoration (so does NO_COLOR)")
    if client:
        group = parser.add_argument_group("gateway")
        group.add_argument(
            "--base-url", metavar="URL", help=f"the gateway's address ({BRAND.env('BASE_URL')}, {BRAND.base_url})"
        )
        group.add_argument(
            "--api-key", metavar="KEY", help=f"the API key; better in {BRAND.env('API_KEY')}: arguments can be seen"
        )
        group.add_argument("--timeout", type=float, metavar="SECONDS", help="the longest wait")
        group.add_argument("--verbose", action="store_true", help="print every retry, ids and times")


def _add_group(commands: Any, name: str, about: str, words: list[str]) -> list[str]:
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=about, description=f"{about[0].upper()}{about[1:]}."
    )
    parser.set_defaults(command=name, parser=parser)
    if words[:1] != [name]:
        return words
    group = import_module(f".{name}", __package__).GROUP
    if words[1:2] == ["help"]:
        words = [name, *words[2:], "--help"]
    if not group.takes_words and len(words) > 1 and not words[1].startswith("-"):
        check_command(words[1], [action.name for action in group.actions], f"onceward {name}")
    group.add_to(parser, _add_common)
    named: list[str] = group.words(words)
    return named


def _model_option(parser: argparse.ArgumentParser, default: str | None, about: str) -> None:
    chosen = os.environ.get(BRAND.env("MODEL"), default) if default == DEFAULT_MODEL else default
    parser.add_argument("-m", "--model", default=chosen, help=f"{about} ({chosen})" if chosen else about)


def _add_chat(commands: Any) -> None:
    parser = _command(commands, "chat", "ask a model: one question, or a conversation")
    parser.add_argument("prompt", nargs="*", help="the question (omit it to start a conversation; `-` reads stdin)")
    _model_option(parser, DEFAULT_MODEL, "the model")
    parser.add_argument("-s", "--system", help="instructions for the whole conversation")
    parser.add_argument(
        "--image", action="append", default=[], metavar="FILE|URL", help="add a picture to the question"
    )
    parser.add_argument(
        "--tool", action="append", default=[], metavar="MODULE:FUNCTION", help="a function the model may call"
    )
    parser.add_argument("--yes", action="store_true", help="let tools run without asking")
    parser.add_argument("--temperature", type=float, help="0 to 2")
    parser.add_argument("--max-tokens", type=int, help="the maximum number of tokens to generate")
    parser.add_argument("--schema", metavar="FILE", help="a JSON schema that the answer must fit")
    parser.add_argument("--no-stream", action="store_true", help="wait for the whole answer")
    parser.add_argument("--json", action="store_true", help="print the whole completion as JSON")


def _add_embed(commands: Any) -> None:
    parser = _command(commands, "embed", "compute embeddings; several texts are compared")
    parser.add_argument("text", nargs="*", help="the texts (omit them to read stdin, one text per line)")
    _model_option(parser, "onceward/embed", "the model")
    parser.add_argument("--dimensions", type=int, help="the number of dimensions, if the model supports it")
    parser.add_argument("--json", action="store_true", help="print the vectors as JSON, one per line")


def _add_serve(commands: Any, serving: bool) -> None:
    parser = _command(commands, "serve", "start a gateway on this machine", client=False)
    if serving:
        # The gateway defines its own options. It is a large package that no other command needs.
        gateway_cli().add_arguments(parser)


def _add_database(commands: Any, asked: bool) -> None:
    parser = _command(commands, "db", "the gateway's database: back up, restore, upgrade, check", client=False)
    if asked:
        gateway_database().add_arguments(parser)


def _add_demo(commands: Any) -> None:
    parser = _command(commands, "demo", "show a tour in a minute, with no key and no network", client=False)
    parser.add_argument("--base-url", metavar="URL", help="use a running gateway instead of starting one")
    parser.add_argument(
        "--only", action="append", default=[], metavar="SCENE", help="only this scene (may be repeated)"
    )


def _add_doctor(commands: Any) -> None:
    parser = _command(commands, "doctor", "check the configuration and the connection, and explain failures")
    parser.add_argument("-m", "--model", help="also call this model (default: onceward/echo, if it exists)")
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
