# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.
"""Onceward: the Python SDK."""

from __future__ import annotations

TYPE_CHECKING = False  # type checkers know this name; importing `typing` would slow down the import

if TYPE_CHECKING:
    from . import types as types
    from ._client import AsyncOnceward as AsyncOnceward
    from ._client import Onceward as Onceward
    from ._core.breaker import CircuitBreaker as CircuitBreaker
    from ._core.content import Content as Content
    from ._core.errors import APIConnectionError as APIConnectionError
    from ._core.errors import APIError as APIError
    from ._core.errors import APIStatusError as APIStatusError
    from ._core.errors import APITimeoutError as APITimeoutError
    from ._core.errors import AuthenticationError as AuthenticationError
    from ._core.errors import BadRequestError as BadRequestError
    from ._core.errors import CircuitOpen as CircuitOpen
    from ._core.errors import ConfigError as ConfigError
    from ._core.errors import ConflictError as ConflictError
    from ._core.errors import InternalServerError as InternalServerError
    from ._core.errors import NotFoundError as NotFoundError
    from ._core.errors import PaginationLoop as PaginationLoop
    from ._core.errors import ParameterError as ParameterError
    from ._core.errors import PayloadTooLargeError as PayloadTooLargeError
    from ._core.errors import PermissionDeniedError as PermissionDeniedError
    from ._core.errors import RateLimitError as RateLimitError
    from ._core.errors import RequestTimeoutError as RequestTimeoutError
    from ._core.errors import ResponseShapeError as ResponseShapeError
    from ._core.errors import SDKError as OncewardError
    from ._core.errors import SDKError as SDKError
    from ._core.errors import StreamInterrupted as StreamInterrupted
    from ._core.errors import UnprocessableEntityError as UnprocessableEntityError
    from ._core.files import FileInput as FileInput
    from ._core.meta import Headers as Headers
    from ._core.meta import Meta as Meta
    from ._core.models import UnknownVariant as UnknownVariant
    from ._core.options import UNSET as UNSET
    from ._core.options import CallOptions as CallOptions
    from ._core.options import Timeout as Timeout
    from ._core.raw import AsyncRawResponse as AsyncRawResponse
    from ._core.raw import RawResponse as RawResponse
    from ._core.retry import Backoff as Backoff
    from ._core.retry import RetryEvent as RetryEvent
    from ._drivers.pages import AsyncPage as AsyncPage
    from ._drivers.pages import AsyncPages as AsyncPages
    from ._drivers.pages import SyncPage as SyncPage
    from ._drivers.stream import AsyncStream as AsyncStream
    from ._drivers.stream import Stream as Stream
    from ._gateway.errors import BandAccessDeniedError as BandAccessDeniedError
    from ._gateway.errors import BudgetExceededError as BudgetExceededError
    from ._gateway.errors import ContentFilterError as ContentFilterError
    from ._gateway.errors import InsufficientCreditsError as InsufficientCreditsError
    from ._gateway.errors import OverloadedError as OverloadedError
    from ._gateway.errors import ProviderError as ProviderError
    from ._version import __version__ as __version__
    from .lib._waiting import WaitTimeout as WaitTimeout
    from .lib.batches import BatchAnswer as BatchAnswer
    from .lib.batches import BatchRequest as BatchRequest
    from .lib.chat.accumulator import ChatAccumulator as ChatAccumulator
    from .lib.chat.accumulator import accumulate as accumulate
    from .lib.chat.loop import ToolCall as ToolCall
    from .lib.chat.loop import ToolResult as ToolResult
    from .lib.chat.loop import ToolRunResult as ToolRunResult
    from .lib.chat.parse import ParsedChatCompletion as ParsedChatCompletion
    from .lib.chat.parse import ParseError as ParseError
    from .lib.chat.stream import AsyncChatStream as AsyncChatStream
    from .lib.chat.stream import ChatStream as ChatStream
    from .tools.strict_schema import SchemaError as SchemaError
    from .tools.strict_schema import to_strict as to_strict
    from .tools.tool import Tool as Tool
    from .tools.tool import ToolArgumentError as ToolArgumentError
    from .tools.tool import tool as tool
