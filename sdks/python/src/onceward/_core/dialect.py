"""The classes of a server's errors. A package whose server has words of its own has a subclass of `Dialect`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib import import_module
from typing import Any, ClassVar, Final

from . import errors as e
from .meta import Meta
from .narrow import is_mapping

__all__ = ["Dialect", "dialect"]

_ROOT: Final = __name__.rpartition("._core.")[0]
# Members that only answers have: an object with one of them is not a bare error, whatever else it contains.
_ANSWERS: Final = frozenset({"data", "id", "items", "results"})


class Dialect:
    """The words of a server. This base knows statuses only."""

    by_type: ClassVar[Mapping[str, type[e.APIStatusError]]] = {}
    """Classes of errors by their type or code, which are more reliable than the status."""
    by_weak_type: ClassVar[Mapping[str, type[e.APIStatusError]]] = {}
    """Classes by a type or code that says no more than a status does: used if there is no status."""
    by_status: ClassVar[Mapping[int, type[e.APIStatusError]]] = {
        400: e.BadRequestError,
        401: e.AuthenticationError,
        403: e.PermissionDeniedError,
        404: e.NotFoundError,
        408: e.RequestTimeoutError,
        409: e.ConflictError,
        413: e.PayloadTooLargeError,
        422: e.UnprocessableEntityError,
        429: e.RateLimitError,
    }
    options: ClassVar[tuple[str, ...]] = ()
    """The client options that only this server has."""
    tables: ClassVar[tuple[str, ...]] = ()
    """Options that map names to values. A client with changed options has the values of both."""
    secrets: ClassVar[tuple[str, ...]] = ()
    permanent: ClassVar[tuple[type[e.APIError], ...]] = ()
    """Errors that are never retried."""
    permanent_codes: ClassVar[frozenset[str]] = frozenset()

    def masked(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the secrets among the options, in forms that a traceback does not show."""
        return {}

    def resolve(self, given: Mapping[str, Any], pick: Callable[[str], Any]) -> dict[str, Any]:
        """Return the values of the options that differ from their defaults. ``pick`` reads the environment, too."""
        return {}

    def headers(self, brand: Any, extras: Mapping[str, Any]) -> list[tuple[str, str]]:
        """Return the headers of every request."""
        return []

    def call_headers(
        self, brand: Any, extras: Mapping[str, Any]
    ) -> Callable[[Mapping[str, Any]], list[tuple[str, str]]] | None:
        """Return the function that makes headers of the arguments of a call, if there are any."""
        return None

    def error_class(self, type: str | None, code: str | None, status: int | None) -> type[e.APIStatusError]:
        """Return the class of an error by its type, then by its code, then by its status."""
        for word in (type, code):
            found = self.by_type.get(word) if word else None
            if found is not None:
                return found
        if status is not None and status >= 400:
            return self.by_status.get(status) or (e.InternalServerError if status >= 500 else e.APIStatusError)
        return self.by_weak_type.get(type or "") or self.by_weak_type.get(code or "") or e.APIStatusError

    def error_in(self, value: Any) -> Any:
        """Return the error object in a decoded answer or event, or None: its member ``error``, or the whole object."""
        if not is_mapping(value):
            return None
        if value.get("error"):
            return value["error"]
        bare = "detail" in value or "error" in (value.get("object"), value.get("type"))
        return value if bare and not _ANSWERS.intersection(value) else None

    def check_answer(self, where: str, meta: Meta, value: Any, extras: Mapping[str, Any]) -> None:
        """Raise the error that a complete answer itself contains."""

    def error_of_finish(self, where: str, reasons: Iterable[Any], extras: Mapping[str, Any]) -> e.APIError | None:
        """Return the error that the finish reasons of a stream stand for."""
        return None


@cache
def dialect() -> Dialect:
    """Return the dialect of this package's server."""
    module: str | None = import_module(f"{_ROOT}._brand").BRAND.dialect
    found: Dialect = Dialect() if module is None else import_module(f"{_ROOT}.{module}").DIALECT
    return found
