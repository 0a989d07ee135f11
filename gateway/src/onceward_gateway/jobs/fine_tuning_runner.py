"""The run of a fine-tuning job: read the examples, learn them batch by batch, measure, store the model.

A job that is taken up again, after a restart or by another node, begins again, which gives the same model.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Sequence
from typing import Any, BinaryIO

import msgspec

from ..core.clock import Clock
from ..core.tokenizer import count
from ..db import Database
from ..db.errors import StorageProblem
from ..offline.fine_tuned import CHECKPOINT, FineTunedModels
from ..offline.learned import Example
from . import sql
from .file_store import FileStore
from .fine_tuning_store import FineTuningStore, NoteKind
from .jsonl import read_lines
from .scheduler import LONGEST_WAIT_SECONDS, JobFault, JobLost
from .training import Training
from .training_examples import LineFault, examples_in

__all__ = ["FineTuningRunner"]

_EPOCHS = 3
_STEP_SECONDS = 0.02
_LONGEST_TRAINING_SECONDS = 2.0
_MOST_METRIC_EVENTS = 100
# The end of a job's id is random; its beginning is the time.
_NAME_LENGTH = 12


class _Cancelled(Exception):
    """The job was cancelled meanwhile."""


class FineTuningRunner:
    """The runner of the fine-tuning jobs that this node has claimed."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        node: str,
        jobs: FineTuningStore,
        files: FileStore,
        models: FineTunedModels,
    ) -> None:
        self._db = db
        self._clock = clock
        self._node = node
        self._jobs = jobs
        self._files = files
        self._models = models

    async def run(self, job_id: str) -> None:
        """Bring a job to its end; raise `JobLost` when another node has it."""
        try:
            await self._process(await self._load(job_id))
        except _Cancelled:
            await self._db.flush()

    async def fail(self, job_id: str, fault: JobFault) -> None:
        """End a job that cannot be run."""
        try:
            job = await self._load(job_id)
            if job.status not in ("succeeded", "failed"):
                await job.fail(None, fault.message, fault.code)
        except _Cancelled:
            await self._db.flush()

    async def wait(self, job_id: str, problem: StorageProblem, since: float) -> bool:
        """Report what a job waits for; return whether it may go on to wait."""
        try:
            job = await self._load(job_id)
        except _Cancelled:
            return True
        now = self._clock.time()
        # A job that begins again drops its events, and with them what it waited for.
        if now <= since or job.status != "validating_files":
            await job.report(f"{problem.message}. The job goes on by itself when that is over", level="warn")
        return now < since + LONGEST_WAIT_SECONDS

    async def _load(self, job_id: str) -> _ClaimedJob:
        return await _ClaimedJob.load(self._db, self._jobs, self._node, job_id)

    async def _process(self, job: _ClaimedJob) -> None:
        if job.status != "validating_files":
            await self._db.write(sql.DELETE_NOTES, (job.id,))
            await job.report("The job was left by the node that worked on it; it begins again")
        await job.report(f"Validating training file: {job.body['training_file']}")
        found: dict[str, list[Example]] = {}
        for field in ("training_file", "validation_file"):
            examples = await self._examples(job, field)
            if isinstance(examples, str):
                await job.fail(field, examples)
                return
            found[field] = examples
        if not found["training_file"]:
            await job.fail("training_file", "The training file has no example to learn.")
            return
        await self._train(job, found["training_file"], found["validation_file"])

    async def _examples(self, job: _ClaimedJob, field: str) -> list[Example] | str:
        """Return the examples of a job's file, or what is wrong with it."""
        file_id = job.body[field]
        if file_id is None:
            return []
        record = await self._files.find(str(file_id), job.principal)
        method = str((job.body.get("method") or {}).get("type") or "supervised")
        try:
            if record is None:
                raise FileNotFoundError
            async with self._files.open(record) as file:
                return await asyncio.to_thread(_read_examples, file, method)
        except FileNotFoundError:
            return f"The file {file_id!r} was deleted."

    async def _train(self, job: _ClaimedJob, examples: list[Example], validation: Sequence[Example]) -> None:
        """Bring a job from `queued` to `succeeded`."""
        body = job.body
        settled = _settled(body["hyperparameters"], len(examples))
        await job.move(
            "queued",
            "Files validated, moving job to queued state",
            hyperparameters=settled,
            method=_settled_method(body, settled),
        )
        await self._db.flush()
        training = await asyncio.to_thread(Training, examples, validation, settled["batch_size"], body["seed"])
        steps = settled["n_epochs"] * training.steps_an_epoch
        pause = min(_STEP_SECONDS, _LONGEST_TRAINING_SECONDS / steps)
        finish = int(self._clock.time()) + 1 + int(pause * steps)
        await job.move("running", "Fine-tuning job started", estimated_finish=finish)
        suffix = body.get("user_provided_suffix") or "custom"
        name = f"ft:{_base(body['model'])}:{suffix}:{job.id[-_NAME_LENGTH:]}"
        history: list[tuple[int, dict[str, float]]] = []
        for step in range(1, steps + 1):
            await self._clock.sleep(pause)
            metrics = await asyncio.to_thread(training.step, step)
            # Whether the job was cancelled, or is another node's.
            await self._load(job.id)
            history.append((step, metrics))
            if step % max(1, steps // _MOST_METRIC_EVENTS) == 0 or step == steps:
                message = f"Step {step}/{steps}: training loss={metrics['train_loss']:.4f}"
                await job.report(message, data={"step": step, "total_steps": steps, **metrics})
            if step % training.steps_an_epoch == 0:
                model = name if step == steps else f"{name}{CHECKPOINT}{step}"
                await job.add_checkpoint(model, step, metrics)
        await self._store_model(job, name, examples, history)

    async def _store_model(
        self, job: _ClaimedJob, name: str, examples: list[Example], history: list[tuple[int, dict[str, float]]]
    ) -> None:
        body = job.body
        known = await self._models.memory(body["model"]) if body["model"].startswith("ft:") else None
        learned = [example for example in examples if not example.calls]
        await self._models.store_memory(job.id, [*(known.examples if known is not None else ()), *learned])
        lines = [
            ",".join(["step", *history[-1][1]]),
            *(",".join(str(value) for value in (step, *metrics.values())) for step, metrics in history),
        ]
        stored = await self._files.store(io.BytesIO("\n".join(lines).encode() + b"\n"))
        now = int(self._clock.time())
        tokens = sum(count(example.prompt) + count(example.completion) for example in examples)
        async with self._db.transaction():
            record = await self._files.add(
                stored, filename="step_metrics.csv", purpose="fine-tune-results", principal=job.principal
            )
            await job.move(
                "succeeded",
                "The job has successfully completed",
                fine_tuned_model=name,
                finished_at=now,
                estimated_finish=None,
                trained_tokens=tokens * body["hyperparameters"]["n_epochs"],
                result_files=[record.id],
            )
            await self._models.add(name, job.principal, job.id, body["model"], now)
            await job.report(f"New fine-tuned model created: {name}")
        await self._db.flush()


class _ClaimedJob:
    """A fine-tuning job that this node has claimed, as it was when it was last read."""

    __slots__ = ("_db", "_jobs", "_node", "body", "principal", "status")

    def __init__(self, db: Database, jobs: FineTuningStore, node: str, row: tuple[Any, ...]) -> None:
        self._db = db
        self._jobs = jobs
        self._node = node
        self.body: dict[str, Any] = msgspec.json.decode(row[0])
        self.status = str(row[1])
        self.principal = str(row[2])

    @classmethod
    async def load(cls, db: Database, jobs: FineTuningStore, node: str, job_id: str) -> _ClaimedJob:
        """Read a job; raise `JobLost` when another node has it, and `_Cancelled` when it was cancelled."""
        row = await db.one(sql.CLAIMED_JOB, (job_id, node))
        if row is None:
            raise JobLost
        job = cls(db, jobs, node, tuple(row))
        if job.status == "cancelled":
            raise _Cancelled
        return job

    @property
    def id(self) -> str:
        return str(self.body["id"])

    async def move(self, status: str, message: str, level: str = "info", **fields: Any) -> None:
        """Write the next state and report it."""
        body = {**self.body, **fields, "status": status}
        row = (status, msgspec.json.encode(body).decode(), self.id, self._node, self.status)
        if not await self._db.write(sql.MOVE_JOB, row):
            # Nobody else changes a job that this node has, but to cancel it.
            await _ClaimedJob.load(self._db, self._jobs, self._node, self.id)
            raise JobLost
        self.body, self.status = body, status
        await self.report(message, level=level)

    async def report(self, message: str, *, data: dict[str, Any] | None = None, level: str = "info") -> None:
        """Add an event."""
        await self._add("event", self._jobs.event(message, data, level))

    async def add_checkpoint(self, model: str, step: int, metrics: dict[str, float]) -> None:
        """Add a checkpoint, at which the model can be called by this name."""
        await self._add("checkpoint", self._jobs.checkpoint(self.id, model, step, metrics))

    async def _add(self, kind: NoteKind, note: dict[str, Any]) -> None:
        text = msgspec.json.encode(note).decode()
        await self._db.write(sql.ADD_NOTE_OF_CLAIMED, (note["id"], kind, text, self.id, self._node))

    async def fail(self, param: str | None, message: str, code: str = "") -> None:
        """End the job: by what is wrong with a parameter, or by a fault that has a code of its own."""
        error = {"code": code or f"invalid_{param}", "message": message, "param": param}
        await self.move("failed", message, level="error", finished_at=self._jobs.now, error=error)
        await self._db.flush()


def _read_examples(file: BinaryIO, method: str) -> list[Example] | str:
    out: list[Example] = []
    for number, value in read_lines(file):
        found = value if isinstance(value, LineFault) else examples_in(value, number, method)
        if isinstance(found, LineFault):
            return f"Line {found.line}: {found.message}"
        out += found
    return out


def _settled(hyper: dict[str, Any], examples: int) -> dict[str, Any]:
    """Return the hyperparameters with values in place of `auto`."""
    chosen = {"n_epochs": _EPOCHS, "batch_size": max(1, min(256, examples // 20)), "learning_rate_multiplier": 1.0}
    chosen |= {"beta": 0.1, "compute_multiplier": 1.0, "eval_interval": 1, "eval_samples": 1}
    return {name: chosen[name] if value == "auto" else value for name, value in hyper.items()}


def _settled_method(body: dict[str, Any], settled: dict[str, Any]) -> dict[str, Any]:
    kind = str((body.get("method") or {}).get("type") or "supervised")
    details = (body.get("method") or {}).get(kind) or {}
    return {"type": kind, kind: {**details, "hyperparameters": settled}}


def _base(model: str) -> str:
    """Return the base in a new model's name; a model that is tuned again keeps its first base."""
    return model.split(":")[1] if model.startswith("ft:") else model
