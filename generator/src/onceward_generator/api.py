"""The whole way from files to the model: load, normalise, build."""

from __future__ import annotations

from pathlib import Path

from .build import build
from .diagnostics import Diagnostic, Report
from .load import Map, Sources, bundle
from .model import Api
from .normalise import Context, normalise
from .sdk_file import SdkFile, read_sdk_file

__all__ = ["build_api", "normalised"]


def build_api(contract_path: Path | str, sdk_path: Path | str | None = None) -> tuple[Api, list[Diagnostic]]:
    """The model of a contract, and what could not be expressed as the contract says it.

    Raises `ContractError` when a file cannot be read or is no contract.
    """
    report = Report()
    document, sdk, _ = normalised(contract_path, sdk_path, report)
    return build(document, sdk, report), report.diagnostics


def normalised(contract_path: Path | str, sdk_path: Path | str | None, report: Report) -> tuple[Map, SdkFile, Sources]:
    """The normalised document with its configuration and the files that it was read from."""
    sdk = read_sdk_file(Path(sdk_path), report) if sdk_path is not None else SdkFile()
    document, sources = bundle(Path(contract_path), report)
    return normalise(document, Context(sdk, report)), sdk, sources
