"""The page about the architecture agrees with the code: its layers, its files and the names in them."""

from __future__ import annotations

import ast
import configparser
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "gateway/src/onceward_gateway"
PAGE = (ROOT / "docs/architecture.md").read_text()
ROW = re.compile(r"^\| [^|]+ \| `([^`|]+)` \| `(\w+)` \|$", re.MULTILINE)
OUTSIDE_THE_LAYERS = {"__main__", "_version"}


def names_in(file: Path) -> set[str]:
    tree = ast.parse(file.read_text())
    return {node.name for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_name_of_the_table_is_defined_in_its_file() -> None:
    rows = ROW.findall(PAGE)
    table = PAGE[PAGE.index("| behavior |") :]
    assert len(rows) == table.count("\n|") - 1 > 40
    wrong = [(file, name) for file, name in rows if name not in names_in(PACKAGE / file)]
    assert not wrong


def test_every_file_on_the_page_exists() -> None:
    files = set(re.findall(r"`((?:\w+/)+\w+\.py)`", PAGE))
    assert [file for file in files if not (PACKAGE / file).is_file()] == []


def test_the_layers_are_those_that_the_linter_holds() -> None:
    linter = configparser.ConfigParser()
    linter.read(ROOT / ".importlinter")
    held = [line for line in linter["importlinter:contract:gateway-layers"]["layers"].split("\n") if line]
    block = re.search(r"^```text\n(testing.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert block is not None
    shown = [re.match(r"\w+(?: \| \w+)*", line) for line in block[1].splitlines()]
    assert [match[0] for match in shown if match] == [line for line in held if line not in OUTSIDE_THE_LAYERS]


def test_every_package_is_a_layer() -> None:
    packages = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    block = re.search(r"^```text\n(testing.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert block is not None
    assert packages == {word for line in block[1].splitlines() for word in line[:31].replace("|", " ").split()}
