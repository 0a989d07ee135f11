"""`/model/...` and `/model_group/info`: deployments that are added while the gateway runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..core.errors import (
    ApiError,
    conflict,
    invalid,
)
from ..core.timestamps import iso
from ..http.request import (
    Access,
    BodyKind,
    Call,
    Change,
    Response,
    Route,
    json_response,
)
from ..identity.authorization import require_admin, require_writer
from ..routing.catalog import DeploymentCatalog
from ..routing.deployments import Deployment
from ..routing.repository import (
    SECRET_PARAMS,
    StoredDeployment,
    masked,
)
from ..routing.supported_params import supported_params
from .deployment_writes import SET_HERE, check_write
from .writes import actor, missing

__all__ = ["ROUTES"]

_MODES = {
    "chat": "chat",
    "completions": "completion",
    "embeddings": "embedding",
    "images": "image_generation",
    "speech": "audio_speech",
    "transcription": "audio_transcription",
    "moderation": "moderation",
}
_PICO = 1e12


async def _create(call: Call) -> Change:
    catalog = _admins(call, "add deployments")
    info = _known(call.data.get("model_info") or {})
    id = (call.data.get("model_info") or {}).get("id") or call.gateway.new_id("dep_")
    if catalog.deployment(id) is not None or await catalog.repository.deployment(id) is not None:
        raise conflict(
            f"There is a deployment {id!r} already. Choose another `model_info.id`, or change it by `/model/update`.",
            param="model_info.id",
            code="deployment_exists",
        )
    name = call.data["model_name"]
    params, secrets = _apart({key: value for key, value in call.data["litellm_params"].items() if value is not None})
    await check_write(call, id, params, info, {"db_model": True})
    now, who = call.gateway.clock.time(), actor(call.caller)
    sealed = catalog.repository.seal_deployment(id, secrets)
    record = StoredDeployment(id, name, params, info, sealed, now, who, now, who)
    return await _kept(call, catalog, record, "created")


async def _update(call: Call) -> Change:
    catalog = _admins(call, "change deployments")
    id = call.data.get("model_id") or (call.data.get("model_info") or {}).get("id")
    if not id:
        raise invalid("Neither `model_id` nor `model_info.id` says which deployment. Send one.", param="model_id")
    record = await _stored(catalog, id)
    params, secrets = _apart(call.data.get("litellm_params") or {})
    params = _merged(record.params, params)
    info = {k: v for k, v in (call.data.get("model_info") or {}).items() if k not in SET_HERE}
    info = _merged(record.info, info)
    await check_write(call, id, params, info, {"db_model": True} | _stamps(record))
    kept = _merged(_readable(catalog, record), secrets) if secrets else None
    changed = replace(
        record,
        model_name=call.data.get("model_name") or record.model_name,
        params=params,
        info=info,
        secrets=record.secrets if kept is None else catalog.repository.seal_deployment(id, kept),
        updated_at=call.gateway.clock.time(),
        updated_by=actor(call.caller),
    )
    return await _kept(call, catalog, changed, "updated")


async def _kept(call: Call, catalog: DeploymentCatalog, record: StoredDeployment, action: str) -> Change:
    """Keep a record whose deployment can be made and may be reached."""
    deployment = await catalog.build(record)
    _check_band(call, deployment)
    if deployment.upstream is not None and deployment.upstream.guarded:
        await catalog.guard.check_host(deployment.upstream.base_url, "litellm_params.api_base")

    async def write() -> Response:
        await catalog.repository.put_deployment(record)
        await call.gateway.catalog_updates.mark_changed()
        await _audit(call, action, record.id)
        return json_response(_shown(call, deployment, record, everything=True))

    return Change(write, then=call.gateway.catalog_updates.publish)


def _check_band(call: Call, deployment: Deployment) -> None:
    """What band a model is in, its name decides."""
    band = call.gateway.ledger.credits.band_of(deployment.group)
    if deployment.band is not None and (band is None or band.id != deployment.band):
        where = "no band" if band is None else f"the band {band.id!r}"
        raise invalid(
            f"`model_info.band` is {deployment.band!r}, and the configuration has {deployment.group!r} in {where}. "
            f"Name it under [credits.bands.{deployment.band}], or leave `band` out.",
            param="model_info.band",
            code="band_of_configuration",
        )


async def _delete(call: Call) -> Change:
    catalog = _admins(call, "delete deployments")
    id = (await _stored(catalog, call.data["id"])).id

    async def write() -> Response:
        await catalog.repository.drop_deployment(id)
        await call.gateway.catalog_updates.mark_changed()
        await _audit(call, "deleted", id)
        return json_response({"id": id, "deleted": True, "message": f"The deployment {id!r} is deleted."})

    return Change(write, then=call.gateway.catalog_updates.publish)


async def _info(call: Call) -> Response:
    catalog, query = call.gateway.catalog, call.query
    shown = []
    for one in _visible(call):
        if query.get("model_id") not in (None, one.id) or query.get("model_name") not in (None, one.group):
            continue
        record = await catalog.repository.deployment(one.id) if one.source == "database" else None
        if record is None and one.source == "database":
            # Another node deleted it, and this one has not yet read so.
            continue
        shown.append(_shown(call, one, record, everything=call.caller.admin or call.caller.viewer))
    if call.caller.admin or call.caller.viewer:
        for id in catalog.broken:
            record = await catalog.repository.deployment(id)
            if record is None or query.get("model_name") not in (None, record.model_name):
                continue
            if query.get("model_id") in (None, id):
                shown.append(_broken(catalog, record))
    if query.get("model_id") is not None and not shown:
        raise missing("deployment", query["model_id"], param="model_id")
    return json_response({"object": "list", "data": shown})


async def _groups(call: Call) -> Response:
    names: dict[str, list[Deployment]] = {}
    for one in _visible(call):
        names.setdefault(one.group, []).append(one)
    wanted = call.query.get("model_group")
    if wanted is not None and wanted not in names:
        raise missing("model_group", wanted, param="model_group")
    data = [_group(call, name, members) for name, members in names.items() if wanted in (None, name)]
    return json_response({"object": "list", "data": data})


def _visible(call: Call) -> list[Deployment]:
    caller = call.caller
    return [
        one
        for one in call.gateway.catalog.deployments()
        if caller.admin
        or caller.viewer
        or (one.team_id in (None, caller.team_id) and caller.may_use(one.public_name or one.group))
    ]


def _admins(call: Call, what: str) -> DeploymentCatalog:
    require_writer(call.caller)
    require_admin(call.caller, what)
    return call.gateway.catalog


async def _stored(catalog: DeploymentCatalog, id: str) -> StoredDeployment:
    record = await catalog.repository.deployment(id)
    if record is not None:
        return record
    if catalog.deployment(id) is not None:
        raise ApiError(
            403,
            f"The deployment {id!r} is of the configuration file. Change it there and restart.",
            code="deployment_of_configuration",
        )
    raise missing("deployment", id)


def _readable(catalog: DeploymentCatalog, record: StoredDeployment) -> dict[str, Any]:
    """The secrets of a record, or none where its key is gone: then new ones can still be given."""
    try:
        return catalog.repository.deployment_secrets(record)
    except ApiError:
        return {}


async def _audit(call: Call, action: str, id: str) -> None:
    note = {"deployment": id}
    await call.gateway.platform.audit(actor(call.caller), call.request_id, f"deployment.{action}", None, note=note)


def _apart(params: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What may be shown, and what is kept secret."""
    plain = {name: value for name, value in params.items() if name not in SECRET_PARAMS}
    return plain, {name: value for name, value in params.items() if name in SECRET_PARAMS}


