"""Write what the generator infers of a contract as ``sdk.yaml``, so that it can be reviewed, changed and kept."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from onceward_generator.api import normalised
from onceward_generator.build import build
from onceward_generator.diagnostics import Report
from onceward_generator.load import Map, write_yaml
from onceward_generator.model import Api, Brand, EnumType, Name, Nullable, all_methods
from onceward_generator.normalise.context import endpoints
from onceward_generator.normalise.method_names import ID
from onceward_generator.normalise.pages import PAGES
from onceward_generator.normalise.streams import STREAM
from onceward_generator.words import pascal, snake, split

from .shared import Shared

__all__ = ["brand_of", "infer"]

_HEADER = """Written by `onceward-generate init` from what it infers of the contract. Change and keep it.
Its keys are described in the documentation of the generator. Without an entry here, names, streams and pages are
inferred anew."""
_STREAM_DEFAULTS = {"framing": "sse", "error_event": "error", "resumable": False}
_STREAM_KEYS = ("framing", "flag", "done", "terminal", "tag", "error_event", "resumable", "finish")


def infer(contract: Path, name: str | None = None) -> str:
    """Return the text of ``sdk.yaml`` for a contract. Raises `ContractError`."""
    report = Report()
    document, sdk, _ = normalised(contract, None, report, name=name)
    api = build(document, sdk, report)
    streams, pages = Shared(), Shared()
    methods = {
        endpoint.key: _method(endpoint.operation, streams, pages)
        for endpoint in endpoints(document)
        if ID in endpoint.operation
    }
    keys = {str(one.operation[ID]): one.key for one in endpoints(document) if ID in one.operation}
    types, params = _types(api), _params(api, keys)
    content = {
        "version": 1,
        "brand": brand_of(api.brand),
        **({"auth": api.auth[0].id} if api.auth and not api.auth[0].assumed else {}),
        **({"streams": streams.named} if streams.named else {}),
        **({"pages": pages.named} if pages.named else {}),
        "methods": methods,
        **({"types": types} if types else {}),
        **({"params": params} if params else {}),
    }
    return write_yaml(content, _HEADER)


def brand_of(brand: Brand) -> dict[str, str]:
    """Return the brand as a section of ``sdk.yaml``."""
    return {
        "name": " ".join(brand.spelling) or " ".join(brand.name),
        "package": brand.package,
        "env_prefix": brand.env_prefix,
        "base_url": brand.base_url,
    }


def _types(api: Api) -> dict[str, dict[str, Any]]:
    """Return the types whose name is not that of their schema, and the enumerations that are open."""
    notes: dict[str, dict[str, Any]] = {}
    for key, one in api.types.items():
        note: dict[str, Any] = {} if one.name == split(key) else {"name": _spelled(one.name)}
        inner = one.type.inner if isinstance(one.type, Nullable) else one.type
        if isinstance(inner, EnumType) and inner.open:
            note["open"] = True
        if note:
            notes[key] = note
    return notes


def _params(api: Api, keys: Mapping[str, str]) -> dict[str, dict[str, dict[str, str]]]:
    """Return the arguments whose name is not that on the wire, by endpoint."""
    notes: dict[str, dict[str, dict[str, str]]] = {}
    for method in all_methods(api.resources):
        every = [param for _, params in method.forms for param in params]
        names = {wire: {param.name for param in every if param.wire == wire} for wire in {p.wire for p in every}}
        # An entry is for all parameters of a name on the wire, so it cannot tell two of them apart.
        own = {p.wire: {"name": snake(p.name)} for p in every if names[p.wire] == {p.name} != {split(p.wire)}}
        if own and method.id in keys:
            notes[keys[method.id]] = own
    return notes


def _spelled(name: Name) -> str:
    """Return a name as a class where that gives the same words again."""
    return pascal(name) if split(pascal(name)) == name else snake(name)


def _method(operation: Map, streams: Shared, pages: Shared) -> Any:
    note: dict[str, Any] = {"name": str(operation[ID])}
    stream, page = operation.map(STREAM), operation.map(PAGES)
    if stream is not None and stream.get("flag_place", "body") == "body":  # other flags are inferred anew
        shape = _stream(stream)
        framing = str(shape.get("framing", "sse"))
        ending = "done" if "done" in shape else "terminal" if "terminal" in shape else "framed"
        note["stream"] = streams.name(shape, framing, f"{framing}_{ending}", f"{framing}_{shape.get('flag')}")
    if page is not None:
        shape = {key: value for key, value in page.items() if value is not None}
        style = str(shape["style"])
        items = str(shape.get("items") or "list").replace(".", "_")
        note["pages"] = pages.name(shape, style, f"{style}_{items}", f"{style}_{shape.get('cursor_param')}")
    return note["name"] if len(note) == 1 else note


def _stream(stream: Map) -> dict[str, Any]:
    """Return what is not a default. A sentinel that is only recognized is inferred anew, and not declared."""
    shape = {key: stream[key] for key in _STREAM_KEYS if stream.get(key) is not None}
    shape = {key: value for key, value in shape.items() if _STREAM_DEFAULTS.get(key, ()) != value and value != []}
    if stream.get("framed_end") is True:
        shape.pop("done", None)
    return {"flag": stream.get("flag"), **shape}
