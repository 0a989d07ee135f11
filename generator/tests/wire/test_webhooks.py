"""Webhooks: payload types, signatures as declared, and what is left out."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from pathlib import Path
from typing import Any

import pytest

from onceward_generator import build_api
from onceward_generator.emit.python import emit_python
from onceward_generator.model import Signature

HEADERS = ", ".join(
    f"{{name: webhook-{name}, in: header, required: true, schema: {{type: string}}}}"
    for name in ("id", "timestamp", "signature")
)
CONTRACT = """
openapi: 3.1.0
info: {title: Hooks, version: "1"}
servers: [{url: "SERVER"}]
paths:
  /subscriptions:
    post:
      operationId: subscribe
      responses: {"204": {description: done}}
      callbacks: {paid: {"{$request.body#/url}": {post: {responses: {"200": {description: ok}}}}}}
webhooks:
  order.paid:
    post:
      summary: An order was paid.
      parameters: [PARAMETERS]
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/OrderPaid"}}}}
      responses: {"200": {description: ok}}
  order.lost:
    parameters: [PARAMETERS]
    post:
      requestBody:
        content:
          application/json:
            schema: {type: object, required: [type], properties: {type: {const: order.lost}, place: {type: string}}}
      responses: {"200": {description: ok}}
  order.seen: {post: {responses: {"200": {description: ok}}}}
components:
  schemas:
    OrderPaid:
      type: object
      required: [type, data]
      properties: {type: {const: order.paid}, data: {type: object, properties: {amount: {type: integer}}}}
