"""The errors of a gateway to language models, beside those of every API.

    APIStatusError
    ├── InsufficientCreditsError        402
    ├── PermissionDeniedError           403
    │   └── BandAccessDeniedError
    ├── InternalServerError             >= 500
    │   ├── ProviderError               502
    │   └── OverloadedError             529
    ├── BudgetExceededError
    └── ContentFilterError

The class of an error is chosen from ``error.type``, then ``error.code``, then the status. A type that says no more than
the status does (``invalid_request_error``, ``api_error``) is ignored in its favour.
"""

from __future__ import annotations

from .._core.errors import APIStatusError, InternalServerError, PermissionDeniedError

__all__ = [
    "BandAccessDeniedError",
    "BudgetExceededError",
    "ContentFilterError",
    "InsufficientCreditsError",
    "OverloadedError",
    "ProviderError",
]


class InsufficientCreditsError(APIStatusError):
    """402: the credits are used up."""

    def _hint(self) -> str | None:
        need, have = self.details.get("credits_required"), self.details.get("credits_remaining")
        return f"The call needs {need} credits, {have} are left." if need is not None and have is not None else None


class BandAccessDeniedError(PermissionDeniedError):
    """403: the plan does not include the model's band."""

    def _hint(self) -> str | None:
        tier = self.details.get("required_tier")
        return f"The model needs tier {tier!r}." if tier else None


class ProviderError(InternalServerError):
    """502: the provider behind the gateway failed. ``details['provider_error']`` is its message, if known."""


class OverloadedError(InternalServerError):
    """529: the server is overloaded; try again later."""


class BudgetExceededError(APIStatusError):
    """A budget of the key, the user, the team or the organization is exhausted."""


class ContentFilterError(APIStatusError):
    """A content filter stopped the request or the answer."""
