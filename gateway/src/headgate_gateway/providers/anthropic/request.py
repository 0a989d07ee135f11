"""A chat completion request as an Anthropic messages request."""

from __future__ import annotations

from typing import Any

import msgspec

from .content import blocks_of, text_blocks
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
_TIERS = {"auto": "auto", "default": "standard_only"}
_READ = frozenset(
    {
        "model",
        "messages",
        "stream",
        "stream_options",
        "temperature",
        "top_p",
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
        # The gateway's own: they say nothing to a provider.
        "metadata",
        "tags",
        "cache",
        "guardrails",
        "mock_response",
        "virtual_model_id",
        "provider_specific_params",
        "extra_body",
    }
)


def request(chat: dict[str, Any], model: str, max_output_tokens: int) -> dict[str, Any]:
    """The messages request that says the same. Raises one error that names every field which cannot be said."""
    refusals = Refusals()
    for name, value in chat.items():
        if value is not None and name not in _READ and value not in _NEUTRAL.get(name, ()):
            refusals.add(name, "has no counterpart there")
    wanted = chat.get("max_completion_tokens") or chat.get("max_tokens") or max_output_tokens
    system, messages = _conversation(chat["messages"], refusals)
    out: dict[str, Any] = {"model": model, "max_tokens": wanted, "messages": messages}
    if system:
        out["system"] = system
    if chat.get("stream"):
        out["stream"] = True
    _sampling(chat, out, refusals)
    _tools(chat, out, refusals)
    _thinking(chat, out, refusals)
    _format(chat, out, refusals)
    user = chat.get("safety_identifier") or chat.get("user")
    if user:
        out["metadata"] = {"user_id": user}
    for added in ("provider_specific_params", "extra_body"):
        out.update(chat.get(added) or {})
    refusals.check()
    return out


def _sampling(chat: dict[str, Any], out: dict[str, Any], refusals: Refusals) -> None:
    temperature = chat.get("temperature")
    if temperature is not None:
        if temperature > 1:
            refusals.add("temperature", f"is {temperature!r}; it goes from 0 to 1 there")
        out["temperature"] = temperature
    if chat.get("top_p") is not None:
        out["top_p"] = chat["top_p"]
    stop = chat.get("stop")
    if stop:
        out["stop_sequences"] = [stop] if isinstance(stop, str) else list(stop)
    tier = chat.get("service_tier")
    if tier is not None:
        if tier in _TIERS:
            out["service_tier"] = _TIERS[tier]
        else:
            refusals.add("service_tier", f"is {tier!r}; there are 'auto' and 'default'")


def _thinking(chat: dict[str, Any], out: dict[str, Any], refusals: Refusals) -> None:
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


def _format(chat: dict[str, Any], out: dict[str, Any], refusals: Refusals) -> None:
    wanted = chat.get("response_format")
    if wanted is None or wanted.get("type") == "text":
        return
    schema = (wanted.get("json_schema") or {}).get("schema")
    if wanted.get("type") == "json_schema" and schema is not None:
        out["output_config"] = {**out.get("output_config", {}), "format": {"type": "json_schema", "schema": schema}}
    else:
        refusals.add("response_format", "must be a `json_schema` with a `schema`; free JSON cannot be asked for")


def _tools(chat: dict[str, Any], out: dict[str, Any], refusals: Refusals) -> None:
    tools = []
    for at, tool in enumerate(chat.get("tools") or ()):
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
        known = {"auto": "auto", "required": "any", "none": "none"}.get(choice)
        if known is not None:
            return {"type": known}
    elif choice.get("type") == "function":
        return {"type": "tool", "name": choice["function"]["name"]}
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
    block["content"] = content if isinstance(content, str) else text_blocks(content, f"{place}.content", refusals)
    return block


def _assistant(message: dict[str, Any], place: str, refusals: Refusals) -> list[dict[str, Any]]:
    for name in ("audio", "function_call", "refusal"):
        if message.get(name) is not None:
            refusals.add(f"{place}.{name}", "has no counterpart there")
    # `reasoning_content` is a shown copy; what the model wants back is the signed blocks.
    blocks: list[dict[str, Any]] = list(message.get("thinking_blocks") or ())
    blocks += text_blocks(message.get("content"), f"{place}.content", refusals)
    for at, call in enumerate(message.get("tool_calls") or ()):
        spot = f"{place}.tool_calls[{at}]"
        if call.get("type", "function") != "function":
            refusals.add(f"{spot}.type", f"is {call.get('type')!r}; there are only functions")
            continue
        function = call["function"]
        arguments = _arguments(function.get("arguments"), f"{spot}.function.arguments", refusals)
        blocks.append({"type": "tool_use", "id": call["id"], "name": function["name"], "input": arguments})
    return blocks


def _arguments(text: str | None, place: str, refusals: Refusals) -> Any:
    try:
        value = msgspec.json.decode(text or "{}")
    except msgspec.DecodeError:
        value = None
    if not isinstance(value, dict):
        refusals.add(place, "is not a JSON object, and only that can be told there")
    return value
