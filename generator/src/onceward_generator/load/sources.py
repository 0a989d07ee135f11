"""The files of a contract, read once each. Their names are paths relative to the folder of the root file."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

from onceward_generator.diagnostics import ContractError, Diagnostic, Report
from onceward_generator.model import Origin

from .json_reader import read_json
from .tree import Map, Node, Seq, escape
from .yaml_reader import read_yaml

__all__ = ["MissingTargetError", "Read", "Sources", "Target", "decode", "read_text"]

Target = tuple[str, str]
"""A file and a JSON pointer in it."""

Read = Callable[[Path], bytes]
"""A function that returns the content of a file. Raises `OSError`."""


class MissingTargetError(Exception):
    """A reference without a target; the message contains the reason."""


def read_text(source: str, file: str, report: Report | None = None) -> Node:
    """Read YAML or JSON, chosen by suffix or first character, or a plain text by its suffix.

    JSON has a reader of its own because its strings may contain characters that YAML does not allow. A key that occurs
    twice in a mapping is reported, and the last one is used.
    """
    if file.endswith((".md", ".txt", ".html")):
        return source
    looks_like_json = file.endswith(".json") or (source.lstrip()[:1] == "{" and not file.endswith((".yaml", ".yml")))
    found = report or Report()
    return read_json(source, file, found) if looks_like_json else read_yaml(source, file, found)


def decode(content: bytes) -> str:
    """Return the text of a file, with normalised line ends. Raises `UnicodeDecodeError`."""
    return content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")


class Sources:
    """All files that a root file refers to. Nothing is fetched: a network address counts as a missing file."""

    def __init__(self, root: Path, read: Read = Path.read_bytes, report: Report | None = None) -> None:
        self.folder = root.resolve().parent
        self.root = root.name
        self._documents: dict[str, Node] = {}
        self._bytes = read
        self._report = report
        self._anchors: dict[str, dict[str, str]] = {}

    def document(self, file: str) -> Node:
        """Return the content of a file. Raises `ContractError`."""
        if file not in self._documents:
            try:
                self._documents[file] = read_text(self._read(file), file, self._report)
            except RecursionError as error:
                at = Origin(file, "", 1, 1)
                raise ContractError(Diagnostic("E002", "the document is nested too deeply", at)) from error
        return self._documents[file]

    @property
    def files(self) -> tuple[str, ...]:
        """The names of the files that were read, sorted."""
        return tuple(sorted(self._documents))

    def target(self, ref: str, base: str) -> Target:
        """Return the file and pointer of a reference in the file `base`. Raises `MissingTargetError`."""
        address, _, fragment = ref.partition("#")
        if "://" in address:
            for file in (base, self.root):
                if address in self._named(file):
                    return file, self._named(file)[address] + unquote(fragment).rstrip("/")
            raise MissingTargetError(f"`{ref}` is on the network, which the generator does not access")
        file = posixpath.normpath(posixpath.join(posixpath.dirname(base), unquote(address))) if address else base
        pointer = unquote(fragment)
        if pointer and not pointer.startswith("/"):
            anchor = self._named(file).get(f"#{pointer}")
            if anchor is None:
                raise MissingTargetError(f"`{ref}` has no target: no schema has the `$anchor` {pointer!r}")
            return file, anchor
        return file, pointer.rstrip("/")

    def find(self, target: Target) -> Node:
        """Return the node at a target. Raises `MissingTargetError`."""
        file, pointer = target
        try:
            node = self.document(file)
        except ContractError as error:
            if error.diagnostic.code != "E001":
                raise
            raise MissingTargetError(f"the file `{file}` cannot be read") from error
        for token in pointer.split("/")[1:]:
            node = _step(node, token.replace("~1", "/").replace("~0", "~"), f"{file}#{pointer}")
        return node

    def _named(self, file: str) -> dict[str, str]:
        """Return the pointers of the nodes of a file that have a name of their own: `$id`, or `$anchor` after ``#``."""
        if file not in self._anchors:
            found: dict[str, str] = {}
            waiting: list[tuple[str, Node]] = [("", self.find((file, "")))]
            while waiting:
                pointer, node = waiting.pop()
                if isinstance(node, Map):
                    names = (
                        node.get("$id"),
                        *(f"#{node[key]}" for key in ("$anchor", "$dynamicAnchor") if key in node),
                    )
                    found.update({name: pointer for name in names if isinstance(name, str)})
                    waiting += [(f"{pointer}/{escape(key)}", value) for key, value in node.items()]
                elif isinstance(node, Seq):
                    waiting += [(f"{pointer}/{index}", value) for index, value in enumerate(node)]
            self._anchors[file] = found
        return self._anchors[file]

    def _read(self, file: str) -> str:
        try:
            return decode(self._bytes(Path(os.path.normpath(self.folder / file))))
        except (OSError, ValueError) as error:  # `ValueError`: the name has a null character, or the text is not UTF-8
            reason = getattr(error, "strerror", None) or str(error)
            problem = Diagnostic(
                "E001", f"`{file}` cannot be read: {reason}", Origin(file, "", 1, 1), "check the path and the encoding"
            )
            raise ContractError(problem) from error


def _step(node: Node, token: str, ref: str) -> Node:
    if isinstance(node, Map) and token in node:
        return node[token]
    if isinstance(node, Seq) and token.isdecimal() and int(token) < len(node):
        return node[int(token)]
    raise MissingTargetError(f"`{ref}` has no target: there is no `{token}`")
