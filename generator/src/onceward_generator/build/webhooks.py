"""Build the webhooks of an API."""

from __future__ import annotations

from onceward_generator.load import Map
from onceward_generator.model import Ref, Signature, Webhook, Webhooks
from onceward_generator.normalise.webhooks import WEBHOOKS
from onceward_generator.sdk_file import SdkFile
from onceward_generator.words import apart

__all__ = ["webhooks_of"]


def webhooks_of(document: Map, sdk: SdkFile) -> Webhooks | None:
    """Return the webhooks of a normalised document; None if it has none."""
    found = document.map(WEBHOOKS)
    if found is None:
        return None
    events = found.maps("events")
    names = apart(str(event["wire"]) for event in events)
    return Webhooks(
        event=Ref(str(found["event"])),
        events=tuple(
            Webhook(
                wire=str(event["wire"]),
                name=names[str(event["wire"])],
                type=Ref(str(event["schema"])),
                description=str(event["description"]).strip(),
                origin=event.at,
            )
            for event in events
        ),
        signature=_signature(sdk.webhooks, found["standard"] is True),
    )


def _signature(configured: Map, declared: bool) -> Signature | None:
    """Return the signature: as configured, else as the contract declares it."""
    kind = configured.text("signature") or ("standard" if declared else None)
    if kind != "hmac":
        return Signature(kind) if kind else None
    return Signature(
        kind=kind,
        header=str(configured["header"]),
        prefix=configured.text("prefix") or "",
        algorithm=configured.text("algorithm") or "sha256",
        encoding=configured.text("encoding") or "hex",
    )
