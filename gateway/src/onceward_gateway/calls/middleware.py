"""Middleware of a model call: guardrails on the request, the response cache, guardrails on the answer.

It runs inside the call's handler, after the call was recorded: a request that a guardrail refuses is recorded like any
other failure, and nothing waits between the look-up of an idempotency key and the beginning of its call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from ..cache.cache import CacheDecision, CacheRecorder, ResponseCache
from ..core.effective_body import as_fields
from ..core.errors import ApiError
from ..core.headers import X_ONCEWARD_GUARDRAILS
from ..core.response_writer import ModelHandler, ResponseWriter
from ..guardrails.failures import guard_failure
from ..guardrails.middleware import GuardFilter
from ..guardrails.registry import (
    Guard,
    Guardrails,
    context_of,
    rewriters,
)
from ..http.request import Request, Route

__all__ = ["CallMiddleware"]

Make = Callable[[ResponseWriter], ModelHandler]


class CallMiddleware:
    """Guardrails and the response cache around the handler of a model call."""

    def __init__(self, guardrails: Guardrails, cache: ResponseCache) -> None:
        self._guardrails = guardrails
        self._cache = cache

    def around(self, request: Request, route: Route, make: Make) -> Make:
        """Return `make` with the middleware that applies to this call; `make` itself where none applies."""
        assert route.kind is not None
        guards = self._guardrails.of(request)
        plan = self._cache.decide(request, route.kind, [guard.name for guard in guards] if guards else ())
        if not guards and plan is None:
            return make

        def outer(writer: ResponseWriter) -> ModelHandler:
            async def produce(out: ResponseWriter) -> None:
                if guards:
                    out.marks[X_ONCEWARD_GUARDRAILS] = ",".join(guard.name for guard in guards)
                    await _check_request(request, guards)
                if plan is None or out.catching_up:
                    await _run_guarded(request, guards, make, out)
                else:
                    await self._cached(request, plan, guards, make, out)

            return produce

        return outer

    async def _cached(
        self, request: Request, plan: CacheDecision, guards: Sequence[Guard], make: Make, out: ResponseWriter
    ) -> None:
        cache = self._cache
        key = cache.key(request, plan)
        entry = await cache.find(key, plan)
        if entry is not None:
            await cache.replay(entry, key, out)
            return
        cache.miss(key, plan, out)
        if not plan.controls.keep:
            await _run_guarded(request, guards, make, out)
            return
        recorder = CacheRecorder(out, cache.settings.max_entry_bytes)
        await _run_guarded(request, guards, make, recorder)
        await cache.save(key, plan, recorder)


async def _check_request(request: Request, guards: Sequence[Guard]) -> None:
    """Run the guardrails on the request, and replace its data with their result."""
    if not any(guard.before for guard in guards):
        return
    context, files = context_of(request), _file_names(request)
    data = original = {**files, **request.data} if files else request.data
    for guard in guards:
        if guard.before:
            data = await guard.guardrail.before(data, context)
    if not request.raw:
        if data != original:
            _update_form(request, files, original, data)
        return
    # Even if nothing changed: the checked data is what is sent, without the duplicate names that raw JSON may have.
    request.data, request.raw = data, msgspec.json.encode(data)


def _file_names(request: Request) -> dict[str, list[str]]:
    """Return the file names of a form by field: they are sent to the provider, too."""
    names: dict[str, list[str]] = {}
    for upload in request.files:
        names.setdefault(upload.name, []).append(upload.filename)
    return {name: filenames for name, filenames in names.items() if name not in request.data}


def _update_form(
    request: Request, files: Mapping[str, list[str]], original: Mapping[str, Any], data: Mapping[str, Any]
) -> None:
    """Update the fields and file names of a form with the result of the guardrails."""
    changed = {name for name in (*original, *data) if original.get(name) != data.get(name)}
    request.fields = [(name, text) for name, text in request.fields if name.partition("[")[0] not in changed]
    for name in data:
        if name in changed and name not in files:
            request.fields += as_fields(name, data[name])
    remaining = {name: list(data.get(name) or ()) for name in files}
    request.files = [
        replace(upload, filename=str(remaining[upload.name].pop(0))) if remaining.get(upload.name) else upload
        for upload in request.files
    ]
    request.data = {name: value for name, value in data.items() if name not in files}


async def _run_guarded(request: Request, guards: Sequence[Guard], make: Make, out: ResponseWriter) -> None:
    context = context_of(request)
    if not rewriters(guards, context):
        await make(out)(out)
        return
    stage = GuardFilter(out, lambda: rewriters(guards, context))
    try:
        await make(stage)(stage)
    except ApiError as error:
        guard_failure(error, stage.rewritten)
        await stage.flush()
        raise
    await stage.flush()
