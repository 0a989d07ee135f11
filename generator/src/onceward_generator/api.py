"""From files to the model: load, normalise and build."""

from __future__ import annotations

from pathlib import Path

from .build import build
from .diagnostics import Diagnostic, Report
from .load import Map, Read, Sources, bundle
from .model import Api
from .normalise import Context, normalise
from .sdk_file import SdkFile, read_sdk_file

__all__ = ["build_api", "normalised"]


def build_api(
    contract_path: Path | str,
    sdk_path: Path | str | None = None,
    read: Read = Path.read_bytes,
    name: str | None = None,
) -> tuple[Api, list[Diagnostic]]:
    """Return the model of a contract, and the diagnostics of everything that it expresses less exactly.

    `read` replaces reading from disk, `name` the names of the brand. Raises `ContractError` when a file cannot be read
    or is not a contract.
    """
    report = Report()
    document, sdk, _ = normalised(contract_path, sdk_path, report, read, name)
    return build(document, sdk, report), report.diagnostics


def normalised(
    contract_path: Path | str,
    sdk_path: Path | str | None,
    report: Report,
    read: Read = Path.read_bytes,
    name: str | None = None,
) -> tuple[Map, SdkFile, Sources]:
    """Return the normalised document with its configuration and the files that it was read from."""
    sdk = read_sdk_file(Path(sdk_path), report, read) if sdk_path is not None else SdkFile()
    sdk = sdk if name is None else sdk.renamed(name)
    document, sources = bundle(Path(contract_path), report, read)
    return normalise(document, Context(sdk, report)), sdk, sources
