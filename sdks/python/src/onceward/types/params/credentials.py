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
    """What may be known of a credential."""

    custom_llm_provider: str | None
    """The provider that it is for."""

    description: str | None
    """For people: whose it is, and where from."""


class CredentialsCreateParams(CallOptions, total=False):
    """Arguments of `credentials.create`."""

    credential_name: Required[str]
    """Its name."""

    credential_info: Required[CredentialInfoParam | CredentialInfo]
    """What may be known of a credential."""

    credential_values: Required[Mapping[str, str]]
    """What the provider asks for, such as `api_key`, `api_base` and `api_version`."""


class CredentialsUpdateParams(CallOptions, total=False):
    """Arguments of `credentials.update`."""

    credential_info: CredentialInfoParam | CredentialInfo | None
    """What may be known of a credential."""

    credential_values: Mapping[str, str | None] | None
    """What the provider asks for. Null takes one away."""
