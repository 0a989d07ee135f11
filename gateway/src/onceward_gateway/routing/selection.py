"""Selection: from a model name to the deployments that may serve a call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..billing.credits import Credits
from ..billing.estimate import Candidate, most_output
from ..config.load import Settings
from ..core import error_codes
from ..core.errors import ApiError, invalid
from ..core.headers import X_ONCEWARD_REGION, X_ONCEWARD_TAGS
from ..http.request import Request
from ..offline.registry import OfflineModels
from .catalog import DeploymentCatalog
from .deployments import Deployment
from .pool import AUTO, DeploymentPool
from .requirements import Requirements, requirements_of
from .targets import (
    OfflineTarget,
    Target,
    TargetResolver,
    passes_bodies_on,
    provider_target,
)

__all__ = ["DeploymentSelector"]

_DEFAULT_TAG = "default"
_NOT_SET_UP = frozenset({"provider_key_missing", "model_misconfigured"})


class _InvalidBody(Exception):
    """Every target of a call needs a body that follows the whole contract, which this one does not."""


class DeploymentSelector:
    """Finds the deployments of a name that a caller may use and that can serve a request."""

    def __init__(
        self,
        settings: Settings,
        catalog: DeploymentCatalog,
        targets: TargetResolver,
        offline: OfflineModels,
        credits: Credits,
    ) -> None:
        self._is_offline = settings.offline
        self._routes = settings.models
        self._catalog = catalog
        self._targets = targets
        self._offline = offline
        self._credits = credits

    async def resolve(self, request: Request, name: str, kind: str) -> Target | DeploymentPool:
        """Return the pool of a name's deployments, or the one target that a name without deployments has.

        Raise the fault of the body if each of them needs a body that follows the whole contract.
        """
        await self._offline.require(request.caller, name)
        try:
            if name != AUTO and not self._catalog.is_grouped(name):
                await self._offline.ready(name)
                target: Target | DeploymentPool = self._target(request, name, kind)
            else:
                await self._offline.ready(name, *self._catalog.fallbacks(name))
                target = self.pool(request, name, kind) or self._target(request, name, kind)
        except _InvalidBody:
            assert request.fault is not None
            raise await request.fault.error() from None
        if request.fault is not None and not isinstance(target, DeploymentPool) and not _passes_body_on(target):
            raise await request.fault.error()
        return target

    async def first_target(self, request: Request, name: str, kind: str) -> tuple[Target, Deployment | None]:
        """Return the target that a call would go to first, and its deployment; raise the errors of such a call."""
        request.caller.require_model(name)
        name = request.caller.aliases.get(name, name)
        found = await self.resolve(request, name, kind)
        if not isinstance(found, DeploymentPool):
            return found, None
        deployment = next((one for _, stage in found.stages for one in stage), None)
        if deployment is None:
            raise ApiError(
                503, f"No deployment of {name!r} can serve. See `GET /model/info`.", code=error_codes.NO_DEPLOYMENT
            )
        return self._targets.of_deployment(deployment, sole=True), deployment

    async def exists(self, request: Request, name: str) -> bool:
        """Return whether there is a model of this name, configured or not."""
        await self._offline.ready(name)
        if name in self._catalog.groups() or name == AUTO:
            return True
        try:
            self._target(request, name, "chat")
        except ApiError as error:
            return error.status != 404
        return True

    def pool(self, request: Request, name: str, kind: str) -> DeploymentPool | None:
        """Return the pool of a name, or None where it has neither deployments nor fallbacks."""
        members = self._usable(request, name)
        fallbacks = self._catalog.fallbacks(name)
        if name != AUTO and members is None and not fallbacks:
            return None
        requirements = requirements_of(
            kind, request.data, len(request.raw), region=request.header(X_ONCEWARD_REGION), tags=_tags(request)
        )
        if name == AUTO and members is None:
            return self._cheapest(request, requirements)
        stages: list[tuple[str, tuple[Deployment, ...]]] = []
        not_set_up: ApiError | None = None
        for other in dict.fromkeys((name, *fallbacks)):
            if other != name and not self._may_use(request, other):
                continue
            try:
                found = self._usable(request, other) or self._without_deployments(request, other, kind)
            except ApiError as error:
                # Its fallbacks replace a model that is not set up; without any, the caller learns the reason.
                if error.code not in _NOT_SET_UP:
                    raise
                not_set_up = not_set_up or error
                continue
            if other == name:
                found = _matching(name, found, requirements)
            if request.fault is not None:
                # Of a body that breaks the contract, only providers that it is passed on to can judge.
                found = tuple(one for one in found if passes_bodies_on(one.upstream))
                if not found:
                    continue
            stages.append((other, _capable(found, requirements)))
        if not_set_up is not None and not stages:
            raise not_set_up
        if request.fault is not None and not stages:
            raise _InvalidBody
        return DeploymentPool(name, tuple(stages), requirements)

    def audience(self, request: Request, name: str) -> tuple[str, ...]:
        """Return the properties of a caller that decide where a name leads, apart from the request itself.

        Equal requests of callers with the same audience may share an answer.
        """
        groups = self._catalog.groups()
        properties = tuple(sorted(request.caller.tags))
        if name == AUTO and name not in groups:
            models = (text for level in request.caller.models for text in (level.scope, *level.models))
            return *properties, request.caller.team_id or "", request.caller.tier or "", *models
        fallbacks = [other for other in self._catalog.fallbacks(name) if self._may_use(request, other)]
        if any(one.team_id is not None for other in (name, *fallbacks) for one in groups.get(other, ())):
            properties = (*properties, request.caller.team_id or "")
        return (*properties, *fallbacks)

    def is_visible(self, request: Request, name: str) -> bool:
        """Return whether the caller may call a name and has a deployment of it."""
        return request.caller.may_use(name) and self._usable(request, name) is not None

    def candidates(self, pool: DeploymentPool) -> list[Candidate]:
        """Return provider and price of each deployment that may serve: a reservation takes the most expensive."""
        return [
            Candidate(one.provider, self._catalog.price_name(one), most_output(one.upstream, one.max_output_tokens))
            for one in pool.members
        ]

    def _target(self, request: Request, name: str, kind: str) -> Target:
        """Return the one target of a name without deployments."""
        keyless = self._catalog.keyless(name)
        if keyless is not None and not self._is_offline and name not in self._routes:
            return provider_target(*keyless, request.headers)
        return self._targets.resolve(name, kind, request.headers)

    def _may_use(self, request: Request, name: str) -> bool:
        """Return whether the caller may use a model that it did not name, by its lists and by its tier's bands."""
        return request.caller.may_use(name) and self._credits.opens(request.caller, name)

    def _usable(self, request: Request, name: str) -> tuple[Deployment, ...] | None:
        """Return the deployments of a name that the caller may see; None where there are none."""
        members = self._catalog.groups().get(name, ())
        if self._is_offline:
            members = tuple(one for one in members if one.upstream is None)
        caller = request.caller
        # An administrator who acts for a team or an organization sees what these see.
        everywhere = caller.admin and caller.acting_for == (None, None)
        seen = [one for one in members if one.team_id is None or everywhere or one.team_id == caller.team_id]
        return tuple(seen) or None

    def _without_deployments(self, request: Request, name: str, kind: str) -> tuple[Deployment, ...]:
        """Return a deployment for a name that has none, so that it can have fallbacks and be one."""
        target = self._target(request, name, kind)
        if isinstance(target, OfflineTarget):
            return (Deployment(name, name, None, target.model.id),)
        upstream = replace(target.upstream, api_key=target.key)
        return (Deployment(name, name, upstream, target.model, is_callers_key=target.is_callers_key),)

    def _cheapest(self, request: Request, requirements: Requirements) -> DeploymentPool | None:
        """Return all capable deployments, cheapest first, each as a stage of its own."""
        found: list[tuple[float, int, Deployment]] = []
        for name in self._catalog.groups():
            if not self._may_use(request, name):
                continue
            for one in self._usable(request, name) or ():
                known = any(one is other for _, _, other in found)
                if (
                    not known
                    and one.kind in (None, requirements.kind)
                    and requirements.abilities <= one.abilities
                    and _has_room(one, requirements)
                    and (request.fault is None or passes_bodies_on(one.upstream))
                ):
                    cost = self._catalog.expected_cost(one, requirements)
                    found.append((float("inf") if cost is None else cost, len(found), one))
        if requirements.region is not None:
            found = [entry for entry in found if entry[2].region == requirements.region]
        tagged = _tagged([entry[2] for entry in found], requirements.tags)
        ordered = [one for _, _, one in sorted(found) if one in tagged]
        if ordered:
            return DeploymentPool(AUTO, tuple((one.group, (one,)) for one in ordered), requirements)
        if not self._catalog.groups():
            return None
        if request.fault is not None:
            raise _InvalidBody
        wanted = ", ".join(sorted(requirements.abilities)) or requirements.kind
        raise invalid(
            f"No model here that you may use is known to do what is asked: {wanted}, about "
            f"{requirements.input_tokens} tokens of input. Name a model, or have its abilities set in `model_info`.",
            param="model",
            code=error_codes.NO_CAPABLE_MODEL,
        )


