# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Request types: credentials."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Required, TypedDict

from ..._core.options import CallOptions

if TYPE_CHECKING:
    from ..credentials import CredentialInfo

__all__ = [
    "CredentialInfoParam",
    "CredentialsCreateParams",
    "CredentialsUpdateParams",
]


class CredentialInfoParam(TypedDict, total=False):
    """Metadata of a credential."""

    custom_llm_provider: str | None
    """The provider that the credential is for."""

    description: str | None
    """A description, such as its owner and origin."""


class CredentialsCreateParams(CallOptions, total=False):
    """Arguments of `credentials.create`."""

    credential_name: Required[str]
    """The name of the credential."""

    credential_info: Required[CredentialInfoParam | CredentialInfo]
    """Metadata of a credential."""

    credential_values: Required[Mapping[str, str]]
    """The provider's credentials, such as `api_key`, `api_base` and `api_version`."""


class CredentialsUpdateParams(CallOptions, total=False):
    """Arguments of `credentials.update`."""

    credential_info: CredentialInfoParam | CredentialInfo | None
    """Metadata of a credential."""

    credential_values: Mapping[str, str | None] | None
    """The provider's credentials to change. Null removes a value."""
