"""The ASGI application of the data plane and the control plane.

A request is matched by its raw path, authenticated for the matched route, read, validated and answered; every failure
is sent in the error envelope. Endpoints are coroutines that take a `Request`; those of the control plane may also
return Starlette responses.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ..api import routes
from ..api.authentication import Authenticator
from ..api.inference import (
    HeadedStream,
    InferenceEndpoint,
    InferenceServices,
)
from ..billing.usage_records import require_bounded
from ..config.brand_headers import BrandHeaders
from ..config.load import Settings
from ..core import error_codes
from ..core.effective_body import named_as_sent, refuse_models_beside
from ..core.errors import (
    ApiError,
    draining,
    envelope,
    invalid,
    storage_unavailable,
)
from ..core.headers import X_ONCEWARD_API_VERSION, X_REQUEST_ID
from ..core.principal import Principal
from ..core.restrictions import RouteCatalog
from ..db import StorageError, Unstorable
from ..db.disk import as_unavailable
from ..http.body import (
    ClientGone,
    close_files,
    read_body,
    read_query,
    refuse_ambiguous,
)
from ..http.cors import Cors
from ..http.not_served import not_served
from ..http.request import (
    Access,
    Change,
    Endpoint,
    Receive,
    Reply,
    Request,
    Response,
    Route,
    Send,
    header_lines,
    header_value,
)
from ..http.request_headers import read_headers, settle_headers
from ..http.router import (
    Match,
    Missing,
    Router,
    WrongMethod,
    aliases_of,
)
from ..http.suggest import no_path, wrong_method
from ..http.validation import Contract, Specification
from ..idempotency.request import identify_request
from ..telemetry.request_span import RequestSpan
from .handlers import build_handlers
from .services import Services

__all__ = ["App", "create_app"]

_log = logging.getLogger("onceward_gateway")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:\-]{1,255}")
_VERSION = re.compile(r"v?1|\d{4}-\d{2}-\d{2}")
_VERSION_HEADERS = (X_ONCEWARD_API_VERSION, "x-api-version")
# Objects of the gateway itself, whose requests are not sent to a provider.
_OWN_OBJECTS = ("/v1/files", "/v1/batches", "/v1/fine_tuning")
_PIECE = 1 << 18
_LARGE_ANSWER = 1 << 20
# The header of a response after which the server closes the connection.
_CLOSE = ("connection", "close")
# The most bytes of a request that is written to the database: a long write delays all others.
_WRITE_BYTES = 1 << 20


def create_app(settings: Settings | None = None, *, node: str | None = None) -> App:
    """Return the application of a new gateway, which the lifespan events start and stop.

    `node` is its id among the nodes of its database; by default it gets a new one.
    """
    return App(Services(settings or Settings(), node=node))


class App:
    """The ASGI application. It has the compiled routes, and no state of a request."""

    def __init__(self, gateway: Services) -> None:
        self.gateway = gateway
        self.catalog = RouteCatalog(self._named_routes)
        table = routes(build_handlers(gateway, self.catalog, require_route=self.require_route))
        completed = [_complete(route, gateway.contract, gateway.inference) for route in table]
        self.table = Router(completed)
        self._small = replace(
            gateway.settings.limits, max_body_bytes=min(gateway.settings.limits.max_body_bytes, _WRITE_BYTES)
        )
        self._brand = BrandHeaders(gateway.settings.header_prefixes)
        self._authenticator = Authenticator(gateway.settings, gateway.directory, gateway.masters, self.catalog)
        self._cors = Cors(gateway.settings.cors) if gateway.settings.cors.is_on else None
        self._specs: dict[tuple[str, str], Specification | None] = {}

    def _named_routes(self) -> Iterator[tuple[Route, tuple[str, ...]]]:
        """Yield every route with the paths by which restrictions of keys may name it."""
        return ((route, (route.path, *aliases_of(route))) for route in self.table.routes)

    def require_route(self, caller: Principal, path: str) -> None:
        """Raise 403 where the restrictions of a caller's key do not allow a POST to a path."""
        match = self.table.match("POST", path.encode())
        if caller.restrictions is not None and isinstance(match, Match):
            caller.restrictions.require_route(match.route, self.catalog)

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Handle an ASGI scope: HTTP requests, and the start and end of the lifespan."""
        # Steps are not functions of their own: every open stream keeps the frame of each function.
        if scope["type"] != "http":
            await self._handle_other_scope(scope["type"], receive, send)
            return
        headers = read_headers(scope["headers"])
        request_id = self._request_id(headers)
        raw_path = scope.get("raw_path") or scope["path"].encode()
        method = scope["method"]
        query = scope.get("query_string", b"")
        with self.gateway.telemetry.request(method, raw_path, headers, request_id) as span:
            try:
                reply = await self._answer(
                    method, raw_path, query, headers, request_id, scope=scope, receive=receive, span=span
                )
            except ClientGone:
                return
            span.reply = reply
            if isinstance(reply, Response) and self._cors is None and _respond(reply, scope, request_id):
                return
            common = [(b"x-request-id", request_id.encode("latin-1"))]
            if self._cors is not None:
                common += self._cors.headers(headers.get("origin"))
            if isinstance(reply, HeadedStream):
                await reply.send(send, common)
            else:
                await _send(reply, scope, receive, send, common, bodiless=method == "HEAD")

    async def start(self) -> None:
        """Start the gateway; batches make their calls through this application."""
        await self.gateway.start(self.dispatch)

    async def _handle_other_scope(self, kind: str, receive: Receive, send: Send) -> None:
        """Handle lifespan and WebSocket scopes."""
        if kind == "lifespan":
            await self._lifespan(receive, send)
        elif kind == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self.start()
        except StorageError as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.gateway.stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def dispatch(
        self,
        method: str,
        path: str,
        *,
        body: bytes,
        principal: str,
        headers: dict[str, str],
        acting_for: tuple[str | None, str | None] = (None, None),
    ) -> Response:
        """Answer a request from inside the gateway, which has no credentials and no connection."""
        request_id = self._request_id(headers)
        headers.setdefault("content-type", "application/json")
        raw_path, _, query = path.partition("?")
        sent = False

        async def receive() -> dict[str, Any]:
            nonlocal sent
            if sent:
                # There is no client that could disconnect: wait until this is cancelled at the end of the call.
                await self.gateway.loop.create_future()
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        reply = await self._answer(
            method,
            raw_path.encode(),
            query.encode(),
            headers,
            request_id,
            receive=receive,
            principal=principal,
            acting_for=acting_for,
        )
        if isinstance(reply, Response):
            return Response(reply.status, reply.body, reply.content_type, (*reply.headers, (X_REQUEST_ID, request_id)))
        if isinstance(reply, HeadedStream):
            reply.close()
        raise ApiError(400, f"`{path}` does not give a whole answer here. Ask for something else.")

    async def _answer(
        self,
        method: str,
        raw_path: bytes,
        query: bytes,
        headers: dict[str, str],
        request_id: str,
        *,
        receive: Receive,
        scope: dict[str, Any] | None = None,
        principal: str | None = None,
        acting_for: tuple[str | None, str | None] = (None, None),
        span: RequestSpan | None = None,
    ) -> Reply:
        try:
            if self._cors is not None and (preflight := self._cors.preflight(method, headers)) is not None:
                self._authenticator.check_origin(scope)
                return preflight
            match = self._match(method, raw_path, scope)
            route = match.route
            if span is not None:
                span.matched(route.operation, match.template)
            if principal is None:
                if scope is not None:
                    settle_headers(headers, scope["headers"], self._brand)
                caller = await self._authenticator.admit(route, headers, scope)
            else:
                caller = await self._internal_caller(principal, route, acting_for)
            self._check_version(headers)
            if self.gateway.draining and route.access is not Access.PUBLIC and route.method != "GET":
                raise draining()
            request = Request(route.operation, request_id, caller.id, headers, match.params)
            request.scope, request.receive, request.caller = scope, receive, caller
            if span is not None:
                span.request = request
            await self._read(request, match, query, internal=principal is not None)
            endpoint = route.endpoint
            assert endpoint is not None
            try:
                if route.idempotent:
                    return await self._idempotently(request, endpoint, route)
                reply = await endpoint(request)
                assert not isinstance(reply, Change), f"{route.operation} is not an idempotent route"
                return reply
            finally:
                # A model call may outlive its request; it closes its files itself.
                if request.files and route.kind is None:
                    close_files(request)
        except (_WholeAnswersOnly, ClientGone):
            raise
        except Exception as error:  # noqa: BLE001 - unexpected errors are sent in the envelope too
            return self._failed(_error_of(error, request_id), request_id, span)

    async def _internal_caller(
        self, principal: str, route: Route, acting_for: tuple[str | None, str | None]
    ) -> Principal:
        """Return the principal of a request from inside the gateway; raise if the route is not open to it."""
        caller = await self.gateway.directory.principal(principal)
        self._authenticator.require_route(route, caller)
        if acting_for != (None, None):
            caller = await self.gateway.directory.in_scope(caller, *acting_for)
        return caller

    async def _read(self, request: Request, match: Match, query: bytes, *, internal: bool) -> None:
        """Read and validate the query and the body, and resolve the model that the request names."""
        route, spec = match.route, self._spec(match)
        if query or spec is None or spec.needs_query:
            request.query = read_query(query, spec, azure=match.template.startswith("/openai/"))
        if route.method != "GET":
            limits = self.gateway.settings.limits if _takes_large(route) else self._small
            await read_body(request, route.body, limits, spec, merge=route.kind is not None)
            if internal and request.data.get("stream") is True:
                raise _whole_answers_only(request)
        if spec is not None and spec.closed and request.raw:
            await refuse_ambiguous(request, route.body, spec)
        named = request.params.get("model") or request.data.get("virtual_model_id") or request.data.get("model") or ""
        request.model = str(named)
        if route.access is Access.KEY and route.method == "POST":
            await self._require_model_access(request)

    def _failed(self, error: ApiError, request_id: str, span: RequestSpan | None) -> Response:
        """Return the response of an error, and report it to telemetry."""
        self.gateway.telemetry.refused(error)
        if span is not None:
            span.failed(error)
        return Response(error.status, envelope(error, request_id), headers=error.all_headers())

    async def _require_model_access(self, request: Request) -> None:
        """Resolve the customer of a request; raise 403 if the caller may not use its model."""
        try:
            require_bounded(request)
        except ApiError as error:
            raise named_as_sent(error, request.merged) from None
        if request.caller.models and request.model:
            # The permission for an alias is that for its model.
            request.caller.require_model(request.caller.aliases.get(request.model, request.model))
            for named in request.others:
                request.caller.require_model(named.model)
        customer = request.data.get("user")
        if isinstance(customer, str) and customer:
            request.caller = await self.gateway.directory.with_customer(request.caller, customer)
        if request.others and any(
            bound.max_budget is not None or bound.model_max_budget for bound in request.caller.bounds
        ):
            refuse_models_beside(request.others, request.model, request.merged)

    async def _idempotently(self, request: Request, endpoint: Endpoint, route: Route) -> Reply:
        identified = await identify_request(request)
        whole = route.access is Access.PLATFORM and route.in_transaction
        return await self.gateway.writes.run(identified, lambda: endpoint(request), whole=whole)

    def _match(self, method: str, raw_path: bytes, scope: dict[str, Any] | None) -> Match:
        match = self.table.match(method, raw_path)
        if isinstance(match, Match):
            return match
        self._authenticator.check_origin(scope)
        path = raw_path.decode("ascii", "replace")[:200]
        if (known := not_served(path)) is not None:
            raise known
        if isinstance(match, WrongMethod):
            raise wrong_method(method, path, match.allow)
        assert isinstance(match, Missing)
        raise no_path(method, path, self.table)

    def _spec(self, match: Match) -> Specification | None:
        place = (match.route.method, match.template)
        try:
            return self._specs[place]
        except KeyError:
            find = self.gateway.contract.find
            spec = self._specs[place] = find(*place) or find(match.route.method, match.route.path)
            if spec is not None:
                spec.closed = _is_closed(match.route)
                spec.relayed = match.route.kind is not None
                spec.closed_query = match.route.method == "GET" and match.route.access is not Access.PUBLIC
            return spec

    def _request_id(self, headers: dict[str, str]) -> str:
        given = headers.get(X_REQUEST_ID)
        if given is not None and _REQUEST_ID.fullmatch(given):
            return given
        return self.gateway.new_id("req_")

    @staticmethod
    def _check_version(headers: dict[str, str]) -> None:
        for name in _VERSION_HEADERS:
            version = headers.get(name)
            if version is not None and not _VERSION.fullmatch(version):
                raise ApiError(
                    400,
                    f"`{name}` is {version!r}, a version that this gateway does not speak. Send '1', or leave it out.",
                    code=error_codes.UNSUPPORTED_VERSION,
                    param=name,
                )


def _complete(route: Route, contract: Contract, services: InferenceServices) -> Route:
    """Return a route with the contract's operation id, and with its endpoint if it calls a model."""
    spec = contract.find(route.method, route.path)
    if spec is not None:
        spec.relayed = route.kind is not None
    if spec is not None and spec.operation_id:
        route = replace(route, operation=spec.operation_id)
    return route if route.endpoint is not None else replace(route, endpoint=InferenceEndpoint(route, services))


