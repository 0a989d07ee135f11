"""Bodies for providers that speak the contract's own protocol: checked only for what the gateway itself uses.

Such a body is sent as it is, so what it may contain is for the provider to decide. The gateway needs the members that
decide the model, the price, the stream and the reservation of a call, and those that it reads itself. Offline models
and translations to another protocol need a body that follows the whole contract; their fault is raised once the target
of the call is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..core.effective_body import OWN, named_as_sent
from ..core.errors import ApiError
from ..core.threads import offload

__all__ = ["ContractFault", "needed_schema"]

# Members whose value the gateway uses itself, so that the whole contract applies to them.
_USED = OWN | {"model", "stream", "user", "metadata"}
# Numbers that a price is multiplied by: they have a type and a minimum; the maximum is the provider's.
_COUNTED = frozenset({"n", "best_of"})
# Members whose type decides how texts are read, how a call is priced, or what is sent.
_TYPED = frozenset(
    {
        *("file", "functions", "image", "input", "max_completion_tokens", "max_tokens", "messages", "modalities"),
        *("prompt", "stream_options", "tools"),
    }
)
_NEEDED = _USED | _COUNTED | _TYPED


class ContractFault:
    """A fault of a body against the contract, which only some targets of a call have to raise."""

    __slots__ = ("_describe", "_is_large", "_merged")

    def __init__(self, describe: Callable[[], ApiError], *, is_large: bool) -> None:
        self._describe = describe
        self._is_large = is_large
        self._merged: Mapping[str, str] = {}

    def sent_in(self, merged: Mapping[str, str]) -> None:
        """Set the container of extra parameters that each merged member of the body came from."""
        self._merged = merged

    async def error(self) -> ApiError:
        """Return the error for the fault, which takes a while to find in a large body."""
        error = await offload(self._describe) if self._is_large else self._describe()
        return named_as_sent(error, self._merged)


def needed_schema(
    schema: Mapping[str, Any],
    resolve: Callable[[Mapping[str, Any]], Mapping[str, Any]],
    types_of: Callable[[Mapping[str, Any]], frozenset[str]],
) -> dict[str, Any]:
    """Return the part of a body's schema that a body for any target has to match."""
    properties: dict[str, Any] = {}
    required: set[str] = set()
    for part in _parts(schema, resolve):
        required.update(name for name in part.get("required", ()) if name in _NEEDED)
        for name, member in part.get("properties", {}).items():
            if name in _NEEDED:
                found = _reduced(name, member, resolve, types_of)
                properties[name] = {"allOf": [properties[name], found]} if name in properties else found
    return {"type": "object", "properties": properties, "required": sorted(required)}


def _parts(
    schema: Mapping[str, Any], resolve: Callable[[Mapping[str, Any]], Mapping[str, Any]]
) -> Iterator[Mapping[str, Any]]:
    """Yield the objects that a schema combines."""
    schema = resolve(schema)
    yield schema
    for part in schema.get("allOf", ()):
        yield from _parts(part, resolve)


def _reduced(
    name: str,
    member: Mapping[str, Any],
    resolve: Callable[[Mapping[str, Any]], Mapping[str, Any]],
    types_of: Callable[[Mapping[str, Any]], frozenset[str]],
) -> Mapping[str, Any]:
    """Return what the gateway needs of one member."""
    if name in _USED:
        return member
    types = {"type": sorted(types_of(member) - {"texts"})}
    if name in _COUNTED:
        return {**types, "minimum": resolve(member).get("minimum", 1)}
    if name == "messages":
        return {**types, "minItems": 1, "items": {"type": "object"}}
    return types
