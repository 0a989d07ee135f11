"""Models that fail on purpose are served offline or by a setting, and nowhere else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx2
import pytest

from headgate_gateway.config import load

from ..conftest import Launch

CHAT = "/v1/chat/completions"
OFF = {"HEADGATE_GATEWAY_FAULT_MODELS": ""}
SETTING = "`server.fault_models = true`"


def asked(model: str, **more: Any) -> dict[str, Any]:
    return {"model": model, "messages": [{"role": "user", "content": "ping"}], **more}


def ids(url: str) -> list[str]:
    return [card["id"] for card in httpx2.get(url + "/v1/models").json()["data"]]


def test_never_by_default(launch: Launch) -> None:
    config = '[models]\n"bad" = "headgate/fault-error"\n'
    config += '[deployments.one]\nmodel_name = "pool"\nmodel = "headgate/fault-cut"\n'
    url = launch(config=config, **OFF).url
    assert not [id for id in ids(url) if "fault" in id]
    assert httpx2.get(url + "/v1/models/headgate%2Ffault-error").status_code == 404
    for model, status in (
        ("headgate/fault-error", 404),
        ("headgate/fault-cut:after=3", 404),
        ("bad", 404),
        ("pool", 502),
    ):
        error = httpx2.post(url + CHAT, json=asked(model)).json()["error"]
        assert (error["status"], error["code"]) == (status, "model_not_found"), error
        assert SETTING in error["message"]
    for path, body in (("/v1/embeddings", {"input": "x"}), ("/v1/moderations", {"input": "x"})):
        assert httpx2.post(url + path, json={"model": "headgate/fault-error", **body}).status_code == 404
    smuggled = httpx2.post(
        url + CHAT, json=asked("headgate/echo", provider_specific_params={"fault": {"kind": "error"}})
    ).json()["error"]
    assert (smuggled["status"], smuggled["code"]) == (400, "fault_models_off")
    assert SETTING in smuggled["message"]
    assert httpx2.post(url + CHAT, json=asked("headgate/echo")).status_code == 200


@pytest.mark.parametrize(
    ("arguments", "environ"),
    [
        (("--offline",), OFF),
        (("--fault-models",), OFF),
        ((), {"HEADGATE_GATEWAY_FAULT_MODELS": "yes"}),
    ],
)
def test_offline_or_by_the_setting(launch: Launch, arguments: tuple[str, ...], environ: dict[str, str]) -> None:
    url = launch(*arguments, **environ).url
    assert "headgate/fault-error" in ids(url)
    answer = httpx2.post(url + CHAT, json=asked("headgate/fault-error:status=503"))
    assert answer.json()["error"]["code"] == "fault_injected"


def test_the_setting_beats_offline(tmp_path: Path) -> None:
    (tmp_path / "headgate.toml").write_text("[server]\noffline = true\nfault_models = false\n")
    assert load(tmp_path / "headgate.toml", {}).fault_models is False
