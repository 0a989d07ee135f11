"""Metrics of several processes that share one listening socket.

A scraper reaches any one of them. That one asks the others, over sockets in a folder that they share, and tells all
series with the label `worker`: sums are made by whoever reads (`sum without (worker)`), and a worker that was restarted
resets its own counters, as Prometheus expects of a process, and nobody else's.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import msgspec

from .prometheus import Family, Labels

__all__ = ["FOLDER", "SLOT", "Workers", "merged", "workers_of"]

SLOT, FOLDER = "ONCEWARD_GATEWAY_WORKER", "ONCEWARD_GATEWAY_WORKERS_FOLDER"
"""What a supervisor tells each process of a group: its number, which its successor has too, and the shared folder."""

_log = logging.getLogger("onceward_gateway.telemetry")
_PATIENCE = 2.0
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[tuple[str, str, str, list[tuple[str, Labels, float]]]])
Collect = Callable[[], Iterable[Family]]


def workers_of(environ: Mapping[str, str], collect: Collect) -> Workers | None:
    """The group that this process belongs to, if it is one of several."""
    slot, folder = environ.get(SLOT), environ.get(FOLDER)
    return Workers(slot, Path(folder), collect) if slot and folder else None


class Workers:
    """This process and its siblings."""

    def __init__(self, slot: str, folder: Path, collect: Collect) -> None:
        self.slot = slot
        self._folder = folder
        self._collect = collect
        self._server: asyncio.Server | None = None

    @property
    def _own(self) -> Path:
        return self._folder / f"metrics-{self.slot}.sock"

    async def start(self) -> None:
        """Answer the siblings."""
        # What a predecessor left when it was killed.
        self._own.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._answer, str(self._own))
        os.chmod(self._own, 0o600)

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._own.unlink(missing_ok=True)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(encoded(self._collect()))
            await writer.drain()
        except ConnectionError:
            _log.debug("a sibling went away while it was told the metrics")
        finally:
            writer.close()

    async def collect(self) -> list[Family]:
        """Everybody's series. Who does not answer in time is left out, and `onceward_worker_up` says so."""
        others = sorted(path for path in self._folder.glob("metrics-*.sock") if path != self._own)
        told = await asyncio.gather(*(_ask(path) for path in others))
        found = [_labelled(self._collect(), self.slot)]
        up = Family("onceward_worker_up", "gauge", "1 for a worker that told its metrics.").add(1, worker=self.slot)
        for path, families in zip(others, told, strict=True):
            slot = path.stem.removeprefix("metrics-")
            up.add(int(families is not None), worker=slot)
            if families is not None:
                found.append(_labelled(families, slot))
        return merged([up, *(family for families in found for family in families)])


async def _ask(path: Path) -> list[Family] | None:
    try:
        async with asyncio.timeout(_PATIENCE):
            reader, writer = await asyncio.open_unix_connection(str(path))
            try:
                return decoded(await reader.read(-1))
            finally:
                writer.close()
    except (OSError, TimeoutError, msgspec.DecodeError) as error:
        _log.warning("the worker behind %s did not tell its metrics: %s", path.name, error or type(error).__name__)
        return None


def encoded(families: Iterable[Family]) -> bytes:
    """Families, as they are sent to a sibling."""
    return _encoder.encode([(one.name, one.kind, one.help, one.samples) for one in families])


def decoded(data: bytes) -> list[Family]:
    """Families, as a sibling sent them."""
    return [Family(name, kind, help, samples) for name, kind, help, samples in _decoder.decode(data)]  # type: ignore[arg-type]  # a sibling runs the same program


def _labelled(families: Iterable[Family], slot: str) -> list[Family]:
    own = ("worker", slot)
    return [
        Family(one.name, one.kind, one.help, [(suffix, (own, *labels), value) for suffix, labels, value in one.samples])
        for one in families
    ]


def merged(families: Iterable[Family]) -> list[Family]:
    """Families of several sources: those of one name as one."""
    found: dict[str, Family] = {}
    for family in families:
        known = found.setdefault(family.name, Family(family.name, family.kind, family.help))
        known.samples.extend(family.samples)
    return list(found.values())
