"""The start page of the gateway, for browsers and for programs, and the contract."""

from __future__ import annotations

import html
from importlib import resources

from .._version import __version__
from ..config.load import Settings
from ..http.forwarded import base_url
from ..http.request import (
    Request,
    Response,
    json_response,
)

__all__ = ["PageHandlers"]

_DOCS = "https://github.com/onceward/onceward/tree/main/docs"
_LINKS = {
    "models": ("/v1/models", "The models that can be called."),
    "capabilities": ("/v1/capabilities", "The capabilities of each model."),
    "contract": ("/openapi.json", "Every operation, as an OpenAPI document (also as /openapi.yaml)."),
    "health": ("/healthz", "Whether the process answers."),
    "readiness": ("/readyz", "Whether calls are taken, and what is not as it should be."),
}
_VARY = (("vary", "Accept"),)
_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Onceward gateway</title>
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 44rem; margin: 3rem auto; padding: 0 1rem; }}
pre {{ background: #8881; padding: 1rem; overflow-x: auto; }}
:root {{ color-scheme: light dark; }}
</style>
<h1>Onceward gateway</h1>
<p>Version {version}. An LLM gateway that speaks the API of OpenAI and more. {key}</p>
<ul>
{links}
</ul>
<p>Try it:</p>
<pre>curl {url}/v1/chat/completions \\
  -H 'Content-Type: application/json' \\{header}
  -d '{{"model": "onceward/echo", "messages": [{{"role": "user", "content": "Hello!"}}]}}'</pre>
</html>
"""


class PageHandlers:
    """Handlers for `/` and the contract."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def root(self, request: Request) -> Response:
        """Return the page to browsers, JSON to other clients."""
        if _wants_html(request.header("accept") or ""):
            headers = (*_VARY, ("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'"))
            return Response(200, self._page(request).encode(), "text/html; charset=utf-8", headers)
        links = {name: path for name, (path, _) in _LINKS.items()}
        return json_response(
            {
                "name": "Onceward gateway",
                "version": __version__,
                "auth_mode": self._settings.auth_mode,
                "links": {**links, "docs": _DOCS},
            },
            headers=_VARY,
        )

    def _page(self, request: Request) -> str:
        required = self._settings.auth_mode == "required"
        links = [f'<li><a href="{path}">{path}</a>: {html.escape(text)}</li>' for path, text in _LINKS.values()]
        links.append(f'<li><a href="{_DOCS}">Documentation</a></li>')
        return _PAGE.format(
            version=html.escape(__version__),
            key="Calls need a key." if required else "Calls need no key.",
            links="\n".join(links),
            url=html.escape(base_url(request.scope, request.headers, self._settings)),
            header="\n  -H 'Authorization: Bearer sk-...' \\" if required else "",
        )

    async def contract(self, request: Request) -> Response:
        """Return the contract as JSON."""
        return Response(200, _document())

    async def contract_yaml(self, request: Request) -> Response:
        """Return the contract as YAML."""
        # JSON is YAML as well.
        return Response(200, _document(), "application/yaml")


def _wants_html(accept: str) -> bool:
    """Return whether the client names HTML, and not JSON before it."""
    best: dict[str, float] = {}
    for item in accept.lower().split(","):
        kind, _, parameters = item.partition(";")
        quality = parameters.replace(" ", "").partition("q=")[2].partition(";")[0]
        try:
            best[kind.strip()] = float(quality) if quality else 1.0
        except ValueError:
            best[kind.strip()] = 0.0
    page = max(best.get("text/html", 0.0), best.get("application/xhtml+xml", 0.0))
    return page > 0 and page >= best.get("application/json", 0.0)


def _document() -> bytes:
    return resources.files("onceward_gateway.http").joinpath("openapi.json").read_bytes()
