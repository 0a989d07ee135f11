# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Response types: moderations."""

from __future__ import annotations

from typing import Literal, TypeAlias

from pydantic import Field

from .._core.models import Model

__all__ = [
    "Moderation",
    "ModerationCategories",
    "ModerationCategoryAppliedInputTypes",
    "ModerationCategoryScores",
    "ModerationCreateResponse",
    "ModerationInputType",
]


class Moderation(Model):
    """The result for one input."""

    flagged: bool
    """Whether any category is flagged."""

    categories: ModerationCategories
    """Whether the input is flagged, by category. Absent: not checked."""

    category_scores: ModerationCategoryScores
    """The score of each category, from 0 to 1."""

    category_applied_input_types: ModerationCategoryAppliedInputTypes | None = None
    """The types of content that each category was checked on."""


class ModerationCategories(Model):
    """Whether the input is flagged, by category. Absent: not checked."""

    harassment: bool | None = None

    harassment_threatening: bool | None = Field(default=None, alias="harassment/threatening")

    hate: bool | None = None

    hate_threatening: bool | None = Field(default=None, alias="hate/threatening")

    illicit: bool | None = None

    illicit_violent: bool | None = Field(default=None, alias="illicit/violent")

    self_harm: bool | None = Field(default=None, alias="self-harm")

    self_harm_intent: bool | None = Field(default=None, alias="self-harm/intent")

    self_harm_instructions: bool | None = Field(default=None, alias="self-harm/instructions")

    sexual: bool | None = None

    sexual_minors: bool | None = Field(default=None, alias="sexual/minors")

    violence: bool | None = None

    violence_graphic: bool | None = Field(default=None, alias="violence/graphic")


class ModerationCategoryAppliedInputTypes(Model):
    """The types of content that each category was checked on."""

    harassment: list[ModerationInputType] | None = None

    harassment_threatening: list[ModerationInputType] | None = Field(default=None, alias="harassment/threatening")

    hate: list[ModerationInputType] | None = None

    hate_threatening: list[ModerationInputType] | None = Field(default=None, alias="hate/threatening")

    illicit: list[ModerationInputType] | None = None

    illicit_violent: list[ModerationInputType] | None = Field(default=None, alias="illicit/violent")

    self_harm: list[ModerationInputType] | None = Field(default=None, alias="self-harm")

    self_harm_intent: list[ModerationInputType] | None = Field(default=None, alias="self-harm/intent")

    self_harm_instructions: list[ModerationInputType] | None = Field(default=None, alias="self-harm/instructions")

    sexual: list[ModerationInputType] | None = None

    sexual_minors: list[ModerationInputType] | None = Field(default=None, alias="sexual/minors")

    violence: list[ModerationInputType] | None = None

    violence_graphic: list[ModerationInputType] | None = Field(default=None, alias="violence/graphic")


class ModerationCategoryScores(Model):
    """The score of each category, from 0 to 1."""

    harassment: float | None = None

    harassment_threatening: float | None = Field(default=None, alias="harassment/threatening")

    hate: float | None = None

    hate_threatening: float | None = Field(default=None, alias="hate/threatening")

    illicit: float | None = None

    illicit_violent: float | None = Field(default=None, alias="illicit/violent")

    self_harm: float | None = Field(default=None, alias="self-harm")

    self_harm_intent: float | None = Field(default=None, alias="self-harm/intent")

    self_harm_instructions: float | None = Field(default=None, alias="self-harm/instructions")

    sexual: float | None = None

    sexual_minors: float | None = Field(default=None, alias="sexual/minors")

    violence: float | None = None

    violence_graphic: float | None = Field(default=None, alias="violence/graphic")


class ModerationCreateResponse(Model):
    """The moderation results."""

    id: str
    """The id of the moderation."""

    model: str
    """The model that classified the input."""

    results: list[Moderation]
    """The results, one for each input."""


ModerationInputType: TypeAlias = Literal["text", "image"] | str
"""A type of content."""
