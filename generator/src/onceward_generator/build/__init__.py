"""Build the model of an API from a normalised contract and its configuration."""

from __future__ import annotations

from onceward_generator.diagnostics import Report
from onceward_generator.load import Map
from onceward_generator.model import Api, Method, TypeDef
from onceward_generator.normalise.context import endpoints, schemas_of
from onceward_generator.normalise.extensions import TYPE_NAMES
from onceward_generator.normalise.method_names import ID
from onceward_generator.sdk_file import SdkFile
from onceward_generator.words import apart, split

from .brand import brand_of
from .methods import MethodBuilder
from .reach import reached
from .security import Security
from .servers import document_servers
from .settings import behaviour_of
from .tree import resources_of
from .types import TypeBuilder
from .webhooks import webhooks_of

__all__ = ["build"]


def build(document: Map, sdk: SdkFile, report: Report) -> Api:
    """Return the model of a normalised document."""
    schemas = schemas_of(document)
    types = TypeBuilder(schemas, _open_enums(sdk), report)
    defs = _definitions(schemas, types, sdk, document.map(TYPE_NAMES) or Map({}, document.at), report)
    servers = document_servers(document, report)
    security = Security(document, sdk, report)
    builder = MethodBuilder(document, schemas, types, sdk, security, report)
    methods: list[Method] = []
    for endpoint in endpoints(document):
        if ID in endpoint.operation:
            methods.append(builder.method(endpoint, defs))
    resources = resources_of(methods, document, sdk, report)
    info = document.map("info") or Map({}, document.at)
    webhooks = webhooks_of(document, sdk)
    return Api(
        title=str(info.get("title") or ""),
        version=str(info.get("version") or ""),
        description=str(info.get("description") or "").strip(),
        brand=brand_of(document, sdk, servers),
        servers=servers,
        auth=security.schemes(),
        security=security.default(),
        behaviour=behaviour_of(sdk, document),
        resources=resources,
        types=reached(defs, resources, webhooks),
        webhooks=webhooks,
    )


def _definitions(schemas: Map, types: TypeBuilder, sdk: SdkFile, named: Map, report: Report) -> dict[str, TypeDef]:
    """Define each named schema. Names are unique among all schemas, used or not."""
    spellings = _spellings(schemas, sdk, named)
    names = apart(spellings.values())
    for key in sdk.types:
        if key not in schemas:
            report.add("W302", f"the contract has no schema `{key}`", sdk.types.where(key), "check its name")
    for key, spelling in spellings.items():
        if names[spelling] != split(spelling):
            called = "_".join(names[spelling])
            report.add(
                "W105",
                f"`{key}` has the same words as another name; it is renamed `{called}`",
                schemas.where(key),
                "name it by `types` in `sdk.yaml`",
            )
    return {
        key: TypeDef(
            key=key,
            name=names[spellings[key]],
            type=types.type_of(schema, key),
            description=types.description(schema) if isinstance(schema, Map) else "",
            origin=schemas.where(key),
            sent=False,
            received=False,
            family="",
            deprecated=isinstance(schema, Map) and schema.get("deprecated") is True,
        )
        for key, schema in schemas.items()
    }


def _spellings(schemas: Map, sdk: SdkFile, named: Map) -> dict[str, str]:
    """Return the spelling of each schema's name: the configured one, unless another schema has it."""
    configured = {key: named.text(key) for key in schemas}
    configured |= {key: note["name"] for key in schemas if (note := sdk.types.map(key)) and note.text("name")}
    chosen: dict[str, str] = {}
    for key in schemas:
        name = configured.get(key)
        chosen[key] = name if name and name not in schemas and name not in chosen.values() else key
    return chosen


def _open_enums(sdk: SdkFile) -> dict[str, bool]:
    notes = {key: sdk.types.map(key) for key in sdk.types}
    return {key: bool(note["open"]) for key, note in notes.items() if note is not None and "open" in note}
