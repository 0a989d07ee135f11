"""The tree of errors that is drawn in docs/errors.md is the one in the code, with the statuses it names."""

from __future__ import annotations

import pkgutil
import re
from importlib import import_module
from pathlib import Path

import onceward

PAGE = Path(__file__).resolve().parents[1] / "errors.md"
LINE = re.compile(
    r"^(?P<indent>[│├└─ ]*)(?P<name>[A-Za-z]+)(?: \((?P<bases>[^)]*)\))?(?: +(?P<status>(?:>= )?\d{3}))?$"
)
STEP = 4


def drawn() -> dict[str, tuple[str | None, tuple[str, ...], str | None]]:
    """Each error of the page: its parent, its other bases, and its status."""
    text = PAGE.read_text()
    tree = next(block for block in re.findall(r"```text\n(.*?)```", text, re.DOTALL) if block.startswith("SDKError"))
    found: dict[str, tuple[str | None, tuple[str, ...], str | None]] = {}
    above: list[str] = []
    for line in tree.splitlines():
        match = LINE.match(line)
        assert match is not None, f"a line of the tree that cannot be read: {line!r}"
        depth = len(match["indent"]) // STEP
        del above[depth:]
        others = tuple(name.strip() for name in match["bases"].split(",")) if match["bases"] else ()
        found[match["name"]] = (above[-1] if above else None, others, match["status"])
        above.append(match["name"])
    return found


def in_code() -> dict[str, type[BaseException]]:
    """Each error class of the package, wherever it is defined."""
    for module in pkgutil.walk_packages(onceward.__path__, "onceward."):
        if ".lib" in module.name or ".testing" in module.name:
            import_module(module.name)
    found: dict[str, type[BaseException]] = {}
    waiting: list[type[BaseException]] = [onceward.SDKError]
    while waiting:
        error = waiting.pop()
        if error.__module__.startswith("onceward.") and not error.__module__.startswith("onceward.cli."):
            found[error.__name__] = error
            waiting += error.__subclasses__()
    return found


def test_every_error_is_drawn_where_it_stands() -> None:
    tree, code = drawn(), in_code()
    assert set(tree) == set(code)
    for name, (parent, others, _) in tree.items():
        bases = [base.__name__ for base in code[name].__bases__]
        assert bases == ([parent] if parent else ["Exception"]) + list(others), name


def test_the_statuses_are_those_that_are_drawn() -> None:
    from onceward._core.envelope import error_from
    from onceward._core.meta import Headers

    by_status = {status: name for name, (_, _, status) in drawn().items() if status is not None}
    assert len(by_status) == 13
    for said, name in by_status.items():
        status = 500 if said == ">= 500" else int(said)
        error = error_from(status=status, headers=Headers(), body=b"", where="GET /", now=0.0, sent_request_id=None)
        assert type(error).__name__ == name
    error = error_from(status=507, headers=Headers(), body=b"", where="GET /", now=0.0, sent_request_id=None)
    assert type(error) is onceward.InternalServerError


def test_every_error_of_a_call_can_be_imported_from_the_package() -> None:
    hidden = [name for name in drawn() if not hasattr(onceward, name)]
    assert hidden == []
