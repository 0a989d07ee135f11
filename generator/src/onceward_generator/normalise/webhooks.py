"""Turn webhooks into named types: the payload of each, and the union of all of them.

The union is ``WebhookEvent``. A contract that declares the headers of Standard Webhooks (``webhook-id``,
``webhook-timestamp``, ``webhook-signature``) as parameters of its webhooks declares their signature, too; ``webhooks``
in sdk.yaml declares it for any other contract.
"""

from __future__ import annotations

from onceward_generator.load import Map, Node, Seq, operations_of
from onceward_generator.words import pascal, split

from .context import Context, component_key, reference_to, schemas_of, with_schemas
from .media import family

__all__ = ["WEBHOOKS", "webhooks"]

WEBHOOKS = "x-onceward-webhooks"
"""On the document: the key of the union, the webhooks with the keys of their payloads, and the signature."""

_STANDARD = frozenset({"webhook-id", "webhook-timestamp", "webhook-signature"})


def webhooks(document: Map, context: Context) -> Map:
    """Name the payloads of all webhooks of a document."""
    hooks = {**(document.map("x-webhooks") or {}), **(document.map("webhooks") or {})}
    document = document.without("webhooks", "x-webhooks")
    if not hooks:
        return document
    schemas: dict[str, Node] = dict(schemas_of(document))
    events: list[Node] = []
    headers: list[set[str]] = []
    at = document.at
    for wire, item in hooks.items():
        for operation in operations_of(item).values() if isinstance(item, Map) else ():
            schema = _payload(operation)
            if schema is None:
                message = f"the webhook `{wire}` is left out: it has no JSON payload"
                context.report.add("N901", message, operation.at, "declare a JSON body, if it has one")
                continue
            key = component_key(schema) or _named(wire, schema, schemas)
            text = str(operation.get("summary") or operation.get("description") or "")
            events.append(Map({"wire": wire, "schema": key, "description": text}, operation.at))
            headers.append(_headers(operation, item))
    if not events:
        return document
    keys = dict.fromkeys(str(event["schema"]) for event in events)
    union = next(name for name in ("WebhookEvent", "AnyWebhookEvent", "EveryWebhookEvent") if name not in schemas)
    schemas[union] = Map({"oneOf": Seq([Map({"$ref": reference_to(key)}, at) for key in keys], at)}, at)
    standard = all(found >= _STANDARD for found in headers)
    found: dict[str, Node] = {"event": union, "events": Seq(events, at), "standard": standard}
    return with_schemas(document, schemas).merged({WEBHOOKS: Map(found, at)})


def _payload(operation: Map) -> Map | None:
    body = operation.map("requestBody")
    for media_type, entry in ((body.map("content") if body else None) or {}).items():
        if family(media_type) == "json" and isinstance(entry, Map) and entry.map("schema") is not None:
            return entry.map("schema")
    return None


def _named(wire: str, schema: Map, schemas: dict[str, Node]) -> str:
    """Give an inline payload a name, and return it."""
    base = f"{pascal(split(wire))}Webhook"
    key = next(name for name in (base, f"{base}Payload", f"{base}Request") if name not in schemas)
    schemas[key] = schema
    return key


def _headers(operation: Map, item: Map) -> set[str]:
    """Return the headers that a webhook declares, in lower case."""
    parameters = [*item.maps("parameters"), *operation.maps("parameters")]
    return {str(one.get("name")).lower() for one in parameters if one.get("in") == "header"}
