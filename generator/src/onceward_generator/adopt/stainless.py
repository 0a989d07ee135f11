"""Read ``stainless.yml``: resources, method names, models, pagination and streaming as ``sdk.yaml``.

Everything without a counterpart is reported with its line, so that nothing is lost unseen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from onceward_generator.diagnostics import ContractError, Diagnostic, Report
from onceward_generator.load import Map, Node, Seq, bundle, decode, read_text, write_yaml
from onceward_generator.model import Origin
from onceward_generator.normalise.context import Endpoint, endpoints
from onceward_generator.words import snake, split

from .shared import Shared

__all__ = ["Imported", "import_stainless"]

_STYLES = {
    "cursor": "cursor", "cursor_id": "after", "cursor_url": "url", "offset": "offset", "page_number": "page",
    "fake_page": "none",
}  # fmt: skip
_PURPOSES = {
    "items": "items", "has_next_page": "has_more", "next_cursor_param": "cursor_param", "next_cursor_field": "next",
    "cursor_item_id": "item_id", "next_cursor_id_param": "cursor_param", "cursor_url_field": "next",
    "page_number_param": "cursor_param", "total_page_count_field": "total_pages", "offset_count_param": "cursor_param",
    "offset_total_count_field": "total",
}  # fmt: skip
_UNNEEDED = frozenset(
    {"previous_cursor_param", "previous_cursor_field", "previous_cursor_id_param", "current_page_number_field",
     "offset_count_start_field"}
)  # fmt: skip
_LIMITS = ("limit", "page_size", "per_page", "pageSize", "perPage", "size", "count", "max_results")
_KNOWN_TOP = frozenset(
    {"organization", "targets", "environments", "resources", "pagination", "streaming", "client_settings", "settings",
     "edition", "$schema"}
)  # fmt: skip
_METHOD_KEYS = frozenset({"endpoint", "type", "streaming", "paginated", "deprecated", "positional_params", "skip"})
_CLIENT_KEYS = frozenset({"opts", "default_env_prefix", "idempotency", "default_retries", "default_timeout"})
_REFERENCE = "#/components/schemas/"


@dataclass(frozen=True, slots=True)
class Imported:
    """The text of ``sdk.yaml``, and what of the original has no counterpart in it."""

    text: str
    lost: tuple[str, ...]


def import_stainless(path: Path, contract: Path | None = None) -> Imported:
    """Convert a configuration. With the contract, endpoints are written as it spells them. Raises `ContractError`."""
    try:
        root = read_text(decode(path.read_bytes()), path.name)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ContractError(
            Diagnostic("E001", f"`{path.name}` cannot be read: {reason}", Origin(path.name, "", 1, 1))
        ) from error
    if not isinstance(root, Map) or not isinstance(root.get("resources"), Map):
        at = Origin(path.name, "", 1, 1)
        raise ContractError(Diagnostic("E001", f"`{path.name}` has no `resources`: it is not a stainless.yml", at))
    document = bundle(contract, Report())[0] if contract is not None else None
    return _Importer(root, None if document is None else list(endpoints(document))).run()


@dataclass(slots=True)
class _Method:
    endpoint: str
    note: dict[str, Any] = field(default_factory=dict)


class _Importer:
    def __init__(self, root: Map, known: list[Endpoint] | None) -> None:
        self._root = root
        self._known = known
        self._lost: dict[str, None] = {}
        self._models: dict[str, str] = {}
        self._methods: dict[str, Any] = {}
        self._resources: dict[str, Any] = {}
        self._streams, self._pages = Shared(), Shared()

    def run(self) -> Imported:
        for key in self._root:
            if key not in _KNOWN_TOP:
                self._lose(self._root, key, "has no counterpart")
        resources = self._section(self._root, "resources")
        for path, resource in self._tree(resources, ()):
            self._read_models(path, resource)
        self._read_pagination()
        for path, resource in self._tree(resources, ()):
            self._read_resource(path, resource)
        content: dict[str, Any] = {"version": 1, "brand": self._brand()}
        behaviour = self._behaviour()
        types = {schema: {"name": name} for schema, name in self._types()}
        sections = {
            "streams": self._streams.named, "pages": self._pages.named, "methods": self._methods,
            "resources": self._resources, "types": types, "behaviour": behaviour,
        }  # fmt: skip
        content |= {key: value for key, value in sections.items() if value}
        header = "Written by `onceward-generate import` from stainless.yml. Change and keep it."
        return Imported(write_yaml(content, header), tuple(self._lost))

    # --- resources

    def _tree(self, resources: Map, parent: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Map]]:
        for name in resources:
            resource = resources.map(name)
            if resource is None:
                continue
            path = (*parent, snake(split(name)))
            yield path, resource
            yield from self._tree(self._section(resource, "subresources"), path)

    def _read_models(self, path: tuple[str, ...], resource: Map) -> None:
        for name, target in self._section(resource, "models").items():
            reference = target.text("$ref") if isinstance(target, Map) else target
            dotted = ".".join((*path, name))
            if isinstance(reference, str):
                schema = reference.removeprefix(_REFERENCE)
                if "/" in schema:
                    self._lose(self._section(resource, "models"), name, "refers to something that is not a schema")
                else:
                    self._models[dotted] = schema

    def _types(self) -> Iterator[tuple[str, str]]:
        """Return the name of each model that is not called like its schema."""
        for dotted, schema in self._models.items():
            name = "".join(word[:1].upper() + word[1:] for word in split(dotted.rpartition(".")[2]))
            if split(name) != split(schema):
                yield schema, name

    def _read_resource(self, path: tuple[str, ...], resource: Map) -> None:
        if path[0] == "shared" or resource.get("description"):
            text = resource.text("description")
            if text:
                self._resources[".".join(path)] = {"description": text.strip()}
        for key in resource:
            if key not in {"methods", "models", "subresources", "description", "name"}:
                self._lose(resource, key, "has no counterpart")
        methods = self._section(resource, "methods")
        for name in methods:
            made = self._method(methods, name)
            if made is None:
                continue
            note = {"name": ".".join((*path, snake(split(name)))), **made.note}
            if made.endpoint in self._methods:
                self._lose(methods, name, f"is a second method of `{made.endpoint}`")
                continue
            self._methods[made.endpoint] = note["name"] if len(note) == 1 else note

    def _method(self, methods: Map, name: str) -> _Method | None:
        node = methods[name]
        text = node if isinstance(node, str) else node.text("endpoint") if isinstance(node, Map) else None
        if text is None or " " not in text.strip():
            self._lose(methods, name, "has no endpoint")
            return None
        http, _, path = text.strip().partition(" ")
        endpoint = self._endpoint(http.upper(), path.strip())
        if endpoint is None:
            self._lose(methods, name, f"refers to `{http.upper()} {path.strip()}`, which the contract does not have")
            return None
        made = _Method(endpoint)
        if isinstance(node, Map):
            self._read_method(node, made)
        return made

    def _read_method(self, node: Map, made: _Method) -> None:
        for key in node:
            if key not in _METHOD_KEYS:
                self._lose(node, key, "has no counterpart")
        if node.get("type") not in {None, "http"}:
            self._lose(node, "type", f"is {node['type']!r}: such a method has to be written by hand")
        if node.get("skip") is True:
            made.note["skip"] = True
        if node.get("deprecated"):
            made.note["deprecated"] = True
        positional = node.seq("positional_params")
        if positional is not None:
            made.note["positional"] = [str(wire) for wire in positional]
        if node.get("paginated") is False:
            made.note["pages"] = False
        streaming = node.map("streaming")
        if streaming is not None:
            made.note["stream"] = self._stream(streaming)
        page = self._page_of(made.endpoint) if "pages" not in made.note else None
        if page is not None:
            made.note["pages"] = page

    def _endpoint(self, http: str, path: str) -> str | None:
        """Return an endpoint as the contract spells it; without a contract as it is."""
        if self._known is None:
            return f"{http} {path}"
        exact = f"{http} {path}"
        plain = [endpoint.key for endpoint in self._known if _plain(endpoint.key) == _plain(exact)]
        return exact if any(endpoint.key == exact for endpoint in self._known) else next(iter(plain), None)

    # --- streaming

    def _stream(self, node: Map) -> str | dict[str, Any]:
        for key in node:
            if key not in {"param_discriminator", "stream_event_model", "params_type_name"}:
                self._lose(node, key, "has no counterpart")
        shape: dict[str, Any] = {"flag": node.text("param_discriminator")}
        model = node.text("stream_event_model")
        if model is not None:
            event = self._models.get(model) or (model.removeprefix(_REFERENCE) if model.startswith("#") else None)
            if event is None:
                self._lose(node, "stream_event_model", f"`{model}` is not one of the models")
            else:
                shape["event"] = event
        shape |= self._endings()
        label = snake(split(str(shape.get("event") or "stream")))
        return self._streams.name(shape, label, f"{label}_{shape['flag']}")

    def _endings(self) -> dict[str, Any]:
        """Return the end of streams and their errors, which are the same for all of them."""
        found: dict[str, Any] = {}
        section = self._section(self._root, "streaming")
        for rule in section.maps("on_event"):
            handle, start, event = rule.get("handle"), rule.text("data_starts_with"), rule.get("event_type")
            events = [str(name) for name in event] if isinstance(event, Seq) else [event] if event else []
            if handle == "done" and start is not None:
                found["done"] = start
                if start != "[DONE]":
                    self._lose(rule, "data_starts_with", f"is {start!r}: `done` is compared with the whole data")
            elif handle == "done" and events:
                found["terminal"] = [*found.get("terminal", []), *events]
            elif handle == "error" and len(events) == 1:
                found["error_event"] = events[0]
            elif handle == "error" and start is not None:
                self._lose(rule, "data_starts_with", "an error is recognized by its event or its member `error`")
        for key in section:
            if key != "on_event":
                self._lose(section, key, "has no counterpart")
        return found

    # --- pagination

    def _read_pagination(self) -> None:
        for scheme in self._root.maps("pagination"):
            style = _STYLES.get(str(scheme.get("type")))
            if style is None:
                self._lose(scheme, "type", f"is {scheme.get('type')!r}, which has no counterpart")
                continue
            shape: dict[str, Any] = {"style": style, "items": ""}
            self._read_properties(scheme, "request", shape)
            self._read_properties(scheme, "response", shape)
            shape.setdefault("cursor_param", None)
            clean = {key: value for key, value in shape.items() if value is not None}
            self._pages.name(clean, snake(split(str(scheme.get("name") or style))))

    def _read_properties(self, scheme: Map, side: str, shape: dict[str, Any]) -> None:
        fields = self._section(scheme, side)
        for name, purpose, top in _purposes(fields, ""):
            if purpose is None:
                if side == "request" and name in _LIMITS:
                    shape["limit_param"] = name
            elif purpose in _PURPOSES:
                shape[_PURPOSES[purpose]] = "" if top else name
            elif purpose not in _UNNEEDED:
                self._lose(scheme, side, f"has the purpose `{purpose}`, which has no counterpart")
        if side == "response" and not shape["items"] and isinstance(fields.get("data"), Map):
            shape["items"] = "data"
        if side == "response" and "has_more" not in shape and isinstance(fields.get("has_more"), Map):
            shape["has_more"] = "has_more"

    def _page_of(self, endpoint: str) -> str | None:
        """Return the scheme whose parameter the operation has; inferred anew if the contract is not given."""
        if self._known is None:
            return None
        operation = next(known.operation for known in self._known if known.key == endpoint)
        names = {str(parameter.get("name")) for parameter in operation.maps("parameters")}
        for name, shape in self._pages.named.items():
            if shape.get("cursor_param") in names and shape.get("limit_param", "") in {*names, ""}:
                return name
        return None

    # --- brand and behaviour

    def _brand(self) -> dict[str, Any]:
        organization = self._section(self._root, "organization")
        for key in organization:
            if key != "name":
                self._lose(organization, key, "has no counterpart")
        targets = self._section(self._root, "targets")
        python = self._section(targets, "python")
        for language in targets:
            if language != "python":
                self._lose(targets, language, "no such language yet")
        client = self._section(self._root, "client_settings")
        for key in client:
            if key not in _CLIENT_KEYS:
                self._lose(client, key, "has no counterpart")
        name = organization.text("name") or "client"
        brand: dict[str, Any] = {"name": name.replace("-", " ").replace("_", " ")}
        brand |= {"package": snake(split(package))} if (package := python.text("package_name")) else {}
        prefix = client.text("default_env_prefix")
        brand |= {"env_prefix": prefix} if prefix else {}
        environments = self._section(self._root, "environments")
        first = next((url for url in environments.values() if isinstance(url, str)), None)
        brand |= {"base_url": first} if first else {}
        for other in list(environments)[1:]:
            self._lose(environments, other, "only one base URL is configured")
        self._lose_options(client)
        return brand

    def _lose_options(self, client: Map) -> None:
        options = self._section(client, "opts")
        for name in options:
            option = options.map(name)
            if option is None or option.map("auth") is None:
                self._lose(options, name, "options of the client follow from the security schemes of the contract")
        settings = self._section(self._root, "settings")
        for key in settings:
            if key not in {"license", "disable_mock_tests", "sort_schema_properties"}:
                self._lose(settings, key, "has no counterpart")
        if settings.text("license"):
            self._lose(settings, "license", f"pass `--option license={settings['license']}`")

    def _behaviour(self) -> dict[str, Any]:
        client = self._section(self._root, "client_settings")
        found: dict[str, Any] = {}
        header = self._section(client, "idempotency").text("header")
        if header:
            found["headers"] = {"idempotency": header}
        retries = self._section(client, "default_retries")
        if isinstance(retries.get("max_retries"), int):
            found["retries"] = {"max": retries["max_retries"]}
        timeout = client.get("default_timeout")
        seconds = _seconds(timeout)
        if seconds is not None:
            found["clocks"] = {"first_byte": seconds}
        elif timeout is not None:
            self._lose(client, "default_timeout", "is not a number of milliseconds or a text such as `PT1M`")
        return found

    # --- reports

    def _section(self, node: Map, key: str) -> Map:
        return node.map(key) or Map({}, node.at)

    def _lose(self, node: Map, key: str, why: str) -> None:
        at = node.where(key)
        self._lost.setdefault(f"{at.file}:{at.line}: `{key}` {why}")


def _purposes(fields: Map, prefix: str) -> Iterator[tuple[str, str | None, bool]]:
    """Yield the path of each member with its purpose, and whether it stands for the whole response."""
    for name in fields:
        member = fields.map(name)
        if member is None:
            continue
        note = member.map("x-stainless-pagination-property")
        path = f"{prefix}{name}"
        top = note is not None and note.get("is_top_level_array") is True
        yield path, note.text("purpose") if note is not None else None, top
        nested = member.map("properties")
        if nested is not None:
            yield from _purposes(nested, f"{path}.")


def _plain(endpoint: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", endpoint).rstrip("/")


def _seconds(value: Node) -> float | None:
    """Return seconds from milliseconds or from an ISO 8601 duration."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value / 1000
    match = re.fullmatch(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?", value) if isinstance(value, str) else None
    if match is None or not any(match.groups()):
        return None
    hours, minutes, seconds = (int(group or 0) for group in match.groups())
    return hours * 3600 + minutes * 60 + seconds
