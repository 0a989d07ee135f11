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
    """The name of the credential."""

    credential_info: CredentialInfo | None = None
    """Metadata of a credential."""

    credential_values: dict[str, str] | None = None
    """The names of the values, each with a masked value such as `sk-pro...REDACTED`."""

    created_at: str | None = None
    """When the credential was created (ISO 8601, UTC)."""

    created_by: str | None = None
    """The user or key that created it."""

    updated_at: str | None = None
    """When the object was last updated (ISO 8601, UTC)."""

    updated_by: str | None = None
    """The user or key that last changed it."""


class CredentialDeleted(Model):
    """Confirmation that a credential was deleted."""

    credential_name: str
    """The name of the credential."""

    deleted: bool
    """Whether the credential was deleted."""


class CredentialInfo(Model):
    """Metadata of a credential."""

    custom_llm_provider: str | None = None
    """The provider that the credential is for."""

    description: str | None = None
    """A description, such as its owner and origin."""


class CredentialList(Model):
    """A list of credentials."""

    success: bool | None = None
    """Always true."""

    credentials: list[Credential]
    """The credentials."""
