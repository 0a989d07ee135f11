"""A chat completion request as an Anthropic messages request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from ...core.effective_body import OWN, effective_body
from .content import (
    assistant_blocks,
    blocks_of,
    text_blocks,
)
from .refusal import Refusals

__all__ = ["request"]

_NEUTRAL: dict[str, tuple[Any, ...]] = {
    "n": (1,),
    "presence_penalty": (0,),
    "frequency_penalty": (0,),
    "logit_bias": ({},),
    "seed": (),
    "logprobs": (False,),
    "top_logprobs": (0,),
    "functions": ([],),
    "function_call": ("none",),
    "modalities": (["text"],),
    "audio": (),
    "prediction": (),
    "verbosity": (),
    "web_search_options": (),
    "moderation": (),
    "prompt_cache_key": (),
    "prompt_cache_retention": (),
    "prompt_cache_options": (),
    "store": (False,),
}
_EFFORTS = ("low", "medium", "high", "xhigh", "max")
_TIERS = {"auto": "auto", "default": "standard_only", "standard_only": "standard_only"}
_NATIVE_CHOICES = ("auto", "any", "none", "tool")
_READ = OWN | frozenset(
    {
        "model",
        "messages",
        "stream",
        "stream_options",
        "temperature",
        "top_p",
        "top_k",
        "stop",
        "max_completion_tokens",
        "max_tokens",
        "tools",
        "tool_choice",
        "parallel_tool_calls",
        "response_format",
        "reasoning_effort",
        "thinking",
        "user",
        "safety_identifier",
        "service_tier",
        # The gateway's own member: it has no meaning for this provider.
        "metadata",
    }
)


def request(
    chat: Mapping[str, Any], model: str, max_output_tokens: int, merged: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return the equivalent messages request; raise one error that lists every field without an equivalent.

    `merged` are the members that were extra parameters, with their containers; without it, they are merged here. Those
    that chat completions do not have are meant for this provider, and are sent unchanged.
    """
    if merged is None:
        chat, merged, _ = effective_body(dict(chat))
    refusals = Refusals(merged)
    native: dict[str, Any] = {}
    for name, value in chat.items():
        if value is None or name in _READ or value in _NEUTRAL.get(name, ()):
            continue
        if name in merged and name not in _NEUTRAL:
            native[name] = value
        else:
            refusals.add(name, "has no counterpart there")
    system, messages = _conversation(chat["messages"], refusals)
    out: dict[str, Any] = {"model": model, "max_tokens": _most(chat, max_output_tokens, refusals), "messages": messages}
    if system:
        out["system"] = system
    if chat.get("stream"):
        out["stream"] = True
    _sampling(chat, out, refusals)
    _tools(chat, out, refusals, takes_native="tools" in merged)
    _thinking(chat, out, refusals)
    _format(chat, out, refusals)
    user = chat.get("safety_identifier") or chat.get("user")
    if user:
        out["metadata"] = {"user_id": user}
    out.update(native)
    refusals.check()
    return out


def _most(chat: Mapping[str, Any], max_output_tokens: int, refusals: Refusals) -> int:
    """Return the maximum of output tokens. Below 0 requests no limit, but this API requires one."""
    for name in ("max_completion_tokens", "max_tokens"):
        wanted = chat.get(name)
        if wanted is None:
            continue
        if wanted == 0:
            refusals.add(name, "is 0; at least one token is written there")
        return int(wanted) if wanted > 0 else max_output_tokens
    return max_output_tokens


def _sampling(chat: Mapping[str, Any], out: dict[str, Any], refusals: Refusals) -> None:
    temperature = chat.get("temperature")
    if temperature is not None:
        if temperature > 1:
            refusals.add("temperature", f"is {temperature!r}; it goes from 0 to 1 there")
        out["temperature"] = temperature
    for name in ("top_p", "top_k"):
        if chat.get(name) is not None:
            out[name] = chat[name]
    stop = chat.get("stop")
    if stop:
        out["stop_sequences"] = [stop] if isinstance(stop, str) else list(stop)
    tier = chat.get("service_tier")
    if tier is not None:
        if tier in _TIERS:
            out["service_tier"] = _TIERS[tier]
        else:
            refusals.add("service_tier", f"is {tier!r}; there are 'auto' and 'default'")


def _thinking(chat: Mapping[str, Any], out: dict[str, Any], refusals: Refusals) -> None:
    effort, thinking = chat.get("reasoning_effort"), chat.get("thinking")
    if effort == "none":
        out["thinking"] = {"type": "disabled"}
    elif effort in _EFFORTS:
        out["output_config"] = {"effort": effort}
    elif effort is not None:
        refusals.add("reasoning_effort", f"is {effort!r}; there are {', '.join(map(repr, _EFFORTS))}")
    if thinking is True:
        out["thinking"] = {"type": "adaptive", "display": "summarized"}
    elif thinking is False:
        out["thinking"] = {"type": "disabled"}
    elif thinking is not None:
        out["thinking"] = thinking


