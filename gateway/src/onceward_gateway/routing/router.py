"""The router: from a model name to the deployments that may serve it, and from these to an answer."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..billing.estimate import Candidate, most_output
from ..billing.prices import UnitPrice
from ..config.load import Provider, Secret
from ..config.routing import DeploymentSettings
from ..core.errors import ApiError, invalid
from ..core.response_writer import Producer, Sink
from ..http.request import Call
from .circuit_breaker import DeploymentState, Policy
from .deployments import Deployment, build
from .dispatch import Make, serve
from .encryption import Vault
from .pool import AUTO, Pool
from .reload import News
from .repository import (
    Credential,
    Records,
    StoredDeployment,
)
from .requirements import Needs, needs_of
from .ssrf import AddressGuard
from .targets import (
    KNOWN_PROVIDERS,
    OfflineTarget,
    ProviderTarget,
    Target,
    resolve,
    with_key,
)

if TYPE_CHECKING:
    from ..entry.services import Gateway

__all__ = ["AUTO", "Pool", "Router"]

_log = logging.getLogger("onceward_gateway")
_DEFAULT_TAG = "default"
_NOT_SET_UP = frozenset({"provider_key_missing", "model_misconfigured"})


class Router:
    """All deployments of a gateway and what is known of each."""

    def __init__(self, gateway: Gateway) -> None:
        settings = gateway.settings
        self.guard = AddressGuard(settings.outbound.allow)
        self.vault = Vault(settings.secret_keys)
        self.records = Records(gateway.db, self.vault)
        self.random = random.Random()
        self.states: dict[str, DeploymentState] = {}
        self.broken: dict[str, str] = {}
        self._keyless: dict[str, tuple[Provider, str]] = {}
        self.gateway = gateway
        self.settings = settings.routing
        self._policy = Policy(
            settings.routing.allowed_fails, settings.routing.cooldown_seconds, settings.routing.longest_cooldown_seconds
        )
        self._providers = {**KNOWN_PROVIDERS, **settings.providers}
        self._groups: dict[str, tuple[Deployment, ...]] = {}
        self._by_id: dict[str, Deployment] = {}
        self._reads = self._taken = 0
        self._rest_listeners: list[Callable[[str, float], None]] = []
        self._wake_listeners: list[Callable[[str], None]] = []
        self._news = News(gateway, self.reload)

    # -- the deployments

    async def start(self) -> None:
        """Read the tables, and follow what other nodes change of them."""
        await self._news.start()

    async def changed(self) -> None:
        """Write a new version of the tables, in the transaction that changes them."""
        await self._news.changed()

    async def committed(self) -> None:
        """Use the tables as this node changed them, and tell the other nodes."""
        await self._news.committed()

    async def reload(self) -> None:
        """Read the configuration and the tables again. One that cannot be made is left out, and said so."""
        self._reads += 1
        read = self._reads
        credentials = {one.name: one for one in await self.records.credentials()}
        records = await self.records.deployments()
        # No lock, which a transaction that is open could wait for: of readings at the same time the last one counts.
        if read > self._taken:
            self._taken = read
            self._take(records, credentials)

    def _take(self, records: Sequence[StoredDeployment], credentials: Mapping[str, Credential]) -> None:
        found: list[Deployment] = []
        self.broken.clear()
        self._keyless.clear()
        for entry in self.settings.deployments:
            try:
                found.append(self._made(entry.id, entry.model_name, entry.params, entry.info, None, credentials))
            except ApiError as error:
                self._leave_out(entry, error)
        for record in records:
            try:
                found.append(self._made(record.id, record.model_name, record.params, record.info, record, credentials))
            except ApiError as error:
                self.broken[record.id] = error.message
                _log.warning("the deployment %s of %r is left out: %s", record.id, record.model_name, error.message)
        groups: dict[str, list[Deployment]] = {}
        for deployment in found:
            groups.setdefault(deployment.group, []).append(deployment)
            if deployment.public_name is not None and deployment.public_name != deployment.group:
                groups.setdefault(deployment.public_name, []).append(deployment)
            self.states.setdefault(deployment.id, DeploymentState())
            if deployment.price is not None:
                self.gateway.prices.put(self.price_name(deployment), deployment.price)
        self._groups = {name: tuple(members) for name, members in groups.items()}
        self._by_id = {deployment.id: deployment for deployment in found}
        for gone in self.states.keys() - self._by_id.keys():
            del self.states[gone]

    def _leave_out(self, entry: DeploymentSettings, error: ApiError) -> None:
        """Go on without a deployment of the configuration; a caller's own key can bring it back."""
        self.broken[entry.id] = error.message
        prefix, _, model = str(entry.params.get("model")).partition("/")
        if error.code == "provider_key_missing" and prefix in self._providers:
            self._keyless[entry.model_name] = (self._providers[prefix], model)
        if not self.gateway.settings.offline:
            _log.warning("the deployment %s of %r is left out: %s", entry.id, entry.model_name, error.message)

    async def made_of(self, record: StoredDeployment) -> Deployment:
        """The deployment of a record; raises where its secrets cannot be read or it makes none."""
        named = record.params.get("credential_name")
        credential = await self.records.credential(named) if isinstance(named, str) else None
        known = {} if credential is None else {credential.name: credential}
        return self._made(record.id, record.model_name, record.params, record.info, record, known)

    def _made(
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
                    code="credential_not_found",
                )
            values = {**self.records.credential_values(credential), **values}
        if record is not None:
            values.update(self.records.deployment_secrets(record))
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
        return tuple(self._by_id.values())

    def deployment(self, id: str) -> Deployment | None:
        return self._by_id.get(id)

    def groups(self) -> Mapping[str, tuple[Deployment, ...]]:
        return self._groups

    def fallbacks(self, name: str) -> tuple[str, ...]:
        """The models that stand in for a name: the configuration's, then those of its deployments."""
        own = [other for one in self._groups.get(name, ()) for other in one.fallbacks]
        return tuple(dict.fromkeys((*self.settings.fallbacks.get(name, ()), *own)))

    def on_rest(self, listener: Callable[[str, float], None]) -> None:
        """Have `listener` told of each deployment that begins to rest here, and for how many seconds."""
        self._rest_listeners.append(listener)

    def rest(self, id: str, seconds: float) -> None:
        """Let a deployment rest that failed at another node."""
        state = self.states.get(id)
        if state is not None and seconds > 0:
            state.rest(self.gateway.clock.monotonic() + min(seconds, self._policy.longest_seconds))

    def on_wake(self, listener: Callable[[str], None]) -> None:
        """Have `listener` told of each deployment that answers here after it rested."""
        self._wake_listeners.append(listener)

    def wake(self, id: str) -> None:
        """Let a deployment be called again that answered at another node."""
        state = self.states.get(id)
        if state is not None:
            state.wake()

    def rests(self, id: str) -> float:
        """Seconds until a deployment that rests may be tried again; 0 where it does not rest."""
        state = self.states.get(id)
        return 0.0 if state is None else state.wait(self.gateway.clock.monotonic())

    def now(self) -> float:
        return self.gateway.clock.time()

    def state(self, one: Deployment) -> DeploymentState:
        """What is known of a deployment."""
        return self.states.setdefault(one.id, DeploymentState())

    @staticmethod
    def price_name(one: Deployment) -> str:
        """The name by which its prices are found."""
        return (one.priced_as or one.model) if one.price is None else f"deployment:{one.id}"

    def unit_price(self, deployment: Deployment) -> UnitPrice | None:
        """What a token costs there."""
        return self.gateway.prices.unit(deployment.provider, self.price_name(deployment))

    def readable_values(self, credential: Credential) -> dict[str, Any]:
        """A credential's values, or none where they cannot be decrypted: its name is still to be shown."""
        try:
            return self.records.credential_values(credential)
        except ApiError:
            return {}

    # -- a name becomes a pool

    async def resolved(self, call: Call, name: str, kind: str) -> Target | Pool:
        """Where a call of this name goes: the pool of its deployments, or the one place it stands for."""
        await self.gateway.offline.require(call.caller, name)
        await self.gateway.offline.ready(name, *self.fallbacks(name))
        return self.pool(call, name, kind) or self._place(call, name, kind)

    def _place(self, call: Call, name: str, kind: str) -> Target:
        """The one place that a name without deployments stands for."""
        keyless = self._keyless.get(name)
        if keyless is not None and not self.gateway.settings.offline and name not in self.gateway.settings.models:
            return with_key(*keyless, call.headers)
        return resolve(self.gateway, name, kind, call.headers)

    async def serves(self, call: Call, name: str) -> bool:
        """Return whether a model of this name exists, configured or not."""
        await self.gateway.offline.ready(name)
        if name in self._groups or name == AUTO:
            return True
        try:
            self._place(call, name, "chat")
        except ApiError as error:
            return error.status != 404
        return True

    def pool(self, call: Call, name: str, kind: str) -> Pool | None:
        """The pool of a name, or None where it has no deployments: then `targets.resolve` knows what it is."""
        members = self._usable(call, name)
        fallbacks = self.fallbacks(name)
        if name != AUTO and members is None and not fallbacks:
            return None
        needs = needs_of(kind, call.data, len(call.raw), region=call.header("x-onceward-region"), tags=_tags(call))
        if name == AUTO and members is None:
            return self._cheapest(call, needs)
        stages: list[tuple[str, tuple[Deployment, ...]]] = []
        unset: ApiError | None = None
        for other in dict.fromkeys((name, *fallbacks)):
            if other != name and not self._may_use(call, other):
                continue
            try:
                places = self._usable(call, other) or self._plain(call, other, kind)
            except ApiError as error:
                # Others stand in for one that is not set up; alone it is told why it cannot be used.
                if error.code not in _NOT_SET_UP:
                    raise
                unset = unset or error
                continue
            stages.append((other, self._fitting(name, places, needs) if other == name else _fit(places, needs)))
        if unset is not None and not stages:
            raise unset
        return Pool(name, tuple(stages), needs)

    def audience(self, call: Call, name: str) -> tuple[str, ...]:
        """What of a caller decides where a name leads, besides the request: answers are alike where it is."""
        chosen = tuple(sorted(call.caller.tags))
        if name == AUTO and name not in self._groups:
            models = (text for level in call.caller.models for text in (level.scope, *level.models))
            return *chosen, call.caller.team_id or "", call.caller.tier or "", *models
        further = [other for other in self.fallbacks(name) if self._may_use(call, other)]
        if any(one.team_id is not None for other in (name, *further) for one in self._groups.get(other, ())):
            chosen = (*chosen, call.caller.team_id or "")
        return (*chosen, *further)

    def visible(self, call: Call, name: str) -> bool:
        """Whether this caller may call the name and has a deployment of it."""
        return call.caller.may_use(name) and self._usable(call, name) is not None

    def _may_use(self, call: Call, name: str) -> bool:
        """Whether a model that the caller did not name itself is in its reach, by its lists and by its tier's bands."""
        return call.caller.may_use(name) and self.gateway.ledger.credits.opens(call.caller, name)

    def _usable(self, call: Call, name: str) -> tuple[Deployment, ...] | None:
        """The deployments of a name that this caller may see; None where there are none."""
        members = self._groups.get(name, ())
        if self.gateway.settings.offline:
            members = tuple(one for one in members if one.upstream is None)
        caller = call.caller
        # Who runs the gateway and names a team or an organization sees what these see.
        everywhere = caller.admin and caller.acting_for == (None, None)
        seen = tuple(one for one in members if one.team_id is None or everywhere or one.team_id == caller.team_id)
        return seen or None

    def _plain(self, call: Call, name: str, kind: str) -> tuple[Deployment, ...]:
        """A route without deployments as one, so that it can have fallbacks and be one."""
        target = self._place(call, name, kind)
        if isinstance(target, OfflineTarget):
            one = Deployment(name, name, None, target.model.id)
        else:
            upstream = replace(target.upstream, api_key=target.key)
            one = Deployment(name, name, upstream, target.model, is_callers_key=target.is_callers_key)
        self.states.setdefault(one.id, DeploymentState())
        return (one,)

    def _fitting(self, name: str, members: Sequence[Deployment], needs: Needs) -> tuple[Deployment, ...]:
        """Those of the region and tags asked for, of them those that can do it; raises where none is left."""
        left = [one for one in members if one.kind in (None, needs.kind)]
        if not left:
            raise invalid(
                f"The model {name!r} does not serve {needs.kind}. `GET /v1/models` tells what each model can do.",
                param="model",
                code="model_not_capable",
            )
        if needs.region is not None:
            left = [one for one in left if one.region == needs.region]
            if not left:
                regions = sorted({one.region for one in members if one.region}) or ["none named"]
                raise invalid(
                    f"The model {name!r} has no deployment in the region {needs.region!r}. "
                    f"It has: {', '.join(regions)}.",
                    param="x-onceward-region",
                    code="no_deployment_in_region",
                )
        left = _tagged(left, needs.tags)
        if not left:
            raise invalid(
                f"Every deployment of {name!r} is kept for tags, and none for {sorted(needs.tags)!r}. "
                "Send one of its tags in `x-onceward-tags`.",
                param="tags",
                code="no_deployment_for_tags",
            )
        return _fit(left, needs)

    def _cheapest(self, call: Call, needs: Needs) -> Pool | None:
        """All that can do what is asked, cheapest first, each model name a stage of its own."""
        found: list[tuple[float, int, Deployment]] = []
        for name in self._groups:
            if not self._may_use(call, name):
                continue
            for one in self._usable(call, name) or ():
                known = any(one is other for _, _, other in found)
                if (
                    not known
                    and one.kind in (None, needs.kind)
                    and needs.abilities <= one.able
                    and _has_room(one, needs)
                ):
                    cost = self.cost(one, needs)
                    found.append((float("inf") if cost is None else cost, len(found), one))
        if needs.region is not None:
            found = [entry for entry in found if entry[2].region == needs.region]
        tagged = _tagged([entry[2] for entry in found], needs.tags)
        ordered = [one for _, _, one in sorted(found) if one in tagged]
        if not ordered:
            if not self._groups:
                return None
            wanted = ", ".join(sorted(needs.abilities)) or needs.kind
            raise invalid(
                f"No model here that you may use is known to do what is asked: {wanted}, about {needs.input_tokens} "
                "tokens of input. Name a model, or have its abilities set in `model_info`.",
                param="model",
                code="no_capable_model",
            )
        return Pool(AUTO, tuple((one.group, (one,)) for one in ordered), needs)

    def cost(self, deployment: Deployment, needs: Needs) -> float | None:
        """Pico-USD of such a call there, by estimate; None where nobody knows the price."""
        unit = self.unit_price(deployment)
        if unit is None:
            return None
        output = min(needs.output_tokens, deployment.max_output_tokens or needs.output_tokens)
        return needs.input_tokens * unit.input + output * unit.output

    def estimate(self, pool: Pool) -> list[Candidate]:
        """What every deployment that may serve costs: a reservation takes the dearest."""
        return [
            Candidate(one.provider, self.price_name(one), most_output(one.upstream, one.max_output_tokens))
            for one in pool.members
        ]

    # -- a pool becomes an answer

    def producer(self, pool: Pool, make: Make) -> Producer:
        """What tries the deployments of a pool until one answers. `make` gives the producer of one target."""

        async def produce(run: Sink) -> None:
            await serve(self, pool, make, run)

        return produce

    def failed(self, one: Deployment, error: ApiError, *, at_once: bool, final: bool) -> None:
        """Count a failure against a deployment; it may rest then, and the other nodes are told so."""
        now, state = self.gateway.clock.monotonic(), self.state(one)
        if state.fail(error.message, now, self._policy, at_once=at_once, wait=error.retry_after, final=final):
            for listener in self._rest_listeners:
                listener(one.id, state.wait(now))

    def recovered(self, one: Deployment) -> None:
        """A deployment that rested has answered; the other nodes are told so."""
        for listener in self._wake_listeners:
            listener(one.id)

    def target(self, one: Deployment, *, alone: bool) -> Target:
        """Where a call to this deployment goes."""
        if one.upstream is None:
            model = self.gateway.offline.resolve(one.model)
            if model is None:
                raise ApiError(
                    502,
                    f"The offline model {one.model!r} of the deployment {one.id!r} does not exist. "
                    f"Correct `litellm_params.model`. {self.gateway.offline.hint(one.model)}",
                    code="model_not_found",
                )
            return OfflineTarget(model, one.group)
        # Where there is another place to go to, a connection that fails is not tried again here unless that is wanted.
        if one.retries is not None:
            upstream = replace(one.upstream, retries=one.retries)
        else:
            upstream = one.upstream if alone else replace(one.upstream, retries=0)
        return ProviderTarget(upstream, one.model, one.upstream.api_key, one.is_callers_key)


