"""Metadata, tags and guardrails that management requests write are bounded."""

from __future__ import annotations

from typing import Any

import pytest

from .kit import World

LARGE = {"text": "x" * 16_400}
MANY, LONG = [f"t{number}" for number in range(33)], ["t" * 129]


@pytest.mark.parametrize(
    ("path", "body", "param"),
    [
        ("/key/generate", {"metadata": LARGE}, "metadata"),
        ("/key/generate", {"tags": MANY}, "tags"),
        ("/key/generate", {"tags": LONG}, "tags"),
        ("/key/generate", {"guardrails": LONG}, "guardrails"),
        ("/team/new", {"team_alias": "t", "metadata": LARGE}, "metadata"),
        ("/team/new", {"team_alias": "t", "tags": MANY}, "tags"),
        ("/user/new", {"metadata": LARGE}, "metadata"),
        ("/organization/new", {"organization_alias": "bounds", "metadata": LARGE}, "metadata"),
        ("/customer/new", {"user_id": "bounds", "metadata": LARGE}, "metadata"),
    ],
)
def test_what_is_too_long_to_be_kept_is_refused(world: World, path: str, body: dict[str, Any], param: str) -> None:
    answer = world.master.request("POST", path, body)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["param"]) == (400, "too_long", param), answer.text
    assert f"`{param}`" in error["message"]


def test_a_write_that_would_keep_the_database_busy_is_refused(world: World) -> None:
    """No field of it is large: it has many."""
    models = [f"model-{number:020}" for number in range(50_000)]
    answer = world.master.request("POST", "/key/generate", {"models": models})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (413, "payload_too_large"), answer.text
    assert "1048576 bytes" in error["message"]
