"""Comparison of a contract with an earlier one: a git revision of its files, or another file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .api import build_api
from .config import Config
from .diagnostics import ContractError
from .load import Revision, RevisionError
from .lock import LOCK_NAME, LockError, parse_lock
from .model import Api
from .verdict import Level, Verdict, verdict

__all__ = ["Comparison", "compare_with_base"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A verdict and the base that it refers to; without a verdict, the problem that prevented it."""

    base: str
    verdict: Verdict | None
    problem: str = ""

    def __str__(self) -> str:
        if self.verdict is None:
            return f"no verdict: {self.problem}"
        lines = [f"  {reason.level.name.lower()}: {reason.what}" for reason in self.verdict.reasons]
        return "\n".join([f"verdict: {self.verdict.level.name.lower()} (compared with {self.base})", *lines])


def compare_with_base(config: Config, api: Api, fingerprint: str) -> Comparison:
    """Compare a model with the configured base, or with the default revision.

    Raises `RevisionError` when the base was configured and cannot be read. A default revision that cannot be read is
    reported in the result instead, so that a contract needs no repository.
    """
    if isinstance(config.against, Path):
        return _with_file(config, config.against, api)
    try:
        return _with_revision(config, Revision(config.contract.resolve().parent, config.against), api, fingerprint)
    except RevisionError as error:
        if config.against is not None:
            raise
        return Comparison("", None, str(error))


def _with_file(config: Config, path: Path, api: Api) -> Comparison:
    try:
        earlier, _ = build_api(path, config.sdk, name=config.name)
    except ContractError as error:
        raise RevisionError(f"the earlier contract cannot be read: {error}") from error
    return Comparison(str(path), verdict(earlier, api))


def _with_revision(config: Config, revision: Revision, api: Api, fingerprint: str) -> Comparison:
    if _recorded_model(config, revision) == fingerprint:
        return Comparison(revision.name, Verdict(Level.NONE, ()))
    base, sdk = revision.name, config.sdk
    if sdk is not None and not _contains(revision, sdk):
        base, sdk = f"{base}, which has no `{sdk.name}`", None
    try:
        earlier, _ = build_api(config.contract, sdk, revision.read, config.name)
    except ContractError as error:
        raise RevisionError(f"the contract at revision {revision.name!r} cannot be read: {error}") from error
    return Comparison(base, verdict(earlier, api))


def _recorded_model(config: Config, revision: Revision) -> str:
    """Return the fingerprint in the lock file of a revision, so that an unchanged contract is not built twice."""
    path = (config.targets[0].out / LOCK_NAME).resolve()
    if not revision.tracks(path):
        return ""
    try:
        content = revision.read(path)
        return parse_lock(content.decode("utf-8", errors="replace"), LOCK_NAME).model
    except (OSError, LockError):
        return ""


def _contains(revision: Revision, path: Path) -> bool:
    try:
        revision.read(path.resolve())
    except OSError:
        return False
    return True