def _format(chat: Mapping[str, Any], out: dict[str, Any], refusals: Refusals) -> None:
    wanted = chat.get("response_format")
    if wanted is None or wanted.get("type") == "text":
        return
    schema = (wanted.get("json_schema") or {}).get("schema")
    if wanted.get("type") == "json_schema" and schema is not None:
        out["output_config"] = {**out.get("output_config", {}), "format": {"type": "json_schema", "schema": schema}}
    else:
        refusals.add("response_format", "must be a `json_schema` with a `schema`; free JSON cannot be asked for")


def _tools(chat: Mapping[str, Any], out: dict[str, Any], refusals: Refusals, *, takes_native: bool) -> None:
    tools: list[Any] = []
    for at, tool in enumerate(chat.get("tools") or ()):
        if takes_native and tool.get("type") not in ("function", "custom"):
            tools.append(tool)
            continue
        if tool.get("type") != "function":
            refusals.add(f"tools[{at}].type", f"is {tool.get('type')!r}; there are only functions")
            continue
        tools.append(_tool(tool))
    if tools:
        out["tools"] = tools
    choice = _choice(chat.get("tool_choice"), refusals)
    if chat.get("parallel_tool_calls") is False and tools:
        choice = choice or {"type": "auto"}
        if choice["type"] != "none":
            choice["disable_parallel_tool_use"] = True
    if choice is not None:
        out["tool_choice"] = choice


def _tool(tool: dict[str, Any]) -> dict[str, Any]:
    function = tool["function"]
    schema = function.get("parameters") or {"type": "object", "properties": {}}
    made: dict[str, Any] = {"name": function["name"], "input_schema": schema}
    if function.get("description") is not None:
        made["description"] = function["description"]
    if function.get("strict") is not None:
        made["strict"] = function["strict"]
    if tool.get("cache_control") is not None:
        made["cache_control"] = tool["cache_control"]
    return made


def _choice(choice: Any, refusals: Refusals) -> dict[str, Any] | None:
    if choice is None:
        return None
    if isinstance(choice, str):
        known = {"auto": "auto", "required": "any", "any": "any", "none": "none"}.get(choice)
        if known is not None:
            return {"type": known}
    elif choice.get("type") == "function":
        return {"type": "tool", "name": choice["function"]["name"]}
    elif choice.get("type") in _NATIVE_CHOICES:
        return dict(choice)
    refusals.add("tool_choice", "must be 'auto', 'required', 'none' or one function")
    return None


def _conversation(messages: list[dict[str, Any]], refusals: Refusals) -> tuple[list[Any], list[dict[str, Any]]]:
    system: list[Any] = []
    turns: list[dict[str, Any]] = []
    for at, message in enumerate(messages):
        place, role = f"messages[{at}]", message.get("role")
        if message.get("name") is not None and role != "tool":
            refusals.add(f"{place}.name", "has no counterpart there")
        if role in ("system", "developer"):
            if turns:
                refusals.add(f"{place}.role", f"is {role!r} after the conversation began; it can only stand first")
            system += text_blocks(message.get("content"), f"{place}.content", refusals)
        elif role == "user":
            _turn(turns, "user", blocks_of(message.get("content"), f"{place}.content", refusals))
        elif role == "assistant":
            _turn(turns, "assistant", _assistant(message, place, refusals))
        elif role == "tool":
            _turn(turns, "user", [_result(message, place, refusals)])
        else:
            refusals.add(f"{place}.role", f"is {role!r}, which has no counterpart there")
    return system, turns


def _turn(turns: list[dict[str, Any]], role: str, blocks: list[dict[str, Any]]) -> None:
    if turns and turns[-1]["role"] == role:
        turns[-1]["content"] += blocks
    elif blocks:
        turns.append({"role": role, "content": blocks})


def _result(message: dict[str, Any], place: str, refusals: Refusals) -> dict[str, Any]:
    content = message.get("content")
    block: dict[str, Any] = {"type": "tool_result", "tool_use_id": message["tool_call_id"]}
    block["content"] = content if isinstance(content, str) else blocks_of(content, f"{place}.content", refusals)
    return block


def _assistant(message: dict[str, Any], place: str, refusals: Refusals) -> list[dict[str, Any]]:
    for name in ("audio", "function_call", "refusal"):
        if message.get(name):
            refusals.add(f"{place}.{name}", "has no counterpart there")
    # `reasoning_content` is a copy for display; the model requires the signed blocks back.
    blocks: list[dict[str, Any]] = list(message.get("thinking_blocks") or ())
    blocks += assistant_blocks(message.get("content"), f"{place}.content", refusals)
    for at, call in enumerate(message.get("tool_calls") or ()):
        spot = f"{place}.tool_calls[{at}]"
        if call.get("type") not in (None, "function"):
            refusals.add(f"{spot}.type", f"is {call.get('type')!r}; there are only functions")
            continue
        function = call["function"]
        arguments = _arguments(function.get("arguments"), f"{spot}.function.arguments", refusals)
        blocks.append({"type": "tool_use", "id": call["id"], "name": function["name"], "input": arguments})
    return blocks


def _arguments(given: Any, place: str, refusals: Refusals) -> Any:
    if isinstance(given, dict):
        return given
    try:
        value = msgspec.json.decode(given or "{}")
    except msgspec.DecodeError:
        value = None
    if not isinstance(value, dict):
        refusals.add(place, "is not a JSON object, which is required there")
    return value
