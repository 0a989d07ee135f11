"""Errors for unknown paths and methods, with a suggestion of the path that was probably meant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from ..core import error_codes
from ..core.errors import ApiError
from .router import (
    Match,
    Router,
    WrongMethod,
)

__all__ = ["no_path", "wrong_method"]

_MAX_LENGTH = 120


def wrong_method(method: str, path: str, allow: Sequence[str]) -> ApiError:
    """Return 405 for a path that has other methods."""
    allowed = ", ".join(allow)
    return ApiError(
        405,
        f"{method!r} is not a method of `{path}`. Use {allowed}.",
        code=error_codes.METHOD_NOT_ALLOWED,
        headers=(("allow", allowed),),
    )


def no_path(method: str, path: str, table: Router) -> ApiError:
    """Return 404 with the path that was probably meant."""
    suggestion = _suggestion(method, path, table)
    if suggestion is None:
        step = "`GET /` links to the contract. The base URL ends before `/v1` (or with it, for clients of OpenAI)."
    else:
        step = (
            f"Did you mean `{suggestion}`? "
            "Check the base URL: it ends before `/v1` (or with it, for clients of OpenAI)."
        )
    return ApiError(404, f"There is no path {path!r}. {step}", code=error_codes.PATH_NOT_FOUND)


def _suggestion(method: str, path: str, table: Router) -> str | None:
    if not path.startswith("/") or len(path) > _MAX_LENGTH:
        return None
    for candidate in _variants(path):
        match = table.match(method, candidate.encode("ascii", "replace"))
        if isinstance(match, Match) and match.route.path != "/":
            return f"{method} {candidate}"
        if isinstance(match, WrongMethod):
            return f"{match.allow[0]} {candidate}"
    templates = sorted({route.path for route in table.routes})
    near = [
        found
        for text in (path.lower(), "/v1" + path.lower())
        for found in get_close_matches(text, templates, n=1, cutoff=0.75)
        if found.count("/") == text.count("/")
    ]
    if not near:
        return None
    methods = sorted(route.method for route in table.routes if route.path == near[0])
    return f"{method if method in methods else methods[0]} {near[0]}"


def _variants(path: str) -> Iterable[str]:
    """Yield the path without common mistakes: a repeated or missing version, extra slashes, capitals."""
    plain = "/" + "/".join(segment for segment in path.split("/") if segment)
    lower = plain.lower()
    for text in dict.fromkeys((plain, lower)):
        yield text
        segments = text[1:].split("/")
        for at in range(1, len(segments)):
            if segments[at] in ("v1", "v1beta"):
                yield "/" + "/".join(segments[at:])
        if "v1" in segments:
            yield "/" + "/".join(segment for segment in segments if segment != "v1")
        yield "/v1" + text
        for prefix in ("/api", "/openai", "/v2", "/v1beta"):
            if text.startswith(prefix + "/"):
                rest = text[len(prefix) :]
                yield rest
                yield "/v1" + rest
        yield text + "s"
        yield "/v1" + text + "s"
