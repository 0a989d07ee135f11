"""The words of a gateway to language models: types of errors, errors in choices, and content filters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, Final

from .._core import errors as base
from .._core.dialect import Dialect
from .._core.meta import Meta
from .._core.narrow import is_list, is_mapping
from . import errors as e
from .options import OPTIONS, as_secrets, provider_headers, resolve, scope_headers

__all__ = ["DIALECT"]

_FILTERED: Final = "content_filter"
# Members that only answers have: an object with one of them is not a bare error, whatever else it contains.
_ANSWERS: Final = frozenset({"data", "id", "choices", "usage", "results", "text"})
_BROKEN_OFF: Final[dict[str, Any]] = {
    "message": "the provider aborted the answer: its finish reason is 'error'",
    "type": "provider_error",
    "retryable": False,
}


class GatewayDialect(Dialect):
    """The dialect of gateways that speak like OpenAI's or Anthropic's API."""

    by_type: ClassVar[Mapping[str, type[base.APIStatusError]]] = {
        "authentication_error": base.AuthenticationError,
        "auth_error": base.AuthenticationError,
        "expired_key": base.AuthenticationError,
        "invalid_api_key": base.AuthenticationError,
        "insufficient_credits": e.InsufficientCreditsError,
        "billing_error": e.InsufficientCreditsError,
        "permission_error": base.PermissionDeniedError,
        "permission_denied": base.PermissionDeniedError,
        "permission_denied_error": base.PermissionDeniedError,
        "key_model_access_denied": base.PermissionDeniedError,
        "team_model_access_denied": base.PermissionDeniedError,
        "user_model_access_denied": base.PermissionDeniedError,
        "band_access_denied": e.BandAccessDeniedError,
        "not_found_error": base.NotFoundError,
        "model_not_found": base.NotFoundError,
        "timeout_error": base.RequestTimeoutError,
        "conflict_error": base.ConflictError,
        "idempotency_key_reused": base.ConflictError,
        "request_too_large": base.PayloadTooLargeError,
        "unprocessable_entity_error": base.UnprocessableEntityError,
        "rate_limit_error": base.RateLimitError,
        "rate_limit_exceeded": base.RateLimitError,
        "insufficient_quota": base.RateLimitError,
        "tokens": base.RateLimitError,
        "requests": base.RateLimitError,
        "provider_error": e.ProviderError,
        "overloaded_error": e.OverloadedError,
        "overloaded": e.OverloadedError,
        "internal_server_error": base.InternalServerError,
        "server_error": base.InternalServerError,
        "budget_exceeded": e.BudgetExceededError,
        "content_filter": e.ContentFilterError,
        "content_policy_violation": e.ContentFilterError,
    }
    by_weak_type: ClassVar[Mapping[str, type[base.APIStatusError]]] = {
        "invalid_request_error": base.BadRequestError,
        "bad_request_error": base.BadRequestError,
        "api_error": base.InternalServerError,
    }
    by_status: ClassVar[Mapping[int, type[base.APIStatusError]]] = {
        **Dialect.by_status,
        402: e.InsufficientCreditsError,
        502: e.ProviderError,
        529: e.OverloadedError,
    }
    permanent = (e.BudgetExceededError, e.ContentFilterError, e.InsufficientCreditsError)
    permanent_codes = frozenset({"idempotency_key_reused", "insufficient_quota"})

    options = OPTIONS
    tables = ("provider_keys",)
    secrets = ("provider_keys",)

    def masked(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the provider keys, in a form that a traceback does not show."""
        return {"provider_keys": as_secrets(given.get("provider_keys"))}

    def resolve(self, given: Mapping[str, Any], pick: Callable[[str], Any]) -> dict[str, Any]:
        """Return the values of the options that are set."""
        return resolve(given, pick)

    def headers(self, brand: Any, extras: Mapping[str, Any]) -> list[tuple[str, str]]:
        """Return the headers of the scope."""
        return scope_headers(brand, extras)

    def call_headers(
        self, brand: Any, extras: Mapping[str, Any]
    ) -> Callable[[Mapping[str, Any]], list[tuple[str, str]]] | None:
        """Return the function that adds the caller's key for the provider of a call's model."""
        keys = extras.get("provider_keys")
        return (lambda arguments: provider_headers(brand, keys, arguments.get("model"))) if keys else None

    def error_in(self, value: Any) -> Any:
        """Return the error object in a decoded answer or event, or None.

        It may be a member ``error`` of the object or of one of its choices, the finish reason of a choice, or the whole
        object.
        """
        if not is_mapping(value):
            return None
        if value.get("error"):
            return value["error"]
        choices = value.get("choices")
        if not is_list(choices):
            bare = "detail" in value or "error" in (value.get("object"), value.get("type"))
            return value if bare and not _ANSWERS.intersection(value) else None
        for choice in choices:
            if is_mapping(choice) and (choice.get("error") or choice.get("finish_reason") == "error"):
                return choice.get("error") or _BROKEN_OFF
        return None

    def check_answer(self, where: str, meta: Meta, value: Any, extras: Mapping[str, Any]) -> None:
        """Raise if a content filter finished a choice of the answer. The answer is the error's ``partial``."""
        for choice in getattr(value, "choices", None) or ():
            error = self.error_of_finish(where, [getattr(choice, "finish_reason", None)], extras)
            if error is not None:
                error.status_code, error.headers, error.request_id = meta.status_code, meta.headers, meta.request_id
                error.partial, error.usage = value, getattr(value, "usage", None)
                raise error

    def error_of_finish(self, where: str, reasons: Iterable[Any], extras: Mapping[str, Any]) -> base.APIError | None:
        """Return the error of a stream with a choice that a content filter stopped."""
        if "raise_on_content_filter" not in extras or _FILTERED not in reasons:
            return None
        error = e.ContentFilterError("a content filter stopped the answer", code=_FILTERED)
        error.where = where
        return error


DIALECT: Final = GatewayDialect()
