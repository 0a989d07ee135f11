"""One run: from a configuration to what should be on disk, and to what is said about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from .api import normalised
from .build import build
from .canonical import fingerprint, from_json, to_json
from .config import Config, Target
from .diagnostics import Diagnostic, Report
from .files import Changes, compare
from .languages import emitter
from .load import Sources
from .lock import LOCK_NAME, Lock, hash_of, read_lock
from .model import Api
from .verdict import Verdict, verdict

__all__ = ["MODEL_NAME", "Outcome", "Output", "run"]

MODEL_NAME = "onceward-generate.model.json"


@dataclass(frozen=True, slots=True)
class Output:
    """A folder, what belongs in it, and what has to change for that."""

    folder: Path
    files: Mapping[str, str]
    changes: Changes


@dataclass(frozen=True, slots=True)
class Outcome:
    outputs: tuple[Output, ...]
    diagnostics: tuple[Diagnostic, ...]
    verdict: Verdict | None
    """None where there is no earlier model to compare with."""


def run(config: Config) -> Outcome:
    """Work out everything; write nothing."""
    report = Report()
    document, sdk, sources = normalised(config.contract, config.sdk, report)
    api = build(document, sdk, report)
    inputs = _inputs(sources, config)
    model_path = config.model or config.targets[0].out / MODEL_NAME
    outputs = [_output(api, target, inputs) for target in config.targets]
    text = to_json(api)
    earlier = model_path.read_bytes().decode("utf-8") if model_path.is_file() else None
    kept = (
        Changes(added=(model_path.name,))
        if earlier is None
        else Changes(changed=(model_path.name,) * (earlier != text))
    )
    outputs.append(Output(model_path.parent, {model_path.name: text}, kept))
    return Outcome(tuple(outputs), tuple(report.diagnostics), _verdict(earlier, api))


def _verdict(earlier: str | None, api: Api) -> Verdict | None:
    if earlier is None:
        return None
    try:
        return verdict(from_json(earlier), api)
    except ValueError:
        return None


def _output(api: Api, target: Target, inputs: Mapping[str, str]) -> Output:
    files = emitter(target.language)(api, target.options)
    lock = Lock(fingerprint(api), inputs, {path: hash_of(text) for path, text in files.items()})
    wanted = {**files, LOCK_NAME: lock.to_text()}
    old = read_lock(target.out)
    owned = Lock(old.model, old.inputs, {**old.files, LOCK_NAME: ""})
    return Output(target.out, wanted, compare(target.out, wanted, owned))


def _inputs(sources: Sources, config: Config) -> dict[str, str]:
    found = {name: (sources.folder / name).read_bytes() for name in sources.files}
    if config.sdk is not None:
        found[config.sdk.name] = config.sdk.read_bytes()
    return {name: sha256(content).hexdigest() for name, content in found.items()}
