"""The deployment handlers: add, change, delete and list deployments while the gateway runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..billing.credits import Credits
from ..core import error_codes
from ..core.clock import Clock
from ..core.errors import (
    ApiError,
    conflict,
    invalid,
)
from ..core.principal import Principal
from ..core.timestamps import iso
from ..http.request import (
    Change,
    Request,
    Response,
    json_response,
)
from ..identity.authorization import require_admin, require_writer
from ..identity.directory import Directory
from ..offline.catalog import MODE_OF_KIND
from ..routing.catalog import DeploymentCatalog
from ..routing.circuit_breaker import CircuitBreakers
from ..routing.deployments import Deployment
from ..routing.reload import CatalogUpdates
from ..routing.repository import (
    SECRET_PARAMS,
    StoredDeployment,
    masked,
)
from ..routing.supported_params import supported_params
from .deployment_writes import SET_HERE, DeploymentWriteChecks
from .writes import actor, missing

__all__ = ["DeploymentHandlers"]

_PICO = 1e12


class DeploymentHandlers:
    """Handlers for `/model` and `/model_group`."""

    def __init__(
        self,
        directory: Directory,
        catalog: DeploymentCatalog,
        updates: CatalogUpdates,
        breakers: CircuitBreakers,
        checks: DeploymentWriteChecks,
        credits: Credits,
        *,
        clock: Clock,
        new_id: Callable[[str], str],
    ) -> None:
        self._directory = directory
        self._catalog = catalog
        self._updates = updates
        self._breakers = breakers
        self._checks = checks
        self._credits = credits
        self._clock = clock
        self._new_id = new_id

    async def create(self, request: Request) -> Change:
        """Add a deployment."""
        _require_admin(request.caller, "add deployments")
        info = _known(request.data.get("model_info") or {})
        id = (request.data.get("model_info") or {}).get("id") or self._new_id("dep_")
        if self._catalog.deployment(id) is not None or await self._catalog.repository.deployments.get(id) is not None:
            raise conflict(
                f"There is a deployment {id!r} already. Choose another `model_info.id`, or change it by "
                "`/model/update`.",
                param="model_info.id",
                code=error_codes.DEPLOYMENT_EXISTS,
            )
        name = request.data["model_name"]
        params, secrets = _split_secrets(
            {key: value for key, value in request.data["litellm_params"].items() if value is not None}
        )
        await self._checks.check(request, id, params, info, {"db_model": True})
        now, who = self._clock.time(), actor(request.caller)
        sealed = self._catalog.repository.deployments.seal(id, secrets) if secrets else None
        record = StoredDeployment(id, name, params, info, sealed, now, who, now, who)
        return await self._change(request, record, "created")

    async def update(self, request: Request) -> Change:
        """Change a deployment that was added while the gateway runs."""
        _require_admin(request.caller, "change deployments")
        id = request.data.get("model_id") or (request.data.get("model_info") or {}).get("id")
        if not id:
            raise invalid("`model_id` or `model_info.id` is required.", param="model_id")
        record = await self._stored(id)
        params, secrets = _split_secrets(request.data.get("litellm_params") or {})
        params = _merged(record.params, params)
        info = {k: v for k, v in (request.data.get("model_info") or {}).items() if k not in SET_HERE}
        info = _merged(record.info, info)
        await self._checks.check(request, id, params, info, {"db_model": True} | _stamps(record))
        sealed = record.secrets
        if secrets:
            kept = _merged(self._catalog.repository.deployments.readable_secrets(record), secrets)
            sealed = self._catalog.repository.deployments.seal(id, kept) if kept else None
        changed = replace(
            record,
            model_name=request.data.get("model_name") or record.model_name,
            params=params,
            info=info,
            secrets=sealed,
            updated_at=self._clock.time(),
            updated_by=actor(request.caller),
        )
        return await self._change(request, changed, "updated")

    async def _change(self, request: Request, record: StoredDeployment, action: str) -> Change:
        """Return the change that writes a record, if its deployment can be built and its address is permitted."""
        deployment = await self._catalog.build(record)
        self._check_band(deployment)
        if deployment.upstream is not None and deployment.upstream.guarded:
            await self._catalog.guard.check_host(deployment.upstream.base_url, "litellm_params.api_base")

        async def write() -> Response:
            await self._catalog.repository.deployments.put(record)
            await self._updates.mark_changed()
            await self._audit(request, action, record.id)
            return json_response(self._view(deployment, record, everything=True))

        return Change(write, then=self._updates.publish)

    def _check_band(self, deployment: Deployment) -> None:
        """Raise 400 for a band other than the one that the configuration assigns to the model name."""
        band = self._credits.band_of(deployment.group)
        if deployment.band is not None and (band is None or band.id != deployment.band):
            where = "no band" if band is None else f"the band {band.id!r}"
            raise invalid(
                f"`model_info.band` is {deployment.band!r}, and the configuration has {deployment.group!r} in {where}. "
                f"List it under [credits.bands.{deployment.band}], or leave `band` out.",
                param="model_info.band",
                code=error_codes.BAND_OF_CONFIGURATION,
            )

    async def delete(self, request: Request) -> Change:
        """Delete a deployment that was added while the gateway runs."""
        _require_admin(request.caller, "delete deployments")
        id = (await self._stored(request.data["id"])).id

        async def write() -> Response:
            await self._catalog.repository.deployments.drop(id)
            await self._updates.mark_changed()
            await self._audit(request, "deleted", id)
            return json_response({"id": id, "deleted": True, "message": f"The deployment {id!r} is deleted."})

        return Change(write, then=self._updates.publish)

    async def info(self, request: Request) -> Response:
        """Return the deployments that the caller may see."""
        query = request.query
        shown = []
        for one in self._visible(request.caller):
            if query.get("model_id") not in (None, one.id) or query.get("model_name") not in (None, one.group):
                continue
            record = await self._catalog.repository.deployments.get(one.id) if one.source == "database" else None
            if record is None and one.source == "database":
                # Another node deleted it, and this node has not read that yet.
                continue
            shown.append(self._view(one, record, everything=request.caller.admin or request.caller.viewer))
        if request.caller.admin or request.caller.viewer:
            for id in self._catalog.broken:
                record = await self._catalog.repository.deployments.get(id)
                if record is None or query.get("model_name") not in (None, record.model_name):
                    continue
                if query.get("model_id") in (None, id):
                    shown.append(self._broken_view(record))
        if query.get("model_id") is not None and not shown:
            raise missing("deployment", query["model_id"], param="model_id")
        return json_response({"object": "list", "data": shown})

    async def group_info(self, request: Request) -> Response:
        """Return the model names that the caller may see, with the combined properties of their deployments."""
        names: dict[str, list[Deployment]] = {}
        for one in self._visible(request.caller):
            names.setdefault(one.group, []).append(one)
        wanted = request.query.get("model_group")
        if wanted is not None and wanted not in names:
            raise missing("model_group", wanted, param="model_group")
        data = [self._group_view(name, members) for name, members in names.items() if wanted in (None, name)]
        return json_response({"object": "list", "data": data})

    def _visible(self, caller: Principal) -> list[Deployment]:
        return [
            one
            for one in self._catalog.deployments()
            if caller.admin
            or caller.viewer
            or (one.team_id in (None, caller.team_id) and caller.may_use(one.public_name or one.group))
        ]

    async def _stored(self, id: str) -> StoredDeployment:
        record = await self._catalog.repository.deployments.get(id)
        if record is not None:
            return record
        if self._catalog.deployment(id) is not None:
            raise ApiError(
                403,
                f"The deployment {id!r} is defined in the configuration file. Change it there and restart.",
                code=error_codes.DEPLOYMENT_OF_CONFIGURATION,
            )
        raise missing("deployment", id)

    async def _audit(self, request: Request, action: str, id: str) -> None:
        note = {"deployment": id}
        await self._directory.audit(actor(request.caller), request.request_id, f"deployment.{action}", None, note=note)

    def _configured(self, id: str) -> tuple[dict[str, Any], dict[str, Any]]:
        entry = next(entry for entry in self._catalog.settings.deployments if entry.id == id)
        return dict(entry.params), dict(entry.info)

    def _view(self, one: Deployment, record: StoredDeployment | None, *, everything: bool) -> dict[str, Any]:
        if record is None:
            params, info = self._configured(one.id)
            params, secrets = _split_secrets(params)
        else:
            params, info = dict(record.params), dict(record.info)
            secrets = self._catalog.repository.deployments.secrets(record)
        params |= {name: masked(value) for name, value in secrets.items()}
        if one.upstream is not None:
            params.setdefault("api_base", one.upstream.base_url)
        if not everything:
            for name in (*SECRET_PARAMS, "api_base", "api_version", "credential_name", "organization"):
                params.pop(name, None)
        info.setdefault("max_input_tokens", one.max_input_tokens)
        info.setdefault("max_output_tokens", one.max_output_tokens)
        info |= {"id": one.id, "db_model": one.source == "database"} | _stamps(record)
        info["band"] = self._band(one.group)
        if one.kind is not None:
            info["mode"] = MODE_OF_KIND[one.kind]
        state, wait = self._breakers.state(one.id), self._breakers.seconds_open(one.id)
        return {
            "model_name": one.group,
            "litellm_params": params,
            "model_info": info,
            "status": "cooldown" if wait > 0 else "active",
            "cooldown_until": iso(self._clock.time() + wait) if wait > 0 else None,
            "active_calls": state.in_flight,
            "last_error": state.last_error if everything else None,
        }

    def _broken_view(self, record: StoredDeployment) -> dict[str, Any]:
        return {
            "model_name": record.model_name,
            "litellm_params": dict(record.params),
            "model_info": {**record.info, "id": record.id, "db_model": True} | _stamps(record),
            "status": "disabled",
            "last_error": self._catalog.broken[record.id],
        }

    def _group_view(self, name: str, members: Sequence[Deployment]) -> dict[str, Any]:
        units = [unit for one in members if (unit := self._catalog.unit_price(one)) is not None]
        abilities = frozenset.union(*(one.abilities for one in members))
        kinds = {one.kind for one in members if one.kind is not None}
        return {
            "model_group": name,
            "providers": sorted({one.provider for one in members}),
            "deployments": len(members),
            "healthy_deployments": sum(self._breakers.seconds_open(one.id) == 0 for one in members),
            "mode": MODE_OF_KIND[next(iter(kinds))] if len(kinds) == 1 else "chat",
            "max_input_tokens": max((one.max_input_tokens or 0 for one in members), default=0) or None,
            "max_output_tokens": max((one.max_output_tokens or 0 for one in members), default=0) or None,
            "input_cost_per_token": min((unit.input for unit in units), default=0) / _PICO if units else None,
            "output_cost_per_token": min((unit.output for unit in units), default=0) / _PICO if units else None,
            "tpm": _sum([one.tpm for one in members]),
            "rpm": _sum([one.rpm for one in members]),
            "band": self._band(name),
            "supports_parallel_function_calling": "parallel_tools" in abilities,
            "supports_vision": "vision" in abilities,
            "supports_function_calling": "tools" in abilities,
            "supports_reasoning": "reasoning" in abilities,
            "supported_openai_params": supported_params(members[0].upstream),
        }

    def _band(self, name: str) -> str | None:
        band = self._credits.band_of(name)
        return None if band is None else band.id


def _split_secrets(params: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the public and the secret parameters."""
    plain = {name: value for name, value in params.items() if name not in SECRET_PARAMS}
    return plain, {name: value for name, value in params.items() if name in SECRET_PARAMS}


def _known(info: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in info.items() if value is not None and name not in SET_HERE}


def _merged(old: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values with changes; null removes a value."""
    return {name: value for name, value in {**old, **changes}.items() if value is not None}


def _stamps(record: StoredDeployment | None) -> dict[str, Any]:
    if record is None:
        return {}
    return {
        "created_at": iso(record.created_at),
        "created_by": record.created_by,
        "updated_at": iso(record.updated_at),
        "updated_by": record.updated_by,
    }


def _sum(values: Sequence[int | None]) -> int | None:
    """Return the sum, or None if one has no limit."""
    known = [value for value in values if value is not None]
    return sum(known) if known and len(known) == len(values) else None


def _require_admin(caller: Principal, action: str) -> None:
    require_writer(caller)
    require_admin(caller, action)
