"""Fine-tuned models: what they learned, on disk, and whose they are.

A model is called by its name, which holds an id that nobody guesses; it is listed for and deleted by its owner alone.
A checkpoint (`...:ckpt-step-8`) answers like the model it belongs to.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from ..offline.catalog import MODELS, Listed, entry
from ..offline.learned import Example, Memory
from . import sql

if TYPE_CHECKING:
    from ..gateway import Gateway

__all__ = ["CHECKPOINT", "listed_for", "load", "memory_path", "remove", "save"]

CHECKPOINT = ":ckpt-step-"
_LOADED = 16


def memory_path(gateway: Gateway, job_id: str) -> Path:
    """Where a job's model keeps what it learned."""
    return gateway.settings.data_dir / "models" / f"{job_id}.json"


def save(path: Path, examples: Sequence[Example]) -> None:
    """Write what was learned, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_bytes(msgspec.json.encode([[example.prompt, example.completion] for example in examples]))
    part.replace(path)


def load(gateway: Gateway, name: str) -> Memory | None:
    """What the model of this name learned; None when there is none."""
    row = gateway.db.one(sql.GET_TUNED, (name.partition(CHECKPOINT)[0],))
    if row is None:
        return None
    path = memory_path(gateway, str(row[0]))
    try:
        return _read(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        return None


@lru_cache(maxsize=_LOADED)
def _read(path: Path, changed: int) -> Memory:
    """A memory by its file and the time of its writing; the same file is read once."""
    return Memory.of([Example(prompt, completion) for prompt, completion in msgspec.json.decode(path.read_bytes())])


def listed_for(gateway: Gateway, principal: str | None) -> list[dict[str, Any]]:
    """The caller's models as `/v1/models` shows them; everybody's when no caller is named."""
    rows = gateway.db.query(sql.ALL_TUNED) if principal is None else gateway.db.query(sql.TUNED_OF, (principal,))
    echo = MODELS[0]
    return [
        entry(
            Listed(
                name,
                f"Learned from a training file; answers like {base!r} where it learned nothing.",
                echo.kinds,
                echo.context_window,
                echo.max_output_tokens,
                echo.input_price,
                echo.output_price,
                echo.capabilities,
                echo.modalities,
                created=created,
            ),
            parent=base,
        )
        for name, base, created in rows
    ]


def remove(gateway: Gateway, name: str, principal: str) -> bool:
    """Forget a model of the caller; False when there is none of that name."""
    row = gateway.db.one(sql.GET_TUNED, (name,))
    if row is None or not gateway.db.write(sql.DROP_TUNED, (name, principal)):
        return False
    with contextlib.suppress(OSError):
        memory_path(gateway, str(row[0])).unlink(missing_ok=True)
    return True
