# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""The resource `guardrails` and its children."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Unpack

from .._core.operation import Operation, Page, Result
from .._core.resource import AsyncRawMethod, AsyncResource, RawMethod, RawResource, Resource

if TYPE_CHECKING:
    from .._core.options import CallOptions
    from .._drivers.pages import AsyncPages, SyncPage
    from ..types.guardrails import Guardrail

__all__ = [
    "AsyncGuardrails",
    "AsyncGuardrailsWithRawResponse",
    "Guardrails",
    "GuardrailsWithRawResponse",
]

_LIST = Operation(
    id="guardrails.list",
    method="GET",
    path="/guardrails/list",
    result=Result(type="guardrails:GuardrailList"),
    page=Page(style="none", items=("guardrails",)),
)


class Guardrails(Resource):
    """Guardrails."""

    @cached_property
    def with_raw_response(self) -> GuardrailsWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return GuardrailsWithRawResponse(self)

    def list(self, **params: Unpack[CallOptions]) -> SyncPage[Guardrail]:
        """List guardrails.

        Lists the guardrails: checks that run before or after a model call.

        Returns:
            The first page; iterate over it for the items of all pages.
        """
        answer: SyncPage[Guardrail] = self._client.execute(_LIST, params)
        return answer


class GuardrailsWithRawResponse(RawResource["Guardrails"]):
    """The methods of `Guardrails`, returning raw responses."""

    list = RawMethod(Guardrails.list)


class AsyncGuardrails(AsyncResource):
    """Guardrails."""

    @cached_property
    def with_raw_response(self) -> AsyncGuardrailsWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return AsyncGuardrailsWithRawResponse(self)

    def list(self, **params: Unpack[CallOptions]) -> AsyncPages[Guardrail]:
        """List guardrails.

        Lists the guardrails: checks that run before or after a model call.

        Returns:
            The first page; iterate over it for the items of all pages.
        """
        answer: AsyncPages[Guardrail] = self._client.execute(_LIST, params)
        return answer


class AsyncGuardrailsWithRawResponse(RawResource["AsyncGuardrails"]):
    """The methods of `AsyncGuardrails`, returning raw responses."""

    list = AsyncRawMethod(AsyncGuardrails.list)
