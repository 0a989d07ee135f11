"""Python spellings: the case of names, and reserved words."""

from __future__ import annotations

import keyword
import re
import sys

from onceward_generator.model import Brand, Name

__all__ = [
    "BUILTINS",
    "CALL_OPTIONS",
    "MODEL_ATTRIBUTES",
    "argument",
    "brand_class",
    "class_name",
    "clear_of",
    "constant",
    "is_plain",
    "package_name",
    "snake",
]

BUILTINS = frozenset({"bool", "bytes", "dict", "float", "int", "list", "object", "str", "type"})
"""Builtins in annotations. In a class with a member of such a name, the member hides the builtin."""

CALL_OPTIONS = frozenset(
    {
        "extra_body",
        "extra_headers",
        "extra_query",
        "idempotency_key",
        "max_retries",
        "on_progress",
        "request_id",
        "timeout",
    }
)
"""Keyword arguments that every generated method accepts besides its parameters."""

MODEL_ATTRIBUTES = frozenset(
    {
        "construct", "copy", "dict", "fields", "from_dict", "from_orm", "json", "model_computed_fields",
        "model_config", "model_construct", "model_copy", "model_dump", "model_dump_json", "model_extra",
        "model_fields", "model_fields_set", "model_json_schema", "model_parametrized_name", "model_post_init",
        "model_rebuild", "model_validate", "model_validate_json", "model_validate_strings", "parse_file",
        "parse_obj", "parse_raw", "schema", "schema_json", "to_dict", "to_json", "update_forward_refs",
        "validate",
    }
)  # fmt: skip
"""Attributes of the base class of response models."""

_DEPENDENCIES = frozenset({"httpx2", "pydantic", "pydantic_core", "pyreqwest", "pytest", "typing_extensions"})
_NOT_IDENTIFIER = re.compile(r"\W")


def _word(text: str) -> str:
    return _NOT_IDENTIFIER.sub("_", text)


def snake(name: Name) -> str:
    """Return the name in snake case: ``("file", "id")`` -> ``file_id``, never with a digit or underscore in front."""
    joined = _word("_".join(part for part in name if part)).strip("_") or "value"
    return f"value_{joined}" if joined[0].isdigit() else joined


def class_name(name: Name) -> str:
    """Return the name in Pascal case: ``("chat", "completion")`` -> ``ChatCompletion``."""
    joined = "".join(part[:1].upper() + part[1:] for part in snake(name).split("_"))
    return f"Value{joined}" if joined[0].isdigit() else joined


def brand_class(brand: Brand) -> str:
    """Return the class name of a brand, in the brand's own case: ``("DigitalOcean",)`` -> ``DigitalOcean``."""
    joined = "".join(word[:1].upper() + word[1:] for word in brand.spelling) or class_name(brand.name)
    return f"Api{joined}" if joined[0].isdigit() else joined


def package_name(package: str) -> str:
    """Return an importable package name that hides no module of the standard library or of a dependency."""
    parts = [_word(part) or "client" for part in package.split(".")]
    parts = [f"api_{part}" if part[0].isdigit() else clear_of(part) for part in parts]
    if parts[0] in sys.stdlib_module_names or parts[0] in _DEPENDENCIES:
        parts[0] = f"{parts[0]}_api"
    return ".".join(parts)


def constant(words: tuple[str, ...]) -> str:
    """Return the name in upper case."""
    return "_" + "_".join(_word(word).strip("_").upper() for word in words)


def clear_of(name: str, taken: frozenset[str] = frozenset()) -> str:
    """Return the name, with a trailing underscore if it is a keyword or taken."""
    return f"{name}_" if keyword.iskeyword(name) or name in taken else name


def argument(name: Name) -> str:
    """Return the keyword argument of a method's parameter."""
    return clear_of(snake(name), CALL_OPTIONS | {"self", "params"})


def is_plain(wire: str) -> bool:
    """Report whether a wire key can be the name of a class member without being mangled."""
    return wire.isidentifier() and not keyword.iskeyword(wire) and not wire.startswith("__")
