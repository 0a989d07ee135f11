"""The credential handlers: named, encrypted credentials of providers that deployments use."""

from __future__ import annotations

import difflib
from typing import Any

from ..core import error_codes
from ..core.clock import Clock
from ..core.errors import conflict, invalid
from ..core.header_syntax import is_header_value
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
from ..routing.catalog import DeploymentCatalog
from ..routing.reload import CatalogUpdates
from ..routing.repository import (
    PLAIN_VALUES,
    Credential,
    masked,
)
from .writes import actor, missing

__all__ = ["CredentialHandlers"]

_VALUES = ("api_key", *PLAIN_VALUES)


class CredentialHandlers:
    """Handlers for `/credentials`."""

    def __init__(self, directory: Directory, catalog: DeploymentCatalog, updates: CatalogUpdates, clock: Clock) -> None:
        self._directory = directory
        self._catalog = catalog
        self._updates = updates
        self._clock = clock

    async def create(self, request: Request) -> Change:
        """Create a credential."""
        _require_admin(request.caller, "store credentials")
        name, values = request.data["credential_name"], request.data["credential_values"]
        if await self._catalog.repository.credentials.get(name) is not None:
            raise conflict(
                f"There is a credential {name!r} already. Change it by PATCH, or choose another name.",
                param="credential_name",
                code=error_codes.CREDENTIAL_EXISTS,
            )
        await self._check(values)
        now, who = self._clock.time(), actor(request.caller)
        sealed = self._catalog.repository.credentials.seal(name, values)
        return self._change(
            request, Credential(name, request.data["credential_info"], sealed, now, who, now, who), "created"
        )

    async def update(self, request: Request) -> Change:
        """Change a credential; null removes a value."""
        _require_admin(request.caller, "change credentials")
        old = await self._find(request)
        values = self._catalog.repository.credentials.readable_secrets(old)
        given = request.data.get("credential_values") or {}
        await self._check(given)
        values = {name: value for name, value in {**values, **given}.items() if value is not None}
        if not values:
            raise invalid("Nothing would be left of this credential. Delete it instead.", param="credential_values")
        info = {**old.info, **(request.data.get("credential_info") or {})}
        changed = Credential(
            old.name,
            {name: value for name, value in info.items() if value is not None},
            self._catalog.repository.credentials.seal(old.name, values),
            old.created_at,
            old.created_by,
            self._clock.time(),
            actor(request.caller),
        )
        return self._change(request, changed, "updated")

    async def list_credentials(self, request: Request) -> Response:
        """Return all credentials, with masked secrets."""
        _require_reader(request.caller)
        shown = [self._view(credential) for credential in await self._catalog.repository.credentials.all()]
        return json_response({"success": True, "credentials": shown})

    async def retrieve(self, request: Request) -> Response:
        """Return one credential, with masked secrets."""
        _require_reader(request.caller)
        return json_response(self._view(await self._find(request)))

    async def delete(self, request: Request) -> Change:
        """Delete a credential that no deployment uses."""
        _require_admin(request.caller, "delete credentials")
        name = (await self._find(request)).name
        users = [
            record.id
            for record in await self._catalog.repository.deployments.all()
            if record.params.get("credential_name") == name
        ]
        users += [
            entry.id for entry in self._catalog.settings.deployments if entry.params.get("credential_name") == name
        ]
        if users:
            raise conflict(
                f"The credential {name!r} is used by the deployments {', '.join(users)}. Change or delete these first.",
                code=error_codes.CREDENTIAL_IN_USE,
            )

        async def write() -> Response:
            await self._catalog.repository.credentials.drop(name)
            await self._updates.mark_changed()
            await self._audit(request, "deleted", name)
            return json_response({"credential_name": name, "deleted": True})

        return Change(write, then=self._updates.publish)

    def _change(self, request: Request, credential: Credential, action: str) -> Change:
        async def write() -> Response:
            await self._catalog.repository.credentials.put(credential)
            await self._updates.mark_changed()
            await self._audit(request, action, credential.name)
            return json_response(self._view(credential))

        return Change(write, then=self._updates.publish)

    async def _check(self, values: dict[str, Any]) -> None:
        for name, value in values.items():
            # An unknown value can still be removed.
            if name not in _VALUES and value is not None:
                near = difflib.get_close_matches(name, _VALUES, 1)
                meant = f" Did you mean {near[0]!r}?" if near else ""
                raise invalid(
                    f"`credential_values.{name}` is not a known credential value.{meant} Known: {', '.join(_VALUES)}.",
                    param=f"credential_values.{name}",
                    code=error_codes.UNKNOWN_PARAMETER,
                )
            if isinstance(value, str) and not is_header_value(value):
                raise invalid(
                    f"`credential_values.{name}` contains a line break or a NUL character. Send it in one line.",
                    param=f"credential_values.{name}",
                    code=error_codes.INVALID_VALUE,
                )
        base_url = values.get("api_base")
        if base_url is not None:
            self._catalog.guard.check_url(base_url, "credential_values.api_base")
            await self._catalog.guard.check_host(base_url, "credential_values.api_base")

    async def _find(self, request: Request) -> Credential:
        name = request.params["credential_name"]
        credential = await self._catalog.repository.credentials.get(name)
        if credential is None:
            raise missing("credential", name, param="credential_name")
        return credential

    async def _audit(self, request: Request, action: str, name: str) -> None:
        note = {"credential": name}
        await self._directory.audit(actor(request.caller), request.request_id, f"credential.{action}", None, note=note)

    def _view(self, credential: Credential) -> dict[str, Any]:
        values = {
            name: value if name in PLAIN_VALUES else masked(value)
            for name, value in self._catalog.repository.credentials.readable_secrets(credential).items()
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


def _require_admin(caller: Principal, action: str) -> None:
    require_writer(caller)
    require_admin(caller, action)


def _require_reader(caller: Principal) -> None:
    if not caller.viewer:
        require_admin(caller, "see credentials")