"""
SIGNED = CONTRACT.replace("PARAMETERS", HEADERS)
PLAIN = CONTRACT.replace("PARAMETERS", "")
PAID = b'{"type": "order.paid", "data": {"amount": 3}}'

# The example of the specification of Standard Webhooks.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
EXAMPLE = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}
EXAMPLE_BODY = b'{"test": 2432232314}'


def signed(body: bytes, secret: bytes = b"plain-secret", age: float = 0) -> dict[str, str]:
    """Return the headers of Standard Webhooks for a body."""
    stamp = str(int(time.time() - age))
    digest = hmac.new(secret, b"msg_1." + stamp.encode() + b"." + body, hashlib.sha256).digest()
    signature = f"v1a,other v1,{base64.b64encode(digest).decode()}"
    return {"Webhook-Id": "msg_1", "Webhook-Timestamp": stamp, "Webhook-Signature": signature}


@pytest.mark.process
def test_an_event_is_the_type_of_its_payload(wire: Any) -> None:
    module = wire.sdk(PLAIN).module
    event = module.parse_webhook(PAID)
    assert (type(event).__name__, event.data.amount) == ("OrderPaid", 3)
    lost = module.parse_webhook('{"type": "order.lost", "place": "sea"}')
    assert (type(lost).__name__, lost.place) == ("OrderLostWebhook", "sea")
    unknown = module.parse_webhook(b'{"type": "order.new", "x": 1}')
    assert (type(unknown).__name__, unknown.to_dict()) == ("UnknownVariant", {"type": "order.new", "x": 1})
    with pytest.raises(module.WebhookError, match="not an event"):
        module.parse_webhook(b"[]")
    with pytest.raises(module.WebhookError, match="not an event"):
        module.parse_webhook(b"{")
    assert not hasattr(module, "verify_webhook")


@pytest.mark.process
def test_the_example_of_standard_webhooks_is_verified(wire: Any) -> None:
    module = wire.sdk(SIGNED).module
    module.verify_webhook(EXAMPLE_BODY, EXAMPLE, secret=SECRET, tolerance=1e12)
    with pytest.raises(module.WebhookSignatureError, match=r"signed .* ago"):
        module.verify_webhook(EXAMPLE_BODY, EXAMPLE, secret=SECRET)
    with pytest.raises(module.WebhookSignatureError, match="does not match"):
        module.verify_webhook(EXAMPLE_BODY + b" ", EXAMPLE, secret=SECRET, tolerance=1e12)


@pytest.mark.process
def test_a_signed_webhook_is_parsed_only_if_its_signature_is_valid(wire: Any, monkeypatch: Any) -> None:
    module = wire.sdk(SIGNED).module
    assert module.parse_webhook(PAID, signed(PAID), secret="plain-secret").data.amount == 3
    assert module.parse_webhook(PAID, signed(PAID), secret=["new", "plain-secret"]).data.amount == 3
    faults = {
        "does not match": (PAID, signed(PAID, b"other"), "plain-secret"),
        "no header `webhook-id`": (PAID, {}, "plain-secret"),
        "signed 4[0-9]+ s ago": (PAID, signed(PAID, age=400), "plain-secret"),
        "signed [34][0-9]+ s ahead of this clock": (PAID, signed(PAID, age=-400), "plain-secret"),
        "seconds are needed": (PAID, {**signed(PAID), "Webhook-Timestamp": "now"}, "plain-secret"),
        "not base64": (PAID, signed(PAID), "whsec_???"),
        "_WEBHOOK_SECRET": (PAID, signed(PAID), None),
        "secret of the webhook is missing": (PAID, signed(PAID), ""),
    }
    for message, (body, headers, secret) in faults.items():
        with pytest.raises(module.WebhookSignatureError, match=message):
            module.parse_webhook(body, headers, secret=secret)
    monkeypatch.setenv(f"{module.__name__.upper()}_WEBHOOK_SECRET", "plain-secret")
    assert module.parse_webhook(PAID, signed(PAID)).data.amount == 3


@pytest.mark.parametrize(
    ("text", "signature"),
    [
        ("signature: standard", Signature("standard")),
        (
            "{signature: hmac, header: X-Hub-Signature-256, prefix: sha256=}",
            Signature("hmac", "X-Hub-Signature-256", "sha256="),
        ),
        (
            "{signature: hmac, header: X-Sign, algorithm: sha1, encoding: base64}",
            Signature("hmac", "X-Sign", "", "sha1", "base64"),
        ),
        ("{signature: hmac}", None),
        ("{signature: rot13}", None),
    ],
)
def test_the_signature_is_configured(tmp_path: Path, text: str, signature: Signature | None) -> None:
    (tmp_path / "a.yaml").write_text(PLAIN)
    (tmp_path / "sdk.yaml").write_text(f"webhooks:\n  {text}\n")
    api, diagnostics = build_api(tmp_path / "a.yaml", tmp_path / "sdk.yaml")
    assert api.webhooks is not None
    assert api.webhooks.signature == signature
    assert ("W303" in [found.code for found in diagnostics]) is (signature is None)


@pytest.mark.process
def test_a_plain_hmac_is_verified(tmp_path: Path, make_package: Any) -> None:
    (tmp_path / "a.yaml").write_text(PLAIN.replace("Hooks", "Hub Hooks"))
    (tmp_path / "sdk.yaml").write_text(
        "webhooks: {signature: hmac, header: X-Hub-Signature-256, prefix: sha256=}\nbrand: {package: hub_hooks}\n"
    )
    module = make_package(emit_python(build_api(tmp_path / "a.yaml", tmp_path / "sdk.yaml")[0]), "hub_hooks")
    value = "sha256=" + hmac.new(b"s", PAID, hashlib.sha256).hexdigest()
    assert module.parse_webhook(PAID, {"x-hub-signature-256": value}, secret="s").data.amount == 3
    for wrong in (value[:-1], value.removeprefix("sha256="), "sha256="):
        with pytest.raises(module.WebhookSignatureError, match="does not match"):
            module.parse_webhook(PAID, {"X-Hub-Signature-256": wrong}, secret="s")


def test_what_a_client_does_not_receive_is_reported(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(PLAIN)
    _, diagnostics = build_api(tmp_path / "a.yaml")
    notes = [(found.origin.line, found.message) for found in diagnostics if found.code == "N901"]
    assert notes == [
        (10, "the callback `paid` is left out"),
        (26, "the webhook `order.seen` is left out: it has no JSON payload"),
    ]


def test_the_webhooks_of_older_documents_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(PLAIN.replace("\nwebhooks:", "\nx-webhooks:").replace("3.1.0", "3.0.3"))
    api, _ = build_api(tmp_path / "a.yaml")
    assert api.webhooks is not None
    assert [(hook.wire, hook.description) for hook in api.webhooks.events] == [
        ("order.paid", "An order was paid."), ("order.lost", ""),
    ]  # fmt: skip
    assert json.loads(json.dumps([api.types["WebhookEvent"].received, api.types["WebhookEvent"].family])) == [
        True, "webhooks",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "variant", "deviations"),
    [
        (b'{"type": "order.paid", "data": {"amount": "many"}}', "OrderPaid", ["data.amount"]),
        (b'{"type": "order.paid"}', "OrderPaid", ["data"]),
        (b'{"type": "order.new", "data": 1}', "UnknownVariant", []),
    ],
)
def test_an_event_with_a_known_tag_is_its_variant_also_if_a_field_deviates(
    wire: Any, body: bytes, variant: str, deviations: list[str]
) -> None:
    event = wire.sdk(PLAIN).module.parse_webhook(body)
    assert type(event).__name__ == variant
    assert event.to_dict() == json.loads(body)
    assert [path for path, _ in event._deviations] == deviations
