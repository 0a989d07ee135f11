"""The catalog of deployments: those of the configuration and of the database, built and kept current."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from ..billing.prices import PriceBook, UnitPrice
from ..config.load import Provider, Secret, Settings
from ..config.providers import KNOWN_PROVIDERS
from ..config.routing import DeploymentSettings
from ..core import error_codes
from ..core.errors import ApiError, invalid
from .circuit_breaker import CircuitBreakers
from .deployments import Deployment, build
from .repository import (
    Credential,
    DeploymentRepository,
    StoredDeployment,
)
from .requirements import Requirements
from .ssrf import AddressGuard

__all__ = ["DeploymentCatalog"]

_log = logging.getLogger("onceward_gateway")


class DeploymentCatalog:
    """All deployments of a gateway, by id and by model name."""

    def __init__(
        self,
        settings: Settings,
        repository: DeploymentRepository,
        guard: AddressGuard,
        prices: PriceBook,
        breakers: CircuitBreakers,
    ) -> None:
        self.settings = settings.routing
        self.repository = repository
        self.guard = guard
        # Deployments that cannot be built, by id, and the reasons.
        self.broken: dict[str, str] = {}
        self._offline = settings.offline
        self._prices = prices
        self._breakers = breakers
        self._providers = {**KNOWN_PROVIDERS, **settings.providers}
        self._keyless: dict[str, tuple[Provider, str]] = {}
        self._groups: dict[str, tuple[Deployment, ...]] = {}
        self._by_id: dict[str, Deployment] = {}
        self._loads_started = self._loads_used = 0

    async def load(self) -> None:
        """Read the configuration and the tables. A deployment that cannot be built is left out and logged."""
        self._loads_started += 1
        load = self._loads_started
        credentials = {one.name: one for one in await self.repository.credentials.all()}
        records = await self.repository.deployments.all()
        # Without a lock, for which an open transaction could wait: of concurrent loads, the last one counts.
        if load > self._loads_used:
            self._loads_used = load
            self._use(records, credentials)

    def _use(self, records: Sequence[StoredDeployment], credentials: Mapping[str, Credential]) -> None:
        found: list[Deployment] = []
        self.broken.clear()
        self._keyless.clear()
        for entry in self.settings.deployments:
            try:
                found.append(self._build(entry.id, entry.model_name, entry.params, entry.info, None, credentials))
            except ApiError as error:
                self._leave_out(entry, error)
        for record in records:
            try:
                found.append(self._build(record.id, record.model_name, record.params, record.info, record, credentials))
            except ApiError as error:
                self.broken[record.id] = error.message
                _log.warning("the deployment %s of %r is left out: %s", record.id, record.model_name, error.message)
        groups: dict[str, list[Deployment]] = {}
        for deployment in found:
            groups.setdefault(deployment.group, []).append(deployment)
            if deployment.public_name is not None and deployment.public_name != deployment.group:
                groups.setdefault(deployment.public_name, []).append(deployment)
            if deployment.price is not None:
                self._prices.put(self.price_name(deployment), deployment.price)
        self._groups = {name: tuple(members) for name, members in groups.items()}
        self._by_id = {deployment.id: deployment for deployment in found}
        self._breakers.keep(self._by_id)

    def _leave_out(self, entry: DeploymentSettings, error: ApiError) -> None:
        """Continue without a deployment of the configuration; a caller's own key can still reach its provider."""
        self.broken[entry.id] = error.message
        prefix, _, model = str(entry.params.get("model")).partition("/")
        if error.code == error_codes.PROVIDER_KEY_MISSING and prefix in self._providers:
            self._keyless[entry.model_name] = (self._providers[prefix], model)
        if not self._offline:
            _log.warning("the deployment %s of %r is left out: %s", entry.id, entry.model_name, error.message)

    async def build(self, record: StoredDeployment) -> Deployment:
        """Return the deployment of a record; raise where its secrets cannot be read or it is not valid."""
        named = record.params.get("credential_name")
        credential = await self.repository.credentials.get(named) if isinstance(named, str) else None
        known = {} if credential is None else {credential.name: credential}
        return self._build(record.id, record.model_name, record.params, record.info, record, known)

    def _build(
        self,
        id: str,
        group: str,
        params: Mapping[str, Any],
        info: Mapping[str, Any],
        record: StoredDeployment | None,
        credentials: Mapping[str, Credential],
    ) -> Deployment:
        values = dict(params)
        named = params.get("credential_name")
        if isinstance(named, str) and named:
            credential = credentials.get(named)
            if credential is None:
                raise invalid(
                    f"There is no credential {named!r}. Create it with `POST /credentials`.",
                    param="litellm_params.credential_name",
                    code=error_codes.CREDENTIAL_NOT_FOUND,
                )
            values = {**self.repository.credentials.secrets(credential), **values}
        if record is not None:
            values.update(self.repository.deployments.secrets(record))
        key, base_url = values.get("api_key"), values.get("api_base")
        return build(
            id,
            group,
            values,
            info,
            source="config" if record is None else "database",
            providers=self._providers,
            guard=self.guard,
            key=Secret(key) if isinstance(key, str) and key else None,
            base_url=base_url if isinstance(base_url, str) and base_url else None,
        )

    def deployments(self) -> tuple[Deployment, ...]:
        """Return all deployments."""
        return tuple(self._by_id.values())

    def ids(self) -> tuple[str, ...]:
        """Return the ids of all deployments."""
        return tuple(self._by_id)

    def deployment(self, id: str) -> Deployment | None:
        """Return the deployment with an id."""
        return self._by_id.get(id)

    def groups(self) -> Mapping[str, tuple[Deployment, ...]]:
        """Return the deployments by the model name that callers use. A new mapping after each change."""
        return self._groups

    def keyless(self, name: str) -> tuple[Provider, str] | None:
        """Return provider and model of a configured name that has no key of the operator."""
        return self._keyless.get(name)

    def is_grouped(self, name: str) -> bool:
        """Return whether a name has deployments or fallbacks."""
        return name in self._groups or name in self.settings.fallbacks

    def fallbacks(self, name: str) -> tuple[str, ...]:
        """Return the fallback models of a name: the configured ones, then those of its deployments."""
        own = [other for one in self._groups.get(name, ()) for other in one.fallbacks]
        return tuple(dict.fromkeys((*self.settings.fallbacks.get(name, ()), *own)))

    @staticmethod
    def price_name(deployment: Deployment) -> str:
        """Return the name under which the prices of a deployment are found."""
        return (deployment.priced_as or deployment.model) if deployment.price is None else f"deployment:{deployment.id}"

    def unit_price(self, deployment: Deployment) -> UnitPrice | None:
        """Return the price of a token at a deployment."""
        return self._prices.unit(deployment.provider, self.price_name(deployment))

    def expected_cost(self, deployment: Deployment, requirements: Requirements) -> float | None:
        """Return the estimated cost of a call at a deployment in pico-USD; None where its price is unknown."""
        unit = self.unit_price(deployment)
        if unit is None:
            return None
        output = min(requirements.output_tokens, deployment.max_output_tokens or requirements.output_tokens)
        return requirements.input_tokens * unit.input + output * unit.output
