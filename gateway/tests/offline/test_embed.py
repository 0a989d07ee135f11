"""Embeddings: near what is similar, far from what is not."""

from __future__ import annotations

import array
import base64
import math
from types import SimpleNamespace
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onceward_gateway.core.answer import ModelContext
from onceward_gateway.core.errors import ApiError
from onceward_gateway.offline.embed import (
    embeddings,
    similarity,
    vector,
)
from onceward_gateway.offline.models import BuiltIn


@pytest.mark.parametrize(
    ("text", "near", "far"),
    [
        ("How do I reset my password?", "I forgot my password, how can I reset it?", "The weather is nice in Rome"),
        ("streaming responses from a gateway", "the gateway streams its responses", "cooking pasta with tomatoes"),
        ("cancel my subscription", "subscription cancellation", "opening hours on Sunday"),
        ("Python programming", "programming in python", "a walk on the beach"),
        ("Wie ist das Wetter?", "das Wetter heute", "open the settings"),
        ("colour", "colours", "velocity"),
    ],
)
@pytest.mark.parametrize("size", [64, 512, 1536])
def test_similar_texts_are_near(text: str, near: str, far: str, size: int) -> None:
    here = vector(text, size)
    assert similarity(here, vector(near, size)) > 0.35
    assert similarity(here, vector(near, size)) > similarity(here, vector(far, size)) + 0.2


@given(st.text(), st.integers(1, 300))
def test_every_vector_has_length_one(text: str, size: int) -> None:
    numbers = vector(text, size)
    assert len(numbers) == size
    assert math.isclose(similarity(numbers, numbers), 1.0, rel_tol=1e-5)


@given(st.text(min_size=1))
def test_case_does_not_matter_for_ascii(text: str) -> None:
    plain = "".join(char for char in text if char.isascii())
    assert vector(plain.upper()) == vector(plain.lower())


def test_base64_holds_the_same_floats() -> None:
    request = {"input": ["one", "two"], "dimensions": 8}
    plain = embeddings(request, "onceward/embed")
    coded = embeddings({**request, "encoding_format": "base64"}, "onceward/embed")
    for a, b in zip(plain["data"], coded["data"], strict=True):
        assert array.array("f", base64.b64decode(b["embedding"])).tolist() == a["embedding"]
    assert plain["usage"] == {"prompt_tokens": 2, "total_tokens": 2}


def test_the_four_shapes_of_input() -> None:
    def size(value: object) -> int:
        return len(embeddings({"input": value, "dimensions": 4}, "m")["data"])

    assert [size("a"), size(["a", "b"]), size([1, 2, 3]), size([[1, 2], [3]])] == [1, 2, 1, 2]
    assert embeddings({"input": [[1, 2], [3]], "dimensions": 4}, "m")["usage"]["prompt_tokens"] == 3


@pytest.mark.parametrize(
    ("name", "size"), [("text-embedding-3-small", 1536), ("text-embedding-3-large", 3072), ("onceward/embed", 512)]
)
def test_the_usual_sizes(name: str, size: int) -> None:
    assert len(embeddings({"model": name, "input": "x"}, name)["data"][0]["embedding"]) == size


def test_all_inputs_together_are_bounded() -> None:
    model, context = BuiltIn("onceward/embed"), cast("ModelContext", SimpleNamespace(model="m", attempt=1))
    with pytest.raises(ApiError) as raised:
        model.embed({"input": ["word " * 2000] * 151, "dimensions": 8}, context)
    error = raised.value
    assert (error.status, error.param, error.code) == (400, "input", "max_tokens_per_request")
    assert "`input` has more than 300000 tokens" in error.message
    # Tokens may be shorter than they look: many characters alone are not an error.
    long = model.embed({"input": ["abcdefg" * 4000] * 11, "dimensions": 8}, context)
    assert long["usage"]["prompt_tokens"] == 44_000
