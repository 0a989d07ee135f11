"""The arguments of the chat helpers: those of `create`, but for what the helpers take in forms of their own.

Held equal to the generated arguments by a test. Only type checkers read this module.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Required

from ..._core.options import CallOptions

if TYPE_CHECKING:
    from ...types.chat import ChatCompletionMessage, ServiceTier
    from ...types.params.chat import (
        ChatCompletionAudioParam,
        ChatCompletionMessageParam,
        ChatCompletionModality,
        ChatCompletionModerationParam,
        ChatCompletionPredictionContentParam,
        ChatCompletionRequestFunctionCallParam,
        ChatCompletionRequestVerbosity,
        ChatCompletionToolChoiceOptionParam,
        FunctionDefinitionParam,
        PromptCacheOptionsParam,
        ReasoningEffort,
        WebSearchOptionsParam,
    )
    from ...types.params.shared import MetadataParam, StopSequencesParam, StreamOptionsParam

__all__ = ["ChatParams"]


class ChatParams(CallOptions, total=False):
    """Arguments of `stream`, `parse` and `run_tools`, beside ``tools`` and ``response_format``."""

    model: Required[str]
    messages: Required[Sequence[ChatCompletionMessageParam | ChatCompletionMessage | Mapping[str, Any]]]
    stream_options: StreamOptionsParam | None
    temperature: float | None
    top_p: float | None
    n: int | None
    stop: StopSequencesParam | None
    max_completion_tokens: int | None
    max_tokens: int | None
    presence_penalty: float | None
    frequency_penalty: float | None
    logit_bias: Mapping[str, float] | None
    seed: int | None
    logprobs: bool | None
    top_logprobs: int | None
    tool_choice: ChatCompletionToolChoiceOptionParam | None
    parallel_tool_calls: bool | None
    functions: Sequence[FunctionDefinitionParam] | None
    function_call: ChatCompletionRequestFunctionCallParam | None
    modalities: Sequence[ChatCompletionModality] | None
    audio: ChatCompletionAudioParam | None
    prediction: ChatCompletionPredictionContentParam | None
    verbosity: ChatCompletionRequestVerbosity | None
    reasoning_effort: ReasoningEffort | None
    thinking: bool | None
    web_search_options: WebSearchOptionsParam | None
    moderation: ChatCompletionModerationParam | None
    user: str | None
    safety_identifier: str | None
    prompt_cache_key: str | None
    prompt_cache_retention: str | None
    prompt_cache_options: PromptCacheOptionsParam | None
    service_tier: ServiceTier | None
    store: bool | None
    metadata: MetadataParam | None
    tags: Sequence[str] | None
    mock_response: str | None
    virtual_model_id: str | None
    provider_specific_params: Mapping[str, object] | None
