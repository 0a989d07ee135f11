"""The base of response models: Pydantic, open to unknown fields, readable in a terminal, with response metadata.

This module imports Pydantic, so nothing imports it before the first model is needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator

from .display import html_of, text_of
from .meta import Headers, Meta
from .narrow import is_dict

__all__ = ["Deviation", "Model", "UnknownVariant", "attach", "by_tag", "deviate", "no_tag_of"]

Deviation = tuple[str, str]
"""The path of a value that deviates from the contract (``items.0.name``), and a description of the deviation."""


class Model(BaseModel):
    """A value that the server sent.

    Unknown fields are kept, and are sent again with the value. A field that was absent is not in ``model_fields_set``,
    which
    distinguishes it from a field that was null.
    """

    # The metadata is kept in slots: a private attribute of Pydantic would slow down every decode.
    __slots__ = ("__answer", "__deviations")

    model_config = ConfigDict(
        extra="allow",
        defer_build=True,
        protected_namespaces=(),
        populate_by_name=True,
        ser_json_inf_nan="null",
        arbitrary_types_allowed=True,
    )

    @property
    def _meta(self) -> Meta | None:
        """The metadata of the response; None for a value inside another."""
        return cast("Meta | None", _slot(self, "_Model__answer"))

    @property
    def _request_id(self) -> str | None:
        meta = self._meta
        return meta.request_id if meta else None

    @property
    def _headers(self) -> Headers | None:
        meta = self._meta
        return meta.headers if meta else None

    @property
    def _attempts(self) -> int | None:
        meta = self._meta
        return meta.attempts if meta else None

    @property
    def _idempotency_key(self) -> str | None:
        meta = self._meta
        return meta.idempotency_key if meta else None

    @property
    def _deviations(self) -> tuple[Deviation, ...]:
        """The places where this response deviates from the contract. The raw values are in their fields."""
        return cast("tuple[Deviation, ...]", _slot(self, "_Model__deviations") or ())

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values by wire name, of the fields that were set: absent and null stay distinct."""
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True, warnings=False)

    def to_json(self, *, indent: int | None = None) -> str:
        return self.model_dump_json(by_alias=True, exclude_unset=True, warnings=False, indent=indent)

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Self:
        return cls.model_validate(value)

    def __getstate__(self) -> dict[Any, Any]:
        state = super().__getstate__()
        state["answer"] = (self._meta, self._deviations)
        return state

    def __setstate__(self, state: dict[Any, Any]) -> None:
        state = dict(state)
        meta, deviations = state.pop("answer", (None, ()))
        super().__setstate__(state)
        if meta is not None:
            attach(self, meta)
        if deviations:
            deviate(self, deviations)

    def __repr__(self) -> str:
        return text_of(self, width=None)

    def __str__(self) -> str:
        return text_of(self, width=None)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(f"{type(self).__name__}(...)" if cycle else text_of(self, width=100))

    def _repr_html_(self) -> str:
        return html_of(self)


class UnknownVariant(Model):
    """A member of a union that this version of the package does not know. All its fields are kept."""


def by_tag(key: str, variants: Mapping[str, str]) -> Discriminator:
    """Return a discriminator that selects a variant of a union by the value under a key; unknown values select none."""

    def variant(value: Any) -> str | None:
        if isinstance(value, BaseModel):
            fields = type(value).model_fields
            names = [name for name, field in fields.items() if key in (name, field.alias)]
            tag = getattr(value, names[0] if names else key, None)
        else:
            tag = value.get(key) if is_dict(value) else None
        return variants.get(tag) if isinstance(tag, str) else None

    return Discriminator(variant)


def no_tag_of(key: str, *tags: str) -> BeforeValidator:
    """Return the check of an `UnknownVariant`: an object with a known tag is a variant that deviates, not unknown."""

    def check(value: Any) -> Any:
        tag = value.get(key) if is_dict(value) else None
        if isinstance(tag, str) and tag in tags:
            raise ValueError(f"the value does not fit its variant {tag!r}")
        return value

    return BeforeValidator(check)


def _slot(model: Model, name: str) -> Any:
    try:
        return object.__getattribute__(model, name)
    except AttributeError:
        return None


def attach(model: Model, meta: Meta) -> None:
    """Give a value the metadata of its response."""
    object.__setattr__(model, "_Model__answer", meta)


def deviate(model: Model, deviations: tuple[Deviation, ...]) -> None:
    object.__setattr__(model, "_Model__deviations", deviations)
