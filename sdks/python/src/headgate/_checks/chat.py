# Generated from the contract by headgate-generate. Do not edit: change the contract or the generator.
"""What requests may hold: chat. `_core.checks` reads it."""

from __future__ import annotations

from typing import Any, Final

__all__ = ["CHECKS"]

CHECKS: Final[dict[str, Any]] = {
    "CacheControlParam": ("object", {"type": "string", "ttl": "string"}, ("type",)),
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
    "ChatCompletionAssistantContentPartParam": (
        "union",
        "chat:ChatCompletionContentPartTextParam",
        "chat:ChatCompletionContentPartRefusalParam",
    ),
    "ChatCompletionAssistantMessageParam": (
        "object",
        {
            "role": ("is", "assistant"),
            "content": ("null", "chat:ChatCompletionAssistantMessageParamContentParam"),
            "reasoning_content": ("null", "string"),
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
    "ChatCompletionContentPartFileParam": (
        "object",
        {"type": ("is", "file"), "file": "chat:FileContentParam"},
        ("type", "file"),
    ),
    "ChatCompletionContentPartImageParam": (
        "object",
        {
            "type": ("is", "image_url"),
            "image_url": "shared:ImageUrlParam",
            "cache_control": ("null", "chat:CacheControlParam"),
        },
        ("type", "image_url"),
    ),
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
    "ChatCompletionContentPartParam": (
        "union",
        "chat:ChatCompletionContentPartTextParam",
        "chat:ChatCompletionContentPartImageParam",
        "chat:ChatCompletionContentPartInputAudioParam",
        "chat:ChatCompletionContentPartFileParam",
        "chat:ChatCompletionContentPartImageSourceParam",
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
    "ChatCompletionCustomToolParam": (
        "object",
        {"type": ("is", "custom"), "custom": "chat:CustomToolDefinitionParam"},
        ("type", "custom"),
    ),
    "ChatCompletionDeveloperMessageParam": (
        "object",
        {"role": ("is", "developer"), "content": "chat:ChatCompletionTextContentParam", "name": ("null", "string")},
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
    ),
    "ChatCompletionPredictionContentParam": (
        "object",
        {"type": ("is", "content"), "content": "chat:ChatCompletionTextContentParam"},
        ("type", "content"),
    ),
    "ChatCompletionRequestFunctionCallParam": ("union", ("enum", "none", "auto"), "chat:ToolNameParam"),
    "ChatCompletionSystemMessageParam": (
        "object",
        {"role": ("is", "system"), "content": "chat:ChatCompletionTextContentParam", "name": ("null", "string")},
        ("role", "content"),
    ),
    "ChatCompletionTextContentParam": ("union", "string", ("list", "chat:ChatCompletionContentPartTextParam")),
    "ChatCompletionToolChoiceOptionParam": (
        "union",
        ("enum", "none", "auto", "required"),
        "chat:ChatCompletionNamedToolChoiceUnionParam",
    ),
    "ChatCompletionToolMessageParam": (
        "object",
        {
            "role": ("is", "tool"),
            "content": "chat:ChatCompletionTextContentParam",
            "tool_call_id": "string",
            "name": ("null", "string"),
        },
        ("role", "content", "tool_call_id"),
    ),
    "ChatCompletionToolUnionParam": (
        "made",
        ("union", "chat:ChatCompletionFunctionToolParam", "chat:ChatCompletionCustomToolParam"),
        "lib.tools:tool",
    ),
    "ChatCompletionUserMessageParam": (
        "object",
        {
            "role": ("is", "user"),
            "content": "chat:ChatCompletionUserMessageParamContentParam",
            "name": ("null", "string"),
        },
        ("role", "content"),
    ),
    "ChatCompletionUserMessageParamContentParam": ("union", "string", ("list", "chat:ChatCompletionContentPartParam")),
    "CustomToolCallInputParam": ("object", {"name": "string", "input": "string"}, ("name", "input")),
    "CustomToolDefinitionParam": (
        "object",
        {"name": "string", "description": "string", "format": "chat:CustomToolInputFormatParam"},
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
    "FileContentParam": ("object", {"file_id": "string", "file_data": "string", "filename": "string"}, ()),
    "FunctionDefinitionParam": (
        "object",
        {
            "name": "string",
            "description": "string",
            "parameters": "chat:FunctionParametersParam",
            "strict": ("null", "boolean"),
        },
        ("name",),
    ),
    "FunctionParametersParam": ("map", None),
    "ImageSourceParam": (
        "object",
        {"type": "string", "media_type": "string", "data": "string", "url": "string"},
        ("type",),
    ),
    "InputAudioParam": ("object", {"data": "string", "format": "string"}, ("data", "format")),
    "JSONSchemaFormatParam": (
        "object",
        {"name": "string", "description": ("null", "string"), "schema": ("map", None), "strict": ("null", "boolean")},
        ("name",),
    ),
    "PromptCacheOptionsParam": ("object", {"mode": "string", "ttl": "string"}, ()),
    "ResponseFormatJSONObjectParam": ("object", {"type": ("is", "json_object")}, ("type",)),
    "ResponseFormatJSONSchemaParam": (
        "object",
        {"type": ("is", "json_schema"), "json_schema": "chat:JSONSchemaFormatParam"},
        ("type", "json_schema"),
    ),
    "ResponseFormatParam": (
        "union",
        "chat:ResponseFormatTextParam",
        "chat:ResponseFormatJSONObjectParam",
        "chat:ResponseFormatJSONSchemaParam",
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
