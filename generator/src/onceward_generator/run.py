"""A run of the generator: from a configuration to the wanted files, the diagnostics and the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from .api import normalised
from .build import build
from .canonical import fingerprint
from .comparison import Comparison, compare_with_base
from .config import Config, Target
from .diagnostics import Diagnostic, Report
from .files import Changes, Once, compare
from .languages import emitter
from .load import Sources
from .lock import LOCK_NAME, Lock, hash_of, read_lock
from .model import Api

__all__ = ["Outcome", "Output", "run"]


@dataclass(frozen=True, slots=True)
class Output:
    """A folder, its wanted files, and the changes that are needed."""

    folder: Path
    files: Mapping[str, str]
    changes: Changes


@dataclass(frozen=True, slots=True)
class Outcome:
    """The files of every target, the diagnostics, and the comparison with the earlier contract."""

    outputs: tuple[Output, ...]
    diagnostics: tuple[Diagnostic, ...]
    comparison: Comparison


def run(config: Config) -> Outcome:
    """Compute the outcome of a configuration. Nothing is written."""
    report = Report()
    document, sdk, sources = normalised(config.contract, config.sdk, report, name=config.name)
    api = build(document, sdk, report)
    inputs = _inputs(sources, config)
    model = fingerprint(api)
    outputs = tuple(_output(api, target, model, inputs) for target in config.targets)
    return Outcome(outputs, tuple(report.diagnostics), compare_with_base(config, api, model))


def _output(api: Api, target: Target, model: str, inputs: Mapping[str, str]) -> Output:
    files = emitter(target.language)(api, {**target.options, "folder": str(target.out)})
    lock = Lock(model, inputs, {path: hash_of(text) for path, text in files.items() if not isinstance(text, Once)})
    wanted = {**files, LOCK_NAME: lock.to_text()}
    old = read_lock(target.out)
    owned = Lock(old.model, old.inputs, {**old.files, LOCK_NAME: ""})
    return Output(target.out, wanted, compare(target.out, wanted, owned))


def _inputs(sources: Sources, config: Config) -> dict[str, str]:
    found = {name: (sources.folder / name).read_bytes() for name in sources.files}
    if config.sdk is not None:
        found[config.sdk.name] = config.sdk.read_bytes()
    return {name: sha256(content).hexdigest() for name, content in found.items()}