else:
    _TABLE = {
        "APIConnectionError": ("._core.errors", "APIConnectionError"),
        "APIError": ("._core.errors", "APIError"),
        "APIStatusError": ("._core.errors", "APIStatusError"),
        "APITimeoutError": ("._core.errors", "APITimeoutError"),
        "AsyncChatStream": (".lib.chat.stream", "AsyncChatStream"),
        "AsyncOnceward": ("._client", "AsyncOnceward"),
        "AsyncPage": ("._drivers.pages", "AsyncPage"),
        "AsyncPages": ("._drivers.pages", "AsyncPages"),
        "AsyncRawResponse": ("._core.raw", "AsyncRawResponse"),
        "AsyncStream": ("._drivers.stream", "AsyncStream"),
        "AuthenticationError": ("._core.errors", "AuthenticationError"),
        "Backoff": ("._core.retry", "Backoff"),
        "BadRequestError": ("._core.errors", "BadRequestError"),
        "BandAccessDeniedError": ("._gateway.errors", "BandAccessDeniedError"),
        "BatchAnswer": (".lib.batches", "BatchAnswer"),
        "BatchRequest": (".lib.batches", "BatchRequest"),
        "BudgetExceededError": ("._gateway.errors", "BudgetExceededError"),
        "CallOptions": ("._core.options", "CallOptions"),
        "ChatAccumulator": (".lib.chat.accumulator", "ChatAccumulator"),
        "ChatStream": (".lib.chat.stream", "ChatStream"),
        "CircuitBreaker": ("._core.breaker", "CircuitBreaker"),
        "CircuitOpen": ("._core.errors", "CircuitOpen"),
        "ConfigError": ("._core.errors", "ConfigError"),
        "ConflictError": ("._core.errors", "ConflictError"),
        "Content": ("._core.content", "Content"),
        "ContentFilterError": ("._gateway.errors", "ContentFilterError"),
        "FileInput": ("._core.files", "FileInput"),
        "Headers": ("._core.meta", "Headers"),
        "InsufficientCreditsError": ("._gateway.errors", "InsufficientCreditsError"),
        "InternalServerError": ("._core.errors", "InternalServerError"),
        "Meta": ("._core.meta", "Meta"),
        "NotFoundError": ("._core.errors", "NotFoundError"),
        "Onceward": ("._client", "Onceward"),
        "OncewardError": ("._core.errors", "SDKError"),
        "OverloadedError": ("._gateway.errors", "OverloadedError"),
        "PaginationLoop": ("._core.errors", "PaginationLoop"),
        "ParameterError": ("._core.errors", "ParameterError"),
        "ParseError": (".lib.chat.parse", "ParseError"),
        "ParsedChatCompletion": (".lib.chat.parse", "ParsedChatCompletion"),
        "PayloadTooLargeError": ("._core.errors", "PayloadTooLargeError"),
        "PermissionDeniedError": ("._core.errors", "PermissionDeniedError"),
        "ProviderError": ("._gateway.errors", "ProviderError"),
        "RateLimitError": ("._core.errors", "RateLimitError"),
        "RawResponse": ("._core.raw", "RawResponse"),
        "RequestTimeoutError": ("._core.errors", "RequestTimeoutError"),
        "ResponseShapeError": ("._core.errors", "ResponseShapeError"),
        "RetryEvent": ("._core.retry", "RetryEvent"),
        "SDKError": ("._core.errors", "SDKError"),
        "SchemaError": (".tools.strict_schema", "SchemaError"),
        "Stream": ("._drivers.stream", "Stream"),
        "StreamInterrupted": ("._core.errors", "StreamInterrupted"),
        "SyncPage": ("._drivers.pages", "SyncPage"),
        "Timeout": ("._core.options", "Timeout"),
        "Tool": (".tools.tool", "Tool"),
        "ToolArgumentError": (".tools.tool", "ToolArgumentError"),
        "ToolCall": (".lib.chat.loop", "ToolCall"),
        "ToolResult": (".lib.chat.loop", "ToolResult"),
        "ToolRunResult": (".lib.chat.loop", "ToolRunResult"),
        "UNSET": ("._core.options", "UNSET"),
        "UnknownVariant": ("._core.models", "UnknownVariant"),
        "UnprocessableEntityError": ("._core.errors", "UnprocessableEntityError"),
        "WaitTimeout": (".lib._waiting", "WaitTimeout"),
        "__version__": ("._version", "__version__"),
        "accumulate": (".lib.chat.accumulator", "accumulate"),
        "to_strict": (".tools.strict_schema", "to_strict"),
        "tool": (".tools.tool", "tool"),
        "types": (".types", ""),
    }

    def __getattr__(name):
        found = _TABLE.get(name)
        if found is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        module = import_module(found[0], __name__)
        value = globals()[name] = getattr(module, found[1]) if found[1] else module
        return value

    def __dir__():
        return sorted(__all__)


__all__ = [
    "APIConnectionError",
    "APIError",
    "APIStatusError",
    "APITimeoutError",
    "AsyncChatStream",
    "AsyncOnceward",
    "AsyncPage",
    "AsyncPages",
    "AsyncRawResponse",
    "AsyncStream",
    "AuthenticationError",
    "Backoff",
    "BadRequestError",
    "BandAccessDeniedError",
    "BatchAnswer",
    "BatchRequest",
    "BudgetExceededError",
    "CallOptions",
    "ChatAccumulator",
    "ChatStream",
    "CircuitBreaker",
    "CircuitOpen",
    "ConfigError",
    "ConflictError",
    "Content",
    "ContentFilterError",
    "FileInput",
    "Headers",
    "InsufficientCreditsError",
    "InternalServerError",
    "Meta",
    "NotFoundError",
    "Onceward",
    "OncewardError",
    "OverloadedError",
    "PaginationLoop",
    "ParameterError",
    "ParseError",
    "ParsedChatCompletion",
    "PayloadTooLargeError",
    "PermissionDeniedError",
    "ProviderError",
    "RateLimitError",
    "RawResponse",
    "RequestTimeoutError",
    "ResponseShapeError",
    "RetryEvent",
    "SDKError",
    "SchemaError",
    "Stream",
    "StreamInterrupted",
    "SyncPage",
    "Timeout",
    "Tool",
    "ToolArgumentError",
    "ToolCall",
    "ToolResult",
    "ToolRunResult",
    "UNSET",
    "UnknownVariant",
    "UnprocessableEntityError",
    "WaitTimeout",
    "accumulate",
    "to_strict",
    "tool",
    "types",
]
