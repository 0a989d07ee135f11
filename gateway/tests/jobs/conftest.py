"""The official client against a gateway that answers everything offline."""

from __future__ import annotations

import openai
import pytest


@pytest.fixture
def client(gateway: str) -> openai.OpenAI:
    return openai.OpenAI(base_url=gateway + "/v1", api_key="anything", max_retries=0)
