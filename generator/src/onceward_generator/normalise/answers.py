"""Order the responses of each operation, and keep the media types that its result can have.

The successful statuses come first, those with content before those without. In each, JSON comes before the other media
types. Another media type is kept if it holds something else than the JSON does, such as a file; a second encoding of
the same value (XML beside JSON) is left out, because JSON is requested. ``default`` is a success only if there is no
other.
"""

from __future__ import annotations

from onceward_generator.load import Map, Node

from .context import Context, Endpoint, dereferenced, map_operations, schemas_of
from .media import STREAMING, family

__all__ = ["answers", "is_xml", "successes"]

_VALUES = frozenset({"object", "array", "integer", "number", "boolean"})


def answers(document: Map, context: Context) -> Map:
    """Order and reduce the responses of every operation."""
    named = schemas_of(document)

    def change(endpoint: Endpoint) -> Map:
        operation = endpoint.operation
        responses = operation.map("responses")
        if responses is None:
            return operation
        good = successes(responses)
        good.sort(key=lambda status: (not responses[status].map("content"), status == "default", status))
        kept: dict[str, Node] = {status: _answer(responses[status], endpoint, named, context) for status in good}
        kept.update({status: answer for status, answer in responses.items() if status not in good})
        same = list(kept) == list(responses) and all(kept[status] is responses[status] for status in kept)
        return operation if same else operation.replace(responses=Map(kept, responses.at, responses.spots))

    return map_operations(document, change)


def successes(responses: Map) -> list[str]:
    """Return the statuses of successful responses, in the order of the contract."""
    found = [status for status in responses if status[:1] == "2" and isinstance(responses[status], Map)]
    return found or [status for status in responses if status == "default" and isinstance(responses[status], Map)]


def is_xml(media_type: str) -> bool:
    """Report whether a media type is XML."""
    bare = media_type.partition(";")[0].strip().lower()
    return bare.endswith(("/xml", "+xml"))


def _answer(answer: Map, endpoint: Endpoint, named: Map, context: Context) -> Map:
    content = answer.map("content")
    last = endpoint.path.rstrip("/").rpartition("/")[2].lower()
    if endpoint.http == "get" and last in {"content", "download"} and _says_nothing(content):
        problem = f"the response of `{endpoint.key}` is not described, and is read as bytes"
        context.report.add("W130", problem, answer.at, "declare `application/octet-stream`")
        bytes_ = Map({"application/octet-stream": Map({}, answer.at)}, answer.at)
        return answer.replace(content=bytes_)
    if not content:
        return answer
    pieces = [key for key in content if family(key) in STREAMING]
    whole = sorted((key for key in content if key not in pieces), key=_rank)
    note = context.sdk.note(endpoint.key)
    if note and note.text_when:
        keep = [*whole[:1], *pieces[:1]]
    else:
        keep = [*_distinct(whole, content, named), *pieces[:1]]
        left_out = [key for key in content if key not in keep]
        if left_out:
            problem = f"the response is not requested as {' or '.join(left_out)}: {keep[0]} has the same content"
            context.report.add(
                "W107", problem, answer.where("content"), "declare another schema, if the content differs"
            )
    return answer if keep == list(content) else answer.replace(content=_in_order(content, keep))


def _in_order(content: Map, keys: list[str]) -> Map:
    return Map({key: content[key] for key in keys}, content.at, content.spots)


def _rank(media_type: str) -> int:
    """Return the place of a media type: JSON itself, other JSON, a range that JSON is in, everything else."""
    if media_type.partition(";")[0].strip().lower() == "application/json":
        return 0
    if media_type.startswith("*/"):
        return 2
    return 1 if family(media_type) == "json" else 3


def _distinct(whole: list[str], content: Map, named: Map) -> list[str]:
    """Return the media types that hold different values. Without JSON, all of them do."""
    if not whole or family(whole[0]) != "json":
        return whole
    first, kept = content[whole[0]], [whole[0]]
    for key in whole[1:]:
        entry = content.map(key) or Map({}, content.at)
        schema = _resolved(entry.get("schema"), named)
        if family(key) == "json":
            again = entry.get("schema") == first.get("schema")
        else:
            described = schema.get("type") in _VALUES or "oneOf" in schema
            again = described or (not schema and (is_xml(key) or "yaml" in key))
        if not again or (key.endswith("+json") and family(key) == "json"):
            kept.append(key)
    return kept


def _resolved(schema: Node, named: Map) -> Map:
    found = dereferenced(schema, named)
    return found if isinstance(found, Map) else Map({}, named.at)


def _says_nothing(content: Map | None) -> bool:
    """Report whether a schema is empty, or a bare JSON string in place of a file's content."""
    if not content:
        return True
    schema = content.map("application/json")
    found = schema.map("schema") if schema and len(content) == 1 else None
    return found is not None and found.get("type") == "string"
