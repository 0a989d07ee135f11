"""Build the servers of an API, with their names and variables."""

from __future__ import annotations

import re
from dataclasses import replace

from onceward_generator.diagnostics import Report
from onceward_generator.load import Map
from onceward_generator.model import Name, Server, ServerVariable
from onceward_generator.words import split

__all__ = ["document_servers", "servers_of"]

_HOLE = re.compile(r"\{([^}]*)\}")
_MOST_WORDS = 3


def document_servers(document: Map, report: Report) -> tuple[Server, ...]:
    """Return the servers of a document, reporting that there are none."""
    found = servers_of(document, report)
    if not found:
        report.add("W144", "the contract has no server", document.at, "callers give `base_url`, or `sdk.yaml` does")
    return found


def servers_of(node: Map, report: Report) -> tuple[Server, ...]:
    """Return the servers of a document, a path or an operation. The path of a server is a part of its URL."""
    found = [_server(server, report) for server in node.maps("servers")]
    taken: set[Name] = set()
    for place, server in enumerate(found):
        wishes = (server.name, _of_url(server.template), split(server.template), ("server", str(place + 1)))
        name = next(wish for wish in wishes if wish and wish not in taken)
        taken.add(name)
        found[place] = replace(server, name=name, url=_absolute(server.url), template=_absolute(server.template))
    return tuple(found)


def _of_url(template: str) -> Name:
    """Return the first label of a host: ``https://sandbox.example.com`` gives sandbox."""
    host = re.sub(r"^[a-z]+://", "", template).split("/")[0]
    return split(host.split(":")[0].split(".")[0]) if not host.startswith("{") else ()


def _server(node: Map, report: Report) -> Server:
    template = str(node.get("url") or "").rstrip("/")
    declared = node.map("variables") or Map({}, node.at)
    names = list(dict.fromkeys(_HOLE.findall(template)))
    for name in names:
        if not isinstance(declared.get(name), Map):
            report.add("W145", f"the server variable `{name}` is not declared", node.where("url"), "it is empty")
    variables = tuple(_variable(name, declared.map(name) or Map({}, node.at)) for name in names)
    url = template
    for variable in variables:
        url = url.replace("{" + variable.wire + "}", variable.default)
    relative = "://" not in url and not url.startswith("//")
    if relative:
        message = f"the server `{template or '/'}` is relative to a document that has no address"
        report.add("W144", message, node.at, "callers give `base_url`, or `sdk.yaml` does")
    description = str(node.get("description") or "").strip()
    return Server(url.rstrip("/"), description, _name(node, description), template, variables, relative)


def _absolute(url: str) -> str:
    """Return the URL of a server that may be relative to a document whose address nobody knows."""
    if "://" in url or url.startswith("{"):
        return url
    return f"https:{url}" if url.startswith("//") else f"http://localhost/{url.strip('/')}".rstrip("/")


def _variable(name: str, node: Map) -> ServerVariable:
    values = tuple(str(value) for value in node.seq("enum") or ())
    default = node.get("default", values[0] if values else "")
    return ServerVariable(
        name, split(name) or ("part",), str(default), values, str(node.get("description") or "").strip()
    )


def _name(node: Map, description: str) -> Name:
    """Return the name of a server: declared, or a description of a few words."""
    for key in ("name", "x-name", "x-speakeasy-server-id", "x-fern-server-name"):
        if isinstance(node.get(key), str):
            return split(node[key])
    words = split(description.split(".")[0])
    words = tuple(word for word in words if word not in {"server", "the", "a", "an", "api", "environment"})
    return words if 0 < len(words) <= _MOST_WORDS else ()
