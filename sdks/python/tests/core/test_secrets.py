"""No key shows anywhere, whatever fails and whoever looks."""

from __future__ import annotations

import io
import logging
import pickle
import traceback
from collections.abc import Callable
from typing import Any

import pytest

from onceward import BadRequestError, Onceward
from onceward._core.secrets import MaskedStr, Secret, mask
from onceward._core.wire import ConnectFailed, ReadFailed

from .rig import COMPLETION, Reply, Rig, event, stream

Make = Callable[..., Rig]
KEY = "sk-onceward-canary-0123456789"
PROVIDER = "sk-provider-canary-0123456789"


def test_how_a_secret_shows() -> None:
    secret = Secret(KEY)
    assert str(secret) == f"{secret}" == "sk-onc...REDACTED"
    assert repr(secret) == "Secret('sk-onc...REDACTED')"
    assert mask("short") == "...REDACTED"
    assert secret.reveal() == KEY
    assert "canary" not in str(pickle.dumps(secret))
    with pytest.raises(TypeError):
        vars(secret)
    header = MaskedStr(f"Bearer {KEY}")
    assert "canary" not in f"{header} {header!r} {header!s} {[header]}" + "%s" % header  # noqa: UP031
    assert header.encode() == f"Bearer {KEY}".encode()
    assert b"canary" not in pickle.dumps(header)


def everything(value: Any, depth: int = 0) -> str:
    """Return what a crash reporter that follows attributes would print."""
    if depth > 4:
        return ""
    text = repr(value)
    attributes = getattr(value, "__dict__", {})
    text += "".join(everything(item, depth + 1) for item in attributes.values())
    for name in getattr(type(value), "__slots__", ()):
        text += repr(getattr(value, name, None))
    return text


def test_a_client_shows_no_key() -> None:
    client = Onceward(api_key=KEY, provider_keys={"openai": PROVIDER})
    assert "canary" not in everything(client)
    assert "sk-onc...REDACTED" in repr(client)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(401, {"error": {"message": "bad key"}}),
        Reply(500, b"<html>"),
        Reply(body=b"<html>"),
        Reply(error=ConnectFailed("refused")),
        stream(event(1, ident=False), ReadFailed("cut")),
    ],
)
def test_no_failure_shows_a_key_even_with_locals(rig: Make, reply: Reply, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "onceward")
    r = rig(lambda _: reply, api_key=KEY, provider_keys={"openai": PROVIDER}, max_retries=1)
    streaming = reply.headers.get("content-type") == "text/event-stream"
    with pytest.raises(Exception) as caught:  # noqa: PT011
        r.events(model="openai/m") if streaming else r.create(model="openai/m")
    r.requests.clear()
    error = caught.value
    told = traceback.TracebackException.from_exception(error, capture_locals=True)
    text = "".join(told.format()) + str(error) + repr(error) + repr(vars(error)) + caplog.text
    assert "canary" not in text
    assert b"canary" not in pickle.dumps(error)


def test_a_bad_key_is_not_printed() -> None:
    with pytest.raises(ValueError, match="api_key") as caught:
        Onceward(api_key=KEY + " \n and more")
    told = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    ours = [frame for frame in told.stack if "onceward" in frame.filename and "tests" not in frame.filename]
    assert ours
    assert "canary" not in str([frame.locals for frame in ours])


def test_logged_headers_are_an_allow_list(rig: Make, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "onceward")
    answer = Reply(
        body=COMPLETION, headers={"set-cookie": "session=canary", "x-request-id": "req_7", "x-custom": "canary"}
    )
    r = rig([answer], api_key=KEY, default_headers={"X-Mine": "canary"})
    r.create()
    assert "canary" not in caplog.text
    assert "req_7" in caplog.text
    assert "'Authorization': 'sk-" in caplog.text
    assert "...REDACTED'" in caplog.text
    assert "/v1/chat/completions" in caplog.text


