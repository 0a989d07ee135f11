"""The cost of calls at public prices: by length of the prompt, and by cache."""

from __future__ import annotations

import subprocess
import sys

import pytest

from onceward_gateway.billing.prices import PriceBook
from onceward_gateway.core.clock import SystemClock


@pytest.mark.parametrize(
    ("prompt", "nano"),
    [
        # 1.25 and 10 dollars a million tokens; 2.5 and 15 where the prompt is longer than 200,000.
        (1000, 1000 * 1250 + 100 * 10_000),
        (200_000, 200_000 * 1250 + 100 * 10_000),
        (200_001, 200_001 * 2500 + 100 * 15_000),
    ],
)
def test_a_long_prompt_makes_all_tokens_dearer(prompt: int, nano: int) -> None:
    book = PriceBook({}, SystemClock())
    usage = {"prompt_tokens": prompt, "completion_tokens": 100}
    assert book.cost("google", "gemini-2.5-pro", usage) == nano


def test_cached_tokens_have_their_price() -> None:
    book = PriceBook({}, SystemClock())
    usage = {"prompt_tokens": 1000, "completion_tokens": 0, "prompt_tokens_details": {"cached_tokens": 800}}
    assert book.cost("openai", "gpt-5", usage) == 200 * 1250 + 800 * 125


def test_warming_loads_the_prices_and_not_only_their_module() -> None:
    # The first price that is asked for reads a megabyte of them, during which nobody else is served.
    program = (
        "import sys; from onceward_gateway.billing.prices import warm; "
        "warm(); print('genai_prices.data' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "True"
