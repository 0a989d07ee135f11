# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Response types: credentials."""

from __future__ import annotations

from .._core.models import Model

__all__ = [
    "Credential",
    "CredentialDeleted",
    "CredentialInfo",
    "CredentialList",
]


class Credential(Model):
    """A credential without its values."""

    credential_name: str
    """Its name."""

    credential_info: CredentialInfo | None = None
    """What may be known of a credential."""

    credential_values: dict[str, str] | None = None
    """Which values there are, each as it may be shown, such as `sk-pro...REDACTED`."""

    created_at: str | None = None
    """When it was stored (ISO 8601, UTC)."""

    created_by: str | None = None
    """By whom."""

    updated_at: str | None = None
    """When it was last changed."""

    updated_by: str | None = None
    """By whom."""


class CredentialDeleted(Model):
    """A credential that was deleted."""

    credential_name: str
    """Its name."""

    deleted: bool
    """Whether it is gone."""


class CredentialInfo(Model):
    """What may be known of a credential."""

    custom_llm_provider: str | None = None
    """The provider that it is for."""

    description: str | None = None
    """For people: whose it is, and where from."""


class CredentialList(Model):
    """Credentials."""

    success: bool | None = None
    """Always true."""

    credentials: list[Credential]
    """The credentials."""
