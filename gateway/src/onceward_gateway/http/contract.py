"""The contract in the form that the gateway loads: `contract.json`, generated from the bundled OpenAPI file.

`python -m onceward_gateway.http.contract write contract/openapi.yaml` writes it; `... check` with the same file fails
when the two differ.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any, cast

import msgspec

from ..config.table import ConfigError

__all__ = ["ContractError", "Document", "load_contract", "main", "render", "render_whole"]

Document = Mapping[str, Any]
_NAME, _WHOLE = "contract.json", "openapi.json"
_DROPPED = frozenset({"description", "summary", "externalDocs", "example", "examples", "title", "tags", "servers"})
_NAME_MAPPINGS = frozenset(
    {"properties", "schemas", "patternProperties", "paths", "parameters", "responses", "headers", "requestBodies"}
)


class ContractError(ConfigError):
    """The contract of this build is missing or broken, so that no request can be checked."""


def load_contract() -> Document:
    """Return the contract of this build; raise `ContractError` if it is unusable, so that no request is unchecked."""
    file = resources.files(__package__).joinpath(_NAME)
    try:
        document = msgspec.json.decode(file.read_bytes())
    except FileNotFoundError:
        raise _unusable(file, "is missing") from None
    except OSError as error:
        raise _unusable(file, f"cannot be read: {error.strerror}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _unusable(file, f"is not valid JSON: {error}") from error
    if not isinstance(document, dict) or not all(
        isinstance(document.get(part), dict) and document[part] for part in ("paths", "components")
    ):
        raise _unusable(file, "has no `paths` or no `components`")
    return cast("Document", document)


def _unusable(file: Any, fault: str) -> ContractError:
    return ContractError(
        f"The contract {str(file)!r} {fault}. Requests cannot be checked without it, so the gateway does not start. "
        "Install onceward-gateway again."
    )


def _read(source: Path) -> dict[str, Any]:
    import yaml  # a tool of the repository, not of the running gateway

    found: dict[str, Any] = yaml.load(source.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return found


def render(source: Path) -> bytes:
    """Return the part of a bundled OpenAPI file that validation needs, as JSON without prose."""
    document = _read(source)
    kept = {name: _without_prose(document[name]) for name in ("openapi", "info", "paths", "components")}
    return msgspec.json.encode(kept) + b"\n"


def render_whole(source: Path) -> bytes:
    """Return the bundled OpenAPI file as JSON, with the gateway's own address as its server."""
    return msgspec.json.encode({**_read(source), "servers": [{"url": "/"}]}) + b"\n"


def _without_prose(value: Any, *, names: bool = False) -> Any:
    if isinstance(value, dict):
        return {
            key: _without_prose(item, names=not names and key in _NAME_MAPPINGS)
            for key, item in value.items()
            if names or key not in _DROPPED
        }
    if isinstance(value, list):
        return [_without_prose(item) for item in value]
    return value


def main(arguments: list[str] | None = None) -> int:
    """Run `write SOURCE` or `check SOURCE`, and return the exit status."""
    args = sys.argv[1:] if arguments is None else arguments
    if len(args) != 2 or args[0] not in ("write", "check"):
        print("usage: python -m onceward_gateway.http.contract write|check contract/openapi.yaml", file=sys.stderr)
        return 2
    source = Path(args[1])
    for name, expected in ((_NAME, render(source)), (_WHOLE, render_whole(source))):
        target = Path(__file__).with_name(name)
        if args[0] == "write":
            target.write_bytes(expected)
        elif not target.is_file() or target.read_bytes() != expected:
            print(f"{target.name} does not match this contract. Run: make generate", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
