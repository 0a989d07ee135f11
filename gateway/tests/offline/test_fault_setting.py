"""Models that fail on purpose are served offline or by a setting, and nowhere else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx2
import pytest

from onceward_gateway.config.load import load

from ..conftest import Launch

CHAT = "/v1/chat/completions"
OFF = {"ONCEWARD_GATEWAY_FAULT_MODELS": ""}
SETTING = "`server.fault_models = true`"


def asked(model: str, **more: Any) -> dict[str, Any]:
    return {"model": model, "messages": [{"role": "user", "content": "ping"}], **more}


def ids(url: str) -> list[str]:
    return [card["id"] for card in httpx2.get(url + "/v1/models").json()["data"]]


def test_never_by_default(launch: Launch) -> None:
    config = '[models]\n"bad" = "onceward/fault-error"\n'
    config += '[deployments.one]\nmodel_name = "pool"\nmodel = "onceward/fault-cut"\n'
    url = launch(config=config, **OFF).url
    assert not [id for id in ids(url) if "fault" in id]
    assert httpx2.get(url + "/v1/models/onceward%2Ffault-error").status_code == 404
    for model, status in (
        ("onceward/fault-error", 404),
        ("onceward/fault-cut:after=3", 404),
        ("bad", 404),
        ("pool", 502),
    ):
        error = httpx2.post(url + CHAT, json=asked(model)).json()["error"]
        assert (error["status"], error["code"]) == (status, "model_not_found"), error
        assert SETTING in error["message"]
    for path, body in (("/v1/embeddings", {"input": "x"}), ("/v1/moderations", {"input": "x"})):
        assert httpx2.post(url + path, json={"model": "onceward/fault-error", **body}).status_code == 404
    smuggled = httpx2.post(
        url + CHAT, json=asked("onceward/echo", provider_specific_params={"fault": {"kind": "error"}})
    ).json()["error"]
    assert (smuggled["status"], smuggled["code"]) == (400, "fault_models_off")
    assert SETTING in smuggled["message"]
    assert httpx2.post(url + CHAT, json=asked("onceward/echo")).status_code == 200


@pytest.mark.parametrize(
    ("arguments", "environ"),
    [
        (("--offline",), OFF),
        (("--fault-models",), OFF),
        ((), {"ONCEWARD_GATEWAY_FAULT_MODELS": "yes"}),
    ],
)
def test_offline_or_by_the_setting(launch: Launch, arguments: tuple[str, ...], environ: dict[str, str]) -> None:
    url = launch(*arguments, **environ).url
    assert "onceward/fault-error" in ids(url)
    answer = httpx2.post(url + CHAT, json=asked("onceward/fault-error:status=503"))
    assert answer.json()["error"]["code"] == "fault_injected"


def test_the_setting_beats_offline(tmp_path: Path) -> None:
    (tmp_path / "onceward.toml").write_text("[server]\noffline = true\nfault_models = false\n")
    assert load(tmp_path / "onceward.toml", {}).fault_models is False
