"""Render modules of types: response models and request dictionaries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from onceward_generator.plan.python.shapes import (
    AliasDef,
    ByHand,
    Definition,
    KeyDef,
    ModelDef,
    ModelField,
    TypedDictDef,
    TypesModule,
)
from onceward_generator.plan.python.symbols import Expr, Scope, Symbol

from .text import docstring, indent, module_scope, module_text, symbols_in

__all__ = ["render_types"]

MODEL = Symbol("._core.models", "Model")
FIELD = Symbol("pydantic", "Field")
TYPED_DICT = Symbol("typing", "TypedDict")
REQUIRED = Symbol("typing", "Required")
ALIAS = Symbol("typing", "TypeAlias")
ALIAS_TYPE = Symbol("typing_extensions", "TypeAliasType")


def render_types(module: TypesModule) -> str:
    """Return the text of a module of types."""
    runtime, checking = _references(module)
    names = [definition.symbol.name for definition in module.definitions]
    own = [definition.symbol.name for definition in module.definitions if not isinstance(definition, ByHand)]
    scope = module_scope(module.module, own, _members(module.definitions), runtime | checking)
    body = "\n\n".join(filter(None, (_definition(definition, scope) for definition in module.definitions)))
    family = module.module.rsplit(".", 1)[1]
    what = "Request types" if module.module.startswith(".types.params") else "Response types"
    return module_text(f"{what}: {family}.", scope, runtime, checking, body, names)


def _references(module: TypesModule) -> tuple[set[Symbol], set[Symbol]]:
    """Return the symbols that are needed when the module runs, and the symbols that only annotations use."""
    runtime: set[Symbol] = set()
    checking: set[Symbol] = set()
    for definition in module.definitions:
        match definition:
            case ModelDef(fields=fields):
                runtime |= {MODEL} | symbols_in(field.annotation for field in fields)
                runtime |= {FIELD} if any(field.alias is not None or field.secret for field in fields) else set()
            case TypedDictDef(keys=keys, base=base):
                runtime |= {base} if base else {TYPED_DICT}
                checking |= symbols_in(key.annotation for key in keys)
                runtime |= {REQUIRED} if any(key.required for key in keys) else set()
            case AliasDef(value=value, quoted=quoted, recursive=recursive):
                runtime |= {ALIAS_TYPE if recursive else ALIAS}
                checking |= symbols_in([value])
                runtime |= set() if quoted else symbols_in([value])
            case ByHand(source=source):
                runtime.add(source)
    outside = {symbol for symbol in checking if not symbol.module.startswith(".")}
    return runtime | outside, checking


def _members(definitions: Iterable[Definition]) -> Iterator[str]:
    for definition in definitions:
        if isinstance(definition, ModelDef):
            yield from (field.name for field in definition.fields)
        elif isinstance(definition, TypedDictDef) and not definition.functional:
            yield from (key.name for key in definition.keys)


def _definition(definition: Definition, scope: Scope) -> str:
    match definition:
        case ModelDef():
            return _model(definition, scope)
        case TypedDictDef(functional=True):
            return _functional(definition, scope)
        case TypedDictDef():
            return _typed_dict(definition, scope)
        case AliasDef():
            return _alias(definition, scope)
        case ByHand():
            return ""


def _model(definition: ModelDef, scope: Scope) -> str:
    body = docstring(definition.doc, 1) + "".join("\n" + _model_field(field, scope) for field in definition.fields)
    return f"class {definition.symbol.name}({scope.name(MODEL)}):\n" + indent(body.lstrip("\n") or "pass\n")


def _model_field(field: ModelField, scope: Scope) -> str:
    value = "" if field.required else f" = {field.default}"
    arguments = [f"alias={field.alias!r}"] if field.alias is not None else []
    arguments += ["repr=False"] if field.secret else []
    if arguments:
        default = [] if field.required else [f"default={field.default}"]
        value = f" = {scope.name(FIELD)}({', '.join(default + arguments)})"
    return f"{field.name}: {field.annotation.render(scope)}{value}\n{docstring(field.doc, 1)}"


def _typed_dict(definition: TypedDictDef, scope: Scope) -> str:
    base = scope.name(definition.base or TYPED_DICT)
    body = docstring(definition.doc, 1)
    for key in definition.keys:
        body += f"\n{key.name}: {_key_type(key, scope)}\n{docstring(key.doc, 1)}"
    return f"class {definition.symbol.name}({base}, total=False):\n" + indent(body.lstrip("\n") or "pass\n")


def _key_type(key: KeyDef, scope: Scope) -> str:
    annotation = key.annotation.render(scope)
    return f"{scope.name(REQUIRED)}[{annotation}]" if key.required else annotation


def _functional(definition: TypedDictDef, scope: Scope) -> str:
    name = definition.symbol.name
    entries = "".join(_comment(key.doc) + f"{key.name!r}: {_key_type(key, scope)!r},\n" for key in definition.keys)
    text = (
        f"{name} = {scope.name(TYPED_DICT)}(\n    {name!r},\n    {{\n"
        + indent(entries, 2)
        + "    },\n    total=False,\n)\n"
    )
    return text + docstring(definition.doc)


def _comment(doc: str) -> str:
    plain = docstring(doc, 2).strip().strip('"').strip()
    return "".join(f"# {line}".rstrip() + "\n" for line in plain.splitlines())


def _alias(definition: AliasDef, scope: Scope) -> str:
    name, value = definition.symbol.name, definition.value.render(scope)
    if definition.recursive:
        text = f"{name} = {scope.name(ALIAS_TYPE)}({name!r}, {value!r})\n"
    elif definition.quoted and _inside(definition.value):
        text = f"{name}: {scope.name(ALIAS)} = {value!r}\n"
    else:
        text = f"{name}: {scope.name(ALIAS)} = {value}\n"
    return text + docstring(definition.doc)


def _inside(value: Expr) -> bool:
    """Report whether an alias refers to a name of the package, which may be undefined when the module is imported."""
    return any(symbol.module.startswith(".") for symbol in value.symbols())
