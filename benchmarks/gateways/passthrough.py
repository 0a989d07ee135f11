"""A minimal gateway: uvicorn in front, aiohttp behind, and the bytes between them.

python benchmarks/gateways/passthrough.py PORT PROVIDER_URL
"""

from __future__ import annotations

import sys
from typing import Any

import aiohttp
import uvicorn

__all__ = ["PASSED_ON", "SENT", "Relay", "main"]

PASSED_ON = ("content-type", "content-length")
SENT = {"content-type": "application/json"}


class Relay:
    """Forward each request and relay the response chunk by chunk."""

    def __init__(self, provider: str) -> None:
        self._provider = provider
        self._session: aiohttp.ClientSession | None = None

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        await self.relay(self._provider + scope["path"], body, send)

    async def relay(self, url: str, body: bytes, send: Any) -> None:
        """Send a body on and relay the answer."""
        if self._session is None:
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), auto_decompress=False)
        async with self._session.post(url, data=body, headers=SENT) as answer:
            headers = [
                (name.lower().encode(), value.encode())
                for name, value in answer.headers.items()
                if name.lower() in PASSED_ON
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
    config = uvicorn.Config(
        Relay(provider), port=port, log_level="error", access_log=False, lifespan="off", timeout_keep_alive=75
    )
    uvicorn.Server(config).run()


if __name__ == "__main__":
    main()
