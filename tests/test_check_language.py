"""The language check: sentences that it must refuse and sentences that it must accept."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

_spec = importlib.util.spec_from_file_location("check_language", ROOT / "scripts" / "check_language.py")
assert _spec is not None
assert _spec.loader is not None
check_language = importlib.util.module_from_spec(_spec)
sys.modules["check_language"] = check_language
_spec.loader.exec_module(check_language)

BAD_PROSE = [
    "The body is no JSON.",
    "These files\nare no\ntables.",
    "The header was no number.",
    "The log tells why a node left.",
    "The client is told that the stream ended.",
    "Storage tells of backups.",
    "The price stands in the model's record.",
    "Keys and who stands above them are cached.",
    "Nothing may stand against a backup.",
    "`messages` is missing. Give it.",
    "The body is not valid: Correct it.",
    "There are two names. Name one.",
    "What is not written is not paid.",
    "The call ends. Who blocked this key is above you.",
    "Whatever the caller sends is kept.",
]

GOOD_PROSE = [
    "The body is not valid JSON.",
    "There is no limit by default.",
    "A key that is no longer used expires.",
    "The answer is no more than 4 MiB.",
    "`n` stands for the number of choices; a stub stands in for the provider.",
    "`messages` is required.",
    "Give it a name that the whole team knows.",
    "What happens when Redis is down?",
    "A standard header, understood by a stand-alone proxy.",
    "Set `tells` or `is no JSON` in the file.",
    "Return what the provider sent.",
]

BAD_DOCSTRINGS = [
    "What a call costs.",
    "Who may read the key.",
    "Whether the key is blocked",
    "How long a call may take",
    "Where the file lives",
    "Which deployment serves the call",
]

GOOD_DOCSTRINGS = [
    "Return the price of a call.",
    "However the call ends, settle it once.",
    "A budget reservation held while a call runs.",
]


def found(path: str, source: str) -> list[tuple[int, str]]:
    return [(violation.line, violation.quote) for violation in check_language.check_source(path, source)]


@pytest.mark.parametrize("text", BAD_PROSE)
def test_bad_prose_is_refused_everywhere(text: str) -> None:
    assert found("page.md", f"# Heading\n\n{text}\n")
    assert found("texts.yaml", f"description: >-\n  {text}\n")
    assert found("code.py", f'"""Do it.\n\n{text}\n"""\n')
    assert found("code.py", f"message = {text!r}\n")
    assert found("code.py", "".join(f"# {line}\n" for line in text.split("\n")))


@pytest.mark.parametrize("text", GOOD_PROSE)
def test_good_prose_is_accepted_everywhere(text: str) -> None:
    assert not found("page.md", f"# Heading\n\n{text}\n")
    assert not found("code.py", f'"""Do it.\n\n{text}\n"""\nmessage = {text!r}\n# {text}\n')


@pytest.mark.parametrize("text", BAD_DOCSTRINGS)
def test_docstrings_that_open_with_a_question_word_are_refused(text: str) -> None:
    for source in (
        f'"""{text}"""\n',
        f'class A:\n    """{text}"""\n',
        f'async def f():\n    """{text}"""\n',
        f'class A:\n    name: str\n    """{text}"""\n',
    ):
        assert found("code.py", source), source


@pytest.mark.parametrize("text", GOOD_DOCSTRINGS)
def test_other_docstrings_are_accepted(text: str) -> None:
    assert not found("code.py", f'"""{text}"""\n\n\ndef f():\n    """{text}"""\n')


def test_question_words_may_open_other_texts() -> None:
    assert not found(
        "code.py", "label = 'Whether to stream the answer'\n# How long it may take is configured elsewhere.\n"
    )


def test_placeholders_of_f_strings_are_part_of_the_sentence() -> None:
    assert found("code.py", 'message = f"{name} is no {kind}"\n') == []
    assert found("code.py", 'message = f"{name} is no number of {kind}."\n') == [(1, "is no number")]
    assert found("code.py", 'message = f"What {name} costs is unknown."\n')


def test_identifiers_and_code_are_not_prose() -> None:
    assert not found("code.py", "told = ['told', 'stands']\ntells = told\n")


def test_violations_name_the_line_on_which_they_start() -> None:
    assert found("page.md", "# Title\n\nGood.\n\nIt is\nno table.\n") == [(5, "is no table")]
    assert found("code.py", '"""Do it.\n\nIt tells all.\n"""\nx = 1\n\n# Good.\n# It stands here.\n') == [
        (3, "tells"),
        (8, "stands"),
    ]


def test_unconverted_folders_are_reported_once_they_are_converted() -> None:
    violations, converted = check_language.check(["README.md"], ["README.md", "nowhere/"])
    assert violations == []
    assert "nowhere/" in converted


def test_the_command_fails_and_prints_the_place(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Title\n\nIt tells.\n", encoding="utf-8")
    script = [sys.executable, str(ROOT / "scripts" / "check_language.py"), str(page)]
    result = subprocess.run(script, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert result.stdout.startswith(f"{page}:3: 'tells':")


def test_the_repository_has_no_violations() -> None:
    violations, converted = check_language.check(check_language.tracked_files(), check_language.UNCONVERTED)
    assert [str(violation) for violation in violations] == []
    assert converted == []
