"""The work of a fine-tuning job: read the examples, learn them batch by batch, measure, keep the model.

The loss is real: it is the mean of `-ln(nearness)` over (a sample of) the examples, where an example's nearness is
that of the nearest *other* learned prompt (leave one out) or, once it was seen itself, `1 - 2^-times`, whichever is
greater. So it falls as more is learned and as it is seen again. The validation loss knows only the leave-one-out
part. Accuracy is the share of tokens that the recalled answer has in common with the right one.
"""

from __future__ import annotations

import asyncio
import math
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from ..offline.draw import Draw
from ..offline.embed import similarity, vector
from ..offline.learned import Example, Memory
from ..offline.tokenizer import count, encode
from . import files, sql, tuned
from .jsonl import LineFault, examples_in, read_lines

if TYPE_CHECKING:
    from ..gateway import Gateway

__all__ = ["Course", "keep", "note", "resume", "run"]

_EPOCHS = 3
_SAMPLE = 64
_LEAST = 0.02
_STEP_SECONDS = 0.02
_LONGEST_PACE = 2.0
_MOST_NOTES = 100
_SIZE = 128
# The end of a job's id is random; its beginning is the time.
_NAME_LENGTH = 12


def resume(gateway: Gateway) -> None:
    """Take up every job that is not over; it begins again, which gives the same model."""
    for (job_id,) in gateway.db.query(sql.JOBS_TO_RUN):
        gateway.spawn(run(gateway, job_id), f"fine-tuning {job_id}")


def keep(gateway: Gateway, body: dict[str, Any]) -> None:
    """Write a job as it is now."""
    gateway.db.write(sql.SET_JOB, (body["status"], msgspec.json.encode(body).decode(), body["id"]))


def note(
    gateway: Gateway, job_id: str, message: str, *, data: dict[str, Any] | None = None, level: str = "info"
) -> None:
    """Report an event of a job."""
    event = {
        "id": gateway.new_id("ftevent-"),
        "object": "fine_tuning.job.event",
        "created_at": int(gateway.clock.time()),
        "level": level,
        "message": message,
        "type": "metrics" if data is not None else "message",
        "data": data or {},
    }
    gateway.db.write(sql.ADD_NOTE, (event["id"], job_id, "event", msgspec.json.encode(event).decode()))


@dataclass(slots=True)
class _Measured:
    """One example as it is measured: its vector, how near the nearest other prompt is, how often it was seen."""

    example: Example
    place: int
    vector: array[float]
    near: float = 0.0
    nearest: str = ""
    seen: int = 0

    def meet(self, place: int, other: array[float], completion: str) -> None:
        if place == self.place:
            self.seen += 1
            return
        near = similarity(self.vector, other)
        if near > self.near:
            self.near, self.nearest = near, completion

    @property
    def loss(self) -> float:
        own = 1 - 0.5**self.seen if self.seen else 0.0
        return -math.log(max(_LEAST, min(1.0, max(self.near, own))))

    @property
    def accuracy(self) -> float:
        recalled = self.example.completion if self.seen else self.nearest
        right, got = Counter(encode(self.example.completion)), Counter(encode(recalled))
        return sum((right & got).values()) / max(1, sum(right.values()))


@dataclass(slots=True)
class Course:
    """The learning itself, without time or storage: steps in, metrics out."""

    examples: Sequence[Example]
    validation: Sequence[Example] = ()
    batch_size: int = 1
    seed: int = 0
    _train: list[_Measured] = field(init=False)
    _valid: list[_Measured] = field(init=False)
    _vectors: list[array[float]] = field(init=False)

    def __post_init__(self) -> None:
        self._vectors = [vector(example.prompt, _SIZE) for example in self.examples]
        chosen = _sampled(len(self.examples), self.seed)
        self._train = [_Measured(self.examples[at], at, self._vectors[at]) for at in chosen]
        places = _sampled(len(self.validation), self.seed)
        self._valid = [_Measured(self.validation[at], -1, vector(self.validation[at].prompt, _SIZE)) for at in places]

    @property
    def steps_an_epoch(self) -> int:
        return -(-len(self.examples) // self.batch_size)

    def step(self, number: int) -> dict[str, float]:
        """Learn the batch of step `number` (from 1) and measure."""
        first = (number - 1) % self.steps_an_epoch * self.batch_size
        for at in range(first, min(first + self.batch_size, len(self.examples))):
            for measured in (*self._train, *self._valid):
                measured.meet(at, self._vectors[at], self.examples[at].completion)
        out = {
            "train_loss": _mean([one.loss for one in self._train]),
            "train_mean_token_accuracy": _mean([one.accuracy for one in self._train]),
        }
        if self._valid:
            out["valid_loss"] = _mean([one.loss for one in self._valid])
            out["valid_mean_token_accuracy"] = _mean([one.accuracy for one in self._valid])
        return out


def _sampled(length: int, seed: int) -> list[int]:
    if length <= _SAMPLE:
        return list(range(length))
    draw = Draw("course", seed)
    order = sorted(range(length), key=lambda at: draw.child(at).unit())
    return sorted(order[:_SAMPLE])


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / max(1, len(values)), 6)


