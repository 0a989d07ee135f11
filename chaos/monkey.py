"""The monkey: breaks one part of a run after another, on a schedule derived from its seed."""

from __future__ import annotations

import random
import signal
import subprocess
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from .cluster import LEASE_SECONDS, Cluster, Node
from .upstream import OUTAGES

__all__ = ["Blow", "Monkey", "schedule"]

_GAP = (0.6, 2.4)
_PATIENCE_WITH_ONE = 1.6
"""The pause after a fault of the only node: while it is down, nothing is called, so it stays up longer."""
_QUIET_AT_FIRST = 1.5
_RESTART_SECONDS = 2.0
_WORKS_SECONDS = 1.0
_LATE_SECONDS = 2.0
_AT_ONCE = 16
_STARTS_SECONDS = 0.6
_AND_AGAIN = "and again at its start"
_DRAINS_WITHIN = 40.0
_NODE_BLOWS = ("kill", "halt", "drain")
_OFTEN = {"kill": 5, "halt": 2, "drain": 3, "cut": 5, "outage": 2}
_OF_STORES = {"postgres": 2, "redis": 2}


@dataclass(frozen=True, slots=True)
class Blow:
    """A scheduled fault: its target, its start `at` seconds after the start of the run, and its duration."""

    at: float
    kind: str
    node: int
    seconds: float
    how: str

    def __str__(self) -> str:
        whom = f" node{self.node}" if self.kind in _NODE_BLOWS else ""
        how = f" {self.how}" if self.how else ""
        lasts = f" for {self.seconds:.1f} s" if self.seconds else ""
        return f"{self.at:6.1f} s  {self.kind}{whom}{how}{lasts}"


def schedule(seed: int, seconds: float, nodes: int) -> list[Blow]:
    """Return the faults of a run: each kind once, in random order, then random ones. One of several nodes is spared."""
    source = random.Random(f"monkey:{seed}")
    often = _OFTEN | (_OF_STORES if nodes > 1 else {})
    wanted = list(often)
    source.shuffle(wanted)
    busy = [0.0] * nodes
    blows: list[Blow] = []
    at = _QUIET_AT_FIRST
    while at < seconds:
        kind = wanted.pop() if wanted else source.choices(list(often), list(often.values()))[0]
        blow = _blow(source, at, kind, [number for number in range(nodes) if busy[number] <= at], nodes)
        if blow is None:
            # It is scheduled again when a node is up.
            wanted.append(kind)
        else:
            blows.append(blow)
            if kind in _NODE_BLOWS:
                busy[blow.node] = at + blow.seconds + _RESTART_SECONDS
        at += source.uniform(*_GAP) * (1 if nodes > 1 else _PATIENCE_WITH_ONE)
    return blows


def _blow(source: random.Random, at: float, kind: str, free: list[int], nodes: int) -> Blow | None:
    node = 0
    if kind in _NODE_BLOWS:
        if len(free) < min(nodes, 2):
            return None
        node = source.choice(free)
    lasts = {
        "kill": (0.0, 2.0),
        "halt": (1.2 * LEASE_SECONDS, 2.0 * LEASE_SECONDS),
        "postgres": (0.0, 2.0),
        "redis": (0.1, 3.0),
        "outage": (0.5, 3.0),
    }
    how = {"cut": ("rst", "fin"), "outage": OUTAGES, "kill": ("", "", "", _AND_AGAIN)}.get(kind, ("",))
    seconds = source.uniform(*lasts[kind]) if kind in lasts else 0.0
    return Blow(round(at, 2), kind, node, round(seconds, 2), source.choice(how))


