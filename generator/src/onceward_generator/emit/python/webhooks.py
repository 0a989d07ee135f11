"""Render the module that verifies and parses the webhooks of an API."""

from __future__ import annotations

from onceward_generator.model import Signature
from onceward_generator.plan.python.shapes import Package
from onceward_generator.plan.python.symbols import Symbol

from .text import HEADER, docstring

__all__ = ["WEBHOOK_NAMES", "render_webhooks"]

WEBHOOK_NAMES = ("WebhookError", "WebhookSignatureError", "parse_webhook")
"""Public names of a package with webhooks; with a signature, `verify_webhook` as well."""


def render_webhooks(package: Package, event: Symbol, signature: Signature | None) -> str:
    """Return the module ``webhooks``."""
    module, name = event.module.lstrip("."), event.name
    names = sorted((*WEBHOOK_NAMES, *(("verify_webhook",) if signature else ())))
    helpers = "WebhookError, WebhookSignatureError, parse" + (", verify" if signature else "")
    head = (
        f"{HEADER}{docstring(f'Webhooks: requests that {package.client} sends to its users.')}\n"
        "from __future__ import annotations\n\nfrom typing import TYPE_CHECKING\n\n"
        + ("from ._brand import BRAND\n" if signature else "")
        + f"from ._core.webhooks import {helpers}\n\nif TYPE_CHECKING:\n"
        + ("    from collections.abc import Mapping, Sequence\n\n" if signature else "")
        + f"    from .{module} import {name}\n\n__all__ = {names!r}\n\n"
    )
    reference = repr(f"{module.rpartition('.')[2]}:{name}")
    if signature is None:
        return f"{head}\n" + _PLAIN.replace("REFERENCE", reference).replace("EVENT", name)
    scheme = repr((signature.kind, signature.header, signature.prefix, signature.algorithm, signature.encoding))
    text = _SIGNED.replace("REFERENCE", reference).replace("EVENT", name)
    return f"{head}_SIGNATURE = {scheme}\n\n\n" + text.replace("PREFIX", package.brand.env_prefix)


_PLAIN = '''
def parse_webhook(body: bytes | str) -> EVENT:
    """Return the event of a webhook. Its sender is not verified: the contract declares no signature.

    Raises `WebhookError` for a body that is not an event.
    """
    event: EVENT = parse(REFERENCE, body)
    return event
'''

_SIGNED = '''
def verify_webhook(
    body: bytes | str,
    headers: Mapping[str, str],
    *,
    secret: str | Sequence[str] | None = None,
    tolerance: float = 300.0,
) -> None:
    """Verify the signature of a webhook.

    Args:
        body: The body of the request, exactly as it was received.
        headers: The headers of the request, in any case.
        secret: The secret of the webhook, or several while it is rotated. Default: `PREFIX_WEBHOOK_SECRET`.
        tolerance: The greatest age of a signed timestamp, in seconds.

    Raises:
        WebhookSignatureError: The signature is missing, too old, or not made with a secret.
    """
    variable = f"{BRAND.env_prefix}_WEBHOOK_SECRET"
    verify(_SIGNATURE, body, headers, secret, variable=variable, tolerance=tolerance)


def parse_webhook(
    body: bytes | str,
    headers: Mapping[str, str],
    *,
    secret: str | Sequence[str] | None = None,
    tolerance: float = 300.0,
) -> EVENT:
    """Verify the signature of a webhook, and return its event.

    The arguments are those of `verify_webhook`.

    Raises:
        WebhookSignatureError: The signature is missing, too old, or not made with a secret.
        WebhookError: The body is not an event.
    """
    verify_webhook(body, headers, secret=secret, tolerance=tolerance)
    event: EVENT = parse(REFERENCE, body)
    return event
'''
