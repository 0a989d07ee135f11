"""The stored records of keys, users, teams and organizations. Money is nano-USD, times are seconds since the epoch.

A record is stored as JSON, beside the columns by which it is looked up; `columns` returns their values. A deleted
record remains, with its time of deletion: its id is not reused, and its spending keeps its owner.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, ClassVar, TypeVar

import msgspec

from .principal import (
    Bound,
    ModelBudget,
    Scope,
)

__all__ = [
    "Bounded",
    "Budget",
    "Customer",
    "Key",
    "Limits",
    "Member",
    "ModelLimit",
    "Organization",
    "R",
    "Record",
    "Team",
    "User",
]


class ModelLimit(msgspec.Struct, kw_only=True, omit_defaults=True):
    """The limits of one model."""

    max_budget: int | None = None
    budget_duration: str | None = None
    rpm_limit: int | None = None
    tpm_limit: int | None = None


class Limits(msgspec.Struct, kw_only=True, omit_defaults=True):
    """The limits of an object, as they were set. `anchor` is the start of its first budget window."""

    max_budget: int | None = None
    soft_budget: int | None = None
    budget_duration: str | None = None
    anchor: float = 0.0
    temp_increase: int = 0
    temp_until: float = 0.0
    rpm_limit: int | None = None
    tpm_limit: int | None = None
    max_parallel_requests: int | None = None
    model_max_budget: dict[str, ModelLimit] = {}
    model_rpm_limit: dict[str, int] = {}
    model_tpm_limit: dict[str, int] = {}

    def bound(self, scope: Scope, id: str, name: str) -> Bound:
        """Return the bound that the ledger and the rate limits enforce."""
        models = {model: ModelBudget(**msgspec.structs.asdict(limit)) for model, limit in self.model_max_budget.items()}
        return Bound(
            scope=scope,
            id=id,
            name=name,
            max_budget=self.max_budget,
            soft_budget=self.soft_budget,
            budget_duration=self.budget_duration,
            budget_anchor=self.anchor,
            temp_increase=self.temp_increase,
            temp_until=self.temp_until,
            rpm_limit=self.rpm_limit,
            tpm_limit=self.tpm_limit,
            max_parallel_requests=self.max_parallel_requests,
            model_max_budget=MappingProxyType(models),
            model_rpm_limit=MappingProxyType(dict(self.model_rpm_limit)),
            model_tpm_limit=MappingProxyType(dict(self.model_tpm_limit)),
        )


class Record(msgspec.Struct, kw_only=True, omit_defaults=True):
    """The fields of every record."""

    kind: ClassVar[str] = ""

    id: str
    created_at: float = 0.0
    created_by: str = ""
    updated_at: float = 0.0
    updated_by: str = ""
    deleted_at: float | None = None
    metadata: dict[str, Any] = {}

    def columns(self) -> tuple[Any, ...]:
        """Return the values of the columns of this kind, in the order of its statements."""
        raise NotImplementedError

    @property
    def title(self) -> str:
        """Return the name of the record in errors."""
        return f"{self.kind} {self.id!r}"


R = TypeVar("R", bound=Record)


class Budget(Record, kw_only=True, omit_defaults=True):
    """Named limits that other objects refer to. Each of these objects has its own counters."""

    kind: ClassVar[str] = "budget"

    organization_id: str | None = None
    limits: Limits = msgspec.field(default_factory=Limits)

    def columns(self) -> tuple[Any, ...]:
        """Return the values by which budgets are searched, in the order of their columns."""
        return (self.organization_id,)


class Bounded(Record, kw_only=True, omit_defaults=True):
    """A record with its own limits and models."""

    alias: str | None = None
    blocked: bool = False
    models: list[str] = []
    budget_id: str | None = None
    limits: Limits = msgspec.field(default_factory=Limits)
    tags: list[str] = []
    guardrails: list[str] = []

    @property
    def title(self) -> str:
        """Return the kind and the name for use in messages."""
        return f"{self.kind} {(self.alias or self.id)!r}"


class Key(Bounded, kw_only=True, omit_defaults=True):
    """An API key. `parent_id` is the key it was derived from, whose bounds apply to it too."""

    kind: ClassVar[str] = "key"

    hash: str
    name: str
    parent_id: str | None = None
    user_id: str | None = None
    team_id: str | None = None
    organization_id: str | None = None
    expires_at: float | None = None
    aliases: dict[str, str] = {}
    allowed_cache_controls: list[str] | None = None
    allowed_ips: list[str] | None = None
    allowed_routes: list[str] | None = None
    rotated_at: float | None = None

    @property
    def owner(self) -> str:
        """Return the owner within which the alias is unique: a team, a user, an organization, or none."""
        if self.team_id is not None:
            return f"team:{self.team_id}"
        if self.user_id is not None:
            return f"user:{self.user_id}"
        return f"organization:{self.organization_id}" if self.organization_id is not None else ""

    def columns(self) -> tuple[Any, ...]:
        """Return the values by which keys are searched, in the order of their columns."""
        # The alias of a deleted key can be used again.
        alias = self.alias if self.deleted_at is None else None
        return (self.hash, alias, self.owner, self.organization_id, self.team_id, self.user_id, self.parent_id)


class User(Bounded, kw_only=True, omit_defaults=True):
    """A person or a service that owns keys."""

    kind: ClassVar[str] = "user"

    email: str | None = None
    role: str = "internal_user"

    @property
    def title(self) -> str:
        """Return the kind and the name for use in messages: the alias, the e-mail address or the id."""
        return f"user {(self.alias or self.email or self.id)!r}"

    def columns(self) -> tuple[Any, ...]:
        """Return the values by which users are searched, in the order of their columns."""
        return (self.email, self.role)


class Team(Bounded, kw_only=True, omit_defaults=True):
    """A group of users and keys that share models and budgets."""

    kind: ClassVar[str] = "team"

    organization_id: str | None = None
    aliases: dict[str, str] = {}

    def columns(self) -> tuple[Any, ...]:
        """Return the values by which teams are searched, in the order of their columns."""
        return (self.organization_id, self.alias)


class Organization(Bounded, kw_only=True, omit_defaults=True):
    """A tenant: its objects are invisible to other tenants."""

    kind: ClassVar[str] = "organization"

    tier: str | None = None

    def columns(self) -> tuple[Any, ...]:
        """Return the values by which organizations are searched, in the order of their columns."""
        return (self.alias,)


class Customer(Bounded, kw_only=True, omit_defaults=True):
    """An end user of an organization's product: the `user` of its requests. `name` is unique in the organization."""

    kind: ClassVar[str] = "customer"

    name: str
    organization_id: str | None = None

    @property
    def title(self) -> str:
        """Return the kind and the name for use in messages."""
        return f"customer {self.name!r}"

    def columns(self) -> tuple[Any, ...]:
        """Return the values by which customers are searched, in the order of their columns."""
        return (self.name, self.organization_id or "")


class Member(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A user in a team or an organization. Its counter is `group_id:user_id`."""

    group_kind: str
    group_id: str
    user_id: str
    role: str
    created_at: float = 0.0
    updated_at: float = 0.0
    limits: Limits = msgspec.field(default_factory=Limits)
    budget_id: str | None = None