class _WholeAnswersOnly(ApiError):
    """A request from inside the gateway asked for a stream."""


def _error_of(error: Exception, request_id: str) -> ApiError:
    """Return the error that the client gets for an exception. Unexpected ones are logged, and not shown."""
    if isinstance(error, ApiError):
        return error
    if isinstance(error, Unstorable):
        return invalid(
            f"The request has a value that cannot be kept: {error.reason}.", code=error_codes.UNSTORABLE_VALUE
        )
    unavailable = as_unavailable(error)
    if unavailable is not None:
        _log.error("request %s needs the storage: %s", request_id, unavailable)
        return storage_unavailable(unavailable.problem.message)
    _log.error("request %s failed", request_id, exc_info=error)
    return ApiError(
        500, "The gateway failed on this request. Report it with the request id.", code=error_codes.INTERNAL
    )


def _is_closed(route: Route) -> bool:
    """Return whether the operation rejects members that the contract does not declare, as no provider receives them."""
    return route.access is Access.PLATFORM or route.path.startswith(_OWN_OBJECTS)


def _whole_answers_only(request: Request) -> ApiError:
    error = _WholeAnswersOnly(
        400,
        "`stream` is true, and a whole answer is needed here. Ask without `stream`.",
        code=error_codes.STREAM_NOT_ALLOWED,
        param="stream",
    )
    return named_as_sent(error, request.merged)


