"""A small HTTP/1.1 client for upstreams on `asyncio.Protocol` and `httptools`."""

from .client import HttpClient
from .connect import Address, CachedResolver, Resolver, tls_context
from .connection import Timeouts
from .errors import (
    BodyTooLarge,
    ClientClosed,
    ConnectFailed,
    ConnectTimeout,
    Disconnected,
    FirstByteTimeout,
    HttpClientError,
    IdleTimeout,
    InvalidRequest,
    MalformedBody,
    MalformedHead,
    NameNotResolved,
    PoolTimeout,
    ProxyRefused,
    TlsFailed,
    TotalTimeout,
    TruncatedBody,
    TruncatedHead,
)
from .forward_proxy import Proxies, Proxy
from .pool import PoolLimits
from .response import HttpResponse

__all__ = [
    "Address",
    "BodyTooLarge",
    "CachedResolver",
    "ClientClosed",
    "ConnectFailed",
    "ConnectTimeout",
    "Disconnected",
    "FirstByteTimeout",
    "HttpClient",
    "HttpClientError",
    "HttpResponse",
    "IdleTimeout",
    "InvalidRequest",
    "MalformedBody",
    "MalformedHead",
    "NameNotResolved",
    "PoolLimits",
    "PoolTimeout",
    "Proxies",
    "Proxy",
    "ProxyRefused",
    "Resolver",
    "Timeouts",
    "TlsFailed",
    "TotalTimeout",
    "TruncatedBody",
    "TruncatedHead",
    "tls_context",
]
