"""Build the brand: the names of a product, as configured or derived from the contract's title."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from onceward_generator.load import Map, Node
from onceward_generator.model import Brand, Name, Server
from onceward_generator.sdk_file import SdkFile
from onceward_generator.words import snake, split

__all__ = ["brand_of"]

_MOST_WORDS = 4
_ASIDE = re.compile(r"[(\[{|+;]|\s(?:for|with|by|from|to|powered)\s", re.IGNORECASE)
"""The start of what a title says about the product, as opposed to its name."""
_POSSESSIVE = re.compile(r"['\u2019]s\b")
_TOKEN = re.compile(r"[^\W_]+")
_VERSION = re.compile(r"[vV]?[0-9]+(?:alpha|beta)?[0-9]*")
_NOISE = frozenset(
    {
        "a", "an", "and", "api", "apis", "by", "collection", "definition", "definitions", "docs", "documentation",
        "for", "from", "http", "https", "of", "official", "openapi", "public", "reference", "rest", "restful",
        "schema", "schemas", "sdk", "spec", "specification", "specifications", "specs", "swagger", "the", "to",
        "web", "with",
    }
)  # fmt: skip
_GENERIC_HOSTS = frozenset({"api", "apis", "www", "app", "localhost", "gateway", "rest"})


def brand_of(document: Map, sdk: SdkFile, servers: tuple[Server, ...]) -> Brand:
    """Return the brand: as configured, else derived from the contract's title, else from the host of its server."""
    configured = sdk.brand
    info = document.map("info") or Map({}, document.at)
    own = configured.text("name")
    spelling = _spelling(own) if own else _of_title(str(info.get("title") or "")) or _of_host(servers) or ("Client",)
    name: Name = tuple(word.lower() for word in spelling)
    aliases: dict[str, Node] = configured.map("aliases") or {}
    return Brand(
        name=name,
        package=configured.text("package") or snake(name),
        env_prefix=configured.text("env_prefix") or snake(name).upper(),
        header_prefix=configured.text("header_prefix") or f"X-{'-'.join(word[:1].upper() + word[1:] for word in name)}",
        base_url=configured.text("base_url") or (servers[0].url if servers else "http://localhost"),
        key_prefix=configured.text("key_prefix") or "",
        aliases=tuple((alias, str(target)) for alias, target in aliases.items()),
        gateway=configured.get("gateway") is True,
        providers=tuple(
            (name, tuple(str(prefix) for prefix in prefixes or ()))
            for name, prefixes in (configured.map("providers") or {}).items()
        ),
        spelling=spelling,
    )


def _spelling(text: str) -> tuple[str, ...]:
    """Return the words of a configured name in their own case."""
    return tuple(_ascii_words(text)) or split(text)


def _of_title(title: str) -> tuple[str, ...]:
    """Return the words of a title that name the product, in their own case; none if it has only general words."""
    plain = _POSSESSIVE.sub("", title)
    for part in (_ASIDE.split(plain, maxsplit=1)[0], plain):
        found = [word for word in _ascii_words(part) if word.lower() not in _NOISE and not _VERSION.fullmatch(word)]
        if found:
            return tuple(found[:_MOST_WORDS])
    return ()


def _of_host(servers: tuple[Server, ...]) -> tuple[str, ...]:
    """Return the name in the host of the first server: ``https://api.parcels.example`` gives parcels."""
    labels = (urlsplit(servers[0].url).hostname or "").split(".") if servers else []
    named = [label for label in labels[:-1] if label not in _GENERIC_HOSTS and not label.isdecimal()]
    return tuple(_ascii_words(named[-1])) if named else ()


def _ascii_words(text: str) -> Iterator[str]:
    return (word for word in _TOKEN.findall(text) if word.isascii())