class Monkey:
    """Execute a schedule. `story` lists what was done and when, `crashes` unexpected exits."""

    def __init__(self, cluster: Cluster, blows: list[Blow], *, seed: int) -> None:
        self.story: list[str] = []
        self.crashes: list[str] = []
        self._cluster = cluster
        self._blows = blows
        self._random = random.Random(f"cuts:{seed}")
        self._started = 0.0
        self._touched = [threading.Lock() for _ in cluster.nodes]
        self._stores = threading.Lock()

    def run(self, seconds: float) -> None:
        """Inject the scheduled faults; return after the given seconds with everything repaired."""
        self._started = time.monotonic()
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            struck: list[Future[None]] = []
            for blow in self._blows:
                self._sleep_until(blow.at)
                self._look_round()
                struck.append(pool.submit(self._strike, blow))
            self._sleep_until(seconds)
        for blow_struck in struck:
            blow_struck.result()
        self._look_round()

    def _sleep_until(self, seconds: float) -> None:
        time.sleep(max(0.0, self._started + seconds - time.monotonic()))

    def _strike(self, blow: Blow) -> None:
        if blow.kind in _NODE_BLOWS:
            node = self._cluster.nodes[blow.node]
            touched = self._touched[blow.node]
            if not touched.acquire(timeout=_LATE_SECONDS):
                self._tell(f"{blow}: left out, {node.name} is not yet up again")
                return
            try:
                self._tell(blow)
                getattr(self, f"_{blow.kind}")(node, blow)
                self._let_work(node)
            finally:
                touched.release()
        else:
            self._tell(blow)
            getattr(self, f"_{blow.kind}")(blow)

    def _tell(self, what: object) -> None:
        self.story.append(f"{time.monotonic() - self._started:6.1f} | {what}")

    def _look_round(self) -> None:
        """Restart processes that exited unexpectedly, and record them."""
        for node, touched in zip(self._cluster.nodes, self._touched, strict=True):
            if touched.acquire(blocking=False):
                try:
                    if not node.running:
                        self.crashes.append(f"{node.name} ended by itself with status {node.wait()}")
                        node.start()
                        self._let_work(node)
                finally:
                    touched.release()

    def _let_work(self, node: Node) -> None:
        """Wait until the node has served calls for a moment; on a slow machine, for half as long as its start took."""
        began = time.monotonic()
        try:
            node.wait_until_ready()
        except TimeoutError as error:
            self.crashes.append(str(error))
            return
        took = time.monotonic() - began
        self._tell(f"    {node.name} is up after {took:.1f} s")
        time.sleep(max(_WORKS_SECONDS, took / 2))

    # -- faults

    def _kill(self, node: Node, blow: Blow) -> None:
        node.kill()
        if blow.how == _AND_AGAIN:
            node.start()
            time.sleep(_STARTS_SECONDS)
            node.kill()
        time.sleep(blow.seconds)
        node.start()

    def _halt(self, node: Node, blow: Blow) -> None:
        node.send(signal.SIGSTOP)
        time.sleep(blow.seconds)
        node.send(signal.SIGCONT)

    def _drain(self, node: Node, blow: Blow) -> None:
        node.send(signal.SIGTERM)
        try:
            status = node.wait(_DRAINS_WITHIN)
        except subprocess.TimeoutExpired:
            self.crashes.append(f"{node.name} did not stop within {_DRAINS_WITHIN:g} s of SIGTERM")
            node.kill()
        else:
            if status:
                self.crashes.append(f"{node.name} stopped with status {status} after SIGTERM")
        node.start()

    def _cut(self, blow: Blow) -> None:
        balancer = self._cluster.balancer
        assert balancer is not None
        self._tell(f"    {balancer.ask(cut=self._random.uniform(0.2, 1.0), how=blow.how)}")

    def _outage(self, blow: Blow) -> None:
        self._cluster.upstream.ask(outage=blow.how)
        time.sleep(blow.seconds)
        self._cluster.upstream.ask(outage=None)

    def _postgres(self, blow: Blow) -> None:
        postgres = self._cluster.postgres
        assert postgres is not None
        with self._stores:
            postgres.stop_at_once()
            time.sleep(blow.seconds)
            postgres.start()

    def _redis(self, blow: Blow) -> None:
        redis = self._cluster.redis
        assert redis is not None
        with self._stores:
            redis.process.kill()
            time.sleep(blow.seconds)
            redis.start()