def _known(info: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in info.items() if value is not None and name not in SET_HERE}


def _merged(old: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Null takes a value away."""
    return {name: value for name, value in {**old, **changes}.items() if value is not None}


def _config_of(catalog: DeploymentCatalog, id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    entry = next(entry for entry in catalog.settings.deployments if entry.id == id)
    return dict(entry.params), dict(entry.info)


def _shown(call: Call, one: Deployment, record: StoredDeployment | None, *, everything: bool) -> dict[str, Any]:
    catalog, breakers = call.gateway.catalog, call.gateway.breakers
    if record is None:
        params, info = _config_of(catalog, one.id)
        params, secrets = _apart(params)
    else:
        params, info = dict(record.params), dict(record.info)
        secrets = catalog.repository.deployment_secrets(record)
    params |= {name: masked(value) for name, value in secrets.items()}
    if one.upstream is not None:
        params.setdefault("api_base", one.upstream.base_url)
    if not everything:
        for name in (*SECRET_PARAMS, "api_base", "api_version", "credential_name", "organization"):
            params.pop(name, None)
    info.setdefault("max_input_tokens", one.max_input_tokens)
    info.setdefault("max_output_tokens", one.max_output_tokens)
    info |= {"id": one.id, "db_model": one.source == "database"} | _stamps(record)
    info["band"] = _band(call, one.group)
    if one.kind is not None:
        info["mode"] = _MODES[one.kind]
    state, wait = breakers.state(one.id), breakers.seconds_open(one.id)
    return {
        "model_name": one.group,
        "litellm_params": params,
        "model_info": info,
        "status": "cooldown" if wait > 0 else "active",
        "cooldown_until": iso(call.gateway.clock.time() + wait) if wait > 0 else None,
        "active_calls": state.in_flight,
        "last_error": state.last_error if everything else None,
    }


def _broken(catalog: DeploymentCatalog, record: StoredDeployment) -> dict[str, Any]:
    return {
        "model_name": record.model_name,
        "litellm_params": dict(record.params),
        "model_info": {**record.info, "id": record.id, "db_model": True} | _stamps(record),
        "status": "disabled",
        "last_error": catalog.broken[record.id],
    }


def _stamps(record: StoredDeployment | None) -> dict[str, Any]:
    if record is None:
        return {}
    return {
        "created_at": iso(record.created_at),
        "created_by": record.created_by,
        "updated_at": iso(record.updated_at),
        "updated_by": record.updated_by,
    }


def _group(call: Call, name: str, members: Sequence[Deployment]) -> dict[str, Any]:
    catalog, breakers = call.gateway.catalog, call.gateway.breakers
    units = [unit for one in members if (unit := catalog.unit_price(one)) is not None]
    able = frozenset.union(*(one.able for one in members))
    kinds = {one.kind for one in members if one.kind is not None}
    return {
        "model_group": name,
        "providers": sorted({one.provider for one in members}),
        "deployments": len(members),
        "healthy_deployments": sum(breakers.seconds_open(one.id) == 0 for one in members),
        "mode": _MODES[next(iter(kinds))] if len(kinds) == 1 else "chat",
        "max_input_tokens": max((one.max_input_tokens or 0 for one in members), default=0) or None,
        "max_output_tokens": max((one.max_output_tokens or 0 for one in members), default=0) or None,
        "input_cost_per_token": min((unit.input for unit in units), default=0) / _PICO if units else None,
        "output_cost_per_token": min((unit.output for unit in units), default=0) / _PICO if units else None,
        "tpm": _together([one.tpm for one in members]),
        "rpm": _together([one.rpm for one in members]),
        "band": _band(call, name),
        "supports_parallel_function_calling": "parallel_tools" in able,
        "supports_vision": "vision" in able,
        "supports_function_calling": "tools" in able,
        "supports_reasoning": "reasoning" in able,
        "supported_openai_params": supported_params(members[0].upstream),
    }


def _band(call: Call, name: str) -> str | None:
    band = call.gateway.ledger.credits.band_of(name)
    return None if band is None else band.id


def _together(values: Sequence[int | None]) -> int | None:
    """The sum, or None where one has no limit."""
    known = [value for value in values if value is not None]
    return sum(known) if known and len(known) == len(values) else None


ROUTES = (
    Route(
        "POST", "/model/new", "model.create", _create, body=BodyKind.JSON, access=Access.PLATFORM, once=True, apart=True
    ),
    Route(
        "POST",
        "/model/update",
        "model.update",
        _update,
        body=BodyKind.JSON,
        access=Access.PLATFORM,
        once=True,
        apart=True,
    ),
    Route("POST", "/model/delete", "model.delete", _delete, body=BodyKind.JSON, access=Access.PLATFORM, once=True),
    Route("GET", "/model/info", "model.info", _info, access=Access.PLATFORM),
    Route("GET", "/model_group/info", "model_group.info", _groups, access=Access.PLATFORM),
)
