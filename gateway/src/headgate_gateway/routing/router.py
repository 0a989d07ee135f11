"""The router: from a model name to the deployments that may serve it, and from these to an answer."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ..config import Secret
from ..emission import DeliveryFault
from ..errors import ApiError, invalid
from ..http import Call
from ..once.sink import Producer, Sink
from ..prices import UnitPrice
from ..targets import KNOWN_PROVIDERS, OfflineTarget, ProviderTarget, Target, resolve
from .addresses import AddressGuard
from .attempt import Attempt
from .choice import Option, choose
from .deployments import Deployment, build
from .failures import Tried, judge, none_left
from .needs import Needs, needs_of
from .news import News
from .records import Credential, Records, StoredDeployment
from .state import DeploymentState, Policy
from .vault import Vault

if TYPE_CHECKING:
    from ..gateway import Gateway

__all__ = ["AUTO", "Pool", "Router"]

_log = logging.getLogger("headgate_gateway")
AUTO = "auto"
_DEFAULT_TAG = "default"
Make = Callable[[Target, Sink], Producer]


@dataclass(frozen=True, slots=True)
class Pool:
    """The deployments that may answer one call, in stages: the name asked for, then each fallback model."""

    name: str
    stages: tuple[tuple[str, tuple[Deployment, ...]], ...]
    needs: Needs

    @property
    def provider(self) -> str:
        return "deployments"

    @property
    def model(self) -> str:
        return self.name

    @property
    def groups(self) -> tuple[str, ...]:
        """The model names that may serve."""
        return tuple(dict.fromkeys(one.group for _, stage in self.stages for one in stage))

    @property
    def alone(self) -> bool:
        """Whether there is but one place to go to: it is tried whatever is known of it."""
        return sum(len(stage) for _, stage in self.stages) == 1


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
        self._gateway = gateway
        self.settings = settings.routing
        self._policy = Policy(
            settings.routing.allowed_fails, settings.routing.cooldown_seconds, settings.routing.longest_cooldown_seconds
        )
        self._providers = {**KNOWN_PROVIDERS, **settings.providers}
        self._groups: dict[str, tuple[Deployment, ...]] = {}
        self._by_id: dict[str, Deployment] = {}
        self._reads = self._taken = 0
        self._rest_listeners: list[Callable[[str, float], None]] = []
        self._news = News(gateway, self.reload)

    # -- the deployments

    async def start(self) -> None:
        """Read the tables, and follow what other nodes change of them."""
        await self._news.start()

    async def changed(self) -> None:
        """The tables were changed here: use them as they are, and let the other nodes know."""
        await self._news.changed()

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
        for entry in self.settings.deployments:
            found.append(self._made(entry.id, entry.model_name, entry.params, entry.info, None, credentials))
        for record in records:
            try:
                found.append(
                    self._made(record.id, record.model_name, record.params, record.info, record, credentials)
                )
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
                self._gateway.prices.put(_price_name(deployment), deployment.price)
        self._groups = {name: tuple(members) for name, members in groups.items()}
        self._by_id = {deployment.id: deployment for deployment in found}
        for gone in self.states.keys() - self._by_id.keys():
            del self.states[gone]

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
            state.rest(self._gateway.clock.monotonic() + min(seconds, self._policy.longest_seconds))

    def rests(self, id: str) -> float:
        """Seconds until a deployment that rests may be tried again; 0 where it does not rest."""
        state = self.states.get(id)
        return 0.0 if state is None else state.wait(self._gateway.clock.monotonic())

    def now(self) -> float:
        return self._gateway.clock.time()

    def unit_price(self, deployment: Deployment) -> UnitPrice | None:
        """What a token costs there."""
        return self._gateway.prices.unit(deployment.provider, _price_name(deployment))

    def readable_values(self, credential: Credential) -> dict[str, Any]:
        """A credential's values, or none where they cannot be decrypted: its name is still to be shown."""
        try:
            return self.records.credential_values(credential)
        except ApiError:
            return {}

    # -- a name becomes a pool

    async def resolved(self, call: Call, name: str, kind: str) -> Target | Pool:
        """Where a call of this name goes: the pool of its deployments, or the one place it stands for."""
        await self._gateway.offline.ready(name, *self.fallbacks(name))
        return self.pool(call, name, kind) or resolve(self._gateway, name, kind, call.headers)

    def pool(self, call: Call, name: str, kind: str) -> Pool | None:
        """The pool of a name, or None where it has no deployments: then `targets.resolve` knows what it is."""
        members = self._usable(call, name)
        fallbacks = self.fallbacks(name)
        if name != AUTO and members is None and not fallbacks:
            return None
        needs = needs_of(kind, call.data, len(call.raw), region=call.header("x-headgate-region"), tags=_tags(call))
        if name == AUTO and members is None:
            return self._cheapest(call, needs)
        stages = [(name, self._fitting(name, self._plain(call, name, kind) if members is None else members, needs))]
        for other in fallbacks:
            if other != name and call.caller.may_use(other):
                further = self._usable(call, other) or self._plain(call, other, kind)
                stages.append((other, tuple(_able(_in_size(further, needs), needs))))
        return Pool(name, tuple(stages), needs)

    def visible(self, call: Call, name: str) -> bool:
        """Whether this caller may call the name and has a deployment of it."""
        return call.caller.may_use(name) and self._usable(call, name) is not None

    def _usable(self, call: Call, name: str) -> tuple[Deployment, ...] | None:
        """The deployments of a name that this caller may see; None where there are none."""
        members = self._groups.get(name, ())
        if self._gateway.settings.offline:
            members = tuple(one for one in members if one.upstream is None)
        caller = call.caller
        seen = tuple(one for one in members if one.team_id is None or caller.admin or one.team_id == caller.team_id)
        return seen or None

    def _plain(self, call: Call, name: str, kind: str) -> tuple[Deployment, ...]:
        """A route without deployments as one, so that it can have fallbacks and be one."""
        target = resolve(self._gateway, name, kind, call.headers)
        if isinstance(target, OfflineTarget):
            one = Deployment(name, name, None, target.model.id)
        else:
            one = Deployment(name, name, replace(target.upstream, api_key=target.key), target.model)
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
                    param="x-headgate-region",
                    code="no_deployment_in_region",
                )
        left = _tagged(left, needs.tags)
        if not left:
            raise invalid(
                f"Every deployment of {name!r} is kept for tags, and none for {sorted(needs.tags)!r}. "
                "Send one of its tags in `x-headgate-tags`.",
                param="tags",
                code="no_deployment_for_tags",
            )
        return tuple(_able(_in_size(left, needs), needs))

    def _cheapest(self, call: Call, needs: Needs) -> Pool | None:
        """All that can do what is asked, cheapest first, each model name a stage of its own."""
        found: list[tuple[float, int, Deployment]] = []
        for name in self._groups:
            if not call.caller.may_use(name):
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

    def estimate(self, pool: Pool) -> list[tuple[str, str]]:
        """Provider and price name of every deployment that may serve: a reservation takes the dearest."""
        return [(one.provider, _price_name(one)) for _, stage in pool.stages for one in stage]

    # -- a pool becomes an answer

    def producer(self, pool: Pool, make: Make) -> Producer:
        """What tries the deployments of a pool until one answers. `make` gives the producer of one target."""

        async def produce(run: Sink) -> None:
            tried: list[Tried] = []
            for name, stage in pool.stages:
                left = list(stage)
                tries = 0
                # Of `auto` every model is a stage of its own, and the retries are those of the call.
                while left and (len(tried) if pool.name == AUTO else tries) <= self.settings.retries:
                    one = self._next(name, left, pool)
                    if one is None:
                        break
                    left.remove(one)
                    tries += 1
                    error = await self._try(one, pool, run, make)
                    if error is None:
                        return
                    tried.append(Tried(one, error))
            now = self._gateway.clock.monotonic()
            tried_ids = {attempt.deployment.id for attempt in tried}
            resting = [
                (one, self.states[one.id].wait(now))
                for _, stage in pool.stages
                for one in stage
                if one.id not in tried_ids and one.id in self.states
            ]
            raise none_left(pool.name, tried, resting)

        return produce

    def _next(self, name: str, left: Sequence[Deployment], pool: Pool) -> Deployment | None:
        """The one to go to now; None where all of them rest or are full."""
        now = self._gateway.clock.monotonic()
        free: list[tuple[int, Deployment, DeploymentState]] = []
        strategy = self.settings.strategies.get(name, self.settings.strategy)
        for position, one in enumerate(left):
            state = self.states.setdefault(one.id, DeploymentState())
            full = state.full(rpm=one.rpm, tpm=one.tpm, parallel=one.parallel, now=now)
            if pool.alone or not (full or state.resting(now)):
                free.append((position, one, state))
        first = min((one.order for _, one, _ in free), default=0)
        options = [
            Option(
                position,
                one.weight,
                state.in_flight,
                state.expected(now),
                self.cost(one, pool.needs) if strategy == "cost" else None,
            )
            for position, one, state in free
            if one.order == first
        ]
        return left[choose(strategy, options, self.random)] if options else None

    async def _try(self, one: Deployment, pool: Pool, run: Sink, make: Make) -> ApiError | None:
        """Try one deployment: None if it answered, its error if another may be tried; raises what ends the call."""
        clock, state = self._gateway.clock, self.states.setdefault(one.id, DeploymentState())
        started = clock.monotonic()
        took: float | None = None

        def committed() -> None:
            nonlocal took
            took = clock.monotonic() - started
            run.marks["x-headgate-deployment"] = one.id

        run.record.model, run.record.provider = one.group, one.provider
        run.price_name, run.deployment = _price_name(one), one.id
        attempt = Attempt(run, committed)
        state.begin(one.rpm, started)
        told = False
        try:
            await make(self.target(one, alone=pool.alone), attempt)(attempt)
            await attempt.finish()
            state.succeed(took, clock.monotonic())
            told = True
        except DeliveryFault:
            await attempt.commit()
            raise
        except ApiError as error:
            verdict = judge(error)
            if verdict.counts:
                told = True
                self._failed(one, state, error, at_once=verdict.at_once)
            if attempt.committed or pool.alone or not verdict.moves_on:
                raise
            return error
        finally:
            state.end()
            if one.tpm is not None:
                state.used(_tokens(run), clock.monotonic())
            if not told:
                state.give_up()
        return None

    def _failed(self, one: Deployment, state: DeploymentState, error: ApiError, *, at_once: bool) -> None:
        now = self._gateway.clock.monotonic()
        if state.fail(error.message, now, self._policy, at_once=at_once, wait=error.retry_after):
            for listener in self._rest_listeners:
                listener(one.id, state.wait(now))

    def target(self, one: Deployment, *, alone: bool) -> Target:
        """Where a call to this deployment goes."""
        if one.upstream is None:
            model = self._gateway.offline.resolve(one.model)
            if model is None:
                raise ApiError(
                    502,
                    f"The offline model {one.model!r} of the deployment {one.id!r} does not exist. "
                    "Correct `litellm_params.model`; `GET /v1/models` lists them.",
                    code="model_not_found",
                )
            return OfflineTarget(model, one.group)
        # Where there is another place to go to, a connection that fails is not tried again here.
        upstream = one.upstream if alone else replace(one.upstream, retries=0)
        return ProviderTarget(upstream, one.model, one.upstream.api_key)


