"""Moderations by the offline model."""

from __future__ import annotations

from ..core.answer import Answer, ModelContext, OfflineModel
from ..core.clock import Clock
from ..core.threads import LARGE_BODY, offload
from ..http.request import Request
from ..offline.moderation import moderate
from .offline_models import require_kind

__all__ = ["ModerationHandlers"]


class ModerationHandlers:
    """Handlers for `/v1/moderations`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def create(self, model: OfflineModel, request: Request, context: ModelContext) -> Answer:
        """Return the categories that the input falls into."""
        built_in = require_kind(model, "moderation")
        if len(request.raw) > LARGE_BODY:
            body, tokens = await offload(moderate, request.data, context.model)
        else:
            body, tokens = moderate(request.data, context.model)
        answer = Answer.json(body, usage={"prompt_tokens": tokens, "completion_tokens": 0, "total_tokens": tokens})
        await self._clock.sleep(built_in.delay(request.data))
        return built_in.failing(answer, request.data, context.attempt)
