"""Fine-tuning jobs as resources: create, look, list, cancel, events, checkpoints. The work is in `tuning_work`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from ..core.errors import (
    conflict,
    invalid,
    not_found,
)
from ..http.request import (
    BodyKind,
    Call,
    Change,
    Response,
    Route,
    json_response,
)
from ..jobs import fine_tuning_runner, sql
from ..jobs.training_examples import METHODS
from .files import find
from .pagination import (
    LAST,
    page,
    place,
)

if TYPE_CHECKING:
    from ..entry.services import Gateway

__all__ = ["ROUTES"]

_USUAL_LIMIT = 20
_BASES = ("onceward/echo",)
_SCAN = 200
_MOST = 1 << 53
_HYPER = {"dpo": ("beta",), "reinforcement": ("compute_multiplier", "eval_interval", "eval_samples")}


async def _create(call: Call) -> Change:
    gateway, data = call.gateway, call.data
    model, memories = str(data["model"]), gateway.control.memories
    learned = model.startswith("ft:") and await memories.of(model)
    if not (model in _BASES or learned or _stands_in(gateway)) or not await memories.may_use(call.caller, model):
        raise invalid(
            f"`model` {model!r} cannot be fine-tuned here. Use 'onceward/echo' or a model fine-tuned from it.",
            param="model",
            code="model_not_available",
        )
    for field in ("training_file", "validation_file"):
        await _demand_file(call, field)
    _refuse_foreign(data)
    now = int(gateway.clock.time())
    method, hyper = _method(data)
    body: dict[str, Any] = {
        "id": gateway.new_id("ftjob-"),
        "object": "fine_tuning.job",
        "created_at": now,
        "finished_at": None,
        "estimated_finish": None,
        "model": model,
        "fine_tuned_model": None,
        "organization_id": "onceward",
        "status": "validating_files",
        "training_file": data["training_file"],
        "validation_file": data.get("validation_file"),
        "result_files": [],
        "trained_tokens": None,
        "seed": data["seed"] if data.get("seed") is not None else 0,
        "error": None,
        "hyperparameters": hyper,
        "method": {"type": method, method: _details(method, data, hyper)},
        "integrations": data.get("integrations") or [],
        "metadata": data.get("metadata"),
        "user_provided_suffix": data.get("suffix"),
    }
    row = (body["id"], call.principal, body["status"], msgspec.json.encode(body).decode())

    async def write() -> Response:
        await gateway.db.write(sql.ADD_JOB, row)
        await fine_tuning_runner.note(gateway, body["id"], f"Created fine-tuning job: {body['id']}")
        return json_response(body)

    return Change(write, then=gateway.control.tuning.wake)


def _refuse_foreign(data: dict[str, Any]) -> None:
    """400 for what only a provider could do: jobs run in this gateway, and tell no other service of their progress."""
    if not -_MOST < (data.get("seed") or 0) < _MOST:
        raise invalid("`seed` is too large. Use at most 53 bits.", param="seed", code="invalid_value")
    provider = data.get("custom_llm_provider")
    if provider is not None and provider != "onceward":
        raise invalid(
            f"`custom_llm_provider` is {provider!r}, and this gateway runs the job itself. Use 'onceward', or leave "
            "it out.",
            param="custom_llm_provider",
            code="unsupported_value",
        )
    if data.get("integrations"):
        raise invalid(
            "`integrations` names services that this gateway does not report to. Leave it out.",
            param="integrations",
            code="unsupported_value",
        )


def _stands_in(gateway: Gateway) -> bool:
    """Whether the offline models answer for every name."""
    return gateway.settings.offline or "*" in gateway.settings.models


async def _demand_file(call: Call, field: str) -> None:
    file_id = call.data.get(field)
    if file_id is None:
        return
    record = await find(call.gateway, str(file_id), call.principal)
    if record is None:
        raise not_found("file", str(file_id), param=field)
    if record.purpose != "fine-tune":
        raise invalid(
            f"`{field}` names a file for {record.purpose!r}. Upload it again with the purpose 'fine-tune'.",
            param=field,
        )


def _method(data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The method and the hyperparameters as they were given; what is missing is `auto`."""
    method = data.get("method") or {}
    kind = str(method.get("type") or "supervised")
    if kind not in METHODS:
        raise invalid(
            f"`method.type` {kind!r} cannot be done offline. Use {', '.join(map(repr, METHODS))}.", param="method.type"
        )
    foreign = next((name for name in METHODS if name != kind and method.get(name)), None)
    if foreign is not None:
        raise invalid(
            f"`method.{foreign}` has no effect on a job of `method.type` {kind!r}. Leave it out, or name its type.",
            param=f"method.{foreign}",
        )
    where = f"method.{kind}.hyperparameters"
    said = (method.get(kind) or {}).get("hyperparameters")
    if said and data.get("hyperparameters"):
        raise invalid(
            f"`hyperparameters` and `{where}` are both given. Give the latter alone.", param="hyperparameters"
        )
    if not said:
        where, said = "hyperparameters", data.get("hyperparameters") or {}
    names = ("n_epochs", "batch_size", "learning_rate_multiplier", *_HYPER.get(kind, ()))
    hyper: dict[str, Any] = {name: "auto" if said.get(name) is None else said[name] for name in names}
    if kind == "reinforcement" and said.get("reasoning_effort") is not None:
        hyper["reasoning_effort"] = said["reasoning_effort"]
    for name, most in (("n_epochs", 50), ("batch_size", 256)):
        if hyper[name] != "auto" and not (isinstance(hyper[name], int) and 1 <= hyper[name] <= most):
            raise invalid(f"`{where}.{name}` must be from 1 to {most}, not {hyper[name]!r}.", param=f"{where}.{name}")
    for name in ("learning_rate_multiplier", "beta", "compute_multiplier"):
        if hyper.get(name, "auto") != "auto" and not 0 < hyper[name] < _MOST:
            raise invalid(f"`{where}.{name}` must be greater than 0, not {hyper[name]!r}.", param=f"{where}.{name}")
    for name in ("eval_interval", "eval_samples"):
        if hyper.get(name, "auto") != "auto" and not 1 <= hyper[name] < _MOST:
            raise invalid(f"`{where}.{name}` must be at least 1, not {hyper[name]!r}.", param=f"{where}.{name}")
    return kind, hyper