def _tags(call: Call) -> frozenset[str]:
    given = call.data.get("tags")
    if isinstance(given, list):
        own = [tag for tag in given if isinstance(tag, str)]
    else:
        own = [tag.strip() for tag in (call.header("x-onceward-tags") or "").split(",")]
    return frozenset(tag for tag in (*own, *call.caller.tags) if tag)


def _tagged(members: Sequence[Deployment], tags: frozenset[str]) -> list[Deployment]:
    """Those kept for one of the tags; without such, those kept for none (or for `default`)."""
    wanted = [one for one in members if one.tags & tags]
    return wanted or [one for one in members if not one.tags or _DEFAULT_TAG in one.tags]


def _fit(members: Sequence[Deployment], needs: Needs) -> tuple[Deployment, ...]:
    return tuple(_able(_in_size(members, needs), needs))


def _has_room(one: Deployment, needs: Needs) -> bool:
    return one.max_input_tokens is None or needs.input_tokens <= one.max_input_tokens


def _in_size(members: Sequence[Deployment], needs: Needs) -> Sequence[Deployment]:
    """Those that have room; all where none has, for the size is an estimate and the provider knows better."""
    return [one for one in members if _has_room(one, needs)] or members


def _able(members: Sequence[Deployment], needs: Needs) -> Sequence[Deployment]:
    """Those known to be able; all where none is, for what nobody said may still be so."""
    return [one for one in members if needs.abilities <= one.able] or members
