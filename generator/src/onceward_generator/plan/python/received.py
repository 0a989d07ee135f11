"""Lower received types: response models and the aliases between them.

Values are validated by pydantic's core: tagged unions where a tag decides, best match elsewhere, and a model of any
object at the end of every union of objects, so that an unknown variant is still a value.
"""

from __future__ import annotations

from collections.abc import Iterator

from onceward_generator.model import (
    Api,
    ByTag,
    EnumType,
    Field,
    FileType,
    JsonType,
    ListType,
    LiteralType,
    MapType,
    Nullable,
    ObjectType,
    Prim,
    Primitive,
    Ref,
    Type,
    TypeDef,
    UnionType,
)

from .naming import Naming
from .shapes import AliasDef, Definition, ModelDef, ModelField
from .symbols import Expr, Symbol, annotated, builtin, call, expr, literal, optional, sub, text, typing, union
from .words import MODEL_ATTRIBUTES, clear_of, snake

__all__ = ["PRIMITIVES", "Received", "enum", "member_names"]

PRIMITIVES = {
    Prim.STRING: "str", Prim.INTEGER: "int", Prim.NUMBER: "float", Prim.BOOLEAN: "bool", Prim.BASE64: "str",
    Prim.DATE: "str", Prim.UUID: "str", Prim.DECIMAL: "str", Prim.DECIMAL_NUMBER: "float",
    Prim.URI: "str", Prim.SECRET: "str", }  # fmt: skip

MODEL = Symbol("._core.models", "Model")
UNKNOWN = Symbol("._core.models", "UnknownVariant")
BY_TAG = expr(Symbol("._core.models", "by_tag"))
NO_TAG_OF = expr(Symbol("._core.models", "no_tag_of"))
FIELD = expr(Symbol("pydantic", "Field"))
TAG = expr(Symbol("pydantic", "Tag"))
FORMATS = {
    Prim.DATE: Symbol("._core.formats", "DateText"),
    Prim.UUID: Symbol("._core.formats", "UUIDText"),
    Prim.DECIMAL: Symbol("._core.formats", "DecimalText"),
    Prim.DECIMAL_NUMBER: Symbol("._core.decimals", "DecimalNumber"),
}
"""The types of texts that become values of the language, if they have the right form."""
MOMENT = union(expr(Symbol("datetime", "datetime")), builtin("str"))


def enum(type_: EnumType, is_open: bool) -> Expr:
    """Return ``Literal[...]``, with the base type if other values are allowed. Python's literals cannot be floats."""
    base = builtin(PRIMITIVES.get(type_.base, "str"))
    values = [member.value for member in type_.members if not isinstance(member.value, float)]
    if len(values) < len(type_.members):
        return base
    named = literal(values)
    kinds = dict.fromkeys(type(value).__name__ for value in values)
    return union(named, base, *(builtin(kind) for kind in kinds)) if is_open else named


def scalar(type_: Primitive | LiteralType) -> Expr:
    """Return the annotation of a scalar that is the same in both directions. Python's literals cannot be floats."""
    if isinstance(type_, Primitive):
        return builtin(PRIMITIVES[type_.kind])
    return builtin("float") if isinstance(type_.value, float) else literal([type_.value])


def member_names(fields: tuple[Field, ...], taken: frozenset[str]) -> list[str]:
    """Return unique Python names of fields. Collisions are resolved in favour of a field whose key equals its name."""
    plain = [clear_of(snake(field.name), taken) for field in fields]
    exact = {name for name, field in zip(plain, fields, strict=True) if name.rstrip("_") == field.wire}
    names: list[str] = []
    used: set[str] = set(exact)
    for name, field in zip(plain, fields, strict=True):
        mine = name.rstrip("_") == field.wire and name not in names
        if not mine and name in used:
            spelling = snake((field.wire,))
            name = clear_of(spelling, taken) if spelling not in used else f"{name}_{len(field.wire)}_{spelling}"
        used.add(name)
        names.append(name)
    return names


