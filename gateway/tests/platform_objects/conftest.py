"""A gateway with two organizations that know nothing of each other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .kit import MASTER, Caller, Server, World, build_tenant


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A gateway that asks for keys, and two tenants in it."""
    server = Server(tmp_path_factory.mktemp("world"), HEADGATE_GATEWAY_API_KEYS=MASTER)
    try:
        master = Caller(server.url, MASTER)
        tenants = build_tenant(master, "alpha"), build_tenant(master, "bravo")
        yield World(server.url, server.data, server.log, master, *tenants)
        for caller in (master, *tenants[0].callers.values(), *tenants[1].callers.values()):
            caller.close()
    finally:
        server.stop()
