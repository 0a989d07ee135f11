"""Headers of one connection, which an HTTP client writes itself."""

__all__ = ["CONNECTION_HEADERS"]

# Given by anybody else, they would contradict how the client frames requests and keeps connections.
CONNECTION_HEADERS = frozenset(
    {
        *("connection", "content-length", "expect", "keep-alive", "proxy-connection", "te", "trailer"),
        *("transfer-encoding", "upgrade"),
    }
)
