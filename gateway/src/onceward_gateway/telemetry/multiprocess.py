"""Metrics of several workers that share one listening socket.

A scraper reaches any one of them. That worker asks the others, over sockets in a shared folder, and returns all series
with the label `worker`. The reader computes sums (`sum without (worker)`). A worker that restarts resets only its own
counters, as Prometheus expects of a process.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import cast

import msgspec

from .prometheus import Labels, MetricFamily, MetricKind

__all__ = ["FOLDER", "SLOT", "WorkerMetrics", "merged", "worker_metrics"]

SLOT, FOLDER = "ONCEWARD_GATEWAY_WORKER", "ONCEWARD_GATEWAY_WORKERS_FOLDER"
"""Environment variables that the supervisor sets: the number of a worker, which its successor keeps, and the folder."""

_log = logging.getLogger("onceward_gateway.telemetry")
_TIMEOUT_SECONDS = 2.0
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[tuple[str, str, str, list[tuple[str, Labels, float]]]])
Collect = Callable[[], Iterable[MetricFamily]]


def worker_metrics(environ: Mapping[str, str], collect: Collect) -> WorkerMetrics | None:
    """Return the group of workers that this process belongs to, if it is one of several."""
    slot, folder = environ.get(SLOT), environ.get(FOLDER)
    return WorkerMetrics(slot, Path(folder), collect) if slot and folder else None


class WorkerMetrics:
    """The metrics of this worker and of the others."""

    def __init__(self, slot: str, folder: Path, collect: Collect) -> None:
        self.slot = slot
        self._folder = folder
        self._collect = collect
        self._server: asyncio.Server | None = None

    @property
    def _own(self) -> Path:
        return self._folder / f"metrics-{self.slot}.sock"

    async def start(self) -> None:
        """Start to answer the other workers."""
        # A predecessor that was killed leaves its socket.
        self._own.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._answer, str(self._own))
        os.chmod(self._own, 0o600)

    async def stop(self) -> None:
        """Stop answering the other workers, and remove the socket of this one."""
        if self._server is not None:
            self._server.close()
            self._own.unlink(missing_ok=True)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(encoded(self._collect()))
            await writer.drain()
        except ConnectionError:
            _log.debug("a worker disconnected while it read the metrics")
        finally:
            writer.close()

    async def collect(self) -> list[MetricFamily]:
        """Return the series of all workers; one that does not answer has only `onceward_worker_up` 0."""
        others = sorted(path for path in self._folder.glob("metrics-*.sock") if path != self._own)
        answers = await asyncio.gather(*(_ask(path) for path in others))
        found = [_labelled(self._collect(), self.slot)]
        up = MetricFamily("onceward_worker_up", "gauge", "1 for a worker that sent its metrics.").add(
            1, worker=self.slot
        )
        for path, families in zip(others, answers, strict=True):
            slot = path.stem.removeprefix("metrics-")
            up.add(int(families is not None), worker=slot)
            if families is not None:
                found.append(_labelled(families, slot))
        return merged([up, *(family for families in found for family in families)])


async def _ask(path: Path) -> list[MetricFamily] | None:
    try:
        async with asyncio.timeout(_TIMEOUT_SECONDS):
            reader, writer = await asyncio.open_unix_connection(str(path))
            try:
                return decoded(await reader.read(-1))
            finally:
                writer.close()
    except (OSError, TimeoutError, msgspec.DecodeError) as error:
        _log.warning("the worker behind %s did not send its metrics: %s", path.name, error or type(error).__name__)
        return None


def encoded(families: Iterable[MetricFamily]) -> bytes:
    """Return families as they are sent to another worker."""
    return _encoder.encode([(one.name, one.kind, one.help, one.samples) for one in families])


def decoded(data: bytes) -> list[MetricFamily]:
    """Return families that another worker sent."""
    # The other worker runs the same program, so its kinds are known.
    return [
        MetricFamily(name, cast("MetricKind", kind), help, rows) for name, kind, help, rows in _decoder.decode(data)
    ]


def _labelled(families: Iterable[MetricFamily], slot: str) -> list[MetricFamily]:
    own = ("worker", slot)
    return [
        MetricFamily(
            one.name, one.kind, one.help, [(suffix, (own, *labels), value) for suffix, labels, value in one.samples]
        )
        for one in families
    ]


def merged(families: Iterable[MetricFamily]) -> list[MetricFamily]:
    """Return the families of several sources, with those of the same name merged."""
    found: dict[str, MetricFamily] = {}
    for family in families:
        known = found.setdefault(family.name, MetricFamily(family.name, family.kind, family.help))
        known.samples.extend(family.samples)
    return list(found.values())
