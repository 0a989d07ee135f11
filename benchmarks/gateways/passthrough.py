"""A minimal gateway: uvicorn in front, aiohttp behind, and the bytes between them.

python benchmarks/gateways/passthrough.py PORT PROVIDER_URL
"""

from __future__ import annotations

import sys
from typing import Any

import aiohttp
import uvicorn

__all__ = ["main"]


class Relay:
    """Forward each request and relay the response chunk by chunk."""

    def __init__(self, provider: str) -> None:
        self._provider = provider
        self._session: aiohttp.ClientSession | None = None

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if self._session is None:
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), auto_decompress=False)
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        url = self._provider + scope["path"]
        async with self._session.post(url, data=body, headers={"content-type": "application/json"}) as answer:
            headers = [
                (name.lower().encode(), value.encode())
                for name, value in answer.headers.items()
                if name.lower() in ("content-type", "content-length")
            ]
            await send({"type": "http.response.start", "status": answer.status, "headers": headers})
            async for piece in answer.content.iter_any():
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b""})

    async def close(self) -> None:
        """Close the connections to the provider."""
        if self._session is not None:
            await self._session.close()


def main() -> None:
    port, provider = int(sys.argv[1]), sys.argv[2]
    uvicorn.run(Relay(provider), host="127.0.0.1", port=port, log_level="error", access_log=False, lifespan="off")


if __name__ == "__main__":
    main()
