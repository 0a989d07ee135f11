# Generated from the contract by headgate-generate. Do not edit: change the contract or the generator.

"""What answers carry: health."""

from __future__ import annotations

from typing import Literal, TypeAlias

from .._core.models import Model

__all__ = [
    "HealthStatus",
    "ReadyStatus",
    "ReadyStatusAuthMode",
]


class HealthStatus(Model):
    """The gateway lives."""

    status: str
    """Always `ok`."""

    version: str | None = None
    """The version of the gateway."""


class ReadyStatus(Model):
    """The gateway serves."""

    ok: bool
    """Whether it serves."""

    status: str | None = None
    """In a word: `ready`."""

    auth_mode: ReadyStatusAuthMode | None = None
    """Whether a key is needed."""

    allowlist_enabled: bool | None = None
    """Whether only listed models may be called."""

    limits_enabled: bool | None = None
    """Whether requests and tokens are limited."""

    issues: list[str] | None = None
    """What is not as it should be."""


ReadyStatusAuthMode: TypeAlias = Literal["required", "optional", "disabled"] | str
"""Whether a key is needed."""