def test_levels(rig: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    logger = logging.getLogger("onceward")
    before = logger.level, list(logger.handlers)
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    logger.addHandler(handler)
    try:
        rig([Reply(body=COMPLETION)], log_level="off").create()
        assert out.getvalue() == ""
        rig([Reply(500), Reply(body=COMPLETION)], log_level="info").create()
        assert "attempt 1 failed" in out.getvalue()
        assert "headers" not in out.getvalue()
        monkeypatch.setenv("ONCEWARD_LOG", "debug")
        rig([Reply(body=COMPLETION)]).create()
        assert "headers" in out.getvalue()
    finally:
        logger.setLevel(before[0])
        logger.handlers[:] = before[1]


def test_a_key_that_was_made_is_not_printed_but_there() -> None:
    from onceward.types import KeyGenerateResponse

    made = KeyGenerateResponse.from_dict({"key_id": "key_1", "key": KEY, "spend": 0.0})
    assert "canary" not in f"{made} {made!r} {made._repr_html_()}"
    assert "sk-onc...REDACTED" in repr(made)
    assert made.key == made.to_dict()["key"] == KEY


def test_bodies_are_logged_at_debug_with_secrets_masked_and_bounded(
    rig: Make, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "onceward")
    made = {"key": "sk-made-0123456789", "token": "tok-0123456789abcdef", "max_budget": 5}
    headers = {"content-type": "application/json"}
    rig([Reply(body=made, headers=headers)], api_key=KEY).run(
        lambda client: client.key.generate(metadata={"password": "hunter2hunter2", "note": "see sk-other-0123456789"})
    )
    assert '"note":"see sk-oth...REDACTED"' in caplog.text
    assert '"password":"hunter...REDACTED"' in caplog.text
    assert '"max_budget": 5' in caplog.text
    for secret in ("sk-made-0123456789", "tok-0123456789abcdef", "hunter2hunter2", "sk-other-0123456789", KEY):
        assert secret not in caplog.text
    caplog.clear()
    rig([Reply(body=COMPLETION, headers=headers)]).create(metadata={"a": "x" * 100_000})
    assert max(len(record.getMessage()) for record in caplog.records) < 2200
    caplog.clear()
    rig([Reply(body=COMPLETION, headers=headers)], log_bodies=False).create()
    assert "body=" not in caplog.text


def test_errors_show_bodies_in_logs_too(rig: Make, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "onceward")
    reply = Reply(400, {"error": {"message": "no such thing"}}, headers={"content-type": "application/json"})
    with pytest.raises(BadRequestError):
        rig([reply]).create()
    assert "no such thing" in caplog.text


def test_addresses_are_logged_and_raised_without_the_secrets_in_them(
    rig: Make, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "onceward")
    bad = Reply(400, {"error": {"message": "no"}})
    query = {"access_token": "tok-canary-0123456789", "sig": "canary", "page": "kept"}
    told: list[str] = []
    for call in (
        lambda client: client.key.info(key=KEY, extra_query=query),
        lambda client: client.key.regenerate(KEY),
        lambda client: client.key.info(key="a-canary-of-one's-own"),
    ):
        with pytest.raises(BadRequestError) as caught:
            rig([bad], api_key=KEY).run(call)
        told.append(str(caught.value))
    assert "canary" not in caplog.text + "".join(told)
    assert "page=kept" in told[0]
    assert "/key/sk-" in told[1]


def test_every_value_of_a_credential_is_masked_in_logged_bodies(rig: Make, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "onceward")
    values = {"connection": "canary", "aws_access_key_id": "canary", 'note " here': 'a "canary"'}
    r = rig([Reply(400, {"error": {"message": "no"}})], api_key=KEY)
    with pytest.raises(BadRequestError):
        r.run(
            lambda client: client.credentials.create(
                credential_name="shown",
                credential_values=values,
                credential_info={"description": "kept"},
                extra_body={"litellm_params": {"aws_secret_access_key": "canary", "privateKey": "canary"}},
            )
        )
    assert "canary" not in caplog.text
    assert '"description":"kept"' in caplog.text