def _matching(name: str, members: Sequence[Deployment], requirements: Requirements) -> tuple[Deployment, ...]:
    """Return the deployments of the kind, region and tags that a request asks for; raise where none is left."""
    left = [one for one in members if one.kind in (None, requirements.kind)]
    if not left:
        raise invalid(
            f"The model {name!r} does not serve {requirements.kind}. `GET /v1/models` shows what each model can do.",
            param="model",
            code=error_codes.MODEL_NOT_CAPABLE,
        )
    region, tags = requirements.region, requirements.tags
    if region is not None:
        left = [one for one in left if one.region == region]
        if not left:
            regions = sorted({one.region for one in members if one.region}) or ["none named"]
            raise invalid(
                f"The model {name!r} has no deployment in the region {region!r}. It has: {', '.join(regions)}.",
                param=X_ONCEWARD_REGION,
                code=error_codes.NO_DEPLOYMENT_IN_REGION,
            )
    left = _tagged(left, tags)
    if not left:
        raise invalid(
            f"Every deployment of {name!r} is kept for tags, and none for {sorted(tags)!r}. "
            "Send one of its tags in `x-onceward-tags`.",
            param="tags",
            code=error_codes.NO_DEPLOYMENT_FOR_TAGS,
        )
    return tuple(left)


