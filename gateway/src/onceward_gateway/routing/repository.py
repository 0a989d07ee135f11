"""Deployments and credentials as they are stored. Their secrets are decrypted only to be sent to providers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from ..core.errors import ApiError
from ..db import Database
from . import sql
from .encryption import SecretCipher

__all__ = ["PLAIN_VALUES", "SECRET_PARAMS", "Credential", "DeploymentRepository", "StoredDeployment", "masked"]

SECRET_PARAMS = ("api_key", "aws_access_key_id", "aws_secret_access_key", "vertex_credentials")
# The values of a credential that are not secret.
PLAIN_VALUES = ("api_base", "api_version", "organization", "region_name")


@dataclass(frozen=True, slots=True)
class StoredDeployment:
    """A deployment created with `/model/new`; `params` has none of its secrets."""

    id: str
    model_name: str
    params: Mapping[str, Any]
    info: Mapping[str, Any]
    secrets: bytes | None
    created_at: float
    created_by: str
    updated_at: float
    updated_by: str


@dataclass(frozen=True, slots=True)
class Credential:
    """A named set of values with which deployments are called."""

    name: str
    info: Mapping[str, Any]
    secrets: bytes
    created_at: float
    created_by: str
    updated_at: float
    updated_by: str


class DeploymentRepository:
    """Reads and writes deployments and credentials."""

    def __init__(self, db: Database, cipher: SecretCipher) -> None:
        self._db = db
        self._cipher = cipher

    async def deployments(self) -> list[StoredDeployment]:
        """Return all stored deployments; their secrets stay encrypted."""
        return [_deployment(row) for row in await self._db.query(sql.LIST_DEPLOYMENTS)]

    async def deployment(self, id: str) -> StoredDeployment | None:
        """Return the deployment with this id, or None."""
        row = await self._db.one(sql.FIND_DEPLOYMENT, (id,))
        return None if row is None else _deployment(row)

    async def put_deployment(self, record: StoredDeployment) -> None:
        """Insert a deployment, or replace the one with its id."""
        await self._db.write(
            sql.PUT_DEPLOYMENT,
            (
                record.id,
                record.model_name,
                _json(record.params),
                _json(record.info),
                record.secrets,
                record.created_at,
                record.created_by,
                record.updated_at,
                record.updated_by,
            ),
        )

    async def drop_deployment(self, id: str) -> bool:
        """Delete a deployment, and return False if there was none."""
        return await self._db.write(sql.DROP_DEPLOYMENT, (id,)) > 0

    async def credentials(self) -> list[Credential]:
        """Return all stored credentials; their values stay encrypted."""
        return [_credential(row) for row in await self._db.query(sql.LIST_CREDENTIALS)]

    async def credential(self, name: str) -> Credential | None:
        """Return the credential of this name, or None."""
        row = await self._db.one(sql.FIND_CREDENTIAL, (name,))
        return None if row is None else _credential(row)

    async def put_credential(self, record: Credential) -> None:
        """Insert a credential, or replace the one of its name."""
        await self._db.write(
            sql.PUT_CREDENTIAL,
            (
                record.name,
                _json(record.info),
                record.secrets,
                record.created_at,
                record.created_by,
                record.updated_at,
                record.updated_by,
            ),
        )

    async def drop_credential(self, name: str) -> bool:
        """Delete a credential, and return False if there was none."""
        return await self._db.write(sql.DROP_CREDENTIAL, (name,)) > 0

    # -- secrets

    def seal_deployment(self, id: str, secrets: Mapping[str, Any]) -> bytes | None:
        """Return the secrets of a deployment encrypted and bound to its id, or None if there are none."""
        return self._cipher.encrypt(_json(secrets), f"deployment:{id}") if secrets else None

    def deployment_secrets(self, record: StoredDeployment) -> dict[str, Any]:
        """Return the decrypted secrets of a deployment."""
        if record.secrets is None:
            return {}
        return _object(self._cipher.decrypt(record.secrets, f"deployment:{record.id}"))

    def seal_credential(self, name: str, values: Mapping[str, Any]) -> bytes:
        """Return the values of a credential encrypted and bound to its name."""
        return self._cipher.encrypt(_json(values), f"credential:{name}")

    def credential_values(self, record: Credential) -> dict[str, Any]:
        """Return the decrypted values of a credential."""
        return _object(self._cipher.decrypt(record.secrets, f"credential:{record.name}"))

    def readable_values(self, record: Credential) -> dict[str, Any]:
        """Return a credential's values, or none where they cannot be decrypted: its name is shown all the same."""
        try:
            return self.credential_values(record)
        except ApiError:
            return {}


def masked(value: Any) -> str:
    """Return a secret value as it is shown: masked, after a short beginning if the value is long."""
    text = value if isinstance(value, str) else _json(value)
    return f"{text[:6]}...REDACTED" if len(text) >= 20 and text.isprintable() else "...REDACTED"


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _object(text: str) -> dict[str, Any]:
    return msgspec.json.decode(text, type=dict[str, Any])


def _deployment(row: tuple[Any, ...]) -> StoredDeployment:
    return StoredDeployment(row[0], row[1], _object(row[2]), _object(row[3]), *row[4:])


def _credential(row: tuple[Any, ...]) -> Credential:
    return Credential(row[0], _object(row[1]), *row[2:])
