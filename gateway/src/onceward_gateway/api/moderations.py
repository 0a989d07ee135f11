"""The moderation route for the offline model."""

from __future__ import annotations

from ..core.answer import (
    Answer,
    ModelContext,
    OfflineModel,
)
from ..core.threads import LARGE_BODY, offload
from ..http.request import (
    BodyKind,
    Call,
    model_route,
)
from ..offline.moderation import moderate
from .offline_models import demand

__all__ = ["ROUTES"]


async def _moderate(model: OfflineModel, call: Call, context: ModelContext) -> Answer:
    able = demand(model, "moderation")
    if len(call.raw) > LARGE_BODY:
        body, tokens = await offload(moderate, call.data, context.model)
    else:
        body, tokens = moderate(call.data, context.model)
    answer = Answer.json(body, usage={"prompt_tokens": tokens, "completion_tokens": 0, "total_tokens": tokens})
    await call.gateway.clock.sleep(able.delay(call.data))
    return able.failing(answer, call.data, context.attempt)


ROUTES = (
    model_route(
        path="/v1/moderations", operation="moderations.create", kind="moderation", body=BodyKind.JSON, local=_moderate
    ),
)