def _passes_body_on(target: Target) -> bool:
    return not isinstance(target, OfflineTarget) and passes_bodies_on(target.upstream)


def _tags(request: Request) -> frozenset[str]:
    given = request.data.get("tags")
    if isinstance(given, list):
        own = [tag for tag in given if isinstance(tag, str)]
    else:
        own = [tag.strip() for tag in (request.header(X_ONCEWARD_TAGS) or "").split(",")]
    return frozenset(tag for tag in (*own, *request.caller.tags) if tag)


def _tagged(members: Sequence[Deployment], tags: frozenset[str]) -> list[Deployment]:
    """Return the deployments kept for one of the tags; without any, those kept for none (or for `default`)."""
    wanted = [one for one in members if one.tags & tags]
    return wanted or [one for one in members if not one.tags or _DEFAULT_TAG in one.tags]


def _capable(members: Sequence[Deployment], requirements: Requirements) -> tuple[Deployment, ...]:
    """Return the deployments that have room for a request and the abilities it needs.

    All of them where none has: the size is an estimate, and an ability that is not documented may still be there.
    """
    with_room = [one for one in members if _has_room(one, requirements)] or members
    return tuple([one for one in with_room if requirements.abilities <= one.abilities] or with_room)


def _has_room(one: Deployment, requirements: Requirements) -> bool:
    return one.max_input_tokens is None or requirements.input_tokens <= one.max_input_tokens
