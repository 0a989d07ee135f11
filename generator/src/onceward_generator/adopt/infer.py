"""Write what the generator infers of a contract as ``sdk.yaml``, so that it can be reviewed, changed and kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from onceward_generator.api import normalised
from onceward_generator.build import build
from onceward_generator.diagnostics import Report
from onceward_generator.load import Map, write_yaml
from onceward_generator.model import Brand
from onceward_generator.normalise.context import endpoints
from onceward_generator.normalise.method_names import ID
from onceward_generator.normalise.pages import PAGES
from onceward_generator.normalise.streams import STREAM

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
    content = {
        "version": 1,
        "brand": brand_of(api.brand),
        **({"streams": streams.named} if streams.named else {}),
        **({"pages": pages.named} if pages.named else {}),
        "methods": methods,
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


def _method(operation: Map, streams: Shared, pages: Shared) -> Any:
    note: dict[str, Any] = {"name": str(operation[ID])}
    stream, page = operation.map(STREAM), operation.map(PAGES)
    if stream is not None:
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