def _details(kind: str, data: dict[str, Any], hyper: dict[str, Any]) -> dict[str, Any]:
    """The member of `method` that is named like its type."""
    grader = ((data.get("method") or {}).get(kind) or {}).get("grader")
    if kind != "reinforcement":
        return {"hyperparameters": hyper}
    if not grader:
        raise invalid(
            "`method.reinforcement.grader` is missing. Say who grades, such as "
            '{"type": "string_check", "name": "exact", "operation": "eq", "input": "{{sample.output_text}}", '
            '"reference": "{{item.reference_answer}}"}.',
            param="method.reinforcement.grader",
        )
    return {"grader": grader, "hyperparameters": hyper}


async def _wanted(call: Call) -> dict[str, Any]:
    job_id = call.params["fine_tuning_job_id"]
    row = await call.gateway.db.one(sql.GET_JOB, (job_id, call.principal))
    if row is None:
        raise not_found("fine_tuning_job", job_id, param="fine_tuning_job_id")
    body: dict[str, Any] = msgspec.json.decode(row[0])
    return body


async def _retrieve(call: Call) -> Response:
    return json_response(await _wanted(call))


async def _list(call: Call) -> Response:
    database, limit = call.gateway.db, int(call.query.get("limit") or _USUAL_LIMIT)
    start = await place(database, sql.JOB_PLACE, call, call.principal, LAST)
    wanted = _wanted_metadata(call.query)
    found: list[dict[str, Any]] = []
    while len(found) <= limit:
        rows = await database.query(sql.JOBS, (call.principal, start, _SCAN))
        if not rows:
            break
        for seq, text in rows:
            start = seq
            body = msgspec.json.decode(text)
            if wanted.items() <= (body.get("metadata") or {}).items():
                found.append(body)
    return page(found, limit)


def _wanted_metadata(query: dict[str, Any]) -> dict[str, Any]:
    """The pairs that a job's metadata must hold: an object, or `metadata[key]=value`."""
    whole = query.get("metadata")
    out = dict(whole) if isinstance(whole, dict) else {}
    for name, value in query.items():
        if name.startswith("metadata[") and name.endswith("]"):
            out[name[9:-1]] = value
    return out


async def _cancel(call: Call) -> Change:
    return Change(lambda: _cancelled(call))


async def _cancelled(call: Call) -> Response:
    gateway, body = call.gateway, await _wanted(call)
    while (status := body["status"]) in ("validating_files", "queued", "running"):
        body.update(status="cancelled", finished_at=int(gateway.clock.time()))
        if await gateway.db.write(sql.CANCEL_JOB, (msgspec.json.encode(body).decode(), body["id"], status)):
            await fine_tuning_runner.note(gateway, body["id"], "Fine-tuning job cancelled")
            return json_response(body)
        # It went on meanwhile, maybe on another node.
        body = await _wanted(call)
    if status != "cancelled":
        raise conflict(f"The job {body['id']!r} is {status} and cannot be cancelled.", code="job_not_cancellable")
    return json_response(body)


async def _notes(call: Call, kind: str) -> Response:
    body, limit = await _wanted(call), int(call.query.get("limit") or _USUAL_LIMIT)
    start = await place(call.gateway.db, sql.NOTE_PLACE, call, body["id"], LAST)
    rows = await call.gateway.db.query(sql.NOTES, (body["id"], kind, start, limit + 1))
    return page([msgspec.json.decode(row[0]) for row in rows], limit)


async def _events(call: Call) -> Response:
    return await _notes(call, "event")


async def _checkpoints(call: Call) -> Response:
    return await _notes(call, "checkpoint")


_JOB = "/v1/fine_tuning/jobs/{fine_tuning_job_id}"
ROUTES = (
    Route("POST", "/v1/fine_tuning/jobs", "fine_tuning.jobs.create", _create, body=BodyKind.JSON, once=True),
    Route("GET", "/v1/fine_tuning/jobs", "fine_tuning.jobs.list", _list),
    Route("GET", _JOB, "fine_tuning.jobs.retrieve", _retrieve),
    Route("POST", _JOB + "/cancel", "fine_tuning.jobs.cancel", _cancel, once=True),
    Route("GET", _JOB + "/events", "fine_tuning.jobs.list_events", _events),
    Route("GET", _JOB + "/checkpoints", "fine_tuning.jobs.checkpoints.list", _checkpoints),
)
