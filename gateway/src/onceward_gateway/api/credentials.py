"""`/credentials`: what providers ask for, kept encrypted under a name that deployments can use."""

from __future__ import annotations

import difflib
from typing import Any

from ..core.errors import conflict, invalid
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
from ..routing.repository import (
    PLAIN_VALUES,
    Credential,
    masked,
)
from .writes import actor, missing

__all__ = ["ROUTES"]

_VALUES = ("api_key", *PLAIN_VALUES)


async def _create(call: Call) -> Change:
    catalog = _admins(call, "store credentials")
    name, values = call.data["credential_name"], call.data["credential_values"]
    if await catalog.repository.credential(name) is not None:
        raise conflict(
            f"There is a credential {name!r} already. Change it by PATCH, or choose another name.",
            param="credential_name",
            code="credential_exists",
        )
    await _check(catalog, values)
    now, who = call.gateway.clock.time(), actor(call.caller)
    sealed = catalog.repository.seal_credential(name, values)
    return _kept(call, catalog, Credential(name, call.data["credential_info"], sealed, now, who, now, who), "created")


async def _update(call: Call) -> Change:
    catalog = _admins(call, "change credentials")
    old = await _found(call, catalog)
    values = catalog.repository.readable_values(old)
    given = call.data.get("credential_values") or {}
    await _check(catalog, given)
    values = {name: value for name, value in {**values, **given}.items() if value is not None}
    if not values:
        raise invalid("Nothing would be left of this credential. Delete it instead.", param="credential_values")
    info = {**old.info, **(call.data.get("credential_info") or {})}
    changed = Credential(
        old.name,
        {name: value for name, value in info.items() if value is not None},
        catalog.repository.seal_credential(old.name, values),
        old.created_at,
        old.created_by,
        call.gateway.clock.time(),
        actor(call.caller),
    )
    return _kept(call, catalog, changed, "updated")


async def _list(call: Call) -> Response:
    catalog = _readers(call)
    shown = [_shown(catalog, credential) for credential in await catalog.repository.credentials()]
    return json_response({"success": True, "credentials": shown})


async def _retrieve(call: Call) -> Response:
    catalog = _readers(call)
    return json_response(_shown(catalog, await _found(call, catalog)))


async def _delete(call: Call) -> Change:
    catalog = _admins(call, "delete credentials")
    name = (await _found(call, catalog)).name
    users = [
        record.id for record in await catalog.repository.deployments() if record.params.get("credential_name") == name
    ]
    users += [entry.id for entry in catalog.settings.deployments if entry.params.get("credential_name") == name]
    if users:
        raise conflict(
            f"The credential {name!r} is used by the deployments {', '.join(users)}. Change or delete these first.",
            code="credential_in_use",
        )

    async def write() -> Response:
        await catalog.repository.drop_credential(name)
        await call.gateway.catalog_updates.mark_changed()
        await _audit(call, "deleted", name)
        return json_response({"credential_name": name, "deleted": True})

    return Change(write, then=call.gateway.catalog_updates.publish)


def _kept(call: Call, catalog: DeploymentCatalog, credential: Credential, action: str) -> Change:
    async def write() -> Response:
        await catalog.repository.put_credential(credential)
        await call.gateway.catalog_updates.mark_changed()
        await _audit(call, action, credential.name)
        return json_response(_shown(catalog, credential))

    return Change(write, then=call.gateway.catalog_updates.publish)


async def _check(catalog: DeploymentCatalog, values: dict[str, Any]) -> None:
    for name, value in values.items():
        # An unknown value can still be taken away.
        if name not in _VALUES and value is not None:
            near = difflib.get_close_matches(name, _VALUES, 1)
            meant = f" Did you mean {near[0]!r}?" if near else ""
            raise invalid(
                f"`credential_values.{name}` is no value that providers are called with.{meant} "
                f"Known: {', '.join(_VALUES)}.",
                param=f"credential_values.{name}",
                code="unknown_parameter",
            )
    base_url = values.get("api_base")
    if base_url is not None:
        catalog.guard.check_url(base_url, "credential_values.api_base")
        await catalog.guard.check_host(base_url, "credential_values.api_base")


def _admins(call: Call, what: str) -> DeploymentCatalog:
    require_writer(call.caller)
    require_admin(call.caller, what)
    return call.gateway.catalog


def _readers(call: Call) -> DeploymentCatalog:
    if not call.caller.viewer:
        require_admin(call.caller, "see credentials")
    return call.gateway.catalog


async def _found(call: Call, catalog: DeploymentCatalog) -> Credential:
    name = call.params["credential_name"]
    credential = await catalog.repository.credential(name)
    if credential is None:
        raise missing("credential", name, param="credential_name")
    return credential


async def _audit(call: Call, action: str, name: str) -> None:
    note = {"credential": name}
    await call.gateway.platform.audit(actor(call.caller), call.request_id, f"credential.{action}", None, note=note)


def _shown(catalog: DeploymentCatalog, credential: Credential) -> dict[str, Any]:
    values = {
        name: value if name in PLAIN_VALUES else masked(value)
        for name, value in catalog.repository.readable_values(credential).items()
    }
    return {
        "credential_name": credential.name,
        "credential_info": dict(credential.info),
        "credential_values": values,
        "created_at": iso(credential.created_at),
        "created_by": credential.created_by,
        "updated_at": iso(credential.updated_at),
        "updated_by": credential.updated_by,
    }


ROUTES = (
    Route(
        "POST",
        "/credentials",
        "credentials.create",
        _create,
        body=BodyKind.JSON,
        access=Access.PLATFORM,
        once=True,
        apart=True,
    ),
    Route("GET", "/credentials", "credentials.list", _list, access=Access.PLATFORM),
    Route(
        "GET",
        "/credentials/{credential_name}",
        "credentials.retrieve",
        _retrieve,
        access=Access.PLATFORM,
        aliases=("/credentials/by_name/{credential_name}",),
    ),
    Route(
        "PATCH",
        "/credentials/{credential_name}",
        "credentials.update",
        _update,
        body=BodyKind.JSON,
        access=Access.PLATFORM,
        once=True,
        apart=True,
    ),
    Route("DELETE", "/credentials/{credential_name}", "credentials.delete", _delete, access=Access.PLATFORM, once=True),
)
