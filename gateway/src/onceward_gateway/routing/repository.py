"""Deployments and credentials as they are stored. Their secrets are decrypted only to be sent to providers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Generic, TypeVar

import msgspec

from ..core.errors import ApiError
from ..db import Database, Row
from . import sql
from .encryption import SecretCipher

__all__ = ["PLAIN_VALUES", "SECRET_PARAMS", "Credential", "DeploymentRepository", "SealedTable", "StoredDeployment"]
__all__ += ["masked"]

SECRET_PARAMS = ("api_key", "aws_access_key_id", "aws_secret_access_key", "vertex_credentials")
# The values of a credential that are not secret.
PLAIN_VALUES = ("api_base", "api_version", "organization", "region_name")
# Stored as JSON.
_OBJECTS = frozenset(["info", "params"])


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

    @property
    def key(self) -> str:
        """Return the id, by which the record is stored."""
        return self.id


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

    @property
    def key(self) -> str:
        """Return the name, by which the record is stored."""
        return self.name


Sealed = TypeVar("Sealed", bound=StoredDeployment | Credential)


class SealedTable(Generic[Sealed]):
    """A table of records whose secrets are encrypted, and bound to the record's key."""

    def __init__(self, db: Database, cipher: SecretCipher, table: str, record: type[Sealed], order: str) -> None:
        self._db = db
        self._cipher = cipher
        self._table = table
        self._new: Callable[..., Sealed] = record
        self._names = tuple(field.name for field in fields(record))
        self._sql = sql.statements_of(table, self._names, order)

    async def all(self) -> list[Sealed]:
        """Return all records; their secrets stay encrypted."""
        return [self._read(row) for row in await self._db.query(self._sql.list)]

    async def get(self, key: str) -> Sealed | None:
        """Return the record of a key, or None."""
        row = await self._db.one(self._sql.find, (key,))
        return None if row is None else self._read(row)

    async def put(self, record: Sealed) -> None:
        """Insert a record, or replace the one with its key."""
        values = ((name, getattr(record, name)) for name in self._names)
        row = tuple(_json(value) if name in _OBJECTS else value for name, value in values)
        await self._db.write(self._sql.put, row)

    async def drop(self, key: str) -> None:
        """Delete the record of a key."""
        await self._db.write(self._sql.drop, (key,))

    def seal(self, key: str, secrets: Mapping[str, Any]) -> bytes:
        """Return the secrets of a record encrypted and bound to its key."""
        return self._cipher.encrypt(_json(secrets), f"{self._table}:{key}")

    def secrets(self, record: Sealed) -> dict[str, Any]:
        """Return the decrypted secrets of a record."""
        if record.secrets is None:
            return {}
        return _object(self._cipher.decrypt(record.secrets, f"{self._table}:{record.key}"))

    def readable_secrets(self, record: Sealed) -> dict[str, Any]:
        """Return the secrets of a record; none if its encryption key is lost, so that new ones can be set."""
        try:
            return self.secrets(record)
        except ApiError:
            return {}

    def _read(self, row: Row) -> Sealed:
        return self._new(*(_object(v) if name in _OBJECTS else v for name, v in zip(self._names, row, strict=True)))


class DeploymentRepository:
    """The stored deployments, oldest first, and the credentials by name."""

    def __init__(self, db: Database, cipher: SecretCipher) -> None:
        self.deployments = SealedTable(db, cipher, "deployment", StoredDeployment, "created_at, id")
        self.credentials = SealedTable(db, cipher, "credential", Credential, "name")


def masked(value: Any) -> str:
    """Return a secret value as it is shown: masked, after a short beginning if the value is long."""
    text = value if isinstance(value, str) else _json(value)
    return f"{text[:6]}...REDACTED" if len(text) >= 20 and text.isprintable() else "...REDACTED"


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _object(text: str) -> dict[str, Any]:
    return msgspec.json.decode(text, type=dict[str, Any])
