"""A gateway with two organizations that know nothing of each other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ..databases import rows_of
from .kit import CONFIG, MASTER, Caller, Server, World, build_models, build_tenant, build_work, rows_of_tenant


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A gateway that asks for keys, two tenants in it, and somebody who belongs to none."""
    folder = tmp_path_factory.mktemp("world")
    (folder / "onceward.toml").write_text(CONFIG)
    secret = {"ONCEWARD_GATEWAY_SECRET_KEY": "a key to encrypt credentials of the tests with"}
    server = Server(folder, ONCEWARD_GATEWAY_API_KEYS=MASTER, **secret)
    master = Caller(server.url, MASTER)
    try:
        a, b = build_tenant(master, "alpha"), build_tenant(master, "bravo")
        alone = master.made("/user/new", user_id="outsider", auto_create_key=True)
        outsider = Caller(server.url, alone["key"], alone["key_id"])
        yield World(server.url, server.data, server.log, master, a, b, outsider)
        for caller in (master, outsider, *a.callers.values(), *b.callers.values()):
            caller.close()
    finally:
        server.stop()


@pytest.fixture(scope="module")
def busy(world: World) -> World:
    """The same, where both tenants have worked: with models of their own, files, batches, and money spent."""
    for tenant in (world.a, world.b):
        build_models(world.master, tenant)
        build_work(tenant)
        found = rows_of(world.data, "SELECT id FROM usage WHERE call_id = ?", (tenant.ids["call"],))
        tenant.ids["usage"] = found[0][0]
        named = (tenant.organization_id, tenant.ids["customer"])
        found = rows_of(world.data, "SELECT id FROM platform_customer WHERE organization_id = ? AND name = ?", named)
        tenant.ids["customer_record"] = found[0][0]
        found = rows_of(world.data, "SELECT id FROM credit_entry WHERE usage_id = ?", (tenant.ids["usage"],))
        tenant.ids["credit"] = found[0][0]
    world.b.rows = rows_of_tenant(world, world.b)
    assert len(world.b.rows) > 40
    return world
