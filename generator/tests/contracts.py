"""The contracts of the tests: small ones in this folder, and published ones if they are available."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from onceward_generator.diagnostics import Report
from onceward_generator.load import Map, bundle, read_text
from onceward_generator.model import Api, Method, all_methods
from onceward_generator.normalise import Context
from onceward_generator.sdk_file import SdkFile

HERE = Path(__file__).parent
SMALL = sorted(path for path in (HERE / "contracts").rglob("*.yaml") if path.parent.name in {"contracts"})
SPLIT = HERE / "contracts" / "split" / "root.yaml"
REFS = HERE / "contracts" / "refs" / "root.yaml"
ROOT = HERE.parents[1]
PUBLISHED_FOLDER = Path(os.environ.get("ONCEWARD_SPECS") or ROOT.parent / "shared" / "reference" / "specs")
PUBLISHED = sorted(PUBLISHED_FOLDER.glob("*.yaml"))
NO_PUBLISHED = f"no contracts in {PUBLISHED_FOLDER}: set ONCEWARD_SPECS to a folder of OpenAPI documents"


def context() -> Context:
    return Context(SdkFile(), Report())


def schema_document(schemas: str) -> Map:
    """Return a document with only the given schemas, written as YAML flow."""
    document = read_text(f"openapi: 3.1.0\npaths: {{}}\ncomponents: {{schemas: {schemas}}}", "inline.yaml")
    assert isinstance(document, Map)
    return document


def bundled(path: Path) -> Map:
    return bundle(path, Report())[0]


def methods_of(api: Api) -> Iterator[Method]:
    return all_methods(api.resources)


def method(api: Api, dotted: str) -> Method:
    return next(one for one in methods_of(api) if one.id == dotted)
