"""Python spellings: the case of names, and the names that generated classes already have."""

from __future__ import annotations

from onceward_generator import identifiers
from onceward_generator.identifiers import PYTHON, Case, file_stem, identifier
from onceward_generator.model import Brand, Name

__all__ = [
    "BUILTINS",
    "CALL_OPTIONS",
    "MODEL_ATTRIBUTES",
    "RESOURCE_ATTRIBUTES",
    "argument",
    "brand_class",
    "class_name",
    "clear_of",
    "constant",
    "is_plain",
    "module_name",
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

RESOURCE_ATTRIBUTES = frozenset({"with_raw_response"})
"""Attributes of the base class of resources."""

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


def snake(name: Name) -> str:
    """Return the name in snake case: ``("file", "id")`` -> ``file_id``."""
    return identifier(PYTHON, name, Case.SNAKE)


def class_name(name: Name) -> str:
    """Return the name in Pascal case: ``("chat", "completion")`` -> ``ChatCompletion``."""
    return identifier(PYTHON, name, Case.PASCAL)


def brand_class(brand: Brand) -> str:
    """Return the class name of a brand, in the brand's own case: ``("DigitalOcean",)`` -> ``DigitalOcean``."""
    if not brand.spelling:
        return class_name(brand.name)
    digit = brand.spelling[0][:1].isdigit()
    return identifier(PYTHON, ("Api", *brand.spelling) if digit else brand.spelling, Case.PASCAL)


def package_name(package: str) -> str:
    """Return an importable package name that hides no module of the standard library or of a dependency."""
    first, *rest = package.split(".")
    parts = [identifiers.package_name(PYTHON, tuple(first.split("_")))]
    return ".".join((*parts, *(snake(tuple(part.split("_"))) for part in rest)))


def constant(words: tuple[str, ...]) -> str:
    """Return the name in upper case, with an underscore in front."""
    return f"_{identifier(PYTHON, words, Case.UPPER)}"


def clear_of(name: str, taken: frozenset[str] = frozenset()) -> str:
    """Return the name, with a trailing underscore if it is a keyword or taken."""
    return f"{name}_" if name in PYTHON.keywords or name in taken else name


def module_name(family: str) -> str:
    """Return the module of a family; ``params`` is the package of request types."""
    return file_stem(PYTHON, tuple(family.split("_")) if family else ("shared",), frozenset({"params"}))


def argument(name: Name) -> str:
    """Return the keyword argument of a method's parameter."""
    return identifier(PYTHON, name, Case.SNAKE, CALL_OPTIONS | {"self", "params"})


def is_plain(wire: str) -> bool:
    """Report whether a wire key can be the name of a class member without being mangled."""
    return wire.isidentifier() and wire not in PYTHON.keywords and not wire.startswith("__")
