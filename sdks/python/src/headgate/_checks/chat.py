# Generated from the contract by headgate-generate. Do not edit: change the contract or the generator.
"""What requests may hold: chat. `_core.checks` reads it."""

from __future__ import annotations

from typing import Any, Final

__all__ = ["CHECKS"]

CHECKS: Final[dict[str, Any]] = {
    "CacheControlParam": ("object", {"type": "string", "ttl": ("null", "string")}, ("type",)),
    "ChatCompletionAllowedToolChoiceParam": (
        "object",
        {"type": ("is", "allowed_tools"), "allowed_tools": "chat:ChatCompletionAllowedToolsParam"},
        ("type", "allowed_tools"),
    ),
    "ChatCompletionAllowedToolsParam": (
        "object",
        {"mode": ("enum", "auto", "required"), "tools": ("list", ("map", None))},
        ("mode", "tools"),
    ),
    "ChatCompletionAssistantContentPartOtherParam": ("object", {"type": "string"}, ("type",)),
    "ChatCompletionAssistantContentPartParam": (
        "union",
        "chat:ChatCompletionContentPartTextParam",
        "chat:ChatCompletionContentPartRefusalParam",
        "chat:ChatCompletionContentPartThinkingParam",
        "chat:ChatCompletionAssistantContentPartOtherParam",
    ),
    "ChatCompletionAssistantMessageParam": (
        "object",
        {
            "role": ("is", "assistant"),
            "content": ("null", "chat:ChatCompletionAssistantMessageParamContentParam"),
            "reasoning_content": ("null", "string"),
            "reasoning": ("null", "string"),
            "refusal": ("null", "string"),
            "name": ("null", "string"),
            "audio": ("null", "chat:ChatCompletionAudioReferenceParam"),
            "tool_calls": ("null", ("list", "chat:ChatCompletionMessageToolCallUnionParam")),
            "function_call": ("null", "chat:ChatCompletionFunctionCallParam"),
        },
        ("role",),
    ),
    "ChatCompletionAssistantMessageParamContentParam": (
        "union",
        "string",
        ("list", "chat:ChatCompletionAssistantContentPartParam"),
    ),
    "ChatCompletionAudioParam": (
        "object",
        {"voice": "chat:ChatCompletionAudioParamVoiceParam", "format": "string"},
        ("voice", "format"),
    ),
    "ChatCompletionAudioParamVoiceParam": ("union", "string", "shared:CustomVoiceParam"),
    "ChatCompletionAudioReferenceParam": ("object", {"id": "string"}, ("id",)),
    "ChatCompletionContentParam": ("union", "string", ("list", "chat:ChatCompletionContentPartParam")),
    "ChatCompletionContentPartAudioUrlParam": (
        "object",
        {"type": ("is", "audio_url"), "audio_url": "chat:ChatCompletionContentPartAudioUrlParamAudioUrlParam"},
        ("type", "audio_url"),
    ),
    "ChatCompletionContentPartAudioUrlParamAudioUrlParam": ("union", "chat:MediaUrlParam", "string"),
    "ChatCompletionContentPartDocumentUrlParam": (
        "object",
        {
            "type": ("is", "document_url"),
            "document_url": "chat:ChatCompletionContentPartDocumentUrlParamDocumentUrlParam",
            "document_name": ("null", "string"),
        },
        ("type", "document_url"),
    ),
    "ChatCompletionContentPartDocumentUrlParamDocumentUrlParam": ("union", "chat:MediaUrlParam", "string"),
    "ChatCompletionContentPartFileParam": (
        "object",
        {"type": ("is", "file"), "file": "chat:FileContentParam"},
        ("type", "file"),
    ),
    "ChatCompletionContentPartImageParam": (
        "object",
        {
            "type": ("is", "image_url"),
            "image_url": "chat:ChatCompletionContentPartImageParamImageUrlParam",
            "cache_control": ("null", "chat:CacheControlParam"),
        },
        ("type", "image_url"),
    ),
    "ChatCompletionContentPartImageParamImageUrlParam": ("union", "shared:ImageUrlParam", "string"),
    "ChatCompletionContentPartImageSourceParam": (
        "object",
        {
            "type": ("is", "image"),
            "source": "chat:ImageSourceParam",
            "cache_control": ("null", "chat:CacheControlParam"),
        },
        ("type", "source"),
    ),
    "ChatCompletionContentPartInputAudioParam": (
        "object",
        {"type": ("is", "input_audio"), "input_audio": "chat:InputAudioParam"},
        ("type", "input_audio"),
    ),
    "ChatCompletionContentPartOtherParam": ("object", {"type": "string"}, ("type",)),
    "ChatCompletionContentPartParam": (
        "union",
        "chat:ChatCompletionContentPartTextParam",
        "chat:ChatCompletionContentPartImageParam",
        "chat:ChatCompletionContentPartInputAudioParam",
        "chat:ChatCompletionContentPartFileParam",
        "chat:ChatCompletionContentPartImageSourceParam",
        "chat:ChatCompletionContentPartVideoParam",
        "chat:ChatCompletionContentPartAudioUrlParam",
        "chat:ChatCompletionContentPartDocumentUrlParam",
        "chat:ChatCompletionContentPartOtherParam",
    ),
    "ChatCompletionContentPartRefusalParam": (
        "object",
        {"type": ("is", "refusal"), "refusal": "string"},
        ("type", "refusal"),
    ),
    "ChatCompletionContentPartTextParam": (
        "object",
        {"type": ("is", "text"), "text": "string", "cache_control": ("null", "chat:CacheControlParam")},
        ("type", "text"),
    ),
    "ChatCompletionContentPartThinkingParam": (
        "object",
        {
            "type": ("is", "thinking"),
            "thinking": "chat:ChatCompletionContentPartThinkingParamThinkingParam",
            "signature": ("null", "string"),
        },
        ("type", "thinking"),
    ),
    "ChatCompletionContentPartThinkingParamThinkingParam": ("union", "string", ("list", ("map", None))),
    "ChatCompletionContentPartVideoParam": (
        "object",
        {"type": ("is", "video_url"), "video_url": "chat:ChatCompletionContentPartVideoParamVideoUrlParam"},
        ("type", "video_url"),
    ),
    "ChatCompletionContentPartVideoParamVideoUrlParam": ("union", "chat:MediaUrlParam", "string"),
    "ChatCompletionCustomToolParam": (
        "object",
        {"type": ("is", "custom"), "custom": "chat:CustomToolDefinitionParam"},
        ("type", "custom"),
    ),
    "ChatCompletionDeveloperMessageParam": (
        "object",
        {"role": ("is", "developer"), "content": "chat:ChatCompletionContentParam", "name": ("null", "string")},
        ("role", "content"),
    ),
    "ChatCompletionFunctionCallParam": ("object", {"name": "string", "arguments": "string"}, ("name", "arguments")),
    "ChatCompletionFunctionMessageParam": (
        "object",
        {"role": ("is", "function"), "content": ("null", "string"), "name": "string"},
        ("role", "content", "name"),
    ),
    "ChatCompletionFunctionToolParam": (
        "object",
        {
            "type": ("is", "function"),
            "function": "chat:FunctionDefinitionParam",
            "cache_control": ("null", "chat:CacheControlParam"),
        },
        ("type", "function"),
    ),
    "ChatCompletionMessageCustomToolCallParam": (
        "object",
        {"id": "string", "type": ("is", "custom"), "custom": "chat:CustomToolCallInputParam"},
        ("id", "type", "custom"),
    ),
    "ChatCompletionMessageFunctionToolCallParam": (
        "object",
        {"id": "string", "type": ("is", "function"), "function": "chat:ChatCompletionFunctionCallParam"},
        ("id", "type", "function"),
    ),
    "ChatCompletionMessageParam": (
        "union",
        "chat:ChatCompletionDeveloperMessageParam",
        "chat:ChatCompletionSystemMessageParam",
        "chat:ChatCompletionUserMessageParam",
        "chat:ChatCompletionAssistantMessageParam",
        "chat:ChatCompletionToolMessageParam",
        "chat:ChatCompletionFunctionMessageParam",
    ),
    "ChatCompletionMessageToolCallUnionParam": (
        "union",
        "chat:ChatCompletionMessageFunctionToolCallParam",
        "chat:ChatCompletionMessageCustomToolCallParam",
        "chat:ChatCompletionOtherToolCallParam",
    ),
    "ChatCompletionModerationParam": ("object", {"model": "string", "policy": ("null", ("map", None))}, ("model",)),
    "ChatCompletionNamedToolChoiceCustomParam": (
        "object",
        {"type": ("is", "custom"), "custom": "chat:ToolNameParam"},
        ("type", "custom"),
    ),
    "ChatCompletionNamedToolChoiceParam": (
        "object",
        {"type": ("is", "function"), "function": "chat:ToolNameParam"},
        ("type", "function"),
    ),
    "ChatCompletionNamedToolChoiceUnionParam": (
        "union",
        "chat:ChatCompletionNamedToolChoiceParam",
        "chat:ChatCompletionNamedToolChoiceCustomParam",
        "chat:ChatCompletionAllowedToolChoiceParam",
        "chat:ChatCompletionOtherToolChoiceParam",
    ),
    "ChatCompletionOtherFunctionCallParam": (
        "object",
        {"name": "string", "arguments": ("null", "chat:ChatCompletionOtherFunctionCallParamArgumentsParam")},
        ("name",),
    ),
    "ChatCompletionOtherFunctionCallParamArgumentsParam": ("union", "string", ("map", None)),
    "ChatCompletionOtherToolCallParam": (
        "object",
        {"id": "string", "type": ("null", "string"), "function": "chat:ChatCompletionOtherFunctionCallParam"},
        ("id", "function"),
    ),
    "ChatCompletionOtherToolChoiceParam": ("object", {"type": "string"}, ("type",)),
    "ChatCompletionOtherToolParam": ("object", {"type": "string"}, ("type",)),
    "ChatCompletionPredictionContentParam": (
        "object",
        {"type": ("is", "content"), "content": "chat:ChatCompletionTextContentParam"},
        ("type", "content"),
    ),
    "ChatCompletionRequestFunctionCallParam": ("union", ("enum", "none", "auto"), "chat:ToolNameParam"),
    "ChatCompletionSystemMessageParam": (
        "object",
        {"role": ("is", "system"), "content": "chat:ChatCompletionContentParam", "name": ("null", "string")},
        ("role", "content"),
    ),
    "ChatCompletionTextContentParam": ("union", "string", ("list", "chat:ChatCompletionContentPartTextParam")),
    "ChatCompletionToolChoiceOptionParam": (
        "union",
        ("enum", "none", "auto", "required", "any"),
        "chat:ChatCompletionNamedToolChoiceUnionParam",
    ),
    "ChatCompletionToolMessageParam": (
        "object",
        {
            "role": ("is", "tool"),
            "content": "chat:ChatCompletionContentParam",
            "tool_call_id": "string",
            "name": ("null", "string"),
        },
        ("role", "content", "tool_call_id"),
    ),
    "ChatCompletionToolUnionParam": (
        "made",
        (
            "union",
            "chat:ChatCompletionFunctionToolParam",
            "chat:ChatCompletionCustomToolParam",
            "chat:ChatCompletionOtherToolParam",
        ),
        "lib.tools:tool",
    ),
    "ChatCompletionUserMessageParam": (
        "object",
        {"role": ("is", "user"), "content": "chat:ChatCompletionContentParam", "name": ("null", "string")},
        ("role", "content"),
    ),
    "CustomToolCallInputParam": ("object", {"name": "string", "input": "string"}, ("name", "input")),
    "CustomToolDefinitionParam": (
        "object",
        {"name": "string", "description": ("null", "string"), "format": ("null", "chat:CustomToolInputFormatParam")},
        ("name",),
    ),
    "CustomToolGrammarFormatParam": (
        "object",
        {"type": ("is", "grammar"), "grammar": "chat:CustomToolGrammarParam"},
        ("type", "grammar"),
    ),
    "CustomToolGrammarParam": ("object", {"definition": "string", "syntax": "string"}, ("definition", "syntax")),
    "CustomToolInputFormatParam": ("union", "chat:CustomToolTextFormatParam", "chat:CustomToolGrammarFormatParam"),
    "CustomToolTextFormatParam": ("object", {"type": ("is", "text")}, ("type",)),
    "FileContentParam": (
        "object",
        {"file_id": ("null", "string"), "file_data": ("null", "string"), "filename": ("null", "string")},
        (),
    ),
    "FunctionDefinitionParam": (
        "object",
        {
            "name": "string",
            "description": ("null", "string"),
            "parameters": ("null", "chat:FunctionParametersParam"),
            "strict": ("null", "boolean"),
        },
        ("name",),
    ),
    "FunctionParametersParam": ("map", None),
    "ImageSourceParam": (
        "object",
        {"type": "string", "media_type": ("null", "string"), "data": ("null", "string"), "url": ("null", "string")},
        ("type",),
    ),
    "InputAudioParam": ("object", {"data": "string", "format": "string"}, ("data", "format")),
    "JSONSchemaFormatParam": (
        "object",
        {
            "name": ("null", "string"),
            "description": ("null", "string"),
            "schema": ("null", ("map", None)),
            "strict": ("null", "boolean"),
        },
        (),
    ),
    "MediaUrlParam": ("object", {"url": "string"}, ("url",)),
    "PromptCacheOptionsParam": ("object", {"mode": ("null", "string"), "ttl": ("null", "string")}, ()),
    "ResponseFormatJSONObjectParam": ("object", {"type": ("is", "json_object")}, ("type",)),
    "ResponseFormatJSONSchemaParam": (
        "object",
        {"type": ("is", "json_schema"), "json_schema": "chat:JSONSchemaFormatParam"},
        ("type", "json_schema"),
    ),
    "ResponseFormatOtherParam": ("object", {"type": "string"}, ("type",)),
    "ResponseFormatParam": (
        "union",
        "chat:ResponseFormatTextParam",
        "chat:ResponseFormatJSONObjectParam",
        "chat:ResponseFormatJSONSchemaParam",
        "chat:ResponseFormatOtherParam",
    ),
    "ResponseFormatTextParam": ("object", {"type": ("is", "text")}, ("type",)),
    "ToolNameParam": ("object", {"name": "string"}, ("name",)),
    "WebSearchLocationParam": (
        "object",
        {
            "country": ("null", "string"),
            "region": ("null", "string"),
            "city": ("null", "string"),
            "timezone": ("null", "string"),
        },
        (),
    ),
    "WebSearchOptionsParam": (
        "object",
        {"search_context_size": ("null", "string"), "user_location": ("null", "chat:WebSearchUserLocationParam")},
        (),
    ),
    "WebSearchUserLocationParam": (
        "object",
        {"type": ("is", "approximate"), "approximate": "chat:WebSearchLocationParam"},
        ("type", "approximate"),
    ),
}
