"""The synchronous client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from .._core.brand import Brand
from .._core.operation import Operation

__all__ = ["SyncClient"]


class SyncClient:
    _brand: ClassVar[Brand]

    def execute(self, operation: Operation, params: Mapping[str, Any]) -> Any:
        raise NotImplementedError
