# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""The resource `credentials` and its children."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Unpack

from .._core.operation import Body, Operation, Page, Param, Result
from .._core.resource import AsyncRawMethod, AsyncResource, RawMethod, RawResource, Resource

if TYPE_CHECKING:
    from .._core.options import CallOptions
    from .._drivers.pages import AsyncPages, SyncPage
    from ..types.credentials import Credential, CredentialDeleted
    from ..types.params.credentials import CredentialsCreateParams, CredentialsUpdateParams

__all__ = [
    "AsyncCredentials",
    "AsyncCredentialsWithRawResponse",
    "Credentials",
    "CredentialsWithRawResponse",
]

_CREATE = Operation(
    id="credentials.create",
    method="POST",
    path="/credentials",
    params={
        "credential_name": Param(
            wire="credential_name", required=True, check=("within", "string", {"min_length": 1, "max_length": 255})
        ),
        "credential_info": Param(wire="credential_info", required=True, check="credentials:CredentialInfoParam"),
        "credential_values": Param(
            wire="credential_values",
            required=True,
            check=("within", ("map", ("within", "string", {"min_length": 1})), {"min_length": 1}),
        ),
    },
    body=Body(),
    result=Result(type="credentials:Credential"),
    retry="keyed",
)

_LIST = Operation(
    id="credentials.list",
    method="GET",
    path="/credentials",
    result=Result(type="credentials:CredentialList"),
    page=Page(style="none", items=("credentials",)),
)

_RETRIEVE = Operation(
    id="credentials.retrieve",
    method="GET",
    path="/credentials/{credential_name}",
    params={
        "credential_name": Param(
            wire="credential_name",
            place="path",
            required=True,
            check=("within", "string", {"min_length": 1, "max_length": 255}),
        ),
    },
    result=Result(type="credentials:Credential"),
)

_UPDATE = Operation(
    id="credentials.update",
    method="PATCH",
    path="/credentials/{credential_name}",
    params={
        "credential_name": Param(
            wire="credential_name",
            place="path",
            required=True,
            check=("within", "string", {"min_length": 1, "max_length": 255}),
        ),
        "credential_info": Param(
            wire="credential_info", nullable=True, check=("null", "credentials:CredentialInfoParam")
        ),
        "credential_values": Param(
            wire="credential_values",
            nullable=True,
            check=("null", ("map", ("null", ("within", "string", {"min_length": 1})))),
        ),
    },
    body=Body(),
    result=Result(type="credentials:Credential"),
    retry="keyed",
)

_DELETE = Operation(
    id="credentials.delete",
    method="DELETE",
    path="/credentials/{credential_name}",
    params={
        "credential_name": Param(
            wire="credential_name",
            place="path",
            required=True,
            check=("within", "string", {"min_length": 1, "max_length": 255}),
        ),
    },
    result=Result(type="credentials:CredentialDeleted"),
    retry="keyed",
)


class Credentials(Resource):
    """Provider credentials, stored encrypted."""

    @cached_property
    def with_raw_response(self) -> CredentialsWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return CredentialsWithRawResponse(self)

    def create(self, **params: Unpack[CredentialsCreateParams]) -> Credential:
        """Create a credential.

        Stores provider credentials, such as an API key, under a name that deployments refer to. Values are
        encrypted and never returned.

        Args:
            credential_name: The name of the credential.
            credential_info: Metadata of a credential.
            credential_values: The provider's credentials, such as `api_key`, `api_base` and `api_version`.
        """
        answer: Credential = self._client.execute(_CREATE, params)
        return answer

    def list(self, **params: Unpack[CallOptions]) -> SyncPage[Credential]:
        """List credentials.

        Lists credentials by name, without their values.

        Returns:
            The first page; iterate over it for the items of all pages.
        """
        answer: SyncPage[Credential] = self._client.execute(_LIST, params)
        return answer

    def retrieve(self, credential_name: str, **params: Unpack[CallOptions]) -> Credential:
        """Retrieve a credential.

        Retrieves a credential, without its values.

        Args:
            credential_name: The name of the credential.
        """
        answer: Credential = self._client.execute(_RETRIEVE, {"credential_name": credential_name, **params})
        return answer

    def update(self, credential_name: str, **params: Unpack[CredentialsUpdateParams]) -> Credential:
        """Update a credential.

        Updates the given fields and leaves the others unchanged. Null removes a value. Calls that start after
        the update use the new values.

        Args:
            credential_name: The name of the credential.
            credential_info: Metadata of a credential.
            credential_values: The provider's credentials to change.
        """
        answer: Credential = self._client.execute(_UPDATE, {"credential_name": credential_name, **params})
        return answer

    def delete(self, credential_name: str, **params: Unpack[CallOptions]) -> CredentialDeleted:
        """Delete a credential.

        Deletes a credential. Deleting one that a deployment uses returns 409.

        Args:
            credential_name: The name of the credential.
        """
        answer: CredentialDeleted = self._client.execute(_DELETE, {"credential_name": credential_name, **params})
        return answer