def _takes_large(route: Route) -> bool:
    """Return whether a route takes bodies as large as those of model calls; bodies for the database are small."""
    return route.kind is not None or route.path.startswith("/utils/")


def _respond(reply: Response, scope: dict[str, Any], request_id: str) -> bool:
    """Send a response at once by the gateway's own server; return False if it has to be sent by messages."""
    respond = scope["extensions"].get("onceward.respond") if "extensions" in scope else None
    if respond is None or len(reply.body) > _LARGE_ANSWER or _CLOSE in reply.headers:
        return False
    typed = (("content-type", reply.content_type),) if reply.content_type else ()
    lines = header_lines((*reply.headers, *typed, (X_REQUEST_ID, request_id)))
    return lines is not None and respond(scope, reply.status, lines, reply.body)


async def _send(
    reply: Reply,
    scope: dict[str, Any],
    receive: Receive,
    send: Send,
    common: list[tuple[bytes, bytes]],
    *,
    bodiless: bool,
) -> None:
    if isinstance(reply, Response):
        headers = _encoded(reply.headers, reply.content_type)
        headers.append((b"content-length", b"%d" % len(reply.body)))
        await send({"type": "http.response.start", "status": reply.status, "headers": headers + common})
        if len(reply.body) <= _LARGE_ANSWER or bodiless:
            await send({"type": "http.response.body", "body": b"" if bodiless else reply.body})
        else:
            await _send_pieces(reply.body, send)
    elif hasattr(reply, "send"):
        await reply.send(send, common)
    else:

        async def with_id(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *common]
            await send(message)

        await reply(scope, receive, with_id)


async def _send_pieces(body: bytes, send: Send) -> None:
    """Send a large answer as fast as the client reads, instead of copying it into the connection's buffer."""
    for at in range(0, len(body), _PIECE):
        await send({"type": "http.response.body", "body": body[at : at + _PIECE], "more_body": True})
        await asyncio.sleep(0)
    await send({"type": "http.response.body", "body": b""})


def _encoded(headers: tuple[tuple[str, str], ...], content_type: str) -> list[tuple[bytes, bytes]]:
    encoded = [(name.encode("latin-1"), header_value(value)) for name, value in headers]
    if content_type:
        encoded.append((b"content-type", content_type.encode("latin-1")))
    return encoded
