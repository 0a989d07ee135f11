"""Images that offline models made and that are fetched by URL for a day."""

from __future__ import annotations

import io
import re
import secrets

from ..core.clock import Clock
from ..db.blob_store import Blob, BlobStore

__all__ = ["ImageStore"]

_NAME = re.compile(r"img-[0-9a-f]{32}\.png")
_LIFETIME_SECONDS = 86_400


class ImageStore:
    """PNG images under names that cannot be guessed."""

    def __init__(self, clock: Clock, blobs: BlobStore) -> None:
        self.blobs = blobs
        self._clock = clock

    async def add(self, image: bytes) -> str:
        """Store an image and return its name."""
        name = f"img-{secrets.token_hex(16)}.png"
        await self.blobs.put(name, io.BytesIO(image))
        return name

    async def find(self, name: str) -> Blob | None:
        """Return the image of this name; None where there is none."""
        return await self.blobs.find(name) if _NAME.fullmatch(name) else None

    async def purge(self) -> None:
        """Delete images that were made more than a day ago."""
        for name in await self.blobs.names_before(self._clock.time() - _LIFETIME_SECONDS):
            await self.blobs.delete(name)
