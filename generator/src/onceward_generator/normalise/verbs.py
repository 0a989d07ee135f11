"""Verbs in operation ids and paths: the words of an operation id, and the method that its verb stands for."""

from __future__ import annotations

import re
from collections.abc import Iterable

from onceward_generator.words import singular, snake, split

from .context import Endpoint

__all__ = [
    "ALL",
    "LINKS",
    "NOUNS_TOO",
    "STANDARD",
    "VERBS",
    "VERSION",
    "in_resource",
    "phrase",
    "said_verb",
    "words_of",
]

VERSION = re.compile(r"v[0-9]+(?:[.][0-9]+)*(?:(?:alpha|beta)[0-9]*)?|[0-9]+(?:[.][0-9]+)+|[0-9]{4}-[0-9]{2}-[0-9]{2}")
"""A segment that names a version: v1, v2beta, 2.0, 2010-04-01."""

STANDARD = {
    "create": "create", "new": "create", "insert": "create", "list": "list", "get": "retrieve", "retrieve": "retrieve",
    "fetch": "retrieve", "read": "retrieve", "show": "retrieve", "info": "retrieve", "update": "update",
    "modify": "update", "edit": "update", "patch": "update", "delete": "delete", "destroy": "delete",
    "add": "add", "remove": "remove", "replace": "replace", "set": "set",
}  # fmt: skip
"""Verbs of reading and writing, with the method that each stands for."""

VERBS = frozenset(
    {
        "accept", "acknowledge", "activate", "allow", "append", "approve", "archive", "assign", "attach", "ban",
        "block", "calculate", "cancel", "cast", "check", "claim", "clear", "clone", "close", "compact", "compare",
        "complete", "compute", "confirm", "connect", "convert", "copy", "count", "deactivate", "decline", "demote",
        "deny", "detach", "disable", "disconnect", "dismiss", "download", "duplicate", "enable", "estimate", "execute",
        "exchange", "export", "extend", "finish", "flag", "follow", "fork", "generate", "grant", "hangup", "health",
        "hide", "import", "install", "invite", "invoke", "join", "judge", "leave", "lock", "login", "logout", "mark",
        "merge", "migrate", "move", "mute", "pause", "pin", "ping", "poll", "preview", "promote", "publish", "purge",
        "query", "rank", "rebuild", "redeliver", "refer", "refresh", "refund", "register", "reject", "release", "remix",
        "rename", "render", "reopen", "reply", "reprocess", "rerank", "rerun", "resend", "reset", "resolve", "restart",
        "restore", "resume", "retry", "revert", "review", "revoke", "rollback", "rotate", "run", "search", "send",
        "share", "sign", "signin", "signout", "signup", "star", "start", "stop", "submit", "subscribe", "suspend",
        "swap", "sync", "terminate", "test", "tokenize", "transfer", "trigger", "unarchive", "unassign", "unban",
        "unblock", "unflag", "unfollow", "unhide", "uninstall", "unlock", "unmute", "unpin", "unpublish", "unstar",
        "unsubscribe", "unwatch", "unzip", "upload", "upsert", "validate", "verify", "vote", "wait", "watch",
        "withdraw",
    }
)  # fmt: skip
"""Other verbs, each a method of its own name."""

NOUNS_TOO = frozenset(
    {
        "archive", "check", "claim", "compute", "export", "flag", "fork", "health", "import", "invite", "judge", "lock",
        "merge", "move", "query", "rank", "refund", "release", "reply", "reset", "review", "run", "search", "share",
        "sign", "star", "start", "status", "swap", "sync", "test", "transfer", "trigger", "upload", "vote", "watch",
    }
)  # fmt: skip
"""Verbs that are nouns, too: in the path of a GET they are nouns."""

ALL = "all"
LINKS = frozenset({"at", "by", "for", "from", "if", "in", "into", "of", "on", "that", "to", "using", "via", "with"})
_MODULES = frozenset({"api", "route", "routes", "router", "controller"})
_HTTP = frozenset({"get", "post", "put", "patch", "delete", "head", "options"})


def words_of(endpoint: Endpoint) -> tuple[str, ...]:
    """Return the words of `operationId`, without a tag before them and without the path that some tools append.

    ``issues/remove-label``, ``IssuesController_removeLabel`` and ``issues.removeLabel`` say `remove label`.
    """
    own = endpoint.operation.text("operationId") or ""
    tail = re.sub(r"[^A-Za-z0-9]", "_", f"{endpoint.path}_{endpoint.http}").lower()
    if own.lower().endswith(tail):
        own = own[: -len(tail)]
    own = _without_tag(own, [str(tag) for tag in endpoint.operation.seq("tags") or ()])
    words = tuple(word for word in split(own) if not VERSION.fullmatch(word)) if own.strip("_") else ()
    return _without_module(words)


def _without_module(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words without a module of the server before them: ``files_api_routes_upload_file``."""
    if words and not is_verb(words[0]):
        last = max((index for index, word in enumerate(words) if word in _MODULES), default=-1)
        return words[last + 1 :] or words
    return words


def _without_tag(own: str, tags: list[str]) -> str:
    head, separator, rest = own.rpartition("/")
    if separator and rest:
        return rest
    for separator in (".", "_", "-"):
        head, found, rest = own.partition(separator)
        plain = split(re.sub(r"(?i)(?:controller|service|api|resource)$", "", head)) if head else ()
        if found and rest and (plain in [split(tag) for tag in tags] or plain != split(head)):
            return rest
    return own


def said(words: tuple[str, ...], resource: Iterable[str]) -> tuple[str, ...]:
    """Return the words of an operation id without the words of the resource before the verb."""
    known = tuple(resource)
    while len(words) > 1 and in_resource(words[0], known) and (not is_verb(words[0]) or is_verb(words[1])):
        words = words[1:]
    return words


def said_verb(words: tuple[str, ...], resource: Iterable[str]) -> str:
    """Return the verb of an operation id: its first word beside those of the resource, else its last word."""
    words = said(words, resource)
    if words and is_verb(words[0]):
        return words[0]
    return words[-1] if words and is_verb(words[-1]) and not LINKS & set(words) else ""


def is_verb(word: str) -> bool:
    """Report whether a word is a verb that names a method."""
    return word in STANDARD or word in VERBS


def phrase(words: tuple[str, ...], resource: tuple[str, ...]) -> str:
    """Return the words of an operation id as a method, without the resource and what follows a preposition.

    ``remove custom label from runner`` of `labels` gives ``remove_custom``, ``list for user`` gives ``list_for_user``.
    """
    kept: list[str] = []
    for word in words:
        if word in LINKS and word != "by" and len(kept) > 1:
            break
        if not in_resource(word, resource) or word in LINKS:
            kept.append(word)
    while kept and kept[-1] in LINKS:
        kept.pop()
    if kept and kept[0] in STANDARD:
        kept[0] = STANDARD[kept[0]]
    plain = bool(kept) and "id" not in kept and not (kept[0] in _HTTP and kept[0] not in STANDARD.values())
    return snake(tuple(kept)) if plain else ""


def in_resource(word: str, resource: Iterable[str]) -> bool:
    """Report whether a word, or its plural or singular, is a word of a resource path."""
    words = {part for segment in resource for part in split(segment)}
    return word in words or singular(word) in {singular(part) for part in words}
