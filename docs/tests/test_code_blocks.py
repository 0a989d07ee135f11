"""Every code block of the README and of docs/ is run.

A page is a program: its Python blocks run in order in one process, against a real gateway with offline models, and so
do its shell blocks, in a separate directory. TOML blocks must be valid configurations of the gateway. Blocks marked
``text`` are output, not code; an unknown language fails the test, so that every block is run.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [
        *(ROOT / name for name in ("README.md", "CONTRIBUTING.md")),
        *(ROOT / part / "README.md" for part in ("sdks/python", "gateway", "generator", "examples")),
        *(ROOT / "docs").glob("*.md"),
    ]
)
BLOCK = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RUN_BY_CI = {
    "make demo",
    "make test",
    "make test-all",
    "make test-rest",
    "make test-unit",
    "make bench",
    "make sweep",
    "make lint",
    "make generate",
    "make lock",
    "make dist",
}
"""Commands that are not run here: CI runs them, or they take too long."""


PROVIDER_KEYS = {
    "OPENAI_API_KEY": "sk-x",
    "ANTHROPIC_API_KEY": "sk-x",
    "GROQ_API_KEY": "sk-x",
    "SCRAPE_TOKEN": "x" * 16,
}
"""Variables that the configurations on the pages refer to."""


@dataclass(frozen=True)
class Block:
    language: str
    code: str
    line: int


def blocks(page: Path) -> list[Block]:
    text = page.read_text()
    return [Block(m[1], m[2], text.count("\n", 0, m.start()) + 2) for m in BLOCK.finditer(text)]


def pages_with(*languages: str) -> list[Path]:
    return [page for page in PAGES if any(block.language in languages for block in blocks(page))]


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_block_says_what_it_is(page: Path) -> None:
    known = {"python", "sh", "toml", "json", "text"}
    unknown = [f"line {block.line}: {block.language!r}" for block in blocks(page) if block.language not in known]
    assert not unknown, f"{name(page)} has blocks that nothing runs: {unknown}"


@pytest.mark.parametrize("page", pages_with("python"), ids=name)
def test_python_blocks_run(page: Path, environment: dict[str, str], tmp_path: Path) -> None:
    program = "".join(
        # Blank lines keep every block at its line on the page, so that a traceback shows the line of the page.
        "\n" * (block.line - 1) + block.code + "\0"
        for block in blocks(page)
        if block.language == "python"
    )
    script = tmp_path / "page.py"
    script.write_text(RUNNER)
    (tmp_path / "page.txt").write_text(program)
    command = [sys.executable, str(script), str(page)]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


RUNNER = """
import sys, pathlib
namespace = {"__name__": "__main__"}
for block in pathlib.Path("page.txt").read_text().split("\\0")[:-1]:
    exec(compile(block, sys.argv[1], "exec"), namespace)
"""


@pytest.mark.parametrize("page", pages_with("sh"), ids=name)
def test_shell_blocks_run(page: Path, environment: dict[str, str], tmp_path: Path) -> None:
    lines = [line for block in blocks(page) if block.language == "sh" for line in block.code.splitlines()]
    script = "\n".join(line for line in lines if line.split("#")[0].strip() not in RUN_BY_CI)
    # The pages call commands in `.venv`, as in a clone whose environment is not activated.
    (tmp_path / ".venv").symlink_to(Path(sys.executable).parent.parent)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


@pytest.mark.parametrize("page", pages_with("toml"), ids=name)
def test_configurations_are_taken(page: Path, tmp_path: Path) -> None:
    from onceward_gateway.config.load import load

    for block in blocks(page):
        if block.language == "toml":
            tomllib.loads(block.code)
            file = tmp_path / "onceward.toml"
            file.write_text(block.code)
            load(file, environ=PROVIDER_KEYS)


@pytest.mark.parametrize("page", pages_with("json"), ids=name)
def test_json_is_json(page: Path) -> None:
    for block in blocks(page):
        if block.language == "json":
            json.loads(block.code)
