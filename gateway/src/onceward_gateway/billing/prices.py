"""Prices: the cost of a call, in nano-USD.

Unit prices are integers of pico-USD per token; a cost is rounded once, half up. Order of the sources: the price that
the operator configured, the list of the offline models, then genai-prices, resolved once per model and day. Some
models cost more above a length of the prompt: then all tokens of the call do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from ..config.load import Price
from ..core.clock import Clock

__all__ = ["PriceBook", "UnitPrice", "warm"]

_PICO_PER_NANO = 1000
_NANO = 1_000_000_000
_PER_MILLION = 1_000_000
_DAY = 86400
_MAX_TOKENS = 1 << 53
_MAX_NANO = 1 << 53
# The tiers with separate prices; any other is priced as the standard one.
_TIERS = frozenset({"priority", "fast", "flex", "batch"})
# No model has a longer name. Looking for one of a client would take long, and fill the cache.
_LONGEST_MODEL = 512
# The members of a usage that has nothing but the counts of its tokens.
_TOKENS = frozenset({"prompt_tokens", "completion_tokens", "total_tokens"})
# The names of the standard tier.
_STANDARD = frozenset({"", "auto", "default", "standard", "standard_only", "on_demand"})


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """Pico-USD per token: of the input, read from a cache, written to a cache, and of the output.

    `cache_write_hour` is the price of cache entries kept for an hour, if that differs; `audio_input` and `audio_output`
    are the prices of sound, if they differ from those of text.

    `image_input` and `image_output` are for pictures, `web_search` for a search, `request` for a call, `second` for a
    second of sound, `character` for a character of a text to speak.

    `above` contains the prices of calls with longer prompts, by their minimal length, longest first.
    """

    input: int
    output: int
    cached_input: int
    cache_write: int
    cache_write_hour: int | None = None
    audio_input: int | None = None
    audio_output: int | None = None
    image_input: int | None = None
    image_output: int | None = None
    web_search: int | None = None
    request: int = 0
    second: int = 0
    character: int = 0
    above: tuple[tuple[int, UnitPrice], ...] = ()

    def of(self, prompt: int) -> UnitPrice:
        """Return the prices of a call with a prompt of this many tokens."""
        for start, price in self.above:
            if prompt > start:
                return price
        return self


class PriceBook:
    """Finds and caches unit prices. `offline` returns the price of an offline model, if it has one."""

    def __init__(
        self, prices: Mapping[str, Price], clock: Clock, offline: Callable[[str], UnitPrice | None] = lambda name: None
    ) -> None:
        self._own = {name: _own(price) for name, price in prices.items()}
        self._clock = clock
        self._offline = offline
        self._known: dict[tuple[str, str, int, str], UnitPrice | None] = {}

    def put(self, name: str, price: Price) -> None:
        """Set the operator's price of a name."""
        self._own[name] = _own(price)

    def cost(self, provider: str, model: str, usage: Mapping[str, Any] | None) -> int | None:
        """Return the cost of a usage in nano-USD, or None if the price is unknown."""
        if usage is None:
            return None
        price = self.unit(provider, model, _tier(usage))
        if price is None:
            return _reported_cost(usage.get("cost"))
        prompt = _count(usage.get("prompt_tokens", usage.get("input_tokens")))
        completion = _count(usage.get("completion_tokens", usage.get("output_tokens")))
        if price.above:
            price = price.of(prompt)
        if usage.keys() <= _TOKENS:
            return _nano(prompt * price.input + completion * price.output + price.request)
        details = usage.get("prompt_tokens_details")
        details = details if isinstance(details, dict) else {}
        cached = min(_count(details.get("cached_tokens")), prompt)
        written = min(_count(details.get("cache_write_tokens")), prompt - cached)
        hour = min(_count(details.get("cache_write_1h_tokens")), written)
        higher = price.cache_write if price.cache_write_hour is None else price.cache_write_hour
        pico = (
            (prompt - cached - written) * price.input
            + cached * price.cached_input
            + (written - hour) * price.cache_write
            + hour * higher
            + completion * price.output
            + _more_for_media(price, usage, prompt - cached - written, completion)
            + price.request
            + _count(usage.get("web_searches")) * (price.web_search or 0)
            + _count(usage.get("audio_seconds")) * price.second
            + _count(usage.get("input_characters")) * price.character
        )
        return _nano(pico)

    def is_partial(self, provider: str, model: str, usage: Mapping[str, Any] | None) -> bool:
        """Return whether a part of a usage has no price, so that its cost is an estimate.

        Sound is then priced as text, searches are free, and a service tier costs as much as the standard one.
        """
        if usage is None or provider == "offline" or usage.keys() <= _TOKENS:
            return False
        tier, searches = _tier(usage), usage.get("web_searches")
        details = [usage.get(name) for name in ("prompt_tokens_details", "completion_tokens_details")]
        has_audio_input, has_audio_output = (isinstance(one, dict) and bool(one.get("audio_tokens")) for one in details)
        if not (tier or searches or has_audio_input or has_audio_output):
            return False
        price = self.unit(provider, model, tier)
        if price is None:
            # A cost that the upstream reported is complete.
            return _reported_cost(usage.get("cost")) is None
        if searches and price.web_search is None:
            return True
        if tier not in _STANDARD and price == self.unit(provider, model):
            return True
        return (has_audio_input and price.audio_input is None) or (has_audio_output and price.audio_output is None)

    def unit(self, provider: str, model: str, tier: str = "") -> UnitPrice | None:
        """Return the unit price of a model today, in a service tier of its provider."""
        own = self._own.get(f"{provider}/{model}") or self._own.get(model)
        if own is not None or len(model) > _LONGEST_MODEL:
            return own
        if tier not in _TIERS:
            # Upstreams report arbitrary tiers.
            tier = ""
        day = int(self._clock.time() // _DAY)
        key = (provider, model, day, tier)
        if key not in self._known:
            if len(self._known) > 4096:
                self._known.clear()
            self._known[key] = self._offline(model) if provider == "offline" else _public(provider, model, day, tier)
        return self._known[key]


def _nano(pico: int) -> int:
    return min((pico + _PICO_PER_NANO // 2) // _PICO_PER_NANO, _MAX_NANO)


def _more_for_media(price: UnitPrice, usage: Mapping[str, Any], prompt: int, completion: int) -> int:
    """Return the difference in cost of tokens of sound and pictures from tokens of text."""
    return sum(
        count * (special - text)
        for special, count, text in _media(price, usage, prompt, completion)
        if special is not None
    )


def _media(
    price: UnitPrice, usage: Mapping[str, Any], prompt: int, completion: int
) -> Iterator[tuple[int | None, int, int]]:
    """Yield the price, number and text price of each kind of token that is not text."""
    for name, most, text, sound, picture in (
        ("prompt_tokens_details", prompt, price.input, price.audio_input, price.image_input),
        ("completion_tokens_details", completion, price.output, price.audio_output, price.image_output),
    ):
        details = usage.get(name)
        if isinstance(details, dict):
            audio = min(_count(details.get("audio_tokens")), most)
            yield sound, audio, text
            yield picture, min(_count(details.get("image_tokens")), most - audio), text


def _tier(usage: Mapping[str, Any]) -> str:
    tier = usage.get("service_tier")
    return tier if isinstance(tier, str) else ""


def _count(value: Any) -> int:
    """Return a token count that an upstream reported; 0 if it is invalid or negative."""
    if not isinstance(value, int):
        return 0
    return value if 0 <= value <= _MAX_TOKENS else min(max(value, 0), _MAX_TOKENS)


def _reported_cost(cost: Any) -> int | None:
    """Return the cost that the upstream reported, in nano-USD, for models without a known price."""
    if isinstance(cost, bool) or not isinstance(cost, int | float) or not 0 <= cost < _MAX_NANO / _NANO:
        return None
    return round(cost * _NANO)


def _own(price: Price) -> UnitPrice:
    cached = price.input if price.cached_input is None else price.cached_input
    return UnitPrice(price.input, price.output, cached, price.input)


def _public(provider: str, model: str, day: int, tier: str) -> UnitPrice | None:
    import genai_prices  # costs 0.2 s, and only calls to providers need it

    when = datetime.fromtimestamp(day * _DAY, UTC)
    usage = genai_prices.Usage(input_tokens=0, output_tokens=0)
    for provider_id in (provider, None):
        try:
            found = genai_prices.calc_price(
                usage, model, provider_id=provider_id, genai_request_timestamp=when, price_context=_context(tier)
            )
        except LookupError:
            continue
        return _unit_of(found.model_price)
    return None


def _context(tier: str) -> dict[str, str]:
    if tier == "batch":
        return {"processing": "batch"}
    # Anthropic's more expensive tier is its `speed`.
    return {"service_tier": tier, "speed": tier} if tier else {}


def _unit_of(price: Any) -> UnitPrice | None:
    parts = [
        getattr(price, name, None)
        for name in (
            *("input_mtok", "output_mtok", "cache_read_mtok", "cache_write_mtok"),
            *("input_audio_mtok", "output_audio_mtok", "input_image_mtok", "output_image_mtok"),
        )
    ]
    starts = sorted({tier.start for part in parts for tier in getattr(part, "tiers", ())}, reverse=True)
    above = tuple((start, _beside(_unit(parts, start), price)) for start in starts)
    unit = replace(_beside(_unit(parts, None), price), above=above)
    if not above and unit.input == unit.output == unit.request == unit.second == unit.character == 0:
        # Either it is free, or it is priced by a unit that is not counted here.
        known = any(getattr(price, name, None) is not None for name in ("input_mtok", "output_mtok"))
        is_free = not any(value is not None for value in vars(price).values())
        return unit if known or is_free else None
    return unit


def _beside(unit: UnitPrice, price: Any) -> UnitPrice:
    """Add the prices of units other than tokens: per thousand searches or requests, hour, and million characters."""
    hour = getattr(price, "input_audio_hours", None)
    hour = getattr(price, "audio_hours", None) if hour is None else hour
    search = _pico(getattr(price, "web_searches_kcount", None), None)
    request = _pico(getattr(price, "requests_kcount", None), None) or 0
    return replace(
        unit,
        web_search=None if search is None else search * 1000,
        request=request * 1000,
        second=(_pico(hour, None) or 0) * _PER_MILLION // 3600,
        character=_pico(getattr(price, "input_mchars", None), None) or 0,
    )


def _unit(parts: Sequence[Any], start: int | None) -> UnitPrice:
    """Return the prices of prompts longer than `start` tokens; with None, of all others."""
    reading, writing, cached, written, hearing, speaking, seeing, drawing = (_pico(part, start) for part in parts)
    reading = reading or 0
    return UnitPrice(
        reading,
        writing or 0,
        reading if cached is None else cached,
        reading if written is None else written,
        # Only Anthropic has caches of an hour; they cost twice the input, those of five minutes 1.25 times.
        None if written is None else max(written, 2 * reading),
        hearing,
        speaking,
        seeing,
        drawing,
    )


def _pico(price: Any, start: int | None) -> int | None:
    """Convert USD per million tokens to pico-USD per token."""
    found = getattr(price, "base", price)
    if start is not None:
        for tier in getattr(price, "tiers", ()):
            if tier.start <= start:
                found = tier.price
    return None if found is None else int((Decimal(str(found)) * _PER_MILLION).to_integral_value())


def warm() -> None:
    """Load the public prices before the first call needs them; meant for a thread."""
    # Both the import and the first look-up take long.
    _public("openai", "gpt-4o", 0, "")