class CredentialsWithRawResponse(RawResource["Credentials"]):
    """The methods of `Credentials`, returning raw responses."""

    create = RawMethod(Credentials.create)
    list = RawMethod(Credentials.list)
    retrieve = RawMethod(Credentials.retrieve)
    update = RawMethod(Credentials.update)
    delete = RawMethod(Credentials.delete)


class AsyncCredentials(AsyncResource):
    """Provider credentials, stored encrypted."""

    @cached_property
    def with_raw_response(self) -> AsyncCredentialsWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return AsyncCredentialsWithRawResponse(self)

    async def create(self, **params: Unpack[CredentialsCreateParams]) -> Credential:
        """Create a credential.

        Stores provider credentials, such as an API key, under a name that deployments refer to. Values are
        encrypted and never returned.

        Args:
            credential_name: The name of the credential.
            credential_info: Metadata of a credential.
            credential_values: The provider's credentials, such as `api_key`, `api_base` and `api_version`.
        """
        answer: Credential = await self._client.execute(_CREATE, params)
        return answer

    def list(self, **params: Unpack[CallOptions]) -> AsyncPages[Credential]:
        """List credentials.

        Lists credentials by name, without their values.

        Returns:
            The first page; iterate over it for the items of all pages.
        """
        answer: AsyncPages[Credential] = self._client.execute(_LIST, params)
        return answer

    async def retrieve(self, credential_name: str, **params: Unpack[CallOptions]) -> Credential:
        """Retrieve a credential.

        Retrieves a credential, without its values.

        Args:
            credential_name: The name of the credential.
        """
        answer: Credential = await self._client.execute(_RETRIEVE, {"credential_name": credential_name, **params})
        return answer

    async def update(self, credential_name: str, **params: Unpack[CredentialsUpdateParams]) -> Credential:
        """Update a credential.

        Updates the given fields and leaves the others unchanged. Null removes a value. Calls that start after
        the update use the new values.

        Args:
            credential_name: The name of the credential.
            credential_info: Metadata of a credential.
            credential_values: The provider's credentials to change.
        """
        answer: Credential = await self._client.execute(_UPDATE, {"credential_name": credential_name, **params})
        return answer

    async def delete(self, credential_name: str, **params: Unpack[CallOptions]) -> CredentialDeleted:
        """Delete a credential.

        Deletes a credential. Deleting one that a deployment uses returns 409.

        Args:
            credential_name: The name of the credential.
        """
        answer: CredentialDeleted = await self._client.execute(_DELETE, {"credential_name": credential_name, **params})
        return answer


class AsyncCredentialsWithRawResponse(RawResource["AsyncCredentials"]):
    """The methods of `AsyncCredentials`, returning raw responses."""

    create = AsyncRawMethod(AsyncCredentials.create)
    list = AsyncRawMethod(AsyncCredentials.list)
    retrieve = AsyncRawMethod(AsyncCredentials.retrieve)
    update = AsyncRawMethod(AsyncCredentials.update)
    delete = AsyncRawMethod(AsyncCredentials.delete)