async def run(gateway: Gateway, job_id: str) -> None:
    """Bring a job to its end."""
    row = gateway.db.one(sql.JOB_FOR_WORK, (job_id,))
    if row is None:
        return
    body, principal = msgspec.json.decode(row[0]), str(row[2])
    if body["status"] == "running":
        gateway.db.write(sql.DROP_NOTES, (job_id,))
        note(gateway, job_id, "The gateway was restarted; the job begins again")
    note(gateway, job_id, f"Validating training file: {body['training_file']}")
    training = await _examples(gateway, body, "training_file", principal)
    validation = await _examples(gateway, body, "validation_file", principal)
    if isinstance(training, str):
        _fail(gateway, body, "training_file", training)
    elif isinstance(validation, str):
        _fail(gateway, body, "validation_file", validation)
    elif not training:
        _fail(gateway, body, "training_file", "The training file holds no example to learn.")
    elif await _learn(gateway, body, principal, training, validation):
        await gateway.db.committed()
        return
    await gateway.db.committed()


def _cancelled(gateway: Gateway, job_id: str) -> bool:
    row = gateway.db.one(sql.JOB_STATUS, (job_id,))
    return row is None or row[0] == "cancelled"


def _fail(gateway: Gateway, body: dict[str, Any], param: str, message: str) -> None:
    if _cancelled(gateway, body["id"]):
        return
    body.update(
        status="failed",
        finished_at=int(gateway.clock.time()),
        error={"code": f"invalid_{param}", "message": message, "param": param},
    )
    keep(gateway, body)
    note(gateway, body["id"], message, level="error")


async def _examples(gateway: Gateway, body: dict[str, Any], field: str, principal: str) -> list[Example] | str:
    """The examples of a job's file, or what is wrong with it."""
    file_id = body[field]
    if file_id is None:
        return []
    record = files.find(gateway, str(file_id), principal)
    if record is None:
        return f"The file {file_id!r} was deleted."
    path = files.path_of(gateway, record.id)

    def read() -> list[Example] | str:
        out: list[Example] = []
        for number, value in read_lines(path):
            found = value if isinstance(value, LineFault) else examples_in(value, number)
            if isinstance(found, LineFault):
                return f"Line {found.line}: {found.message}"
            out += found
        return out

    return await asyncio.to_thread(read)


