"""A key is in its owner's hands alone: in no table, log, error or later answer. Hostile bearers get in nowhere."""

from __future__ import annotations

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onceward_gateway.identity import api_keys

from ..databases import rows_of
from .kit import Caller, World, dump

CANARY = "sk-" + "Canary-0123456789_abcdefghijklmnopqrstuvwxy"


def everything(world: World) -> str:
    """All that the gateway wrote: every cell of every table, the files beside, and the log."""
    files = [path.read_bytes().decode("latin-1") for path in world.data.rglob("*") if path.is_file()]
    return "\n".join([*dump(world.data), *files, world.log.read_text()])


def test_a_secret_is_neither_stored_nor_sent(world: World) -> None:
    assert api_keys.has_shape(CANARY)
    team = world.a.ids["team_id"]
    headers = {"Idempotency-Key": "a-canary-is-made-once-01"}
    body = {"key": CANARY, "team_id": team, "key_alias": "canary", "user_id": world.a.ids["user_id"]}
    made = world.master.post("/key/generate", body, headers=headers)
    assert made.json()["key"] == CANARY
    canary = Caller(world.url, CANARY)
    rotated = world.master.made("/key/generate", team_id=team, key_alias="rotated")
    fresh = world.master.post(
        f"/key/{rotated['key_id']}/regenerate", headers={"Idempotency-Key": "rotate-it-once-0001"}
    )
    user = world.master.post(
        "/user/new", {"user_id": "with-canary"}, headers={"Idempotency-Key": "user-with-a-key-001"}
    )
    secrets = [CANARY, rotated["key"], fresh.json()["key"], user.json()["key"]]
    told = [
        canary.chat(),
        canary.chat(model=CANARY),
        canary.chat("onceward/fault-error"),
        canary.get("/key/info"),
        canary.get("/key/info", key=CANARY),
        canary.get("/key/list"),
        canary.get(f"/key/{CANARY}/nothing"),
        canary.post("/key/health"),
        canary.post("/key/update", {"key": CANARY, "max_budget": "much"}),
        canary.post("/key/update", [CANARY]),
        canary.post("/key/update", {"key": CANARY, "max_budget": 1}),
        canary.post("/key/generate", {"key": CANARY + "x"}),
        canary.post("/key/generate", {"key": CANARY, "models": CANARY}),
        canary.post("/team/new", {"team_id": CANARY}),
        canary.get("/v1/calls"),
        world.master.post("/key/generate", {"key": CANARY}),
        world.master.get("/key/info", key=CANARY),
        world.master.get("/key/list", size=100),
        world.master.get("/user/info", user_id="with-canary"),
        world.master.get("/team/info", team_id=team),
        world.master.post("/key/block", {"key": CANARY}),
        canary.chat(),
        world.master.post("/key/unblock", {"key": CANARY}),
        world.master.post("/key/delete", {"keys": [CANARY]}),
        world.master.post("/key/delete", {"keys": [CANARY]}),
        canary.chat(),
        httpx2.get(world.url + "/v1/models", headers={"X-API-Key": CANARY + "-"}),
    ]
    canary.close()
    assert all(answer.status_code < 600 for answer in told)
    for secret in secrets:
        for answer in told:
            assert secret not in answer.text, answer.request.url
            assert secret not in str(answer.headers)
        assert secret not in everything(world)
    assert api_keys.hash_of(CANARY) in everything(world)


def test_the_audit_log_has_the_actor_and_the_change(world: World) -> None:
    made = world.master.made("/key/generate", team_id=world.b.ids["team_id"], key_alias="audited")
    world.b.callers["org_admin"].made("/key/update", key_id=made["key_id"], rpm_limit=3)
    world.b.callers["org_admin"].made("/key/delete", key_id=made["key_id"])
    listed = "SELECT actor, action, before_body, after_body FROM audit_log WHERE object_id = ? ORDER BY at, id"
    rows = rows_of(world.data, listed, (made["key_id"],))
    admin = world.b.callers["org_admin"].id
    assert [(actor == admin, action) for actor, action, _, _ in rows] == [
        (False, "created"),
        (True, "updated"),
        (True, "deleted"),
    ]
    assert '"rpm_limit":3' in rows[1][3]
    assert '"rpm_limit":3' not in rows[1][2]


_HOSTILE = st.one_of(
    st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=120),
    st.from_regex(r"sk-[A-Za-z0-9_\-]{40,46}", fullmatch=True),
    st.sampled_from(
        ["'", "' OR '1'='1", "sk-' OR 1=1 --", "sk-%", "sk-" + "%" * 43, "sk-" + "_" * 43, "null", "undefined",
         "sk-" + "a" * 43 + "'", "sha256:" + "0" * 64, "0" * 64, "Bearer", "Bearer Bearer", "*", "sk-*",
         "sk-" + "0" * 5000, "anonymous", "admin", "key_" + "0" * 26]
    ),
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bearer=_HOSTILE, header=st.sampled_from(["Authorization", "X-API-Key", "api-key", "Ocp-Apim-Subscription-Key"]))
def test_hostile_bearers(world: World, bearer: str, header: str) -> None:
    value = f"Bearer {bearer}" if header == "Authorization" else bearer
    for path in ("/key/list", "/key/info", "/v1/models"):
        answer = world.master.client.request("GET", path, headers={"Authorization": "", header: value})
        assert answer.status_code == 401
        if len(bearer) > 12:
            assert bearer not in answer.text


@pytest.mark.parametrize("given_", ["é", "sk-ü", "\udcff", "🔑" * 20])
def test_bearer_tokens_outside_ascii_are_refused(world: World, given_: str) -> None:
    raw = b"Bearer " + given_.encode("utf-8", "surrogateescape")
    answer = world.master.client.get("/key/list", headers={b"Authorization": raw})
    assert answer.status_code == 401


@given(st.text(max_size=60))
def test_only_keys_have_their_shape(text: str) -> None:
    assert api_keys.has_shape(api_keys.mint())
    if api_keys.has_shape(text):
        assert len(text) == 46
        assert text.isascii()
    assert not api_keys.has_shape(text + "\n")
    assert api_keys.token_of(api_keys.hash_of(text)) == api_keys.hash_of(text)
