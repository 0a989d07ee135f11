# Generated from the contract by headgate-generate. Do not edit: change the contract or the generator.

"""What requests carry: shared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, Required, TypeAlias, TypedDict

__all__ = [
    "CustomVoiceParam",
    "ExpiresAfterParam",
    "ImageDetail",
    "ImageUrlParam",
    "MetadataParam",
    "StopSequencesParam",
    "StreamOptionsParam",
    "Voice",
]


class CustomVoiceParam(TypedDict, total=False):
    """A voice of one's own, by id."""

    id: Required[str]
    """The voice's id."""


class ExpiresAfterParam(TypedDict, total=False):
    """How long a file is kept."""

    anchor: Required[Literal["created_at"]]
    """The time from which to count."""

    seconds: Required[int]
    """How many seconds, from an hour to 30 days."""


class ImageUrlParam(TypedDict, total=False):
    """Where an image is, and how closely to look at it."""

    url: Required[str]
    """An `https:` URL, or the image itself as a `data:` URL."""

    detail: ImageDetail
    """How closely the model looks at an image."""


class StreamOptionsParam(TypedDict, total=False):
    """What a stream carries beside its content."""

    include_usage: bool | None
    """One more chunk before the end holds the usage of the call; its `choices` are empty."""

    include_obfuscation: bool | None
    """Chunks are padded so that their lengths tell nothing."""


ImageDetail: TypeAlias = Literal["auto", "low", "high"] | str
"""How closely the model looks at an image."""


MetadataParam: TypeAlias = Mapping[str, object]
"""Up to the caller; kept with the record and given back. Most providers take strings alone as values."""


StopSequencesParam: TypeAlias = str | Sequence[str]
"""Texts at which writing stops; they are not part of the answer. At most four."""


Voice: TypeAlias = (
    Literal[
        "alloy", "ash", "ballad", "coral", "echo", "fable", "onyx", "nova", "sage", "shimmer", "verse", "marin", "cedar"
    ]
    | str
)
"""A voice by name."""
