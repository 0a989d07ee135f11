"""Fine-tuning jobs: create, retrieve, list, cancel, events, checkpoints. The run is in `jobs/fine_tuning_runner.py`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from ..core import error_codes
from ..core.clock import Clock
from ..core.errors import conflict, invalid, not_found
from ..core.principal import Principal
from ..http.request import Change, Request, Response, json_response
from ..jobs.file_store import FileStore
from ..jobs.fine_tuning_store import FineTuningStore, NoteKind
from ..jobs.training_examples import METHODS
from ..offline.fine_tuned import FineTunedModels
from .pagination import NEWEST, USUAL_LIMIT, list_response, start_of_page

__all__ = ["FineTuningHandlers"]

_BASES = ("onceward/echo",)
_JOBS_A_QUERY = 200
_MOST = 1 << 53
_HYPER = {"dpo": ("beta",), "reinforcement": ("compute_multiplier", "eval_interval", "eval_samples")}


class FineTuningHandlers:
    """Handlers for `/v1/fine_tuning/jobs`.

    `any_model` says that the offline models answer for every name; `wake` has new jobs taken up.
    """

    def __init__(
        self,
        jobs: FineTuningStore,
        files: FileStore,
        models: FineTunedModels,
        clock: Clock,
        new_id: Callable[[str], str],
        *,
        any_model: bool,
        wake: Callable[[], Awaitable[None]],
    ) -> None:
        self._jobs = jobs
        self._files = files
        self._models = models
        self._clock = clock
        self._new_id = new_id
        self._any_model = any_model
        self._wake = wake

    async def create(self, request: Request) -> Change:
        """Create a fine-tuning job."""
        data = request.data
        await self._require_model(request.caller, str(data["model"]))
        for field in ("training_file", "validation_file"):
            await self._require_file(request, field)
        _refuse_foreign(data)
        body = self._body(data)

        async def write() -> Response:
            await self._jobs.add(body, request.principal)
            return json_response(body)

        return Change(write, then=self._wake)

    async def _require_model(self, caller: Principal, model: str) -> None:
        learned = model.startswith("ft:") and await self._models.memory(model)
        is_base = model in _BASES or learned or self._any_model
        if not is_base or not await self._models.may_use(caller, model):
            raise invalid(
                f"`model` {model!r} cannot be fine-tuned here. Use 'onceward/echo' or a model fine-tuned from it.",
                param="model",
                code=error_codes.MODEL_NOT_AVAILABLE,
            )

    async def _require_file(self, request: Request, field: str) -> None:
        file_id = request.data.get(field)
        if file_id is None:
            return
        record = await self._files.find(str(file_id), request.principal)
        if record is None:
            raise not_found("file", str(file_id), param=field)
        if record.purpose != "fine-tune":
            raise invalid(
                f"`{field}` was uploaded with purpose {record.purpose!r}; a fine-tuning job needs purpose 'fine-tune'.",
                param=field,
            )

    def _body(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return a new job."""
        now = int(self._clock.time())
        method, hyper = _method(data)
        return {
            "id": self._new_id("ftjob-"),
            "object": "fine_tuning.job",
            "created_at": now,
            "finished_at": None,
            "estimated_finish": None,
            "model": str(data["model"]),
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

    async def retrieve(self, request: Request) -> Response:
        """Return one job."""
        return json_response(await self._find(request))

    async def list_jobs(self, request: Request) -> Response:
        """Return the caller's jobs whose metadata has the pairs of the query, newest first."""
        limit = int(request.query.get("limit") or USUAL_LIMIT)
        start = await start_of_page(
            request.query.get("after"), lambda id: self._jobs.position(id, request.principal), NEWEST
        )
        wanted = _metadata_filter(request.query)
        found: list[dict[str, Any]] = []
        while len(found) <= limit:
            jobs = await self._jobs.list_jobs(request.principal, before=start, limit=_JOBS_A_QUERY)
            if not jobs:
                break
            start = jobs[-1][0]
            found += [body for _, body in jobs if wanted.items() <= (body.get("metadata") or {}).items()]
        return list_response(found, limit)

    async def cancel(self, request: Request) -> Change:
        """Cancel a job."""
        return Change(lambda: self._cancel(request))

    async def _cancel(self, request: Request) -> Response:
        body = await self._find(request)
        while (status := body["status"]) in ("validating_files", "queued", "running"):
            body.update(status="cancelled", finished_at=int(self._clock.time()))
            if await self._jobs.cancel(body, status):
                return json_response(body)
            # It went on meanwhile, maybe on another node.
            body = await self._find(request)
        if status != "cancelled":
            raise conflict(
                f"The job {body['id']!r} is {status} and cannot be cancelled.", code=error_codes.JOB_NOT_CANCELLABLE
            )
        return json_response(body)

    async def list_events(self, request: Request) -> Response:
        """Return the events of a job, newest first."""
        return await self._list_notes(request, "event")

    async def list_checkpoints(self, request: Request) -> Response:
        """Return the checkpoints of a job, newest first."""
        return await self._list_notes(request, "checkpoint")

    async def _list_notes(self, request: Request, kind: NoteKind) -> Response:
        body, limit = await self._find(request), int(request.query.get("limit") or USUAL_LIMIT)
        start = await start_of_page(
            request.query.get("after"), lambda id: self._jobs.note_position(id, body["id"]), NEWEST
        )
        return list_response(await self._jobs.list_notes(body["id"], kind, before=start, limit=limit + 1), limit)

    async def _find(self, request: Request) -> dict[str, Any]:
        job_id = request.params["fine_tuning_job_id"]
        body = await self._jobs.find(job_id, request.principal)
        if body is None:
            raise not_found("fine_tuning_job", job_id, param="fine_tuning_job_id")
        return body


def _refuse_foreign(data: dict[str, Any]) -> None:
    """Raise 400 for what only a provider could do: jobs run in this gateway and report to no other service."""
    if not -_MOST < (data.get("seed") or 0) < _MOST:
        raise invalid("`seed` is too large. Use at most 53 bits.", param="seed", code=error_codes.INVALID_VALUE)
    provider = data.get("custom_llm_provider")
    if provider is not None and provider != "onceward":
        raise invalid(
            f"`custom_llm_provider` is {provider!r}, and this gateway runs the job itself. Use 'onceward', or leave "
            "it out.",
            param="custom_llm_provider",
            code=error_codes.UNSUPPORTED_VALUE,
        )
    if data.get("integrations"):
        raise invalid(
            "`integrations` names services that this gateway does not report to. Leave it out.",
            param="integrations",
            code=error_codes.UNSUPPORTED_VALUE,
        )


def _method(data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the method and the hyperparameters as they were given; what is missing is `auto`."""
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
    _require_in_range(hyper, where)
    return kind, hyper


def _require_in_range(hyper: dict[str, Any], where: str) -> None:
    """Raise 400 for a hyperparameter that is neither `auto` nor within its range."""
    for name, most in (("n_epochs", 50), ("batch_size", 256)):
        if hyper[name] != "auto" and not (isinstance(hyper[name], int) and 1 <= hyper[name] <= most):
            raise invalid(f"`{where}.{name}` must be from 1 to {most}, not {hyper[name]!r}.", param=f"{where}.{name}")
    for name in ("learning_rate_multiplier", "beta", "compute_multiplier"):
        if hyper.get(name, "auto") != "auto" and not 0 < hyper[name] < _MOST:
            raise invalid(f"`{where}.{name}` must be greater than 0, not {hyper[name]!r}.", param=f"{where}.{name}")
    for name in ("eval_interval", "eval_samples"):
        if hyper.get(name, "auto") != "auto" and not 1 <= hyper[name] < _MOST:
            raise invalid(f"`{where}.{name}` must be at least 1, not {hyper[name]!r}.", param=f"{where}.{name}")


def _details(kind: str, data: dict[str, Any], hyper: dict[str, Any]) -> dict[str, Any]:
    """Return the member of `method` that is named like its type."""
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


def _metadata_filter(query: dict[str, Any]) -> dict[str, Any]:
    """Return the pairs that a job's metadata must have: an object, or `metadata[key]=value`."""
    whole = query.get("metadata")
    out = dict(whole) if isinstance(whole, dict) else {}
    for name, value in query.items():
        if name.startswith("metadata[") and name.endswith("]"):
            out[name[9:-1]] = value
    return out
