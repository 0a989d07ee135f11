"""Tries that the provider bills although they failed: they are not bought again, here or elsewhere."""

from __future__ import annotations

from typing import Any

import pytest

from .kit import DONE, Bench, answer, chunk, text_of
from .test_routing import config

USAGE = {"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 30}


@pytest.mark.parametrize("code", [401, 403, 404, 408, 410, 429, 451, 503, "insufficient_quota"])
async def test_a_failed_answer_that_was_billed_is_not_bought_elsewhere(bench: Bench, code: Any) -> None:
    await bench.start(config(bench, weights="ab", b={"weight": 0.000001}))
    told = {**answer("half an answer"), "usage": USAGE, "error": {"message": "it failed", "code": code}}
    bench.providers["a"].gives(told)
    reply = await bench.chat()
    assert reply.json()["error"]["retryable"] is False
    assert not bench.providers["b"].seen
    (row,) = (await bench.http.get("/spend/logs")).json()["data"]
    assert row["completion_tokens"] == 20


async def test_answers_that_were_billed_say_nothing_of_the_next_request(bench: Bench) -> None:
    await bench.start(config(bench, "allowed_fails = 1", weights="ab"))
    for name in "ab":
        bench.providers[name].says(chunk({"content": "text"}, usage=USAGE), b"data: {oops\n\n", DONE)
    for _ in "ab":
        assert (await bench.chat()).json()["error"]["retryable"] is False
    resting = (await bench.chat()).json()["error"]
    assert (resting["code"], resting["retryable"]) == ("no_deployment_available", True)
    assert resting["retry_after"] > 0
    for name in "ab":
        bench.providers[name].well()
    bench.clock.turned += 3600
    assert text_of(await bench.chat()).startswith("from ")