class Received:
    """Lowers types of responses."""

    def __init__(self, api: Api, naming: Naming) -> None:
        self._api = api
        self._naming = naming
        self._fields: dict[str, dict[str, str]] = {}
        self._tags = self._find_tags()

    def define(self, definition: TypeDef) -> Definition:
        """Return the definition of a named type."""
        symbol = self._naming.received[definition.key]
        if isinstance(definition.type, ObjectType):
            return self._model(symbol, definition, definition.type)
        return AliasDef(symbol, definition.description, self.lower(definition.type))

    def lower(self, type_: Type) -> Expr:
        """Return the annotation of a type."""
        match type_:
            case Primitive(Prim.DATETIME):
                return annotated(MOMENT, call(FIELD, union_mode=text('"left_to_right"')))
            case Primitive(kind) if kind in FORMATS:
                return expr(FORMATS[kind])
            case Primitive() | LiteralType():
                return scalar(type_)
            case EnumType():
                return enum(type_, is_open=True)
            case ListType() | MapType() | Nullable():
                return self._container(type_)
            case Ref(key):
                return expr(self._naming.received[key])
            case FileType() | JsonType():
                return builtin("bytes") if isinstance(type_, FileType) else typing("Any")
            case UnionType():
                return self._union(type_)
            case ObjectType():
                raise TypeError("inline object after `lift`, which names all of them")

    def _container(self, type_: ListType | MapType | Nullable) -> Expr:
        match type_:
            case ListType(item):
                return sub(builtin("list"), self.lower(item))
            case MapType(value):
                return sub(builtin("dict"), builtin("str"), self.lower(value))
            case Nullable(inner):
                return optional(self.lower(inner))

    # --- objects

    def _model(self, symbol: Symbol, definition: TypeDef, type_: ObjectType) -> ModelDef:
        fields = tuple(field for field in type_.fields if not field.write_only and not field.undeclared)
        names = self._names_of(definition.key)
        tags = self._tags.get(definition.key, frozenset())
        planned = [self._field(field, names[field.wire], field.wire in tags) for field in fields]
        return ModelDef(symbol, definition.description, tuple(planned))

    def _names_of(self, key: str) -> dict[str, str]:
        """Return wire keys of an object's fields -> attribute names."""
        if key not in self._fields:
            type_ = self._api.types[key].type
            fields = (
                tuple(f for f in type_.fields if not f.write_only and not f.undeclared)
                if isinstance(type_, ObjectType)
                else ()
            )
            self._fields[key] = dict(zip((f.wire for f in fields), member_names(fields, MODEL_ATTRIBUTES), strict=True))
        return self._fields[key]

    def _field(self, field: Field, name: str, is_tag: bool) -> ModelField:
        resolved = self._api.resolve(field.type)
        annotation = self.lower(field.type)
        if is_tag and isinstance(resolved, EnumType):
            annotation = enum(resolved, is_open=False)
        # Servers leave out what is null, which must not disqualify a variant of a union.
        required = field.required and not isinstance(resolved, Nullable)
        default = repr(field.default) if is_tag and not required else "None"
        if not required and default == "None":
            annotation = optional(annotation)
        alias = field.wire if field.wire != name else None
        inner = resolved.inner if isinstance(resolved, Nullable) else resolved
        secret = self._api.resolve(inner) == Primitive(Prim.SECRET)
        return ModelField(name, annotation, required, alias, _doc(field), default, secret)

    # --- unions

    def _union(self, type_: UnionType) -> Expr:
        if not any(self._is_object(variant.type) for variant in type_.variants):
            return self._values(type_)
        plain = union(*(self.lower(variant.type) for variant in type_.variants))
        tag = self._tag_field(type_)
        known = [annotated(plain, call(FIELD, discriminator=text(repr(tag))))] if tag else []
        if tag is None and isinstance(type_.strategy, ByTag):
            known = [self._by_tag(type_, type_.strategy)]
        elif not tag or self._may_lack_tag(type_):
            known.append(annotated(plain, call(FIELD, union_mode=text('"smart"'))) if plain.options else plain)
        unknown = expr(UNKNOWN)
        tags = self._tags_of(type_, tag)
        if tags:
            assert isinstance(type_.strategy, ByTag)
            unknown = annotated(unknown, call(NO_TAG_OF, *(text(repr(one)) for one in (type_.strategy.wire, *tags))))
        return annotated(union(*known, unknown), call(FIELD, union_mode=text('"left_to_right"')))

    def _tags_of(self, type_: UnionType, tag: str | None) -> list[str]:
        """Return the tags that select a variant: the constants of the variants, or those of the mapping."""
        if not isinstance(type_.strategy, ByTag):
            return []
        if tag is None:
            return sorted(value for value, _ in type_.strategy.mapping)
        found = [self._tag_values(variant.type, type_.strategy.wire) for variant in type_.variants]
        return sorted(value for one in found if one for value in one[1] if isinstance(value, str))

    def _values(self, type_: UnionType) -> Expr:
        """Return a union without objects. Constants are in one ``Literal``, which does not take true for 1."""
        types = [variant.type for variant in type_.variants]
        fixed = [one.value for one in types if isinstance(one, LiteralType) and not isinstance(one.value, float)]
        others = [one for one in types if not isinstance(one, LiteralType) or isinstance(one.value, float)]
        return union(*([literal(fixed)] if fixed else []), *(self.lower(one) for one in others))

    def _by_tag(self, type_: UnionType, strategy: ByTag) -> Expr:
        """Return a union whose variant is chosen by a tag that the variants do not declare as a constant."""
        names = [str(index) for index in range(len(type_.variants))]
        chosen = {value: names[index] for value, index in strategy.mapping}
        options = [
            annotated(self.lower(variant.type), call(TAG, text(f'"{name}"')))
            for variant, name in zip(type_.variants, names, strict=True)
        ]
        return annotated(union(*options), call(BY_TAG, text(repr(strategy.wire)), text(repr(chosen))))

    def _is_object(self, type_: Type) -> bool:
        return isinstance(self._api.resolve(type_), ObjectType)

    def _tag_field(self, type_: UnionType) -> str | None:
        """Return the attribute with which pydantic selects the variant, if each model has its own literals for it."""
        if not isinstance(type_.strategy, ByTag) or len(type_.variants) < 2:
            return None
        names: set[str] = set()
        seen: set[str | int | bool] = set()
        for variant in type_.variants:
            found = self._tag_values(variant.type, type_.strategy.wire)
            if found is None or seen & found[1]:
                return None
            names.add(found[0])
            seen |= found[1]
        return names.pop() if len(names) == 1 else None

    def _tag_values(self, type_: Type, wire: str) -> tuple[str, set[str | int | bool]] | None:
        if not isinstance(type_, Ref):
            return None
        key = self._final(type_)
        resolved = self._api.types[key].type
        field = next((f for f in resolved.fields if f.wire == wire), None) if isinstance(resolved, ObjectType) else None
        if field is None or field.write_only:
            return None
        values = self._literals(field.type)
        sure = field.required or (field.has_default and values == {field.default})
        return (self._names_of(key)[wire], values) if values and sure else None

    def _may_lack_tag(self, type_: UnionType) -> bool:
        """Report whether a variant may omit its tag, because the contract has a default for it."""
        objects = (self._api.resolve(variant.type) for variant in type_.variants)
        fields = (field for object_ in objects if isinstance(object_, ObjectType) for field in object_.fields)
        return isinstance(type_.strategy, ByTag) and any(
            f.wire == type_.strategy.wire and not f.required for f in fields
        )

    def _final(self, ref: Ref) -> str:
        """Return the key of the definition behind a chain of references."""
        key = ref.key
        while isinstance(following := self._api.types[key].type, Ref):
            key = following.key
        return key

    def _literals(self, type_: Type) -> set[str | int | bool]:
        match self._api.resolve(type_):
            case LiteralType(value) if not isinstance(value, float):
                return {value}
            case EnumType(members=members) if all(isinstance(m.value, str) for m in members):
                return {m.value for m in members if not isinstance(m.value, float)}
            case _:
                return set()

    def _find_tags(self) -> dict[str, frozenset[str]]:
        """Return objects and the keys with which unions select them, which are literals even in open enumerations."""
        found: dict[str, set[str]] = {}
        for union_ in self._unions():
            if isinstance(union_.strategy, ByTag) and self._tag_field(union_):
                for variant in union_.variants:
                    if isinstance(variant.type, Ref):
                        found.setdefault(self._final(variant.type), set()).add(union_.strategy.wire)
        return {key: frozenset(wires) for key, wires in found.items()}

    def _unions(self) -> Iterator[UnionType]:
        for key in self._naming.received:
            yield from _unions_in(self._api.types[key].type)


def _unions_in(type_: Type) -> Iterator[UnionType]:
    match type_:
        case UnionType(variants, _):
            yield type_
            for variant in variants:
                yield from _unions_in(variant.type)
        case ListType(inner) | MapType(inner) | Nullable(inner):
            yield from _unions_in(inner)
        case ObjectType(fields, extra):
            for field in fields:
                yield from _unions_in(field.type)
            if extra is not None:
                yield from _unions_in(extra)
        case _:
            return


def _doc(field: Field) -> str:
    return f"{field.description}\n\nDeprecated." if field.deprecated else field.description
