"""Every odd answer of an upstream: delivered where it can be read, a failure otherwise, and always booked once."""

from __future__ import annotations

import pytest

from onceward.testing import QUIRKS, Charge, Quirk

from .kit import Outcome, Quirky

SOUND = "The gate is open, and the road behind it is clear."
STREAMED = ("chat", "completions", "messages")
# The expected text, if it differs from the usual one.
OTHER_TEXT = {"lone-surrogate", "one-event", "surrogates-split", "not-utf8", "latin-1", "tool-input-missing"}
# They break off where a client would read on, or cannot be read at all: what was written is not known in full.
IN_PART = {
    "delta-before-start",
    "start-missing",
    "event-20mb",
    "cut-body",
    "cut-chunked",
    "brotli",
    "gzip-cut",
    "encoding-unknown",
}
# Clients may fail on them; the gateway sees what is meant.
HEALED = {"gzip-unsaid"}
HEALED_TEXTS = {"gzip-false"}
HEALED_UNARY = {"finish-null", "choice-unfinished"}
# An HTML page is not a response of a model, and a connection without a response may never have had a request.
UNPAID = {"body-html", "hang-up", "hang-up-reset", "cut-head"}


def healed(quirk: Quirk, kind: str, *, stream: bool) -> bool:
    if quirk.name in HEALED_TEXTS:
        return kind != "speech"
    return quirk.name in HEALED or (quirk.name in HEALED_UNARY and not stream)


def shown(quirk: Quirk) -> list[tuple[str, bool]]:
    """The calls that a quirk shows in: kind, and whether as a stream."""
    return [
        (kind, part == "stream") for kind in quirk.kinds for part in quirk.parts if part == "unary" or kind in STREAMED
    ]


@pytest.mark.parametrize("quirk", [quirk for quirk in QUIRKS.values() if not quirk.slow], ids=lambda quirk: quirk.name)
def test_an_odd_answer_is_delivered_or_fails_and_is_paid(quirky: Quirky, quirk: Quirk) -> None:
    for kind, stream in shown(quirk):
        quirky.upstream.forget()
        outcome = quirky.ask(kind, quirk.name, stream=stream)
        where = f"{kind} {'stream' if stream else 'unary'}: {outcome.status} {outcome.error} {outcome.body[:300]!r}"
        assert outcome.status != 500, where
        assert outcome.record, where
        assert outcome.record["status"] == ("completed" if outcome.whole else "failed"), where
        assert outcome.whole == (quirk.whole or healed(quirk, kind, stream=stream)), where
        if quirk.whole and kind in STREAMED and quirk.name not in OTHER_TEXT:
            assert outcome.text == SOUND + (" Grüße." if quirk.name == "latin-1" else ""), where
        if outcome.error is not None:
            assert outcome.error["provider_asked"] is True, where
            assert "127.0.0.1" not in outcome.error["message"], where
        charges = [charge for charge in quirky.upstream.charges if charge.paid]
        assert len(quirky.upstream.charges) == 1, where
        if charges and quirk.name not in UNPAID:
            in_full = outcome.whole or (stream and quirk.name not in IN_PART)
            paid(outcome, charges[0], where, in_full=in_full)


def paid(outcome: Outcome, charge: Charge, where: str, *, in_full: bool) -> None:
    """The charge of the upstream is recorded, as reported or close to it."""
    usage = outcome.record["usage"]
    assert usage is not None, where
    assert usage["prompt_tokens"] > 0, where
    if charge.kind in STREAMED and charge.completion_tokens:
        least = charge.completion_tokens / 2 if in_full else 0
        assert least <= usage["completion_tokens"] <= charge.completion_tokens * 2 + 8 or not in_full, where
    assert outcome.record["cost_usd"] > 0, where
    if outcome.status != 200 and outcome.error is not None and outcome.error["code"] == "provider_bad_answer":
        assert outcome.error["retryable"] is False, where
        assert outcome.headers["x-should-retry"] == "false", where


@pytest.mark.parametrize("quirk", [quirk for quirk in QUIRKS.values() if quirk.slow], ids=lambda quirk: quirk.name)
def test_a_slow_answer_ends_by_the_clock(quirky: Quirky, quirk: Quirk) -> None:
    for kind, stream in shown(quirk):
        if kind not in ("chat", "messages"):
            continue
        outcome = quirky.ask(kind, quirk.name, stream=stream)
        if quirk.name == "slow-start":
            assert outcome.whole
            continue
        assert outcome.error is not None
        assert outcome.error["code"] == "provider_timeout"
        assert "_timeout" in outcome.error["message"]
        assert outcome.record["status"] == "failed"
        assert outcome.record["usage"]["prompt_tokens"] > 0


def test_the_log_has_no_traceback(quirky: Quirky) -> None:
    """Runs behind the others, of whose calls it is."""
    quirky.ask("chat", "error-deep")
    assert "Traceback" not in quirky.log()
