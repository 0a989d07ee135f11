# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Request types: shared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal, Required, TypeAlias, TypedDict

if TYPE_CHECKING:
    from ..shared import BudgetDurationParam, TeamRole

__all__ = [
    "CustomVoiceParam",
    "DurationParam",
    "ExpiresAfterParam",
    "ImageDetail",
    "ImageUrlParam",
    "KeyModelBudgetParam",
    "MetadataParam",
    "ModelMaxBudgetParam",
    "ResponseCacheParam",
    "StopSequencesParam",
    "StreamOptionsParam",
    "TeamMemberParam",
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

    detail: ImageDetail | None
    """How closely the model looks at an image."""


class KeyModelBudgetParam(TypedDict, total=False):
    """What a key may spend on one model."""

    budget_limit: Required[float]
    """US dollars."""

    time_period: BudgetDurationParam | None
    """How often what was spent goes back to 0, such as `1h`, `1d`, `30d` or `1mo`. Null is never."""


class ModelMaxBudgetParam(TypedDict, total=False):
    """Limits for one model."""

    max_budget: float | None
    """How much may be spent on it, in US dollars."""

    budget_duration: BudgetDurationParam | None
    """How often what was spent goes back to 0, such as `1h`, `1d`, `30d` or `1mo`. Null is never."""

    rpm_limit: int | None
    """Requests a minute."""

    tpm_limit: int | None
    """Tokens a minute."""


ResponseCacheParam = TypedDict(
    "ResponseCacheParam",
    {
        # Asks for the cache where it is off unless asked for.
        "use-cache": "bool | None",
        # The model is asked, and its answer is kept for later calls.
        "no-cache": "bool | None",
        # The answer is not kept.
        "no-store": "bool | None",
        # How long the answer is kept, in seconds.
        "ttl": "float | None",
        # How old a kept answer may be, in seconds.
        "s-maxage": "float | None",
        # As `s-maxage`; the lower of the two counts.
        "max-age": "float | None",
        # Calls share answers within one namespace only.
        "namespace": "str | None",
    },
    total=False,
)
"""What this call asks of the gateway's response cache, where one is configured."""


class StreamOptionsParam(TypedDict, total=False):
    """What a stream carries beside its content."""

    include_usage: bool | None
    """One more chunk before the end holds the usage of the call; its `choices` are empty."""

    include_obfuscation: bool | None
    """Chunks are padded so that their lengths tell nothing."""


class TeamMemberParam(TypedDict, total=False):
    """A user in a team. `user_id` or `user_email` is needed."""

    user_id: str | None
    """The user."""

    user_email: str | None
    """The user's mail address."""

    role: Required[TeamRole]
    """What a member may do; an `admin` makes keys, members and limits within the team."""


DurationParam: TypeAlias = str
"""How long it lives from now on, such as `30s`, `15m`, `12h`, `30d`, `2w`, `1mo` or `1y`. Null is for ever."""


ImageDetail: TypeAlias = Literal["auto", "low", "high"] | str
"""How closely the model looks at an image."""


MetadataParam: TypeAlias = Mapping[str, object]
"""Up to the caller; kept with the record and given back. Most providers take strings alone as values."""


StopSequencesParam: TypeAlias = str | Sequence[str]
"""Texts at which writing stops; they are not part of the answer. Many providers take at most four."""


Voice: TypeAlias = (
    Literal[
        "alloy", "ash", "ballad", "coral", "echo", "fable", "onyx", "nova", "sage", "shimmer", "verse", "marin", "cedar"
    ]
    | str
)
"""A voice by name."""
