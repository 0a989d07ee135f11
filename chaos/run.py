"""One run: start everything, make calls and inject faults, repair, end and audit."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import msgspec

from onceward import Onceward

from .accounts import Accounts, open_accounts
from .audit import audit
from .clients import TOTAL_SECONDS, Plan, client_options
from .cluster import ADMIN_KEY, Cluster
from .evidence import Complaint, Evidence
from .journal import Began, Made, Seen, read
from .monkey import Monkey, schedule
from .processes import Process, module, until
from .records import install_witness, read_records
from .rounds import BATCH_SECONDS

__all__ = ["Outcome", "run"]

_PROCESSES = 2
_TASKS = 14
_THREADS = 3
# Most of it is released within a lease. A live node releases reservations of unknown calls after one minute.
_SETTLES_WITHIN = 75.0
_GROUPS: tuple[Literal["team", "customer", "api_key", "user", "organization", "model", "provider"], ...] = (
    "team",
    "customer",
    "api_key",
    "user",
    "organization",
    "model",
    "provider",
)
_TRACEBACK = "Traceback (most recent call last)"


@dataclass
class Outcome:
    """The result of a run. `folder` contains its logs and journals, if they were kept."""

    seed: int
    complaints: list[Complaint]
    story: list[str]
    counts: Counter[str]
    errors: Counter[str]
    seconds: float
    folder: Path | None = None

    @property
    def green(self) -> bool:
        return not self.complaints


@dataclass
class _Load:
    """The client processes."""

    cluster: Cluster
    seed: int
    processes: list[Process] = field(default_factory=list)
    journals: list[Path] = field(default_factory=list)

    def start(self, accounts: Accounts) -> None:
        folder = self.cluster.folder
        for number in range(_PROCESSES):
            name = f"c{number}"
            journal, path = folder / f"{name}.jsonl", folder / f"{name}.json"
            plan = Plan(name, self.seed, self.cluster.url, ADMIN_KEY, accounts.keys, str(journal), _TASKS, _THREADS)
            path.write_bytes(msgspec.json.encode(plan))
            process = Process(f"clients-{name}", module("load", str(path)), folder)
            process.start(stdin=subprocess.PIPE)
            self.processes.append(process)
            self.journals.append(journal)

    def finish(self) -> None:
        """Let every client finish its call and stop; those that exceed their timeouts are ended, and the audit reports
        it."""
        for process in self.processes:
            assert process.popen.stdin is not None
            with contextlib.suppress(BrokenPipeError):
                process.popen.stdin.close()
        deadline = time.monotonic() + BATCH_SECONDS + TOTAL_SECONDS
        for process in self.processes:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, deadline - time.monotonic()))

    def failures(self) -> Iterator[str]:
        for process in self.processes:
            if process.running or process.popen.returncode:
                yield f"{process.name} ended with status {process.popen.poll()}; see {process.log}"

    def close(self) -> None:
        for process in self.processes:
            process.close()


def run(
    *, nodes: int, seed: int, seconds: float, keep: bool = False, meddle: Callable[[str], None] = lambda database: None
) -> Outcome:
    """Run with this many nodes for this many seconds. The directory is kept on failure, or if `keep` is set.

    `meddle` may change the database before the audit, to test that this is found.
    """
    folder = Path(tempfile.mkdtemp(prefix="chaos-"))
    cluster = Cluster(folder, nodes=nodes, seed=seed)
    load = _Load(cluster, seed)
    started = time.monotonic()
    try:
        cluster.start()
        accounts = open_accounts(cluster.url)
        install_witness(cluster.database)
        monkey = Monkey(cluster, schedule(seed, seconds, nodes), seed=seed)
        load.start(accounts)
        monkey.run(seconds)
        load.finish()
        meddle(cluster.database)
        evidence = _evidence(cluster, load, accounts.made, monkey.crashes, seconds)
    except BaseException as error:
        error.add_note(f"Logs and journals of the run with the seed {seed} are in {folder}.")
        raise
    finally:
        load.close()
        cluster.close()
    outcome = Outcome(
        seed=seed,
        complaints=audit(evidence),
        story=monkey.story,
        counts=_counts(evidence),
        errors=_errors(evidence),
        seconds=time.monotonic() - started,
        folder=folder,
    )
    if outcome.green and not keep:
        shutil.rmtree(folder)
        outcome.folder = None
    return outcome


def _evidence(cluster: Cluster, load: _Load, made: tuple[Made, ...], crashes: list[str], seconds: float) -> Evidence:
    """Return the evidence after all activity has ended."""
    with contextlib.suppress(TimeoutError):
        until(lambda: _at_rest(cluster), "all holds and calls to end", seconds=_SETTLES_WITHIN, every=0.2)
    told = [*crashes, *load.failures(), *_tracebacks(cluster)]
    entries = [*made, *read(load.journals), *read([cluster.provider_journal])]
    records = read_records(cluster.database)
    (cluster.folder / "records.json").write_bytes(msgspec.json.format(msgspec.json.encode(records), indent=1))
    cluster.wait_until_reachable()
    return Evidence(entries, records, _reports(cluster), told, seconds, counted=cluster.redis is None)


def _at_rest(cluster: Cluster) -> bool:
    records = read_records(cluster.database)
    running = any(call.status == "in_progress" for call in records.calls)
    return not records.holds and not running and not any(window.held for window in records.windows)


def _tracebacks(cluster: Cluster) -> Iterator[str]:
    for node in cluster.nodes:
        text = node.log.read_text()
        if _TRACEBACK in text:
            yield f"{node.name} logged {text.count(_TRACEBACK)} tracebacks; the last line is {text.splitlines()[-1]!r}"


def _reports(cluster: Cluster) -> dict[str, int]:
    """Return the total spend in the gateway's reports, each by its total and by the sum of its rows."""
    told: dict[str, int] = {}
    with Onceward(**client_options(cluster.url, ADMIN_KEY)) as admin:
        for group in _GROUPS:
            report = admin.spend.report(group_by=group, interval="total")
            told[f"the report by {group}"] = round(report.total.spend * 1e9)
            told[f"the lines of the report by {group}"] = sum(round(row.spend * 1e9) for row in report.results)
    return told


def _counts(evidence: Evidence) -> Counter[str]:
    counts = Counter(f"calls {seen.end}" for seen in evidence.seen)
    counts["calls"] = sum(isinstance(entry, Began) and entry.ask is not None for entry in evidence.entries)
    counts["attempts"] = sum(seen.attempts for seen in evidence.seen)
    counts["retried"] = sum(seen.attempts > 1 for seen in evidence.succeeded)
    counts["records"] = len(evidence.records.usage)
    counts["peaks at limit"] = sum(
        peak.highest > 0.8 * limit
        for peak in evidence.records.peaks
        if (limit := evidence.limits.get((peak.scope, peak.id))) is not None
    )
    return counts


def _errors(evidence: Evidence) -> Counter[str]:
    seen: list[Seen] = [*evidence.seen, *evidence.things_made]
    return Counter(entry.fault.code or entry.fault.kind for entry in seen if entry.fault is not None)
