"""Reads ``onceward-generate.toml``, so that the command needs no arguments.

    contract = "contract/source/root.yaml"
    sdk = "contract/sdk.yaml"
    model = "contract/model.json"     # where the model is kept for the verdict; absent: beside the first target's lock

    [python]                          # one table for each language
    out = "sdks/python"               # everything else in the table is an option of that language's emitter

Paths are relative to the file's folder.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .languages import LANGUAGES

__all__ = ["CONFIG_NAME", "Config", "ConfigError", "Target", "find_config", "read_config"]

CONFIG_NAME = "onceward-generate.toml"
_KEYS = ("contract", "sdk", "model")


class ConfigError(ValueError):
    """The configuration cannot be used; the text names the file and the key."""


@dataclass(frozen=True, slots=True)
class Target:
    """One language and the folder that it is written to."""

    language: str
    out: Path
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Config:
    contract: Path
    sdk: Path | None
    targets: tuple[Target, ...]
    model: Path | None = None


def find_config(start: Path) -> Path | None:
    """The file in a folder or the nearest folder above it."""
    return next((path for folder in (start, *start.parents) if (path := folder / CONFIG_NAME).is_file()), None)


def read_config(path: Path) -> Config:
    """Read the file. Raises `ConfigError`."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"`{path}` cannot be read: {error}") from error
    folder = path.parent
    for key in content:
        if key not in _KEYS and key not in LANGUAGES:
            raise ConfigError(f"`{path}`: `{key}` is not known; known are {', '.join((*_KEYS, *LANGUAGES))}")
    if not isinstance(content.get("contract"), str):
        raise ConfigError(f"`{path}`: `contract` must name the contract's root file")
    targets = tuple(_target(path, name, content[name]) for name in content if name in LANGUAGES)
    if not targets:
        raise ConfigError(f"`{path}`: no language is configured; add a table, one of {', '.join(LANGUAGES)}")
    sdk, model = (folder / content[key] if key in content else None for key in ("sdk", "model"))
    return Config(folder / content["contract"], sdk, targets, model)


def _target(path: Path, language: str, table: Any) -> Target:
    if not isinstance(table, dict) or not isinstance(table.get("out"), str):
        raise ConfigError(f"`{path}`: `{language}.out` must name the folder to write to")
    return Target(language, path.parent / table["out"], {key: value for key, value in table.items() if key != "out"})
