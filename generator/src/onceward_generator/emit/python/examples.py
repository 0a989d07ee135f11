"""Render the examples of responses, from which the fake server of a package answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from onceward_generator.model import Api, Method, ResultKind
from onceward_generator.plan.python import Package
from onceward_generator.samples import NoSample, SampleFile, answer_of, ending_of

from .text import HEADER, docstring
from .walk import calls, python_value

__all__ = ["render_examples"]


def render_examples(package: Package) -> dict[str, str]:
    """Return one module for each resource: operation -> status, media type, value, and event of its stream."""
    rows: dict[str, list[str]] = {}
    for call in calls(package):
        module = call.module.module.rsplit(".", 1)[1]
        row = ", ".join(_row(package.api, call.method))
        rows.setdefault(f"_examples/{module}.py", []).append(f"    {call.method.id!r}: ({row}),\n")
    head = f"{HEADER}{docstring('Examples of responses.')}\nfrom __future__ import annotations\n\n"
    head += "from typing import Any, Final\n\n__all__ = ['EXAMPLES']\n\n"
    head += "EXAMPLES: Final[dict[str, tuple[int, str | None, Any, Any]]] = {\n"
    files = {path: f"{head}{''.join(found)}}}\n" for path, found in rows.items()}
    return {"_examples/__init__.py": "", **files}


def _row(api: Api, method: Method) -> Iterator[str]:
    status, media_type, value = _answer(api, method)
    yield str(status)
    yield repr(media_type)
    yield python_value(value)
    yield python_value(_event(api, method))


def _answer(api: Api, method: Method) -> tuple[int, str | None, Any]:
    """Return the first answer that has an example, else a sample of the preferred one."""
    if not method.answers:
        return 200, None, None
    answer = next((one for one in method.answers if one.has_example), method.answers[0])
    status = answer.statuses[0]
    if answer.kind is ResultKind.EMPTY:
        return (204 if status == 200 else status), None, None
    media_type = (answer.media_type or "application/json").replace("*/*", "application/json").replace("/*", "/png")
    if answer.kind in {ResultKind.TEXT, ResultKind.BINARY}:
        text = _plain(answer.example) if answer.has_example else "text"
        return status, media_type, text if answer.kind is ResultKind.TEXT else str(text).encode()
    if answer.has_example:
        return status, media_type, _plain(answer.example)
    return status, media_type, _sample(api, answer.type)


def _sample(api: Api, type_: Any) -> Any:
    if type_ is None:
        return None
    try:
        value = answer_of(api, type_)
    except NoSample:
        return None
    return value.content.decode() if isinstance(value, SampleFile) else value


def _event(api: Api, method: Method) -> Any:
    if method.streams is None:
        return None
    try:
        event = ending_of(api, method.streams)
    except NoSample:
        return None
    return None if isinstance(event, SampleFile) else event


def _plain(value: Any) -> Any:
    """Return a value of the model as lists and dictionaries."""
    if isinstance(value, tuple | list):
        return [_plain(member) for member in value]
    return {key: _plain(member) for key, member in value.items()} if isinstance(value, dict) else value
