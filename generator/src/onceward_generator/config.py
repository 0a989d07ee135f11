"""Read ``onceward-generate.toml``, the configuration of the command line.

    contract = "contract/source/root.yaml"
    sdk = "contract/sdk.yaml"
    name = "Parcel Post"              # the product; default: `brand` of sdk.yaml, or the contract's title
    against = "v1.2.0"                # the git revision that the verdict compares with; default: the last tag, or HEAD

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
_KEYS = ("contract", "sdk", "against", "name")


class ConfigError(ValueError):
    """A configuration that cannot be used; the message contains the file and the key."""


@dataclass(frozen=True, slots=True)
class Target:
    """A language and its output folder."""

    language: str
    out: Path
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Config:
    """A contract, its targets, and the base of the verdict."""

    contract: Path
    sdk: Path | None
    targets: tuple[Target, ...]
    against: str | Path | None = None
    """A git revision, or the file of an earlier contract; None: the last tag, or HEAD without tags."""
    name: str | None = None
    """The name of the product, from which the package and its classes are named; None: as `brand` of sdk.yaml says."""


def find_config(start: Path) -> Path | None:
    """Return the configuration file in a folder or in the nearest folder above it."""
    return next((path for folder in (start, *start.parents) if (path := folder / CONFIG_NAME).is_file()), None)


def read_config(path: Path) -> Config:
    """Read a configuration file. Raises `ConfigError`."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"`{path}` cannot be read: {error}") from error
    folder = path.parent
    for key in content:
        if key not in _KEYS and key not in LANGUAGES:
            raise ConfigError(f"`{path}`: unknown key `{key}`; the keys are {', '.join((*_KEYS, *LANGUAGES))}")
    if not isinstance(content.get("contract"), str):
        raise ConfigError(f"`{path}`: `contract` is required: the root file of the contract")
    targets = tuple(_target(path, name, content[name]) for name in content if name in LANGUAGES)
    if not targets:
        raise ConfigError(f"`{path}`: no language is configured: add a table of {', '.join(LANGUAGES)}")
    for key in ("sdk", "against", "name"):
        if not isinstance(content.get(key, ""), str):
            raise ConfigError(f"`{path}`: `{key}` is {content[key]!r}; it must be a string")
    sdk = folder / content["sdk"] if "sdk" in content else None
    return Config(folder / content["contract"], sdk, targets, content.get("against"), content.get("name"))


def _target(path: Path, language: str, table: Any) -> Target:
    if not isinstance(table, dict) or not isinstance(table.get("out"), str):
        raise ConfigError(f"`{path}`: `{language}.out` is required: the output folder")
    return Target(language, path.parent / table["out"], {key: value for key, value in table.items() if key != "out"})
