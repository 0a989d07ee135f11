"""The work of a fine-tuning job: read the examples, learn them batch by batch, measure, keep the model.

A job that is taken up again, after a restart or by another node, begins again, which gives the same model.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec

from ..api import files
from ..core.tokenizer import count
from ..db.errors import Trouble
from ..offline import fine_tuned
from ..offline.learned import Example
from . import sql
from .jsonl import read_lines
from .scheduler import (
    LONGEST_WAIT_SECONDS,
    JobFault,
    JobLost,
    Worker,
)
from .training import Course
from .training_examples import LineFault, examples_in

if TYPE_CHECKING:
    from ..entry.services import Gateway

__all__ = ["WORKER", "note"]

_EPOCHS = 3
_STEP_SECONDS = 0.02
_LONGEST_PACE = 2.0
_MOST_NOTES = 100
# The end of a job's id is random; its beginning is the time.
_NAME_LENGTH = 12


async def note(gateway: Gateway, job_id: str, message: str) -> None:
    """Report an event of a job, whoever works on it."""
    event = _event(gateway, message, None, "info")
    await gateway.db.write(sql.ADD_NOTE, (event["id"], job_id, "event", msgspec.json.encode(event).decode()))


def _event(gateway: Gateway, message: str, data: dict[str, Any] | None, level: str) -> dict[str, Any]:
    return {
        "id": gateway.new_id("ftevent-"),
        "object": "fine_tuning.job.event",
        "created_at": int(gateway.clock.time()),
        "level": level,
        "message": message,
        "type": "metrics" if data is not None else "message",
        "data": data or {},
    }


async def _run(gateway: Gateway, job_id: str) -> None:
    """Bring a job to its end; raises `JobLost` when another node has it."""
    try:
        await _bring(await _Work.of(gateway, job_id))
    except _Cancelled:
        await gateway.db.committed()


async def _fail(gateway: Gateway, job_id: str, fault: JobFault) -> None:
    """End a job that cannot be worked on."""
    try:
        work = await _Work.of(gateway, job_id)
        if work.status not in ("succeeded", "failed"):
            await work.fail(None, fault.message, fault.code)
    except _Cancelled:
        await gateway.db.committed()


async def _wait(gateway: Gateway, job_id: str, trouble: Trouble, since: float) -> bool:
    """Report what a job waits for; return whether it may go on to wait."""
    try:
        work = await _Work.of(gateway, job_id)
    except _Cancelled:
        return True
    now = gateway.clock.time()
    # A job that begins again drops its events, and with them what it waited for.
    if now <= since or work.status != "validating_files":
        await work.note(f"{trouble.what}. The job goes on by itself when that is over", level="warn")
    return now < since + LONGEST_WAIT_SECONDS


WORKER = Worker(_run, _fail, _wait)


class _Cancelled(Exception):
    """The job was cancelled meanwhile."""


@dataclass(slots=True)
class _Work:
    """A job that this node works on, as it was when it was last read."""

    gateway: Gateway
    body: dict[str, Any]
    status: str
    principal: str

    @classmethod
    async def of(cls, gateway: Gateway, job_id: str) -> _Work:
        row = await gateway.db.one(sql.JOB_FOR_WORK, (job_id, gateway.nodes.id))
        if row is None:
            raise JobLost
        work = cls(gateway, msgspec.json.decode(row[0]), str(row[1]), str(row[2]))
        if work.status == "cancelled":
            raise _Cancelled
        return work

    @property
    def id(self) -> str:
        return str(self.body["id"])

    async def move(self, status: str, message: str, level: str = "info", **fields: Any) -> None:
        """Write the next state and report it."""
        body = {**self.body, **fields, "status": status}
        row = (status, msgspec.json.encode(body).decode(), self.id, self.gateway.nodes.id, self.status)
        if not await self.gateway.db.write(sql.MOVE_JOB, row):
            # Nobody else changes a job that this node has, but to cancel it.
            await _Work.of(self.gateway, self.id)
            raise JobLost
        self.body, self.status = body, status
        await self.note(message, level=level)

    async def note(self, message: str, *, data: dict[str, Any] | None = None, level: str = "info") -> None:
        """Report an event."""
        await self._add("event", _event(self.gateway, message, data, level))

    async def checkpoint(self, name: str, step: int, metrics: dict[str, float]) -> None:
        measured: dict[str, float] = {"step": step, **metrics}
        if "valid_loss" in metrics:
            measured["full_valid_loss"] = metrics["valid_loss"]
            measured["full_valid_mean_token_accuracy"] = metrics["valid_mean_token_accuracy"]
        shown = {
            "id": self.gateway.new_id("ftckpt_"),
            "object": "fine_tuning.job.checkpoint",
            "created_at": int(self.gateway.clock.time()),
            "fine_tuning_job_id": self.id,
            "fine_tuned_model_checkpoint": name,
            "step_number": step,
            "metrics": measured,
        }
        await self._add("checkpoint", shown)

    async def _add(self, kind: str, shown: dict[str, Any]) -> None:
        text = msgspec.json.encode(shown).decode()
        await self.gateway.db.write(sql.ADD_NOTE_OF_WORK, (shown["id"], kind, text, self.id, self.gateway.nodes.id))

    async def fail(self, param: str | None, message: str, code: str = "") -> None:
        """End the job: by what is wrong with a parameter, or by a fault that has a code of its own."""
        code = code or f"invalid_{param}"
        error = {"code": code, "message": message, "param": param}
        await self.move("failed", message, level="error", finished_at=int(self.gateway.clock.time()), error=error)
        await self.gateway.db.committed()


async def _bring(work: _Work) -> None:
    gateway, body = work.gateway, work.body
    if work.status != "validating_files":
        await gateway.db.write(sql.DROP_NOTES, (work.id,))
        await work.note("The job was left by the node that worked on it; it begins again")
    await work.note(f"Validating training file: {body['training_file']}")
    found: dict[str, list[Example]] = {}
    for field in ("training_file", "validation_file"):
        examples = await _examples(work, field)
        if isinstance(examples, str):
            await work.fail(field, examples)
            return
        found[field] = examples
    if not found["training_file"]:
        await work.fail("training_file", "The training file holds no example to learn.")
        return
    await _learn(work, found["training_file"], found["validation_file"])


async def _examples(work: _Work, field: str) -> list[Example] | str:
    """The examples of a job's file, or what is wrong with it."""
    file_id = work.body[field]
    if file_id is None:
        return []
    record = await files.find(work.gateway, str(file_id), work.principal)
    try:
        if record is None:
            raise FileNotFoundError
        async with files.content(work.gateway, record) as file:
            return await asyncio.to_thread(
                _read, file, str((work.body.get("method") or {}).get("type") or "supervised")
            )
    except FileNotFoundError:
        return f"The file {file_id!r} was deleted."