def _price_name(one: Deployment) -> str:
    return (one.priced_as or one.model) if one.price is None else f"deployment:{one.id}"


def _tokens(run: Sink) -> int:
    usage = run.usage or (run.answer.usage if run.answer is not None else None) or {}
    return int(usage.get("total_tokens") or 0)


def _tags(call: Call) -> frozenset[str]:
    given = call.data.get("tags")
    if isinstance(given, list):
        own = [tag for tag in given if isinstance(tag, str)]
    else:
        own = [tag.strip() for tag in (call.header("x-headgate-tags") or "").split(",")]
    return frozenset(tag for tag in (*own, *call.caller.tags) if tag)


def _tagged(members: Sequence[Deployment], tags: frozenset[str]) -> list[Deployment]:
    """Those kept for one of the tags; without such, those kept for none (or for `default`)."""
    wanted = [one for one in members if one.tags & tags]
    return wanted or [one for one in members if not one.tags or _DEFAULT_TAG in one.tags]


def _has_room(one: Deployment, needs: Needs) -> bool:
    return one.max_input_tokens is None or needs.input_tokens <= one.max_input_tokens


def _in_size(members: Sequence[Deployment], needs: Needs) -> Sequence[Deployment]:
    """Those that have room; all where none has, for the size is an estimate and the provider knows better."""
    return [one for one in members if _has_room(one, needs)] or members


def _able(members: Sequence[Deployment], needs: Needs) -> Sequence[Deployment]:
    """Those known to be able; all where none is, for what nobody said may still be so."""
    return [one for one in members if needs.abilities <= one.able] or members
