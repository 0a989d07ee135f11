"""One embedding as its model: kept as it came over the wire until it is looked at."""

from __future__ import annotations

from array import array
from functools import cached_property
from importlib import import_module
from typing import Any, Literal

from pydantic import Field

from .._core.models import Model
from .embeddings import vector_of

__all__ = ["Embedding"]


class Embedding(Model):
    """The vector of one input. Look at it as `embedding` (a list), `vector` (an array, a quarter of the memory) or
    `to_numpy()`.
    """

    object: Literal["embedding"]

    index: int
    """Which input."""

    raw: str | list[float] = Field(alias="embedding", repr=False)
    """As it came: base64 of little-endian 32-bit floats, or numbers."""

    @cached_property
    def vector(self) -> array[float]:
        """32-bit floats, decoded on first use."""
        return vector_of(self.raw)

    @cached_property
    def embedding(self) -> list[float]:
        """A list of floats, made on first use. It takes eight times the memory of `vector`."""
        return self.raw if isinstance(self.raw, list) else self.vector.tolist()

    @property
    def dimensions(self) -> int:
        return len(self.vector)

    def to_numpy(self) -> Any:
        """A `numpy.ndarray` of float32 over the memory of `vector`: nothing is copied."""
        try:
            numpy: Any = import_module("numpy")
        except ImportError as error:
            raise ImportError("`to_numpy()` needs numpy: install it, or use `.vector`, which needs nothing") from error
        return numpy.frombuffer(self.vector, dtype="f4")