def _read(file: BinaryIO, method: str) -> list[Example] | str:
    out: list[Example] = []
    for number, value in read_lines(file):
        found = value if isinstance(value, LineFault) else examples_in(value, number, method)
        if isinstance(found, LineFault):
            return f"Line {found.line}: {found.message}"
        out += found
    return out


async def _learn(work: _Work, training: list[Example], validation: Sequence[Example]) -> None:
    """From `queued` to `succeeded`."""
    gateway, body = work.gateway, work.body
    settled = _settled(body["hyperparameters"], len(training))
    await work.move(
        "queued",
        "Files validated, moving job to queued state",
        hyperparameters=settled,
        method=_settled_method(body, settled),
    )
    await gateway.db.committed()
    course = await asyncio.to_thread(Course, training, validation, settled["batch_size"], body["seed"])
    steps = settled["n_epochs"] * course.steps_an_epoch
    pace = min(_STEP_SECONDS, _LONGEST_PACE / steps)
    finish = int(gateway.clock.time()) + 1 + int(pace * steps)
    await work.move("running", "Fine-tuning job started", estimated_finish=finish)
    suffix = body.get("user_provided_suffix") or "custom"
    name = f"ft:{_base(body['model'])}:{suffix}:{work.id[-_NAME_LENGTH:]}"
    history: list[tuple[int, dict[str, float]]] = []
    for step in range(1, steps + 1):
        await gateway.clock.sleep(pace)
        metrics = await asyncio.to_thread(course.step, step)
        await _Work.of(gateway, work.id)
        history.append((step, metrics))
        if step % max(1, steps // _MOST_NOTES) == 0 or step == steps:
            told = f"Step {step}/{steps}: training loss={metrics['train_loss']:.4f}"
            await work.note(told, data={"step": step, "total_steps": steps, **metrics})
        if step % course.steps_an_epoch == 0:
            at = name if step == steps else f"{name}{fine_tuned.CHECKPOINT}{step}"
            await work.checkpoint(at, step, metrics)
    await _keep_model(work, name, training, history)


def _settled_method(body: dict[str, Any], settled: dict[str, Any]) -> dict[str, Any]:
    kind = str((body.get("method") or {}).get("type") or "supervised")
    details = (body.get("method") or {}).get(kind) or {}
    return {"type": kind, kind: {**details, "hyperparameters": settled}}


def _settled(hyper: dict[str, Any], examples: int) -> dict[str, Any]:
    """The hyperparameters with what was left to the gateway."""
    chosen = {"n_epochs": _EPOCHS, "batch_size": max(1, min(256, examples // 20)), "learning_rate_multiplier": 1.0}
    chosen |= {"beta": 0.1, "compute_multiplier": 1.0, "eval_interval": 1, "eval_samples": 1}
    return {name: chosen[name] if value == "auto" else value for name, value in hyper.items()}


def _base(model: str) -> str:
    """The base in a new model's name; a model tuned again keeps its first base."""
    return model.split(":")[1] if model.startswith("ft:") else model


async def _keep_model(
    work: _Work, name: str, training: list[Example], history: list[tuple[int, dict[str, float]]]
) -> None:
    gateway, body = work.gateway, work.body
    memories = gateway.control.memories
    known = await memories.of(body["model"]) if body["model"].startswith("ft:") else None
    learned = [example for example in training if not example.calls]
    await memories.keep(work.id, [*(known.examples if known is not None else ()), *learned])
    lines = [
        ",".join(["step", *history[-1][1]]),
        *(",".join(str(value) for value in (step, *metrics.values())) for step, metrics in history),
    ]
    stored = await files.store(gateway, io.BytesIO("\n".join(lines).encode() + b"\n"))
    now = int(gateway.clock.time())
    tokens = sum(count(example.prompt) + count(example.completion) for example in training)
    async with gateway.db.transaction():
        record = await files.enter(
            gateway, stored, filename="step_metrics.csv", purpose="fine-tune-results", principal=work.principal
        )
        await work.move(
            "succeeded",
            "The job has successfully completed",
            fine_tuned_model=name,
            finished_at=now,
            estimated_finish=None,
            trained_tokens=tokens * body["hyperparameters"]["n_epochs"],
            result_files=[record.id],
        )
        await gateway.db.write(sql.ADD_TUNED, (name, work.principal, work.id, body["model"], now))
        await work.note(f"New fine-tuned model created: {name}")
    await gateway.db.committed()
