"""The model of one embedding: the bytes of its floats, decoded from base64, and floats on demand."""

from __future__ import annotations

import sys
from array import array
from base64 import b64decode, b64encode
from functools import cached_property
from importlib import import_module
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field
from pydantic_core import core_schema

from ._core.models import Model

__all__ = ["Embedding", "vector_of"]


def vector_of(embedding: bytes | str | list[float]) -> array[float]:
    """Return the vector as 32-bit floats, from their little-endian bytes, from base64 of those, or from numbers."""
    if isinstance(embedding, list):
        return array("f", embedding)
    vector = array("f", b64decode(embedding) if isinstance(embedding, str) else embedding)
    if sys.byteorder == "big":
        vector.byteswap()
    return vector


class _Wire:
    """The validation and serialization of a vector. Pydantic's core decodes base64 in JSON, without Python code."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.json_or_python_schema(
            json_schema=core_schema.union_schema(
                [core_schema.bytes_schema(), core_schema.list_schema(core_schema.float_schema())]
            ),
            python_schema=core_schema.no_info_plain_validator_function(_validated),
            serialization=core_schema.plain_serializer_function_ser_schema(_serialized),
        )


def _validated(value: Any) -> Any:
    if isinstance(value, str):
        return b64decode(value + "=" * (-len(value) % 4))
    if isinstance(value, (bytes, list)):
        return value  # pyright: ignore[reportUnknownVariableType]  # numbers are looked at when they are used
    raise ValueError("Input should be base64, bytes or a list of numbers")


def _serialized(value: Any) -> Any:
    return b64encode(value).decode("ascii") if isinstance(value, bytes) else value


class Embedding(Model):
    """The vector of one input.

    Read it as `embedding` (a list), `vector` (an array, an eighth of the memory) or `to_numpy()`.
    """

    model_config = ConfigDict(val_json_bytes="base64")

    object: Literal["embedding"]

    index: int
    """The index of the input."""

    raw: Annotated[bytes | list[float], _Wire] = Field(alias="embedding", repr=False)
    """The bytes of little-endian 32-bit floats, or numbers if the server sent numbers."""

    @cached_property
    def vector(self) -> array[float]:
        """The vector as 32-bit floats, made on first use."""
        return vector_of(self.raw)

    @cached_property
    def embedding(self) -> list[float]:
        """The vector as a list of floats, made on first use. It takes eight times the memory of `vector`."""
        return self.raw if isinstance(self.raw, list) else self.vector.tolist()

    @property
    def dimensions(self) -> int:
        """The number of dimensions of the vector."""
        return len(self.raw) if isinstance(self.raw, list) else len(self.raw) // 4

    def to_numpy(self) -> Any:
        """Return a `numpy.ndarray` of float32 over the memory of `vector`, without a copy."""
        try:
            numpy: Any = import_module("numpy")
        except ImportError as error:
            raise ImportError("`to_numpy()` needs numpy: install it, or use `.vector`, which needs nothing") from error
        return numpy.frombuffer(self.vector, dtype="f4")