async def _learn(
    gateway: Gateway, body: dict[str, Any], principal: str, training: list[Example], validation: Sequence[Example]
) -> bool:
    """From `queued` to `succeeded`; False when the job was cancelled on the way."""
    hyper = body["hyperparameters"]
    epochs = _EPOCHS if hyper["n_epochs"] == "auto" else int(hyper["n_epochs"])
    batch = max(1, min(256, len(training) // 20)) if hyper["batch_size"] == "auto" else int(hyper["batch_size"])
    settled = {
        "n_epochs": epochs,
        "batch_size": batch,
        "learning_rate_multiplier": 1.0
        if hyper["learning_rate_multiplier"] == "auto"
        else hyper["learning_rate_multiplier"],
    }
    if not _advance(
        gateway,
        body,
        "queued",
        "Files validated, moving job to queued state",
        hyperparameters=settled,
        method={"type": "supervised", "supervised": {"hyperparameters": settled}},
    ):
        return False
    await gateway.db.committed()
    course = await asyncio.to_thread(Course, training, validation, batch, body["seed"])
    steps = epochs * course.steps_an_epoch
    pace = min(_STEP_SECONDS, _LONGEST_PACE / steps)
    now = int(gateway.clock.time())
    if not _advance(gateway, body, "running", "Fine-tuning job started", estimated_finish=now + 1 + int(pace * steps)):
        return False
    suffix = body.get("user_provided_suffix") or "custom"
    name = f"ft:{_base(body['model'])}:{suffix}:{body['id'][-_NAME_LENGTH:]}"
    history: list[tuple[int, dict[str, float]]] = []
    for step in range(1, steps + 1):
        await gateway.clock.sleep(pace)
        metrics = await asyncio.to_thread(course.step, step)
        if _cancelled(gateway, body["id"]):
            return False
        history.append((step, metrics))
        if step % max(1, steps // _MOST_NOTES) == 0 or step == steps:
            told = f"Step {step}/{steps}: training loss={metrics['train_loss']:.4f}"
            note(gateway, body["id"], told, data={"step": step, "total_steps": steps, **metrics})
        if step % course.steps_an_epoch == 0:
            _checkpoint(gateway, body["id"], name, step, metrics, last=step == steps)
    return await _keep_model(gateway, body, principal, name, training, history, epochs)


def _base(model: str) -> str:
    """The base in a new model's name; a model tuned again keeps its first base."""
    return model.split(":")[1] if model.startswith("ft:") else model


def _advance(gateway: Gateway, body: dict[str, Any], status: str, message: str, **fields: Any) -> bool:
    if _cancelled(gateway, body["id"]):
        return False
    body.update(status=status, **fields)
    keep(gateway, body)
    note(gateway, body["id"], message)
    return True


def _checkpoint(gateway: Gateway, job_id: str, name: str, step: int, metrics: dict[str, float], *, last: bool) -> None:
    measured: dict[str, float] = {"step": step, **metrics}
    if "valid_loss" in metrics:
        measured["full_valid_loss"] = metrics["valid_loss"]
        measured["full_valid_mean_token_accuracy"] = metrics["valid_mean_token_accuracy"]
    shown = {
        "id": gateway.new_id("ftckpt_"),
        "object": "fine_tuning.job.checkpoint",
        "created_at": int(gateway.clock.time()),
        "fine_tuning_job_id": job_id,
        "fine_tuned_model_checkpoint": name if last else f"{name}{tuned.CHECKPOINT}{step}",
        "step_number": step,
        "metrics": measured,
    }
    gateway.db.write(sql.ADD_NOTE, (shown["id"], job_id, "checkpoint", msgspec.json.encode(shown).decode()))


async def _keep_model(
    gateway: Gateway,
    body: dict[str, Any],
    principal: str,
    name: str,
    training: list[Example],
    history: list[tuple[int, dict[str, float]]],
    epochs: int,
) -> bool:
    known = tuned.load(gateway, body["model"]) if body["model"].startswith("ft:") else None
    examples = [*(known.examples if known is not None else ()), *training]
    path = tuned.memory_path(gateway, body["id"])
    await asyncio.to_thread(lambda: tuned.save(path, Memory.of(examples).examples))
    columns = list(history[-1][1])
    lines = [
        ",".join(["step", *columns]),
        *(",".join(str(value) for value in (step, *metrics.values())) for step, metrics in history),
    ]
    record = await files.add(
        gateway,
        ["\n".join(lines).encode() + b"\n"],
        filename="step_metrics.csv",
        purpose="fine-tune-results",
        principal=principal,
    )
    now = int(gateway.clock.time())
    tokens = epochs * sum(count(example.prompt) + count(example.completion) for example in training)
    if not _advance(
        gateway,
        body,
        "succeeded",
        "The job has successfully completed",
        fine_tuned_model=name,
        finished_at=now,
        estimated_finish=None,
        trained_tokens=tokens,
        result_files=[record.id],
    ):
        return False
    gateway.db.write(sql.ADD_TUNED, (name, principal, body["id"], body["model"], now))
    note(gateway, body["id"], f"New fine-tuned model created: {name}")
    return True
