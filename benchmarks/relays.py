"""The pass-through with other clients behind: the gateway's own, and pyreqwest.

python benchmarks/relays.py PORT PROVIDER_URL (own | pyreqwest)
"""

from __future__ import annotations

import sys
from typing import Any

import uvicorn
from gateways.passthrough import PASSED_ON, SENT, Relay
from pyreqwest.client import Client, ClientBuilder

from onceward_gateway.providers.http_client import HttpClient

__all__ = ["main"]


class _OwnRelay(Relay):
    """The same with the gateway's own client."""

    _client: HttpClient | None = None

    async def relay(self, url: str, body: bytes, send: Any) -> None:
        if self._client is None:
            self._client = HttpClient()
        async with await self._client.request("POST", url, headers=SENT.items(), body=body) as answer:
            headers = [(name.encode(), value.encode()) for name, value in answer.headers.items() if name in PASSED_ON]
            await send({"type": "http.response.start", "status": answer.status, "headers": headers})
            while piece := await answer.receive():
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b""})


class _PyreqwestRelay(Relay):
    """The same with pyreqwest, which reads each piece as it comes."""

    _client: Client | None = None

    async def relay(self, url: str, body: bytes, send: Any) -> None:
        if self._client is None:
            self._client = ClientBuilder().build()
        request = self._client.post(url).headers(SENT).body_bytes(body).streamed_read_buffer_limit(0)
        async with request.build_streamed() as answer:
            headers = [
                (name.lower().encode(), value.encode())
                for name, value in answer.headers.items()
                if name.lower() in PASSED_ON
            ]
            await send({"type": "http.response.start", "status": answer.status, "headers": headers})
            while piece := await answer.body_reader.read_chunk():
                await send({"type": "http.response.body", "body": bytes(piece), "more_body": True})
            await send({"type": "http.response.body", "body": b""})


def main() -> None:
    port, provider, client = sys.argv[1:]
    relay = (_OwnRelay if client == "own" else _PyreqwestRelay)(provider)
    config = uvicorn.Config(
        relay, port=int(port), log_level="error", access_log=False, lifespan="off", timeout_keep_alive=75
    )
    uvicorn.Server(config).run()


if __name__ == "__main__":
    main()
