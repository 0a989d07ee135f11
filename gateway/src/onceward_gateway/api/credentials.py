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
from ..routing.repository import (
    PLAIN_VALUES,
    Credential,
    masked,
)
from ..routing.router import Router
from .writes import actor, missing

__all__ = ["ROUTES"]

_VALUES = ("api_key", *PLAIN_VALUES)


async def _create(call: Call) -> Change:
    router = _admins(call, "store credentials")
    name, values = call.data["credential_name"], call.data["credential_values"]
    if await router.records.credential(name) is not None:
        raise conflict(
            f"There is a credential {name!r} already. Change it by PATCH, or choose another name.",
            param="credential_name",
            code="credential_exists",
        )
    await _check(router, values)
    now, who = call.gateway.clock.time(), actor(call.caller)
    sealed = router.records.seal_credential(name, values)
    return _kept(call, router, Credential(name, call.data["credential_info"], sealed, now, who, now, who), "created")


async def _update(call: Call) -> Change:
    router = _admins(call, "change credentials")
    old = await _found(call, router)
    values = router.readable_values(old)
    given = call.data.get("credential_values") or {}
    await _check(router, given)
    values = {name: value for name, value in {**values, **given}.items() if value is not None}
    if not values:
        raise invalid("Nothing would be left of this credential. Delete it instead.", param="credential_values")
    info = {**old.info, **(call.data.get("credential_info") or {})}
    changed = Credential(
        old.name,
        {name: value for name, value in info.items() if value is not None},
        router.records.seal_credential(old.name, values),
        old.created_at,
        old.created_by,
        call.gateway.clock.time(),
        actor(call.caller),
    )
    return _kept(call, router, changed, "updated")


async def _list(call: Call) -> Response:
    router = _readers(call)
    shown = [_shown(router, credential) for credential in await router.records.credentials()]
    return json_response({"success": True, "credentials": shown})


async def _retrieve(call: Call) -> Response:
    router = _readers(call)
    return json_response(_shown(router, await _found(call, router)))


async def _delete(call: Call) -> Change:
    router = _admins(call, "delete credentials")
    name = (await _found(call, router)).name
    users = [record.id for record in await router.records.deployments() if record.params.get("credential_name") == name]
    users += [entry.id for entry in router.settings.deployments if entry.params.get("credential_name") == name]
    if users:
        raise conflict(
            f"The credential {name!r} is used by the deployments {', '.join(users)}. Change or delete these first.",
            code="credential_in_use",
        )

    async def write() -> Response:
        await router.records.drop_credential(name)
        await router.changed()
        await _audit(call, "deleted", name)
        return json_response({"credential_name": name, "deleted": True})

    return Change(write, then=router.committed)


def _kept(call: Call, router: Router, credential: Credential, action: str) -> Change:
    async def write() -> Response:
        await router.records.put_credential(credential)
        await router.changed()
        await _audit(call, action, credential.name)
        return json_response(_shown(router, credential))

    return Change(write, then=router.committed)


async def _check(router: Router, values: dict[str, Any]) -> None:
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
        router.guard.check_url(base_url, "credential_values.api_base")
        await router.guard.check_host(base_url, "credential_values.api_base")


def _admins(call: Call, what: str) -> Router:
    require_writer(call.caller)
    require_admin(call.caller, what)
    return call.gateway.routing


def _readers(call: Call) -> Router:
    if not call.caller.viewer:
        require_admin(call.caller, "see credentials")
    return call.gateway.routing


async def _found(call: Call, router: Router) -> Credential:
    name = call.params["credential_name"]
    credential = await router.records.credential(name)
    if credential is None:
        raise missing("credential", name, param="credential_name")
    return credential


async def _audit(call: Call, action: str, name: str) -> None:
    note = {"credential": name}
    await call.gateway.platform.audit(actor(call.caller), call.request_id, f"credential.{action}", None, note=note)


def _shown(router: Router, credential: Credential) -> dict[str, Any]:
    values = {
        name: value if name in PLAIN_VALUES else masked(value)
        for name, value in router.readable_values(credential).items()
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
