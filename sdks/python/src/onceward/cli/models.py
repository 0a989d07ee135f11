"""`onceward models`: the models, and the deployments of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._group import Action, Call, Column, Group, count
from ._options import Option, listed, number, text, whole
from ._streams import json_text
from ._words import nearest

if TYPE_CHECKING:
    from ..types.models import Model

__all__ = ["GROUP", "command"]

_SHOWN = ("tools", "vision", "thinking", "structured_output", "audio_input", "audio_output", "fine_tuning", "batch")
_MILLION = 1_000_000


def _list(call: Call) -> int:
    search: str | None = call.given.SEARCH
    found = [model for model in call.client.models.list() if not search or search in model.id]
    if call.given.json:
        for model in found:
            call.screen.line(json_text(model.to_dict()))
        return 0
    if not found:
        what = f"no model whose id contains {search!r}" if search else "no model"
        meant = nearest(search, [action.name for action in GROUP.actions]) if search else None
        call.screen.fault(f"there is {what}", f"Did you mean `onceward models {meant}`?" if meant else None)
        return 1
    columns = ("model", "kind", "context", "in $/1M", "out $/1M", "can")
    call.screen.table(columns, [_row(one) for one in found], (2, 3, 4))
    return 0


def _row(model: Model) -> tuple[str, ...]:
    limits, pricing, features = model.limits, model.pricing, model.capabilities
    able = [name.replace("_", " ") for name in _SHOWN if features is not None and getattr(features, name, None)]
    return (
        model.id,
        model.mode or "",
        _count(limits.context_window if limits is not None else None),
        _price(pricing.input_cost_per_token if pricing is not None else None),
        _price(pricing.output_cost_per_token if pricing is not None else None),
        ", ".join(able),
    )


def _count(tokens: int | None) -> str:
    if tokens is None:
        return ""
    return f"{tokens // 1000}k" if tokens >= 1000 else str(tokens)


def _price(per_token: float | None) -> str:
    return "" if per_token is None else f"{per_token * _MILLION:.2f}"


_DEPLOYMENTS = (
    Column("name", "model_name"),
    Column("served by", "litellm_params.model"),
    Column("id", "model_info.id"),
    Column("status", "status"),
    Column("weight", "litellm_params.weight", lambda weight: f"{weight:g}", numeric=True),
    Column("rpm", "litellm_params.rpm", count, numeric=True),
    Column("tpm", "litellm_params.tpm", count, numeric=True),
    Column("address", "litellm_params.api_base"),
    Column("last error", "last_error"),
)
_WHERE = (
    text("--api-base", "api_base", "the address of the provider", "URL"),
    text("--provider", "custom_llm_provider", "the provider, if the model's name does not contain it", "NAME"),
    text("--credential", "credential_name", "stored credentials to use", "NAME"),
    text("--region", "region_name", "its region", "REGION"),
    number("--weight", "weight", "its weight among the deployments"),
    whole("--order", "order", "its priority: lower numbers first, others as a fallback"),
    listed("--tags", "tags", "calls with one of these tags use it"),
    listed("--fallbacks", "fallbacks", "models to try when all deployments failed"),
    number("--timeout-seconds", "timeout", "the time limit of a call", "SECONDS"),
    whole("--rpm", "rpm", "requests per minute that it accepts"),
    whole("--tpm", "tpm", "tokens per minute that it accepts"),
    whole("--parallel", "max_parallel_requests", "calls at the same time that it accepts"),
    number("--input-cost", "input_cost_per_token", "its price per million input tokens", "USD"),
    number("--output-cost", "output_cost_per_token", "its price per million output tokens", "USD"),
)
_NAME = Option("NAME", None, "the model name of callers", required=True)
_TARGET = Option("--to", "model", "the provider's model, such as `openai/gpt-4o-mini`", metavar="MODEL")


def _info(call: Call) -> int:
    name: str | None = call.given.NAME
    found = call.client.model.info(model_name=name) if name else call.client.model.info()
    return call.table(_DEPLOYMENTS, found, "deployments")


def _new(call: Call) -> int:
    target: Any = _deployment(call)
    made = call.client.model.create(model_name=call.given.NAME, litellm_params=target)
    return call.done(made, f"{made.model_name} is served by {made.litellm_params.model}, as {made.model_info.id}")


def _update(call: Call) -> int:
    change: Any = _deployment(call)
    more: dict[str, Any] = {"litellm_params": change} if change else {}
    if call.given.name is not None:
        more["model_name"] = call.given.name
    made = call.client.model.update(model_id=call.given.ID, **more)
    return call.done(made, f"changed {made.model_info.id}, which serves {made.model_name}")


def _delete(call: Call) -> int:
    answer = call.client.model.delete(id=call.params["id"])
    return call.done(answer, f"deleted {answer.id}")


def _deployment(call: Call) -> dict[str, Any]:
    """Return a deployment's prices per token, from those per million tokens."""
    found = dict(call.params)
    for name in ("input_cost_per_token", "output_cost_per_token"):
        if found.get(name) is not None:
            found[name] = found[name] / _MILLION
    return found


GROUP = Group(
    "models",
    (
        Action(
            "list",
            "list the models, their limits and prices",
            _list,
            (Option("SEARCH", None, "only those whose id contains this"),),
        ),
        Action("info", "list deployments", _info, (Option("NAME", None, "only of this model name"),)),
        Action(
            "new",
            "add a deployment of a model; several share the calls",
            _new,
            (_NAME, Option("--to", "model", _TARGET.about, metavar="MODEL", required=True), *_WHERE),
        ),
        Action(
            "update",
            "change a deployment",
            _update,
            (
                Option("ID", None, "the deployment's id", required=True),
                Option("--name", None, "the model name of callers", metavar="NAME"),
                _TARGET,
                *_WHERE,
            ),
        ),
        Action(
            "delete",
            "delete a deployment",
            _delete,
            (Option("ID", "id", "the deployment's id", required=True),),
            asks="delete the deployment",
        ),
    ),
    takes_words=True,
)


command = GROUP.command
